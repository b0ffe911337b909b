import assert from "node:assert/strict";
import { test } from "node:test";
import { sorted, type Row } from "./table";

const rows: Row[] = [
  { borough: 0, name: "Camden", sector: "NCL", mean: 9 }, { borough: 1, name: "Barnet", sector: "NCL" },
  { borough: 2, name: "Enfield", sector: "NCL", mean: 4 }, { borough: 3, name: "Bexley", sector: "SEL", mean: 9 },
];
const order = (by: "name" | "mean", down: boolean): number[] => sorted(rows, by, down).map((r) => r.borough);

test("rows sort either way, ties by borough, and those without a value come last", () => {
  assert.deepEqual(order("name", false), [1, 3, 0, 2]);
  assert.deepEqual(order("name", true), [2, 0, 3, 1]);
  assert.deepEqual(order("mean", false), [2, 0, 3, 1]);
  assert.deepEqual(order("mean", true), [0, 3, 2, 1]);
});
