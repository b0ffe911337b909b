// The form in which a planner asks for a plan.

import type { PlanRequest } from "./api";
import { el } from "./dom";
import { DAYS, shiftHours } from "./hours";

function field(label: string, control: HTMLElement): HTMLElement {
  return el("label", { class: "field" }, el("span", {}, label), control);
}

const number = (name: string, min: number, max: number, value: number): HTMLInputElement =>
  el("input", { type: "number", name, min, max, value, required: true, inputmode: "numeric" });

function choice(name: string, options: [string, string][]): HTMLSelectElement {
  return el("select", { name }, ...options.map(([value, label]) => el("option", { value }, label)));
}

const clock = (name: string, value: number): HTMLSelectElement => {
  const select = choice(name, Array.from({ length: 24 }, (_, h) => [String(h), `${String(h).padStart(2, "0")}:00`]));
  select.value = String(value);
  return select;
};

/** Builds the form; send gets what was asked once it is complete. */
export function planForm(send: (request: PlanRequest) => void): HTMLFormElement {
  const days = DAYS.map((d, i) => el("label", { class: "day" },
    el("input", { type: "checkbox", name: "day", value: i, checked: true, "aria-label": d }), d.slice(0, 2)));
  const trouble = el("p", { class: "trouble", role: "alert" });
  const form = el("form", { class: "planform" },
    el("div", { class: "pair" }, field("Cars", number("cars", 1, 200, 6)), field("Crisis centres", number("centres", 0, 50, 4))),
    el("div", { class: "pair" }, field("On the road from", clock("from", 11)), field("until", clock("until", 23))),
    el("fieldset", { class: "week-days" }, el("legend", {}, "Days"), el("div", {}, ...days)),
    field("Keep low", choice("objective", [
      ["expected_response", "expected response, cars may be busy"], ["mean_response", "mean response, every car free"],
      ["worst_response", "worst response of any place, every car free"],
    ])),
    field("For", choice("calls", [["all", "all calls"], ["suitable", "calls that suit a joint-response car"]])),
    field("Driving", choice("driving", [["DRIVING_NORMAL", "normal"], ["DRIVING_BLUE_LIGHT", "blue light"]])),
    trouble, el("button", { type: "submit", class: "primary" }, "Make a plan"));
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const given = new FormData(form);
    const chosen = given.getAll("day").map(Number);
    trouble.textContent = chosen.length ? "" : "Choose at least one day.";
    if (!chosen.length) return;
    send({
      cars: Number(given.get("cars")), centres: Number(given.get("centres")), objective: String(given.get("objective")),
      driving: String(given.get("driving")), suitable: given.get("calls") === "suitable", hours: shiftHours(chosen, Number(given.get("from")), Number(given.get("until"))),
    });
  });
  return form;
}
