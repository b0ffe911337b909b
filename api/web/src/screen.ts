// Keeps map, legend, table, timeline and panels in step with what the planner chose.

import type { Map as Chart } from "maplibre-gl";
import { getForecast, getPlan, listCars, type City, type Coverage, type LatLng, type Plan } from "./api";
import type { CellLayer } from "./celllayer";
import type { Cells } from "./cells";
import { part } from "./dom";
import { HOURS_PER_WEEK } from "./hours";
import { showRamp } from "./legend";
import type { Markers } from "./markers";
import { showCars } from "./panels";
import { PlanPanel } from "./planpanel";
import { densityRamp, MINUTES, type Ramp } from "./ramp";
import { readout } from "./readout";
import type { State } from "./state";
import { Table } from "./table";
import { makeTabs } from "./tabs";
import { Timeline } from "./timeline";
import { Values } from "./values";

const CARS_MS = 1000;
const COVERAGE_MS = 15_000;

export class Screen {
  private readonly values = new Values();
  private readonly table: Table;
  private readonly timeline: Timeline;
  private readonly panel: PlanPanel;
  private last?: Plan;
  private density: Ramp = densityRamp([]);
  private readonly per100h: number; // calls an hour in a cell → calls per 100 hours per km²

  constructor(private readonly city: City, private readonly cells: Cells, private readonly layer: CellLayer, private readonly map: Chart,
    private readonly markers: Markers, private readonly state: State) {
    this.per100h = 100 / cells.areaKm2;
    makeTabs([["table", "Boroughs"], ["plan", "Plan"], ["cars", "Cars"], ["sources", "Sources"]]);
    this.table = new Table(city.boroughs, state);
    this.timeline = new Timeline(state, (hour) => this.here(hour));
    this.panel = new PlanPanel((plan) => this.take(plan), (site) => this.fly(site.position), () => this.values.coverageNow(state.now.hour, "")?.all);
  }

  /** Shows the first values, then starts what goes on by itself. */
  async begin(): Promise<void> {
    const week = await getForecast(Array.from({ length: HOURS_PER_WEEK }, (_, h) => h));
    this.density = densityRamp(week.rate.map((r) => r * this.per100h));
    this.radios();
    this.state.on(["view", "hour", "plan"], () => void this.refresh());
    this.state.on(["cell"], () => this.tell());
    this.state.on(["borough"], (now, before) => this.highlight(now.borough, before.borough));
    await this.restore();
    await this.refresh();
    this.every(CARS_MS, () => this.follow());
    this.every(COVERAGE_MS, () => (this.state.now.plan ? Promise.resolve() : this.refresh()));
    void this.prefetch();
  }

  /** A plan named in the address is opened, where the server still has it. */
  private async restore(): Promise<void> {
    const { plan } = this.state.now;
    if (!plan) return this.showPlan(undefined);
    try {
      this.take(await getPlan(plan));
    } catch (error) {
      this.state.set({ plan: "" });
      notice(`The plan in the address cannot be opened. ${(error as Error).message}`);
    }
  }

  private here(hour: number): boolean {
    const { view, plan } = this.state.now;
    if (view === "forecast") return this.values.forecastNow(hour) !== undefined;
    if (this.values.coverageNow(hour, plan)) return true;
    void this.values.coverage(hour, plan).catch(() => undefined);
    return false;
  }

  /** Paints at once what is here, and again when the rest has come, unless the choice has changed by then. */
  private async refresh(): Promise<void> {
    const { hour, plan } = this.state.now;
    this.paint();
    try {
      await Promise.all([this.values.forecast(hour), this.values.coverage(hour, plan)]);
    } catch (error) {
      notice((error as Error).message);
      return;
    }
    if (this.state.now.hour === hour && this.state.now.plan === plan) this.paint();
  }

