// The HTTP/JSON service of nearside.v1, as the page uses it. JSON leaves out fields that hold their
// default, so every message passes through a function that puts them back.

export interface Basis { network: string; period: string; blueLight: boolean; degraded: boolean; degradedReason: string; modelled: boolean; demo: boolean; roadChanges: number }
export interface LatLng { latitude: number; longitude: number }
export interface Cell { id: string; borough: number; modelled: boolean; population: number; landKm2: number }
export interface Borough { code: string; name: string; sector: string }
export interface Place { name: string; kind: string; position: LatLng; borough: string; operator: string; verified: boolean; evidence: string }
export interface SpeedPeriod { name: string; hours: number[]; source: string }
export interface Provenance { what: string; origin: string; source: string; licence: string }
export interface City {
  title: string; demo: boolean; network: string; networkNote: string; demand: string; demandNote: string;
  dataSha256: string; version: string; cells: Cell[]; boroughs: Borough[]; places: Place[]; periods: SpeedPeriod[]; provenance: Provenance[];
  callsPerHour: number[]; // by hour of week, all London
}
export interface Access { meanMinutes: number; p90Minutes: number; within15: number; callsPerHour: number }
export interface Coverage { minutes: Float32Array; boroughs: Map<number, Access>; all: Access; basis: Basis; cars: number; taken: Date }
export type CarStatus = "available" | "busy" | "off shift" | "unknown";
export interface Car {
  name: string; status: CarStatus; sector: string; position: LatLng; ageSeconds: number; stale: boolean; borough: string;
}
export interface Fleet { cars: Car[]; demo: boolean }
export interface PlannedSite { cell: string; position: LatLng; gridRef: string; borough: string; place: string }
export interface Comparison { name: string; note: string; valueSeconds: number; cars: PlannedSite[]; all: Access }
export interface Plan {
  name: string; objective: string; valueSeconds: number; boundSeconds: number; gap: number; gapInWords: string; cars: PlannedSite[];
  centres: PlannedSite[]; all: Access; comparisons: Comparison[]; basis: Basis; demand: string; stopped: boolean;
  hours: number[]; hoursInWords: string;
  /** By the objective, in the unit, such as "seconds a call" or "share of calls". */
  value: number; bound: number; unit: string; higherIsBetter: boolean; objectiveInWords: string;
}
export interface PlanRequest { cars: number; centres: number; hours: number[]; objective: string; driving: string; suitable: boolean }
export interface Progress { incumbentSeconds: number; boundSeconds: number; gap: number; stage: string; progress: number; warning: string }
export interface Operation { name: string; done: boolean; progress: Progress; error?: string; plan?: Plan }

export interface RoadChange {
  name: string; closed: boolean; speedKmh: number; note: string; expires?: Date; edges: number; streets: string[]; kept: boolean;
  area: LatLng[]; lines: LatLng[][];
}

/** Says what failed in the server's own words. */
export class ApiError extends Error {}

export type Json = Record<string, any>;

export async function call(path: string, init?: RequestInit): Promise<Json> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("The server does not answer. Is it running?");
  }
  if (response.status === 401) globalThis.location?.assign("/signin");
  const body: Json = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(body.message ?? `The server answered ${response.status} to ${path}.`);
  return body;
}

export const post = (path: string, body: Json): Promise<Json> =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** "12.5s" as seconds. */
export function seconds(duration: string | undefined): number {
  return duration ? Number.parseFloat(duration) : 0;
}

export const num = (v: any): number => Number(v ?? 0);
export const text = (v: any): string => v ?? "";
const latLng = (v: Json = {}): LatLng => ({ latitude: num(v.latitude), longitude: num(v.longitude) });
const basis = (v: Json = {}): Basis => ({
  network: text(v.network), period: text(v.period), blueLight: v.driving === "DRIVING_BLUE_LIGHT", degraded: !!v.degraded, degradedReason: text(v.degradedReason),
  modelled: !!v.modelled, demo: !!v.demo, roadChanges: num(v.roadChanges),
});
const access = (v: Json = {}): Access => ({
  meanMinutes: num(v.meanMinutes), p90Minutes: num(v.p90Minutes), within15: num(v.within15), callsPerHour: num(v.callsPerHour),
});

export function decodeCity(v: Json): City {
  return {
    title: text(v.title), demo: !!v.demo, network: text(v.network), networkNote: text(v.networkNote), demand: text(v.demand),
    demandNote: text(v.demandNote), dataSha256: text(v.dataSha256), version: text(v.version),
    cells: (v.cells ?? []).map((c: Json) => ({ id: c.id, borough: num(c.borough), modelled: !!c.modelled, population: num(c.population), landKm2: num(c.landKm2) })),
    boroughs: (v.boroughs ?? []).map((b: Json) => ({ code: text(b.code), name: text(b.name), sector: text(b.sector) })),
    places: (v.places ?? []).map((p: Json) => ({
      name: text(p.name), kind: text(p.kind), position: latLng(p.position), borough: text(p.borough), operator: text(p.operator),
      verified: !!p.verified, evidence: text(p.evidence),
    })),
    periods: (v.periods ?? []).map((p: Json) => ({ name: text(p.name), hours: (p.hours ?? []).map(Number), source: text(p.source) })),
    provenance: (v.provenance ?? []).map((p: Json) => ({ what: text(p.what), origin: text(p.origin), source: text(p.source), licence: text(p.licence) })),
    callsPerHour: (v.callsPerHour ?? []).map(Number),
  };
}

