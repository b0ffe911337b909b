// The list of cars and the account of where the data come from.

import type { Car, City, Fleet } from "./api";
import { el, part } from "./dom";
import { whole } from "./format";
import { draw, iconOf, isCare } from "./markers";

function age(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s ago` : `${Math.round(seconds / 60)} min ago`;
}

function carRow(car: Car, show: (car: Car) => void): HTMLTableRowElement {
  const sign = draw(iconOf(car), 2);
  sign.className = "sign";
  sign.setAttribute("aria-hidden", "true");
  return el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", "data-car": car.name, click: () => show(car) }, car.name)),
    el("td", { class: "status" }, sign, car.stale ? `${car.status}, position too old` : car.status),
    el("td", {}, car.borough || "–"), el("td", {}, age(car.ageSeconds)));
}

/** Redraws the cars, and keeps the focus where it was. */
export function showCars(fleet: Fleet, show: (car: Car) => void): void {
  const held = (document.activeElement as HTMLElement | null)?.dataset.car;
  const heads = ["Car", "Status", "Borough", "Position"].map((t) => el("th", { scope: "col" }, t));
  const rows = [...fleet.cars].sort((a, b) => a.name.localeCompare(b.name, "en-GB", { numeric: true })).map((c) => carRow(c, show));
  const free = fleet.cars.filter((c) => c.status === "available" && !c.stale).length;
  part("cars").replaceChildren(...(rows.length
    ? [el("p", { class: "note" }, `${whole(rows.length)} cars, ${whole(free)} of them available.`),
      el("table", {}, el("caption", { class: "hidden" }, "Cars as they are now"), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))]
    : [el("p", { class: "note" }, "No car has reported a position yet. Cars appear here as soon as they do.")]));
  if (held) part("cars").querySelector<HTMLElement>(`[data-car="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** Fills the panel of sources. */
export function showSources(city: City): void {
  const modelled = city.cells.filter((c) => c.modelled).length;
  const share = city.cells.length ? Math.round((100 * modelled) / city.cells.length) : 0;
  const fact = (term: string, text: string): HTMLElement[] => (text ? [el("dt", {}, term), el("dd", {}, text)] : []);
  const care = city.places.filter(isCare);
  const unsure = care.filter((p) => !p.verified).length;
  part("sources").replaceChildren(
    el("h2", {}, "What stands behind the map"),
    el("dl", { class: "facts" },
      ...fact("Roads", `${city.network}. ${city.networkNote}`), ...fact("Demand", `${city.demand}. ${city.demandNote}`),
      ...fact("Cells", `${whole(city.cells.length)} of H3 resolution 9; in ${share} % of them, hatched on the map, travel times are modelled.`),
      ...fact("Places", `${care.length} emergency departments and mental-health sites; the role of ${unsure} of them is not verified in a source. This is not an official list.`),
      ...fact("Version", city.version), ...fact("Data", city.dataSha256 ? `SHA-256 ${city.dataSha256.slice(0, 16)}…` : "")),
    el("h3", {}, "Figures"),
    ...city.provenance.map((p) => el("div", { class: "origin" }, el("p", {}, el("strong", {}, p.what), " ", el("span", { class: `tag ${p.origin}` }, p.origin || "not stated")),
      el("p", { class: "note" }, [p.source, p.licence].filter(Boolean).join(" · ")))),
    el("h3", {}, "Speeds"),
    ...city.periods.map((p) => el("div", { class: "origin" }, el("p", {}, el("strong", {}, p.name)), el("p", { class: "note" }, p.source))),
    el("h3", {}, "Places"),
    ...care.map((p) => el("div", { class: "origin" }, el("p", {}, el("strong", {}, p.name), " ", p.verified ? "" : el("span", { class: "tag" }, "not verified")),
      el("p", { class: "note" }, [p.operator, p.borough, p.evidence].filter(Boolean).join(" · ")))));
}
