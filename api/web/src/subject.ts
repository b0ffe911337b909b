// Whose cars the map counts: those on the road now, the plan's, or those that the plan is compared with.

import type { Plan } from "./api";
import { el, part } from "./dom";
import { capital } from "./format";
import type { Counted, State } from "./state";

const value = ({ plan, comparison }: Counted): string => (plan ? `plan${comparison || ""}` : "now");

/** Offers the choice once there is a plan. */
export function offer(plan: Plan, state: State): void {
  const option = (counted: Counted, label: string): HTMLElement => el("label", {}, el("input", {
    type: "radio", name: "subject", value: value(counted), checked: value(counted) === value(state.now), change: () => state.set(counted),
  }), label);
  part("subject").replaceChildren(
    el("legend", {}, "Cars counted"), option({ plan: "", comparison: 0 }, "Now"), option({ plan: plan.name, comparison: 0 }, "In the plan"),
    ...plan.comparisons.map((c, k) => option({ plan: plan.name, comparison: k + 1 }, capital(c.name))));
  part("subject").hidden = false;
}

/** Keeps the choice in step with a change made elsewhere. */
export function follow(state: State): void {
  state.on(["plan", "comparison"], (now) => {
    const radio = document.querySelector<HTMLInputElement>(`input[name="subject"][value="${value(now)}"]`);
    if (radio) radio.checked = true;
  });
}
