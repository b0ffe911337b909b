// The list of move-ups. It is watched only while it is looked at: the server makes recommendations, and
// records what became of them, for those who watch.

import type { Car, LatLng } from "./api";
import { el, part } from "./dom";
import { secondsAsMinutes } from "./format";
import type { MoveLayer } from "./movelayer";
import { watchMoveUps, type MoveUp, type MoveUps } from "./moveups";

const AGAIN_MS = 5000;

const clock = (d: Date): string => d.toLocaleTimeString("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" });

/** What a move is worth, in a line. */
export function gain(m: MoveUp): string {
  return `${secondsAsMinutes(m.seconds)} min by road · reached in time: ${m.before.toFixed(2)} → ${m.after.toFixed(2)} expected calls an hour${m.expires ? ` · answer by ${clock(m.expires)}` : ""}`;
}

export class MovePanel {
  private watch?: AbortController;
  private plan = "";
  private moves: MoveUp[] = [];
  private cars: Car[] = [];

  constructor(private readonly layer: MoveLayer, private readonly show: (at: LatLng) => void) {
    this.list({ moves: [], notes: [], degraded: "" }, "Asking which cars could wait elsewhere …");
  }

  /** Keeps up with the cars, the plan that is open, and whether the list is looked at. Call it often. */
  follow(cars: Car[], plan: string): void {
    this.cars = cars;
    const seen = !part("moves").hidden && !document.hidden;
    if (this.watch && (!seen || plan !== this.plan)) {
      this.watch.abort();
      this.watch = undefined;
      this.moves = [];
    }
    if (seen && !this.watch) {
      this.plan = plan;
      this.watch = new AbortController();
      void this.run(this.watch.signal);
    }
    this.layer.show(this.moves, cars);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await watchMoveUps(this.plan, signal, (now) => this.take(now)).catch((error: Error) => {
        if (!signal.aborted) this.list({ moves: [], notes: [], degraded: "" }, error.message);
      });
      await new Promise((r) => setTimeout(r, AGAIN_MS));
    }
  }

  private take(now: MoveUps): void {
    this.moves = now.moves;
    this.layer.show(this.moves, this.cars);
    const where = this.plan ? "the plan's sites" : "any standby point";
    this.list(now, now.moves.length ? `To wait at ${where}. Nearside recommends; it moves nobody.` : `No free car gains enough by waiting elsewhere, at ${where}.`);
  }

  private list(now: MoveUps, says: string): void {
    const item = (m: MoveUp): HTMLElement => el("li", {},
      el("button", { type: "button", class: "site", "data-move": m.name, click: () => this.show(m.to) },
        el("strong", {}, `${m.car} → ${m.place || `${m.to.latitude.toFixed(4)}, ${m.to.longitude.toFixed(4)}`}`), el("span", {}, gain(m))),
      el("details", {}, el("summary", {}, "Why"), el("ul", { class: "notes" }, ...m.reasons.map((r) => el("li", {}, r)))));
    const open = new Set([...part("moves").querySelectorAll("li > details[open]")].map((d) => d.previousElementSibling?.getAttribute("data-move")));
    const held = (document.activeElement as HTMLElement | null)?.dataset.move;
    part("moves").replaceChildren(
      el("p", { class: "note", role: "status" }, says), now.degraded ? el("p", { class: "warning" }, `Degraded: ${now.degraded}`) : "",
      el("ol", { class: "sites" }, ...now.moves.map(item)), el("ul", { class: "notes note" }, ...now.notes.map((n) => el("li", {}, n))));
    for (const button of part("moves").querySelectorAll<HTMLElement>("[data-move]")) {
      if (open.has(button.dataset.move)) button.nextElementSibling?.setAttribute("open", "");
      if (held === button.dataset.move) button.focus({ preventScroll: true });
    }
  }
}
