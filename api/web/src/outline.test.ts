import assert from "node:assert/strict";
import { test } from "node:test";
import { area, labelPoint, outline, type BoroughFeature, type Position } from "./outline";

const square = (x: number, y: number): BoroughFeature => ({
  properties: { code: `${x}${y}`, name: "", sector: "" },
  geometry: { coordinates: [[[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]] as Position[]]] },
});

test("a shared edge lies inside; the outline of two squares is one ring around both", () => {
  const rings = outline([square(0, 0), square(1, 0)]);
  assert.equal(rings.length, 1);
  assert.equal(area(rings[0]), 4); // twice the area
  assert.deepEqual(rings[0][0], rings[0].at(-1));
});

test("squares apart have a ring each, and a hole among squares is a ring", () => {
  assert.equal(outline([square(0, 0), square(5, 0)]).length, 2);
  const ringOfEight = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => square(x, y))).filter((_, i) => i !== 4);
  assert.deepEqual(outline(ringOfEight).map(area).sort((a, b) => a - b), [2, 18]);
});

test("a name stands in the middle", () => assert.deepEqual(labelPoint(square(2, 4)), [2.5, 4.5]));
