import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRoadChanges } from "./api";
import { roadFeatures } from "./roadlayer";
import { untilWhen, whatChanged, whereIs } from "./roadpanel";

const at = (latitude: number, longitude: number): object => ({ latitude, longitude });

test("a change keeps its roads, its area and its end", () => {
  const [closed, slow] = decodeRoadChanges({ changes: [
    { name: "roadChanges/a", kind: "ROAD_CHANGE_KIND_CLOSED", expireTime: "2026-07-01T11:30:00Z", streets: ["Strand"], edges: 2, kept: true,
      lines: [{ points: [at(51.5, -0.1), at(51.51, -0.11), at(51.52, -0.12)] }] },
    { name: "roadChanges/b", kind: "ROAD_CHANGE_KIND_SPEED", speedKmh: 8, where: { area: { vertices: [at(51, 0), at(51, 1), at(52, 1)] } } },
  ] });
  assert.deepEqual([whatChanged(closed), whatChanged(slow)], ["Closed", "At 8 km/h"]);
  assert.match(untilWhen(closed), /^until Wed.* 1 Jul.*12:30$/); // British Summer Time
  assert.equal(untilWhen(slow), "until reopened");
  assert.deepEqual([whereIs(closed)?.latitude, whereIs(slow)?.longitude], [51.51, 1]);
  const features = roadFeatures([closed, slow]) as any[];
  assert.deepEqual(features.map((f) => [f.geometry.type, f.properties.closed, f.properties.area]), [["MultiLineString", true, false], ["Polygon", false, true]]);
  assert.deepEqual(features[1].geometry.coordinates[0].at(-1), [0, 51]);
});

test("nothing closed is no feature", () => {
  assert.deepEqual(roadFeatures(decodeRoadChanges({})), []);
});
