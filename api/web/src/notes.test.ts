import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePlan, type Coverage } from "./api";
import { coverageNote, outside } from "./notes";

const access = { meanMinutes: 0, p90Minutes: 0, within15: 0, callsPerHour: 0 };
const basis = { network: "", period: "weekday evening", blueLight: false, degraded: false, degradedReason: "", modelled: false, demo: false, roadChanges: 0 };
const coverage = (cars: number): Coverage => ({ minutes: new Float32Array(), boroughs: new Map(), all: access, basis, cars, taken: new Date(2026, 0, 5, 14, 3, 22) });
const plan = decodePlan({ name: "plans/1", hours: [11, 12], hoursInWords: "11:00 to 13:00, Mon", comparisons: [{ name: "pilot", cars: [{}] }] });

test("the cars now are told with what leaves a car out, and when they were counted", () => {
  const told = coverageNote(coverage(3), undefined, 0);
  for (const part of [/^3 cars as they are now: those available/, /not the busy, off shift or stale/, /14:03:22/, /Speeds of weekday evening/]) assert.match(told, part);
  assert.match(coverageNote(coverage(0), undefined, 0), /^No car is available now/);
});

test("a plan's cars are told with its hours, a comparison's by its name", () => {
  assert.match(coverageNote(coverage(6), plan, 0), /^6 planned cars, .*11:00 to 13:00, Mon/);
  assert.match(coverageNote(coverage(1), plan, 1), /^1 car of the comparison “pilot”/);
  assert.match(coverageNote({ ...coverage(6), basis: { ...basis, blueLight: true } }, plan, 0), /blue lights/);
});

test("an hour outside the plan is warned of, one inside is not, nor is any without a plan", () => {
  assert.match(outside(plan, 13), /^Mon 13:00 is outside the planned hours/);
  assert.equal(outside(plan, 12), "");
  assert.equal(outside(undefined, 13), "");
});
