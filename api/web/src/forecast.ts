// Expected calls, what a scenario changes about them, and how they stand to the calls that arrive.

import { call, num, post, text, type Json } from "./api";

/** Calls that may come: the mean, and the 10, 50 and 90 % quantiles. */
export interface Interval { mean: number; lower: number; median: number; upper: number }
/** By hour, for a chart. */
export interface Series { mean: number[]; lower: number[]; upper: number[] }
export interface Forecast {
  rate: Float32Array; lower: Float32Array; upper: Float32Array; boroughs: Map<number, number>; total: number; source: string; prior: boolean;
  notes: string[]; degraded: string; drift: boolean; evidence: string[]; cutoff?: Date; suitable: boolean; modified: boolean;
  totalCalls: Interval; boroughCalls: Map<number, Interval>; all: Series; byBorough: Series[]; // by hour, where asked for
}

export interface Growth { perYear: number; years: number }
export interface Event { latitude: number; longitude: number; radiusMetres: number; startHour: number; hours: number; calls: number }
/** What would be otherwise. */
export interface Scenario { growth?: Growth; event?: Event }

/** Which calls: all or the suitable ones, as they are or as a scenario has them. */
export interface Mix { readonly suitable: boolean; readonly scenario: Scenario | undefined }

export interface Finding { evidence: string; since?: Date }
export interface Drift {
  state: "unknown" | "none" | "drift"; summary: string; findings: Finding[]; notes: string[]; calls: number; expected: number; since?: Date; closed?: Date;
}

const interval = (v: Json = {}): Interval => ({ mean: num(v.mean), lower: num(v.lower), median: num(v.median), upper: num(v.upper) });
const series = (v: Json = {}): Series => ({ mean: (v.mean ?? []).map(Number), lower: (v.lower ?? []).map(Number), upper: (v.upper ?? []).map(Number) });

export function decodeForecast(v: Json): Forecast {
  return {
    rate: Float32Array.from(v.rate ?? []), lower: Float32Array.from(v.lower ?? []), upper: Float32Array.from(v.upper ?? []),
    total: num(v.total), source: text(v.source), prior: !!v.prior, notes: v.notes ?? [], degraded: v.degraded ? text(v.degradedReason) || "no reason given" : "",
    drift: v.drift === "DRIFT_STATE_DRIFT", evidence: v.driftEvidence ?? [], cutoff: v.cutoffTime ? new Date(v.cutoffTime) : undefined,
    suitable: !!v.suitable, modified: !!v.modified, totalCalls: interval(v.totalCalls),
    boroughs: new Map((v.boroughs ?? []).map((b: Json) => [num(b.borough), num(b.value)])),
    boroughCalls: new Map((v.boroughCalls ?? []).map((b: Json) => [num(b.borough), interval(b.calls)])),
    all: series(v.hourTable?.all), byBorough: (v.hourTable?.boroughs ?? []).map(series),
  };
}

const STATES: Record<string, Drift["state"]> = { DRIFT_STATE_NONE: "none", DRIFT_STATE_DRIFT: "drift" };
const date = (v: any): Date | undefined => (v ? new Date(v) : undefined);

export function decodeDrift(v: Json): Drift {
  return {
    state: STATES[v.state] ?? "unknown", summary: text(v.summary), notes: v.notes ?? [], calls: num(v.scores?.calls), expected: num(v.scores?.expected),
    findings: (v.findings ?? []).map((f: Json) => ({ evidence: text(f.evidence), since: date(f.sinceTime) })), since: date(v.sinceTime), closed: date(v.closedTime),
  };
}

/** The scenario as the contract says it; undefined where it changes nothing. */
export function encodeScenario(s: Scenario | undefined): Json | undefined {
  const modifications: Json[] = [];
  if (s?.growth) modifications.push({ growth: { ...s.growth } });
  if (s?.event) {
    const { latitude, longitude, ...event } = s.event;
    modifications.push({ event: { ...event, location: { latLng: { latitude, longitude } } } });
  }
  return modifications.length ? { modifications } : undefined;
}

async function ask(hours: number[], mix: Mix, cellValues: string[] = [], includeHourTable = false, weeks = 1): Promise<Forecast> {
  const scenario = encodeScenario(mix.scenario);
  if (scenario) return decodeForecast(await post("/v1/forecast:query", { hours, suitable: mix.suitable, scenario, cellValues, includeHourTable, weeks }));
  const asked = [...hours.map((h) => `hours=${h}`), ...cellValues.map((v) => `cellValues=${v}`)];
  if (mix.suitable) asked.push("suitable=true");
  if (weeks > 1) asked.push(`weeks=${weeks}`);
  if (includeHourTable) asked.push("includeHourTable=true");
  return decodeForecast(await call(`/v1/forecast?${asked.join("&")}`));
}

/** Expected calls in one hour of the week. */
export const getHour = (hour: number, mix: Mix): Promise<Forecast> => ask([hour], mix);

/** How many typical weeks a quarter is: in fewer, most cells have no call, and whole numbers say little. */
export const QUARTER = 13;

/** A typical week by hour and borough, and the calls of a quarter of such weeks with their intervals. */
export const getWeek = (mix: Mix): Promise<Forecast> =>
  ask(Array.from({ length: 168 }, (_, h) => h), mix, ["FORECAST_VALUE_MEAN", "FORECAST_VALUE_LOWER", "FORECAST_VALUE_UPPER"], true, QUARTER);

export const getDrift = async (): Promise<Drift> => decodeDrift(await call("/v1/drift"));
