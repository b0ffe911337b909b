// A plan in words and numbers, beside the map.

import { getPlanDocument, type Access, type Plan, type PlannedSite } from "./api";
import { el } from "./dom";
import { capital, minutes, percent, worth } from "./format";

const figure = (value: string, label: string): HTMLElement => el("div", {}, el("dd", {}, value), el("dt", {}, label));

function row(name: Node | string, a: Access): HTMLTableRowElement {
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, minutes(a.meanMinutes)), el("td", {}, minutes(a.p90Minutes)), el("td", {}, percent(a.within15)));
}

function siteList(title: string, sites: PlannedSite[], show: (site: PlannedSite) => void): HTMLElement[] {
  if (!sites.length) return [];
  const rows = sites.map((s) => el("li", {}, el("button", { type: "button", class: "site", click: () => show(s) },
    el("strong", {}, s.place || s.borough), el("span", {}, `${s.place ? `${s.borough}, ` : ""}${s.gridRef}`))));
  return [el("h3", {}, title), el("ol", { class: "sites" }, ...rows)];
}

/**
 * Draws the plan; now are the cars on the road, where known; show flies to a site; count puts the plan's cars (0) or
 * those of a comparison (1, 2, …) on the map.
 */
export function planResult(plan: Plan, now: Access | undefined, show: (site: PlannedSite) => void, count: (comparison: number) => void): HTMLElement {
  const onMap = (name: string, k: number): HTMLElement => el("button", { type: "button", title: `${name}: show on the map`, click: () => count(k) }, name);
  const rows = [row(onMap("This plan", 0), plan.all), ...plan.comparisons.map((c, k) => row(onMap(capital(c.name), k + 1), c.all))];
  if (now && now.meanMinutes > 0) rows.push(row("Cars now, by road alone", now));
  return el("div", { class: "result" },
    el("p", { class: "gap" }, capital(plan.gapInWords || "the plan has no bound")),
    plan.unit ? el("p", { class: "note" }, `Kept ${plan.higherIsBetter ? "high" : "low"}: ${plan.objectiveInWords}. ${capital(worth(plan.value, plan.unit))}; no plan ${plan.higherIsBetter ? "above" : "below"} ${worth(plan.bound, plan.unit)}.`) : "",
    plan.stopped ? el("p", { class: "note" }, "Stopped early: this is the best plan found until then.") : "",
    el("dl", { class: "figures" }, figure(minutes(plan.all.meanMinutes), "minutes, mean"), figure(minutes(plan.all.p90Minutes), "minutes, 90th"), figure(percent(plan.all.within15), "within 15 min")),
    el("table", {}, el("caption", {}, "Minutes to respond, weighted by expected calls: mobilisation and busy cars counted"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Where cars stand"), el("th", { scope: "col" }, "Mean"), el("th", { scope: "col" }, "90th"), el("th", { scope: "col" }, "≤ 15"))),
      el("tbody", {}, ...rows)),
    ...plan.comparisons.filter((c) => c.note).map((c) => el("p", { class: "note" }, el("strong", {}, `${capital(c.name)}.`), ` ${c.note}`)),
    ...siteList("Cars", plan.cars, show), ...siteList("Crisis centres", plan.centres, show),
    el("p", { class: "note" }, `Hours: ${plan.hoursInWords || "not stated"}. Demand: ${plan.demand || "not stated"}. Network: ${plan.basis.network || "not stated"}${plan.basis.modelled ? ", partly modelled" : ""}.`),
    el("button", { type: "button", click: (event: Event) => save(plan, event.currentTarget as HTMLElement) }, "Download the plan (JSON)"));
}

async function save(plan: Plan, button: HTMLElement): Promise<void> {
  let content: string;
  try {
    content = await getPlanDocument(plan.name);
  } catch (cause) {
    button.textContent = `Download the plan (JSON) – failed: ${cause instanceof Error ? cause.message : cause}`;
    return;
  }
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  el("a", { href: url, download: `${plan.name.replace("/", "-") || "plan"}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
