// Keeps map, legend, table, timeline and panels in step with what the planner chose.

import type { Map as Chart } from "maplibre-gl";
import { getPlan, listCars, listRoadChanges, type City, type LatLng, type Plan } from "./api";
import { CallsPanel } from "./callspanel";
import type { CellLayer } from "./celllayer";
import type { Cells } from "./cells";
import { part } from "./dom";
import { getDrift, type Drift } from "./forecast";
import { showRamp } from "./legend";
import type { Markers } from "./markers";
import type { MoveLayer } from "./movelayer";
import { MovePanel } from "./movepanel";
import { showCars } from "./panels";
import { coverageNote, forecastNote, forecastWarning, outside } from "./notes";
import { PlanPanel } from "./planpanel";
import { densityRamp, MINUTES, UPPER, type Ramp } from "./ramp";
import { readout } from "./readout";
import type { RoadLayer } from "./roadlayer";
import { showRoads } from "./roadpanel";
import type { Choice, State } from "./state";
import { follow, offer } from "./subject";
import { Table } from "./table";
import { makeTabs } from "./tabs";
import { Timeline } from "./timeline";
import { FRESH_MS, Values } from "./values";

const CARS_MS = 1000;
const ROADS_MS = 2000;
const DRIFT_MS = 60_000;

export class Screen {
  private readonly values = new Values();
  private readonly table: Table;
  private readonly timeline: Timeline;
  private readonly panel: PlanPanel;
  private readonly calls: CallsPanel;
  private readonly moves: MovePanel;
  private last?: Plan;
  private drift?: Drift;
  private changes?: string; // the names of the road changes that are shown
  private density: Ramp = densityRamp([]);

  constructor(private readonly city: City, private readonly cells: Cells, private readonly layer: CellLayer, private readonly map: Chart,
    private readonly markers: Markers, private readonly roads: RoadLayer, moves: MoveLayer, private readonly state: State) {
    makeTabs([["table", "Boroughs"], ["calls", "Calls"], ["plan", "Plan"], ["cars", "Cars"], ["moves", "Move-ups"], ["roads", "Roads"], ["sources", "Sources"]]);
    this.table = new Table(city.boroughs, state);
    this.timeline = new Timeline(state, (hour) => this.here(hour));
    this.timeline.calls(city.callsPerHour);
    this.calls = new CallsPanel(city, cells, state);
    this.moves = new MovePanel(moves, (at) => this.fly(at));
    this.panel = new PlanPanel((plan) => this.take(plan), (site) => this.fly(site.position),
      () => this.values.coverageNow(state.now.hour, { plan: "", comparison: 0 })?.all,
      (plan, comparison) => state.set({ plan: plan.name, comparison, view: "coverage" }));
  }

  /** Shows the first values, then starts what goes on by itself. */
  async begin(): Promise<void> {
    this.density = densityRamp(this.cells.densities((await this.values.week({ suitable: false, scenario: undefined })).rate));
    this.radio("view", (value) => ({ view: value === "coverage" ? "coverage" : "forecast" }));
    this.radio("figure", (value) => ({ figure: value === "upper" ? "upper" : "mean" }));
    follow(this.state);
    this.state.on(["plan", "comparison"], () => this.showSites());
    this.state.on(["view", "figure", "suitable", "scenario", "hour", "plan", "comparison"], () => void this.refresh());
    this.state.on(["cell"], () => this.tell());
    this.state.on(["borough"], (now, before) => this.highlight(now.borough, before.borough));
    await this.restore();
    await this.refresh();
    this.every(CARS_MS, () => this.follow());
    this.every(ROADS_MS, () => this.followRoads());
    this.every(DRIFT_MS, () => this.followDrift());
    this.every(FRESH_MS, () => (this.state.now.plan ? Promise.resolve() : this.update()));
  }

  /** A plan named in the address is opened, where the server still has it. */
  private async restore(): Promise<void> {
    const { plan, comparison } = this.state.now;
    if (!plan) return;
    try {
      this.take(await getPlan(plan), comparison);
    } catch (error) {
      this.state.set({ plan: "", comparison: 0 });
      notice(`The plan in the address cannot be opened. ${(error as Error).message}`);
    }
  }

  private here(hour: number): boolean {
    const { view, ...counted } = this.state.now;
    if (view === "forecast" ? this.values.forecastNow(hour, counted) : this.values.coverageNow(hour, counted)) return true;
    Promise.all([this.values.forecast(hour, counted), this.values.coverage(hour, counted)]).catch(() => undefined); // told when the hour is chosen
    return false;
  }

  /** Paints at once what is here, and again when the rest has come, unless the choice has changed by then. */
  private async refresh(): Promise<void> {
    this.paint();
    await this.update();
  }

  private async update(): Promise<void> {
    const asked = this.state.now;
    const { hour, plan, comparison } = asked;
    try {
      await Promise.all([this.values.forecast(hour, asked), this.values.week(asked), this.values.coverage(hour, { plan, comparison })]);
    } catch (error) {
      notice((error as Error).message);
      return;
    }
    const { now } = this.state;
    if ((["hour", "plan", "comparison", "suitable", "scenario"] as const).every((k) => now[k] === asked[k])) this.paint();
  }

