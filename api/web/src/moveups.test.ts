import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFleet } from "./api";
import { moveFeatures } from "./movelayer";
import { gain } from "./movepanel";
import { decodeMoveUps, lines } from "./moveups";

const answer = {
  basis: { degraded: true, degradedReason: "no forecast" }, notes: ["a limit"],
  recommendations: [{
    name: "recommendations/1-7", car: "cars/JRC-1", to: { latitude: 51.5, longitude: -0.1 }, toPlace: "Mile End", travelTime: "540s",
    expireTime: "2026-07-01T11:30:00Z", coveredBefore: 5.2, coveredAfter: 5.51, reasons: ["because"],
  }],
};

test("a move-up says what it is worth", () => {
  const { moves: [m], notes, degraded } = decodeMoveUps(answer);
  assert.deepEqual([m.car, m.place, m.reasons, notes, degraded], ["JRC-1", "Mile End", ["because"], ["a limit"], "no forecast"]);
  assert.equal(gain(m), "9.0 min by road · reached in time: 5.20 → 5.51 expected calls an hour · answer by 12:30"); // British Summer Time
  assert.deepEqual(decodeMoveUps({}), { moves: [], notes: [], degraded: "" });
});

test("a line leads from the car, where it is known", () => {
  const { moves } = decodeMoveUps(answer);
  const { cars } = decodeFleet({ cars: [{ name: "cars/JRC-1", position: { latitude: 51.6, longitude: 0 } }] });
  const features = moveFeatures(moves, cars) as any[];
  assert.deepEqual(features.map((f) => f.geometry.type), ["LineString", "Point"]);
  assert.deepEqual(features[0].geometry.coordinates, [[0, 51.6], [-0.1, 51.5]]);
  assert.deepEqual((moveFeatures(moves, []) as any[]).map((f) => f.geometry.type), ["Point"]);
});

test("messages are put together from chunks", () => {
  const [first, held] = lines("", '{"result":1}\n{"res');
  const [second, rest] = lines(held, 'ult":2}\n\n');
  assert.deepEqual([first, second, rest], [[{ result: 1 }], [{ result: 2 }], ""]);
});
