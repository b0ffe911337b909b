// The week below the map: expected calls by hour as bars, a slider over them, playback and "now".

import { el, part, svg } from "./dom";
import { DAYS, HOURS_PER_WEEK, hourName, hourOf, hourShort } from "./hours";
import type { State } from "./state";

const FRAME_MS = 350; // an hour of playback

export class Timeline {
  private readonly slider = el("input", { type: "range", min: 0, max: HOURS_PER_WEEK - 1, step: 1, id: "hour", "aria-label": "Hour of the week" });
  private readonly label = el("output", { for: "hour", id: "hour-name" });
  private readonly play = el("button", { type: "button", class: "play", click: () => this.toggle() });
  private readonly bars: SVGElement[] = [];
  private readonly strip = svg("g", { class: "planned" });
  private planned?: Set<number>;
  private timer?: number;

  /** ready says whether an hour can be shown at once, and fetches it where it cannot; playback waits for it. */
  constructor(private readonly state: State, private readonly ready: (hour: number) => boolean) {
    const now = el("button", { type: "button", click: () => { this.stop(); state.set({ hour: hourOf(new Date()) }); } }, "Now");
    for (let h = 0; h < HOURS_PER_WEEK; h++) this.bars.push(svg("rect", { x: h + 0.1, y: 0, width: 0.8, height: 0 }));
    const chart = svg("svg", { viewBox: `0 0 ${HOURS_PER_WEEK} 46`, preserveAspectRatio: "none", "aria-hidden": "true", class: "week" }, ...this.bars, this.strip);
    const days = el("div", { class: "days", "aria-hidden": "true" }, ...DAYS.map((d) => el("span", {}, d.slice(0, 3))));
    const track = el("div", { class: "track" }, chart, this.slider, days);
    part("timeline").replaceChildren(el("div", { class: "clock" }, this.label, el("div", { class: "buttons" }, this.play, now)), track);
    this.slider.addEventListener("input", () => { this.stop(); state.set({ hour: Number(this.slider.value) }); });
    state.on(["hour"], ({ hour }, before) => this.show(hour, before.hour));
    this.show(state.now.hour, state.now.hour);
    this.stop();
  }

  /** Draws the bars: expected calls an hour, by hour of week. */
  calls(week: number[]): void {
    const top = Math.max(...week);
    week.forEach((calls, hour) => {
      const height = top > 0 ? (38 * calls) / top : 0;
      this.bars[hour].setAttribute("height", String(height));
      this.bars[hour].setAttribute("y", String(40 - height));
    });
  }

  /** Marks the hours of a plan with a strip under their bars; undefined takes it away. */
  plan(hours: number[] | undefined): void {
    this.planned = hours && new Set(hours);
    this.strip.replaceChildren(...(hours ?? []).map((h) => svg("rect", { x: h, y: 42, width: 1, height: 4 })));
    this.say(this.state.now.hour);
  }

  private show(hour: number, before: number): void {
    this.slider.value = String(hour);
    this.say(hour);
    this.label.textContent = hourShort(hour);
    this.label.title = `${hourName(hour)}, London time`;
    this.bars[before].classList.remove("at");
    this.bars[hour].classList.add("at");
  }

  private say(hour: number): void {
    const outside = this.planned && !this.planned.has(hour);
    this.slider.setAttribute("aria-valuetext", `${hourName(hour)}${outside ? ", outside the planned hours" : ""}`);
  }

  private toggle(): void {
    if (this.timer !== undefined) return this.stop();
    this.timer = window.setInterval(() => {
      const next = (this.state.now.hour + 1) % HOURS_PER_WEEK;
      if (!this.ready(next)) return;
      this.state.set({ hour: next });
      this.ready((next + 1) % HOURS_PER_WEEK); // asks ahead, for the next frame
    }, FRAME_MS);
    this.name("Pause", true);
  }

  private stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.name("Play", false);
  }

  private name(text: string, pressed: boolean): void {
    this.play.textContent = text;
    this.play.setAttribute("aria-label", `${text} the week`);
    this.play.setAttribute("aria-pressed", String(pressed));
  }
}
