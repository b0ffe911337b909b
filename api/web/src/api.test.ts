import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCity, decodeFleet, decodeOperation, decodePlan, seconds } from "./api";

test("fields that JSON leaves out come back as their defaults", () => {
  const city = decodeCity({ cells: [{ id: "89194ad326bffff" }] });
  assert.deepEqual(city.cells, [{ id: "89194ad326bffff", borough: 0, modelled: false, population: 0, landKm2: 0 }]);
  assert.deepEqual(city.boroughs, []);
  assert.equal(decodePlan({}).all.within15, 0);
});

test("durations are text in seconds", () => {
  assert.equal(seconds("12.5s"), 12.5);
  assert.equal(seconds(undefined), 0);
});

test("cars keep their status, age and staleness", () => {
  const { cars, demo } = decodeFleet({ demo: true, cars: [
    { name: "cars/JRC-1", status: "CAR_STATUS_BUSY", positionAge: "61s", stale: true }, { name: "cars/JRC-2", status: "CAR_STATUS_NEW" },
  ] });
  assert.equal(demo, true);
  assert.deepEqual(cars.map((c) => [c.name, c.status, c.ageSeconds, c.stale]), [["JRC-1", "busy", 61, true], ["JRC-2", "unknown", 0, false]]);
});

test("an operation carries progress, then a plan or the reason that there is none", () => {
  const going = decodeOperation({ name: "operations/1", metadata: { incumbentSeconds: 540, gap: 0.02, stage: "cars" } });
  assert.deepEqual([going.done, going.progress.incumbentSeconds, going.progress.boundSeconds, going.plan], [false, 540, 0, undefined]);
  assert.equal(decodeOperation({ done: true, error: { message: "too many cars" } }).error, "too many cars");
  assert.equal(decodeOperation({ done: true, response: { name: "plans/1", gap: 0.01 } }).plan?.gap, 0.01);
});
