// Classed colour ramps. Both are told apart by lightness alone, so that no kind of colour vision is
// needed to read them; ramp.test.ts checks that under simulated colour-vision deficiencies.

export type RGB = readonly [number, number, number];

/** Values below breaks[0] are class 0, those from breaks[i-1] on class i: one colour more than breaks. */
export interface Ramp {
  readonly unit: string;
  readonly breaks: readonly number[];
  readonly colours: readonly RGB[];
  readonly whole?: boolean; // only whole numbers occur
}

/** Cells that no car can reach, or without a value. */
export const NO_VALUE: RGB = [92, 92, 92];

const hex = (list: string): RGB[] =>
  list.split(" ").map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)) as unknown as RGB);

/** From pale to dark: calls expected. */
const DENSITY = hex("#f8f8ee #c3dfcc #94cabd #62adae #3f8ba0 #35678c #34446f #251f48");

/** Blue up to 15 minutes, orange beyond, darker the further from 15: minutes to the nearest car. */
const AWAY = hex("#174a7c #4c86ba #b3d2e8 #fbe0b0 #eda24c #b95a16 #6b260b");

export const MINUTES: Ramp = { unit: "minutes by road to the nearest car", breaks: [5, 10, 15, 20, 30, 45], colours: AWAY };

/** Calls of a quarter that 9 quarters of 10 stay within. */
export const UPPER: Ramp = { unit: "calls in 13 weeks that 9 times in 10 are not exceeded, in a cell", breaks: [1, 2, 3, 4, 6, 8, 12], colours: DENSITY, whole: true };

/**
 * A ramp in round steps for densities (calls per 100 hours per km²), given the week's mean: its darkest class begins
 * a little above what one cell in a hundred has, so that busy hours are still told apart.
 */
export function densityRamp(values: ArrayLike<number>): Ramp {
  const sorted = Float64Array.from(values).filter((v) => v > 0).sort();
  const high = 1.25 * (sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 1);
  const steps = DENSITY.length - 1;
  let step = stepBelow(high);
  const breaks: number[] = [];
  while (breaks.length < steps) {
    breaks.unshift(step);
    step = stepBelow(step * 0.99);
  }
  return { unit: "expected calls per 100 hours per km²", breaks, colours: DENSITY };
}

const LEADS = [7, 5, 3, 2, 1.5, 1];

/** The largest of the leading figures times a power of ten that is not above the value. */
function stepBelow(value: number): number {
  const power = Math.floor(Math.log10(value) + 1e-9);
  const head = value / 10 ** power;
  const lead = LEADS.find((l) => head >= l - 1e-9) ?? 1;
  return Number(`${lead}e${power}`);
}

/** The class of a value; undefined where it has none. */
export function classOf(ramp: Ramp, value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  let k = 0;
  while (k < ramp.breaks.length && value >= ramp.breaks[k]) k++;
  return k;
}

export function colourOf(ramp: Ramp, value: number): RGB {
  const k = classOf(ramp, value);
  return k === undefined ? NO_VALUE : ramp.colours[k];
}

/** "under 5", "5 to 10", "45 and more"; of whole numbers "0", "1", "5 to 6", "10 and more" */
export function className(ramp: Ramp, k: number): string {
  const { breaks } = ramp;
  if (ramp.whole && k < breaks.length) {
    const [from, to] = [breaks[k - 1] ?? 0, breaks[k] - 1];
    return from === to ? `${from}` : `${from} to ${to}`;
  }
  if (k === 0) return `under ${breaks[0]}`;
  if (k === breaks.length) return `${breaks[k - 1]} and more`;
  return `${breaks[k - 1]} to ${breaks[k]}`;
}

export const css = (c: RGB): string => `rgb(${c[0]} ${c[1]} ${c[2]})`;
