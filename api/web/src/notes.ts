// What the key says under its colours: which cars are counted, when, at which speeds.

import type { Coverage, Plan } from "./api";
import type { Drift, Forecast } from "./forecast";
import { hourShort } from "./hours";
import { FRESH_MS } from "./values";

/** Says what the colours of the calls rest on; upper is what is not exceeded 9 times in 10. */
export function forecastNote(f: Forecast, upper = false): string {
  const origin = f.prior ? "A prior from published totals and census need; not learnt from calls." : `Forecast: ${f.source}.`;
  const which = `${f.suitable ? " Only calls that suit a joint-response car." : ""}${f.modified ? " Changed by your scenario (panel Calls)." : ""}`;
  return `${origin}${which} ${upper ? "All hours together, whichever is chosen; a rate, never points." : "Per km² of London's land in a cell."}`;
}

/** What a reader must know before relying on the calls, with what was last heard of drift; empty where there is nothing. */
export function forecastWarning(f: Forecast, drift: Drift | undefined): string {
  const evidence = drift ? drift.findings.map((x) => x.evidence) : f.evidence;
  const warnings = f.degraded ? [`${f.degraded[0].toUpperCase()}${f.degraded.slice(1)}.`] : [];
  if (evidence.length) warnings.push(`The calls that arrive part from the forecast. ${evidence[0]}.${evidence.length > 1 ? ` ${count(evidence.length - 1, "more finding")} in panel Calls.` : ""}`);
  return warnings.join(" ");
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
