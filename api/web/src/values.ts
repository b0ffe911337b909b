// Values by hour, fetched once and kept: a typical week's forecast never changes while the page is open, nor
// does a plan's coverage. What the cars now cover does, so that is kept for a few seconds only.

import { getCoverage, type Coverage } from "./api";
import { getHour, getWeek, type Forecast, type Mix } from "./forecast";
import type { Counted } from "./state";

/** How long a count of the cars now is good for: cars report their positions every few seconds. */
export const FRESH_MS = 5000;

const key = (hour: number, c: Counted): string => `${c.plan} ${c.comparison} ${hour}`;

/** Calls of the same name are the same. */
const named = (m: Mix): string => JSON.stringify([m.suitable, m.scenario]);

interface Kept<T> { value: Promise<T>; done?: T; until: number }

export class Values {
  private readonly forecasts = new Map<string, Kept<Forecast>>();
  private readonly weeks = new Map<string, Kept<Forecast>>();
  private readonly coverages = new Map<string, Kept<Coverage>>();

  forecast(hour: number, mix: Mix): Promise<Forecast> {
    return keep(this.forecasts, `${hour} ${named(mix)}`, Infinity, () => getHour(hour, mix));
  }

  week(mix: Mix): Promise<Forecast> {
    return keep(this.weeks, named(mix), Infinity, () => getWeek(mix));
  }

  coverage(hour: number, counted: Counted): Promise<Coverage> {
    return keep(this.coverages, key(hour, counted), counted.plan ? Infinity : FRESH_MS, () => getCoverage(hour, counted.plan, counted.comparison));
  }

  /** Has coverage counted again when it is next asked for: a road was closed or opened. */
  recount(): void {
    for (const kept of this.coverages.values()) kept.until = 0;
  }

  /** The values where they are here already, even if a little old. */
  forecastNow = (hour: number, mix: Mix): Forecast | undefined => this.forecasts.get(`${hour} ${named(mix)}`)?.done;
  weekNow = (mix: Mix): Forecast | undefined => this.weeks.get(named(mix))?.done;
  coverageNow = (hour: number, counted: Counted): Coverage | undefined => this.coverages.get(key(hour, counted))?.done;
}

function keep<K, T>(store: Map<K, Kept<T>>, key: K, lifetime: number, fetch: () => Promise<T>): Promise<T> {
  const kept = store.get(key);
  if (kept && kept.until > performance.now()) return kept.value;
  const fresh: Kept<T> = { value: fetch(), done: kept?.done, until: performance.now() + lifetime };
  store.set(key, fresh);
  fresh.value.then((v) => { fresh.done = v; }, () => store.delete(key));
  return fresh.value;
}
