// A small form for what if: growth over the coming year, and one event.

import { el } from "./dom";
import type { Scenario } from "./forecast";

/** Where an event is held. */
export interface Spot { latitude: number; longitude: number; name: string }

const field = (label: string, control: HTMLElement): HTMLElement => el("label", { class: "field" }, el("span", {}, label), control);
const number = (name: string, min: number, max: number, value: number): HTMLInputElement =>
  el("input", { type: "number", name, min, max, value, step: "any", required: true });

/** What the form's figures come to; undefined where they change nothing. */
export function scenarioOf(growth: number, calls: number, hours: number, hour: number, spot: Spot | undefined): Scenario | undefined {
  const s: Scenario = {};
  if (growth) s.growth = { perYear: growth / 100, years: 1 };
  if (spot && calls > 0) s.event = { latitude: spot.latitude, longitude: spot.longitude, radiusMetres: 500, startHour: hour, hours, calls };
  return s.growth || s.event ? s : undefined;
}

export class ScenarioForm {
  readonly node: HTMLFormElement;
  private readonly place = el("button", { type: "button", "aria-pressed": "false", click: () => this.arm(!this.armed) }, "Place it on the map");
  private readonly says = el("p", { class: "note", role: "status" });
  private readonly growth = number("growth", -50, 100, 0);
  private readonly calls = number("calls", 0, 1000, 6);
  private readonly hours = number("hours", 1, 168, 4);
  private spot?: Spot;
  private armed = false;

  /** hour is the one chosen on the timeline; apply gets the scenario, undefined for none. */
  constructor(private readonly hour: () => number, private readonly apply: (s: Scenario | undefined) => void) {
    this.node = el("form", { class: "planform scenario" },
      el("h3", {}, "What if"),
      el("div", { class: "pair" }, field("Calls in a year, % more", this.growth), el("span", {})),
      el("fieldset", {}, el("legend", {}, "An event, each week from the hour chosen"),
        el("div", { class: "pair" }, field("Extra calls", this.calls), field("Hours", this.hours)), this.place, this.says),
      el("div", { class: "buttons" }, el("button", { type: "submit", class: "primary" }, "Apply"),
        el("button", { type: "button", click: () => this.clear() }, "Clear")));
    this.node.addEventListener("submit", (e) => {
      e.preventDefault();
      this.arm(false);
      apply(scenarioOf(this.growth.valueAsNumber, this.calls.valueAsNumber, Math.round(this.hours.valueAsNumber), this.hour(), this.spot));
    });
  }

  /** Takes a cell that was clicked on the map, where the form waits for one. */
  pick(spot: Spot): void {
    if (!this.armed) return;
    this.spot = spot;
    this.arm(false);
    this.says.textContent = `Event in ${spot.name}, half of its calls within 500 m. Apply to see it.`;
  }

  private arm(on: boolean): void {
    this.armed = on;
    this.place.setAttribute("aria-pressed", String(on));
    if (on) this.says.textContent = "Click on the map, or move there with the arrow keys and press Enter.";
  }

  private clear(): void {
    this.spot = undefined;
    this.says.textContent = "";
    this.growth.value = "0";
    this.arm(false);
    this.apply(undefined);
  }
}
