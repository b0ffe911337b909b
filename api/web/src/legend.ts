// The key to the map: colours in their unit, hatching, and what each sign means.

import { el, part } from "./dom";
import { draw } from "./markers";
import { ROADS } from "./roadlayer";
import { className, css, NO_VALUE, type Ramp } from "./ramp";

const SIGNS: [string, string][] = [
  ["available", "car, available"], ["busy", "car, busy"], ["off shift", "car, off shift"], ["stale", "car, position too old"],
  ["ed", "emergency department"], ["mental", "mental-health site"], ["mental unverified", "dashed: role not verified"],
  ["planned", "planned car"], ["compared", "car of a comparison"], ["centre", "planned centre"],
];

function swatch(colour: string, label: string, kind = ""): HTMLElement {
  const box = el("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
  box.style.backgroundColor = colour;
  return el("li", {}, box, label);
}

/** Redraws the colours for what the cells show now; a warning stands out. */
export function showRamp(ramp: Ramp, note: string, unreachable: boolean, warning = ""): void {
  const rows = ramp.colours.map((c, k) => swatch(css(c), className(ramp, k)));
  if (unreachable) rows.push(swatch(css(NO_VALUE), "no car can get there"));
  part("ramp").replaceChildren(
    el("p", { class: "unit" }, ramp.unit[0].toUpperCase() + ramp.unit.slice(1)),
    el("ul", { class: "swatches" }, ...rows),
    warning ? el("p", { class: "warning" }, warning) : "",
    el("p", { class: "note" }, note),
  );
}

/** Draws the signs once. */
export function showSigns(anyModelled: boolean): void {
  const rows: HTMLElement[] = SIGNS.map(([icon, label]) => {
    const canvas = draw(icon, 2);
    canvas.setAttribute("aria-hidden", "true");
    canvas.className = "sign";
    return el("li", {}, canvas, label);
  });
  rows.push(swatch(ROADS.closed, "closed road", "road"), swatch(ROADS.slow, "road with a set speed", "road slow"));
  if (anyModelled) rows.push(swatch("transparent", "travel times modelled, not measured", "hatch"));
  part("signs").replaceChildren(...rows);
}
