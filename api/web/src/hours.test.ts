import assert from "node:assert/strict";
import { test } from "node:test";
import { hourName, hourOf, hourShort, shiftHours } from "./hours";

test("hours are named from Monday midnight", () => {
  assert.equal(hourName(0), "Monday 00:00 to 01:00");
  assert.equal(hourName(167), "Sunday 23:00 to 00:00");
  assert.equal(hourShort(38), "Tue 14:00");
});

test("a moment's hour is London's wall clock, summer and winter", () => {
  assert.equal(hourOf(new Date("2026-01-05T00:30:00Z")), 0);
  assert.equal(hourOf(new Date("2026-07-06T00:30:00Z")), 1);
  assert.equal(hourOf(new Date("2026-07-05T23:30:00Z")), 0);
  assert.equal(hourOf(new Date("2026-03-29T01:00:00Z")), 6 * 24 + 2); // the hour that spring skips
});

test("a shift past midnight runs into the next day and wraps the week", () => {
  assert.deepEqual(shiftHours([0], 11, 13), [11, 12]);
  assert.deepEqual(shiftHours([6], 22, 1), [0, 166, 167]);
  assert.equal(shiftHours([0, 1, 2, 3, 4, 5, 6], 0, 0).length, 168);
  assert.equal(shiftHours([2], 5, 5).length, 24);
});
