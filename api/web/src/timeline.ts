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
  private timer?: number;

  /** ready says whether an hour can be shown at once; playback waits for it. */
  constructor(private readonly state: State, private readonly ready: (hour: number) => boolean) {
    const now = el("button", { type: "button", click: () => { this.stop(); state.set({ hour: hourOf(new Date()) }); } }, "Now");
    for (let h = 0; h < HOURS_PER_WEEK; h++) this.bars.push(svg("rect", { x: h + 0.1, y: 0, width: 0.8, height: 0 }));
    const chart = svg("svg", { viewBox: `0 0 ${HOURS_PER_WEEK} 40`, preserveAspectRatio: "none", "aria-hidden": "true", class: "week" }, ...this.bars);
    const days = el("div", { class: "days", "aria-hidden": "true" }, ...DAYS.map((d) => el("span", {}, d.slice(0, 3))));
    const track = el("div", { class: "track" }, chart, this.slider, days);
    part("timeline").replaceChildren(el("div", { class: "clock" }, this.label, el("div", { class: "buttons" }, this.play, now)), track);
    this.slider.addEventListener("input", () => { this.stop(); state.set({ hour: Number(this.slider.value) }); });
    state.on(["hour"], ({ hour }, before) => this.show(hour, before.hour));
    this.show(state.now.hour, state.now.hour);
    this.stop();
  }

  /** Sets the height of an hour's bar: expected calls an hour, as a share of the busiest. */
  bar(hour: number, share: number): void {
    this.bars[hour].setAttribute("height", String(38 * share));
    this.bars[hour].setAttribute("y", String(40 - 38 * share));
  }

  private show(hour: number, before: number): void {
    this.slider.value = String(hour);
    this.slider.setAttribute("aria-valuetext", hourName(hour));
    this.label.textContent = hourShort(hour);
    this.label.title = `${hourName(hour)}, London time`;
    this.bars[before].classList.remove("at");
    this.bars[hour].classList.add("at");
  }

  private toggle(): void {
    if (this.timer !== undefined) return this.stop();
    this.timer = window.setInterval(() => {
      const next = (this.state.now.hour + 1) % HOURS_PER_WEEK;
      if (this.ready(next)) this.state.set({ hour: next });
    }, FRAME_MS);
    this.say("Pause", true);
  }

  private stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.say("Play", false);
  }

  private say(text: string, pressed: boolean): void {
    this.play.textContent = text;
    this.play.setAttribute("aria-label", `${text} the week`);
    this.play.setAttribute("aria-pressed", String(pressed));
  }
}