  private paint(): void {
    const { now } = this.state;
    const { view, hour, figure } = now;
    const forecast = this.values.forecastNow(hour, now);
    const week = this.values.weekNow(now);
    const coverage = this.values.coverageNow(hour, now);
    const unplanned = outside(this.plan(), hour);
    part("figure").hidden = view !== "forecast";
    if (view === "forecast" && figure === "upper" && week) {
      this.layer.paint(week.upper, UPPER);
      showRamp(UPPER, forecastNote(week, true), false, forecastWarning(week, this.drift));
    } else if (view === "forecast" && figure === "mean" && forecast) {
      this.layer.paint(this.cells.densities(forecast.rate), this.density);
      showRamp(this.density, forecastNote(forecast), false, forecastWarning(forecast, this.drift));
    } else if (view === "coverage" && coverage) {
      this.layer.paint(coverage.minutes, MINUTES);
      showRamp(MINUTES, coverageNote(coverage, this.plan(), now.comparison), coverage.minutes.some((m) => m < 0), unplanned);
    }
    if (week) {
      this.calls.show(week);
      this.timeline.calls(week.all.mean);
    }
    this.table.show(coverage?.cars ? coverage.boroughs : undefined, forecast?.boroughs, coverage?.cars ? coverage.all : undefined, forecast?.total);
    if (coverage) notice(coverage.basis.degraded ? `Degraded: ${coverage.basis.degradedReason || "no reason given"}` : unplanned && "Outside the planned hours");
    this.tell();
  }

  private tell(): void {
    const { now } = this.state;
    readout(this.city, this.cells, now.cell, now.hour, this.values.forecastNow(now.hour, now), this.values.weekNow(now), this.values.coverageNow(now.hour, now));
  }

  private highlight(now: number | undefined, before: number | undefined): void {
    const mark = (borough: number | undefined, chosen: boolean): void => {
      if (borough !== undefined) this.map.setFeatureState({ source: "boroughs", id: this.city.boroughs[borough].code }, { chosen });
    };
    mark(before, false);
    mark(now, true);
  }

  /** Shows a plan, or its first, second, … comparison. */
  private take(plan: Plan, comparison = 0): void {
    this.panel.open(plan);
    this.last = plan;
    this.state.set({ plan: plan.name, comparison: Math.min(comparison, plan.comparisons.length), view: "coverage" });
    offer(plan, this.state);
    this.showSites();
  }

  /** The plan whose cars, or whose comparison's cars, are counted. */
  private plan(): Plan | undefined {
    return this.state.now.plan ? this.last : undefined;
  }

  private showSites(): void {
    const plan = this.plan();
    this.markers.plan(plan, this.state.now.comparison);
    this.markers.showCars(!plan);
    this.timeline.plan(plan?.hours);
  }

  /** Keeps the radios of a name, which are those of a field of the choice, in step with it. */
  private radio(name: "view" | "figure", choose: (value: string) => Partial<Choice>): void {
    const check = (value: string): void => {
      const radio = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
      if (radio) radio.checked = true;
    };
    check(this.state.now[name]);
    part(name).addEventListener("change", (e) => this.state.set(choose((e.target as HTMLInputElement).value)));
    this.state.on([name], (now) => check(now[name]));
  }

  private fly(p: LatLng): void {
    this.map.flyTo({ center: [p.longitude, p.latitude], zoom: Math.max(this.map.getZoom(), 12) });
    this.state.set({ cell: this.cells.at(p.latitude, p.longitude) });
  }

  private async follow(): Promise<void> {
    const fleet = await listCars();
    this.markers.cars(fleet.cars);
    this.moves.follow(fleet.cars, this.state.now.plan);
    if (!part("cars").hidden) showCars(fleet, (car) => this.fly(car.position));
    part("demo").hidden = !(fleet.demo || this.city.demo);
  }

  /** Shows closed and slowed roads, and counts again where they changed. */
  private async followRoads(): Promise<void> {
    const names = (await listRoadChanges(false)).map((c) => c.name).join();
    if (names === this.changes) return;
    const first = this.changes === undefined;
    const changes = await listRoadChanges(true);
    this.changes = changes.map((c) => c.name).join();
    this.roads.show(changes);
    showRoads(changes, (at) => this.fly(at));
    if (first) return;
    this.values.recount();
    await this.update();
  }

  private async followDrift(): Promise<void> {
    this.drift = await getDrift();
    this.calls.stand(this.drift);
    if (this.state.now.view === "forecast") this.paint();
  }

  /** Repeats work while the page is looked at, never twice at once. */
  private every(ms: number, work: () => Promise<void>): void {
    const turn = async (): Promise<void> => {
      if (!document.hidden) await work().catch((error: Error) => notice(error.message));
      setTimeout(turn, ms);
    };
    void turn();
  }
}

function notice(text: string): void {
  if (part("notice").textContent !== text) part("notice").textContent = text;
}
