import assert from "node:assert/strict";
import { test } from "node:test";
import { gridDisk, latLngToCell } from "h3-js";
import { Cells, type Direction } from "./cells";

const middle = latLngToCell(51.5074, -0.1278, 9);
const cells = new Cells(gridDisk(middle, 12).map((id) => ({ id, borough: 0, modelled: false, population: 1, landKm2: 0.1 })));

function walk(way: Direction, steps: number): [number, number][] {
  let at = cells.find(middle)!;
  const anchor = cells.centre(at);
  const path = [anchor];
  for (let i = 0; i < steps; i++) {
    at = cells.step(at, way, anchor)!;
    path.push(cells.centre(at));
  }
  return path;
}

test("a point's cell is found, and one outside is not", () => {
  assert.equal(cells.at(51.5074, -0.1278), cells.find(middle));
  assert.equal(cells.at(48, 2), undefined);
});

for (const [way, axis, sign] of [["up", 0, 1], ["down", 0, -1], ["right", 1, 1], ["left", 1, -1]] as const) {
  test(`eight steps ${way} go that way each time and keep to the line`, () => {
    const path = walk(way, 8);
    for (let i = 1; i < path.length; i++) assert.ok(sign * (path[i][axis] - path[i - 1][axis]) > 0, `step ${i}`);
    const [first, last] = [path[0], path.at(-1)!];
    assert.ok(Math.abs(last[1 - axis] - first[1 - axis]) < 0.004, `drifted from ${first} to ${last}`);
  });
}

test("density counts calls on land; without land there is none", () => {
  const shore = new Cells([{ ...cells.all[0], landKm2: 0.02 }, { ...cells.all[1], landKm2: 0 }]);
  const [edge, water] = shore.densities(Float32Array.of(0.001, 0.001));
  assert.ok(Math.abs(edge - 5) < 1e-6); // 0.1 calls per 100 hours on 0.02 km²
  assert.ok(Number.isNaN(water));
});

test("a gap is stepped over, and the edge ends the walk", () => {
  const [lat] = cells.centre(cells.find(middle)!);
  const gap = new Cells(cells.all.filter((c) => {
    const [y] = cells.centre(cells.find(c.id)!);
    return y < lat + 1e-4 || y > lat + 0.006;
  }));
  const from = gap.find(middle)!;
  const over = gap.step(from, "up", gap.centre(from))!;
  assert.ok(gap.centre(over)[0] > lat + 0.006);
  const lone = new Cells([cells.all[0]]);
  assert.equal(lone.step(0, "up", lone.centre(0)), undefined);
});