const STATUS: Record<string, CarStatus> = {
  CAR_STATUS_AVAILABLE: "available", CAR_STATUS_BUSY: "busy", CAR_STATUS_OFF_SHIFT: "off shift",
};

export function decodeFleet(v: Json): Fleet {
  return {
    demo: !!v.demo,
    cars: (v.cars ?? []).map((c: Json) => ({
      name: text(c.name).replace(/^cars\//, ""), status: STATUS[c.status] ?? "unknown", sector: text(c.sector), position: latLng(c.position),
      ageSeconds: seconds(c.positionAge), stale: !!c.stale, borough: text(c.borough),
    })),
  };
}

export function decodeRoadChanges(v: Json): RoadChange[] {
  return (v.changes ?? []).map((c: Json) => ({
    name: text(c.name), closed: c.kind !== "ROAD_CHANGE_KIND_SPEED", speedKmh: num(c.speedKmh), note: text(c.note), edges: num(c.edges),
    expires: c.expireTime ? new Date(c.expireTime) : undefined, streets: c.streets ?? [], kept: !!c.kept,
    area: (c.where?.area?.vertices ?? []).map(latLng), lines: (c.lines ?? []).map((l: Json) => (l.points ?? []).map(latLng)),
  }));
}

const sites = (list: Json[] = []): PlannedSite[] => list.map((s) => ({
  cell: text(s.cell), position: latLng(s.position), gridRef: text(s.gridRef), borough: text(s.borough), place: text(s.place),
}));

export function decodePlan(v: Json): Plan {
  return {
    name: text(v.name), objective: text(v.objective), valueSeconds: num(v.valueSeconds), boundSeconds: num(v.boundSeconds), gap: num(v.gap),
    gapInWords: text(v.gapInWords), cars: sites(v.cars), centres: sites(v.centres), all: access(v.all),
    comparisons: (v.comparisons ?? []).map((c: Json) => ({
      name: text(c.name), note: text(c.note), valueSeconds: num(c.valueSeconds), cars: sites(c.cars), all: access(c.all),
    })),
    basis: basis(v.basis), demand: text(v.demand), stopped: !!v.stopped,
    hours: (v.hours ?? []).map(Number), hoursInWords: text(v.hoursInWords),
    value: num(v.value), bound: num(v.bound), unit: text(v.unit), higherIsBetter: !!v.higherIsBetter, objectiveInWords: text(v.objectiveInWords),
  };
}

export function decodeOperation(v: Json): Operation {
  const m: Json = v.metadata ?? {};
  return {
    name: text(v.name), done: !!v.done,
    progress: { incumbentSeconds: num(m.incumbentSeconds), boundSeconds: num(m.boundSeconds), gap: num(m.gap), stage: text(m.stage), progress: num(m.progress), warning: text(m.warning) },
    error: v.error ? text(v.error.message) || "The plan failed without a reason." : undefined,
    plan: v.response ? decodePlan(v.response) : undefined,
  };
}

export const getCity = async (): Promise<City> => decodeCity(await call("/v1/city"));
export const listCars = async (): Promise<Fleet> => decodeFleet(await call("/v1/cars"));
export const listRoadChanges = async (lines: boolean): Promise<RoadChange[]> =>
  decodeRoadChanges(await call(`/v1/roadChanges?pageSize=1000&includeLines=${lines}`));
export const getPlan = async (name: string): Promise<Plan> => decodePlan(await call(`/v1/${name}`));
export const getOperation = async (name: string): Promise<Operation> => decodeOperation(await call(`/v1/${name}`));
export const cancelOperation = async (name: string): Promise<void> => void (await post(`/v1/${name}:cancel`, {}));
export const createPlan = async (request: PlanRequest): Promise<Operation> => decodeOperation(await post("/v1/plans", { ...request }));

/** The plan's document with its proof, which `nearside verify` checks. */
export const getPlanDocument = async (name: string): Promise<string> => text((await call(`/v1/${name}?includeDocument=true`)).documentJson);

/**
 * Minutes by road from the nearest car at an hour of week: of the cars now where plan is empty, else of the plan's, or
 * of those of its first, second, … comparison.
 */
export async function getCoverage(hour: number, plan: string, comparison: number): Promise<Coverage> {
  const taken = new Date();
  const v = await call(`/v1/coverage?hour=${hour}${plan ? `&plan=${encodeURIComponent(plan)}&comparison=${comparison}` : ""}`);
  return {
    minutes: Float32Array.from(v.minutes ?? []), all: access(v.all), basis: basis(v.basis), cars: num(v.cars), taken,
    boroughs: new Map((v.boroughs ?? []).map((b: Json) => [num(b.borough), access(b)])),
  };
}
