// The panel of calls: the week by hour with its band, which calls are counted, what if, and how the
// forecast stands to the calls that arrive.

import type { City } from "./api";
import type { Cells } from "./cells";
import { el, part } from "./dom";
import { QUARTER, type Drift, type Forecast } from "./forecast";
import { figures, whole } from "./format";
import { ScenarioForm } from "./scenarioform";
import type { State } from "./state";
import { WeekChart } from "./weekchart";

const when = (d: Date): string => d.toLocaleString("en-GB", { timeZone: "Europe/London", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export class CallsPanel {
  private readonly chart: WeekChart;
  private readonly title = el("h2", {});
  private readonly sums = el("p", { class: "note", role: "status" });
  private readonly drift = el("div", { class: "drift" });
  private readonly notes = el("ul", { class: "notes" });
  private week?: Forecast;

  constructor(private readonly city: City, cells: Cells, private readonly state: State) {
    this.chart = new WeekChart((hour) => state.set({ hour }));
    const form = new ScenarioForm(() => state.now.hour, (scenario) => state.set({ scenario, view: "forecast" }));
    const radio = (value: boolean, label: string): HTMLElement => el("label", {}, el("input", {
      type: "radio", name: "mix", value: value ? "suitable" : "all", checked: state.now.suitable === value, change: () => state.set({ suitable: value }),
    }), label);
    part("calls").replaceChildren(this.title, this.drift, this.chart.node, this.sums,
      el("fieldset", { class: "mix" }, el("legend", {}, "Calls counted"), radio(false, "All"), radio(true, "Those that suit a joint-response car")),
      form.node, el("h3", {}, "What stands behind it"), this.notes);
    state.on(["picked"], ({ picked }) => {
      if (picked === undefined) return;
      const [latitude, longitude] = cells.centre(picked);
      form.pick({ latitude, longitude, name: city.boroughs[cells.all[picked].borough]?.name ?? "London" });
    });
    state.on(["borough"], () => this.draw());
  }

  show(week: Forecast): void {
    this.week = week;
    this.draw();
  }

  private draw(): void {
    const { week } = this;
    if (!week?.all.mean.length) return;
    const { borough } = this.state.now;
    const name = borough === undefined ? this.city.title || "London" : this.city.boroughs[borough].name;
    const calls = borough === undefined ? week.totalCalls : week.boroughCalls.get(borough) ?? week.totalCalls;
    this.title.textContent = `Calls in ${name} by hour`;
    this.chart.show(name, borough === undefined ? week.all : week.byBorough[borough] ?? week.all);
    this.sums.textContent = `${QUARTER} typical weeks: ${calls.mean < 10 ? figures(calls.mean) : whole(calls.mean)} calls expected, ${whole(calls.lower)} to ${whole(calls.upper)} four times in five. ` +
      `Band: 10 to 90 % of each hour. ${borough === undefined ? "Choose a borough on the map or in the table to see its own." : ""}`;
    this.notes.replaceChildren(...week.notes.map((n) => el("li", { class: "note" }, n)));
  }

  /** Says how the forecast stands to the calls that arrive. */
  stand(d: Drift): void {
    const head = d.state === "drift" ? el("p", { class: "warning" }, "The calls that arrive part from the forecast.") : el("p", { class: "note" }, d.summary);
    const since = d.since && d.closed ? [el("p", { class: "note" }, `${whole(d.calls)} calls scored from ${when(d.since)} to ${when(d.closed)}, ${figures(d.expected)} expected.`)] : [];
    const list = d.findings.map((f) => el("li", {}, f.evidence, f.since ? el("small", {}, ` since ${when(f.since)}`) : ""));
    this.drift.classList.toggle("parted", d.state === "drift");
    this.drift.replaceChildren(head, ...(list.length ? [el("ul", {}, ...list)] : []), ...since);
  }
}
