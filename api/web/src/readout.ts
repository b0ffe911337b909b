// One cell's values in words, for the eye and for a screen reader.

import type { City, Coverage } from "./api";
import type { Cells } from "./cells";
import { el, part } from "./dom";
import { QUARTER, type Forecast } from "./forecast";
import { figures, minutes, whole } from "./format";
import { HOURS_PER_WEEK, hourName } from "./hours";

export function readout(city: City, cells: Cells, cell: number | undefined, hour: number, forecast: Forecast | undefined,
  week: Forecast | undefined, coverage: Coverage | undefined): void {
  const box = part("readout");
  // Spoken only when the keyboard moves the cursor: a pointer crosses too many cells.
  box.setAttribute("aria-live", document.activeElement?.tagName === "CANVAS" ? "polite" : "off");
  box.hidden = cell === undefined;
  if (cell === undefined) return box.replaceChildren();
  const c = cells.all[cell];
  const away = coverage?.minutes[cell];
  const lines = [
    coverage && away !== undefined && coverage.cars > 0
      ? away < 0 ? "No car can get here" : `${minutes(away)} min to the nearest car${c.modelled ? " (modelled)" : ""}` : "Minutes to a car: not known",
    forecast ? `${figures(cells.density(forecast.rate[cell], cell))} calls per 100 hours per km²` : "Calls expected: loading",
    week ? `${QUARTER} weeks: ${figures(QUARTER * HOURS_PER_WEEK * week.rate[cell])} calls, ${week.lower[cell]} to ${week.upper[cell]} (10–90 %)` : "Calls in a quarter: loading",
    `${whole(c.population)} people`,
  ];
  box.replaceChildren(el("strong", {}, city.boroughs[c.borough]?.name ?? "London"), ...lines.map((l) => el("span", {}, l)), el("small", {}, `${hourName(hour)} · cell ${c.id}`));
}