  private paint(): void {
    const { view, hour, plan } = this.state.now;
    const begun = performance.now();
    const forecast = this.values.forecastNow(hour);
    const coverage = this.values.coverageNow(hour, plan);
    if (view === "forecast" && forecast) {
      this.layer.paint(forecast.rate.map((r) => r * this.per100h), this.density);
      showRamp(this.density, forecast.prior ? "A prior from published totals and census need; not learnt from calls." : `Forecast: ${forecast.source}.`, false);
    } else if (view === "coverage" && coverage) {
      this.layer.paint(coverage.minutes, MINUTES);
      showRamp(MINUTES, coverageNote(coverage, plan), coverage.minutes.some((m) => m < 0));
    }
    this.table.show(coverage?.cars ? coverage.boroughs : undefined, forecast?.boroughs, coverage?.cars ? coverage.all : undefined, forecast?.total);
    if (coverage) notice(coverage.basis.degraded ? `Degraded: ${coverage.basis.degradedReason || "no reason given"}` : "");
    this.tell();
    performance.measure("paint", { start: begun });
  }

  private tell(): void {
    const { cell, hour, plan } = this.state.now;
    readout(this.city, this.cells, cell, hour, this.values.forecastNow(hour), this.values.coverageNow(hour, plan), this.per100h);
  }

  private highlight(now: number | undefined, before: number | undefined): void {
    const mark = (borough: number | undefined, chosen: boolean): void => {
      if (borough !== undefined) this.map.setFeatureState({ source: "boroughs", id: this.city.boroughs[borough].code }, { chosen });
    };
    mark(before, false);
    mark(now, true);
  }

  private take(plan: Plan): void {
    this.panel.open(plan);
    this.last = plan;
    this.showPlan(plan);
    this.state.set({ plan: plan.name, view: "coverage" });
  }

  private showPlan(plan: Plan | undefined): void {
    this.markers.plan(plan);
    this.markers.showCars(!plan);
    part("subject").hidden = !this.last;
    this.check("subject", plan ? "plan" : "now");
  }

  private radios(): void {
    this.check("view", this.state.now.view);
    part("view").addEventListener("change", (e) => this.state.set({ view: (e.target as HTMLInputElement).value === "coverage" ? "coverage" : "forecast" }));
    part("subject").addEventListener("change", (e) => {
      const plan = (e.target as HTMLInputElement).value === "plan" ? this.last : undefined;
      this.showPlan(plan);
      this.state.set({ plan: plan?.name ?? "" });
    });
    this.state.on(["view"], ({ view }) => this.check("view", view));
  }

  private check(name: string, value: string): void {
    const radio = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
    if (radio) radio.checked = true;
  }

  private fly(p: LatLng): void {
    this.map.flyTo({ center: [p.longitude, p.latitude], zoom: Math.max(this.map.getZoom(), 12) });
    this.state.set({ cell: this.cells.at(p.latitude, p.longitude) });
  }

  private async follow(): Promise<void> {
    const fleet = await listCars();
    this.markers.cars(fleet.cars);
    if (!part("cars").hidden) showCars(fleet, (car) => this.fly(car.position));
    part("demo").hidden = !(fleet.demo || this.city.demo);
  }

  /** Fetches the week's forecasts one after the other, so that any hour shows at once, and fills the bars. */
  private async prefetch(): Promise<void> {
    const totals = new Array<number>(HOURS_PER_WEEK).fill(0);
    for (let i = 0; i < HOURS_PER_WEEK; i++) {
      const hour = (this.state.now.hour + i) % HOURS_PER_WEEK;
      try {
        totals[hour] = (await this.values.forecast(hour)).total;
      } catch {
        continue; // told when the hour is chosen
      }
      if (i % 8 === 7 || i === HOURS_PER_WEEK - 1) this.bars(totals);
    }
  }

  private bars(totals: number[]): void {
    const top = Math.max(...totals);
    totals.forEach((t, h) => this.timeline.bar(h, top > 0 ? t / top : 0));
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

function coverageNote(c: Coverage, plan: string): string {
  if (c.cars === 0) return "No car is available now, so nobody is near.";
  const whose = plan ? `${c.cars} planned cars` : `${c.cars} cars as they are now`;
  return `${whose}; speeds of ${c.basis.period || "the hour"}.`;
}

function notice(text: string): void {
  if (part("notice").textContent !== text) part("notice").textContent = text;
}
