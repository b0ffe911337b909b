// The list of closed and slowed roads.

import type { LatLng, RoadChange } from "./api";
import { el, part } from "./dom";
import { whole } from "./format";

/** What a change does, in a few words. */
export const whatChanged = (c: RoadChange): string => (c.closed ? "Closed" : `At ${c.speedKmh} km/h`);

/** Until when, on London's clock. */
export function untilWhen(c: RoadChange): string {
  if (!c.expires) return "until reopened";
  return `until ${c.expires.toLocaleString("en-GB", { timeZone: "Europe/London", weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })}`;
}

/** A point to fly to: in the middle of the first road, else of the area. */
export function whereIs(c: RoadChange): LatLng | undefined {
  const line = c.lines[0] ?? c.area;
  return line[line.length >> 1];
}

export function showRoads(changes: RoadChange[], show: (at: LatLng) => void): void {
  const item = (c: RoadChange): HTMLElement => {
    const at = whereIs(c);
    const says = [el("strong", {}, `${whatChanged(c)}${c.streets.length ? `: ${c.streets.join(", ")}` : ""}`),
      el("span", {}, [c.note, untilWhen(c), c.edges ? `${whole(c.edges)} directions of roads` : "no road of this network", c.kept ? "" : "forgotten when the server stops"].filter(Boolean).join(" · "))];
    return el("li", {}, at ? el("button", { type: "button", class: "site", click: () => show(at) }, ...says) : el("div", { class: "site" }, ...says));
  };
  part("roads").replaceChildren(...(changes.length
    ? [el("p", { class: "note" }, "Every travel time on this page respects these."), el("ol", { class: "sites" }, ...changes.map(item))]
    : [el("p", { class: "note" }, "No road is closed or slowed. nearside roads close, or the API, closes one.")]));
}
