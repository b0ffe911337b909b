// Numbers as the page writes them.

const NONE = "–";

/** Minutes with one decimal; a dash where there is no value. */
export function minutes(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) || value < 0 ? NONE : value.toFixed(1);
}

/** Seconds as minutes with one decimal. */
export const secondsAsMinutes = (s: number | undefined): string => minutes(s === undefined ? undefined : s / 60);

/** A share as a whole percentage. */
export function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? NONE : `${Math.round(share * 100)} %`;
}

/** A plan's value with its unit, such as "23.0 minutes a call" or "83.1 % of calls". */
export function worth(value: number, unit: string): string {
  if (unit.startsWith("seconds")) return unit.replace("seconds", `${secondsAsMinutes(value)} minutes`);
  if (unit.startsWith("share")) return unit.replace("share", `${(100 * value).toFixed(1)} %`);
  return unit === "cars" ? `${Math.round(value)} cars` : `${value.toFixed(3)} ${unit}`;
}

/** A positive number with two significant figures and no exponent. */
export function figures(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return "0";
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 6));
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A whole number with separators. */
export const whole = (value: number): string => Math.round(value).toLocaleString("en-GB");
