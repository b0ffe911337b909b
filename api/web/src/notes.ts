// What the key says under its colours: which cars are counted, when, at which speeds.

import type { Coverage, Forecast, Plan } from "./api";
import { hourShort } from "./hours";
import { FRESH_MS } from "./values";

export function forecastNote(f: Forecast): string {
  const origin = f.prior ? "A prior from published totals and census need; not learnt from calls." : `Forecast: ${f.source}.`;
  return `${origin} Per km² of London's land in a cell.`;
}

/** Says whose cars are counted: those now, a plan's, or those of its first, second, … comparison. */
export function coverageNote(c: Coverage, plan: Plan | undefined, comparison: number): string {
  const roads = c.basis.roadChanges ? ` ${count(c.basis.roadChanges, "closed or slowed road")} (panel Roads) respected.` : "";
  const speeds = `Speeds of ${c.basis.period || "the hour"}${c.basis.blueLight ? ", on blue lights" : ""}.${roads}`;
  if (!plan) return `${carsNow(c)} ${speeds}`;
  const other = plan.comparisons[comparison - 1];
  const whose = other ? `${count(c.cars, "car")} of the comparison “${other.name}”` : count(c.cars, "planned car");
  return `${whose}, each taken as free. ${plan.hoursInWords ? `Planned hours (dark strip under the week): ${plan.hoursInWords}. ` : ""}${speeds}`;
}

function carsNow(c: Coverage): string {
  const counted = c.cars ? `${count(c.cars, "car")} as they are now: ` : "No car is available now, so nobody is near. Counted are ";
  return `${counted}those available, on the road and with a fresh position; not the busy, off shift or stale. ` +
    `Counted at ${c.taken.toLocaleTimeString("en-GB")}, again every ${FRESH_MS / 1000} s.`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Warns where an hour is none that the plan was made for; empty otherwise. */
export function outside(plan: Plan | undefined, hour: number): string {
  if (!plan?.hours.length || plan.hours.includes(hour)) return "";
  return `${hourShort(hour)} is outside the planned hours: none of these cars is on the road then. Shown is what they would reach.`;
}
