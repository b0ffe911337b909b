import assert from "node:assert/strict";
import { test } from "node:test";
import { className, classOf, densityRamp, MINUTES, UPPER, type Ramp, type RGB } from "./ramp";

const DENSITY = densityRamp(Array.from({ length: 1000 }, (_, i) => 0.002 * i));

// Dichromacy in linear RGB, severity 1: Machado, Oliveira and Fernandes (2009), table 1.
const VISION: Record<string, number[]> = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const linear = (c: number): number => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);

/** CIE Lab under D65. */
function lab(colour: RGB, m: number[]): number[] {
  const l = colour.map(linear);
  const [r, g, b] = [0, 3, 6].map((k) => Math.min(1, Math.max(0, m[k] * l[0] + m[k + 1] * l[1] + m[k + 2] * l[2])));
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

for (const [ramp, name] of [[DENSITY, "density"], [MINUTES, "minutes"]] as [Ramp, string][]) {
  for (const [kind, matrix] of Object.entries(VISION)) {
    test(`every two classes of ${name} are told apart with ${kind}`, () => {
      const labs = ramp.colours.map((c) => lab(c, matrix));
      for (let i = 0; i < labs.length; i++) {
        for (let j = i + 1; j < labs.length; j++) {
          const apart = Math.hypot(...labs[i].map((v, k) => v - labs[j][k]));
          assert.ok(apart > 9, `classes ${i} and ${j} differ by ${apart.toFixed(1)}`); // 2.3 is just noticeable
        }
      }
    });
  }
}

test("calls run from light to dark, minutes are lightest around 15", () => {
  const lightness = (r: Ramp): number[] => r.colours.map((c) => lab(c, VISION.usual)[0]);
  const calls = lightness(DENSITY);
  assert.deepEqual(calls, [...calls].sort((a, b) => b - a));
  const [near, far] = [lightness(MINUTES).slice(0, 3), lightness(MINUTES).slice(3)];
  assert.deepEqual(near, [...near].sort((a, b) => a - b));
  assert.deepEqual(far, [...far].sort((a, b) => b - a));
});

test("a value at a break belongs above it; no value has no class", () => {
  assert.equal(classOf(MINUTES, 4.99), 0);
  assert.equal(classOf(MINUTES, 15), 3);
  assert.equal(classOf(MINUTES, 1e9), MINUTES.colours.length - 1);
  assert.equal(classOf(MINUTES, -1), undefined);
  assert.equal(classOf(MINUTES, NaN), undefined);
  assert.deepEqual([0, 3, 6].map((k) => className(MINUTES, k)), ["under 5", "15 to 20", "45 and more"]);
});

test("density breaks rise in round steps to just above the busiest cells", () => {
  assert.equal(DENSITY.breaks.length, DENSITY.colours.length - 1);
  assert.deepEqual([...DENSITY.breaks], [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2]);
  assert.equal(densityRamp([]).breaks.length, 7); // an empty city has a key all the same
});

test("whole numbers are named one by one", () => {
  assert.deepEqual([0, 1, 5, 7].map((k) => className(UPPER, k)), ["0", "1", "6 to 7", "12 and more"]);
});
