// Asks for a plan, follows its making and shows the result.

import { cancelOperation, createPlan, getOperation, type Access, type Operation, type Plan, type PlannedSite, type PlanRequest, type Progress } from "./api";
import { el, part } from "./dom";
import { secondsAsMinutes } from "./format";
import { planForm } from "./planform";
import { planResult } from "./planresult";

const POLL_MS = 400;

export class PlanPanel {
  private readonly bar = el("progress", { max: 1, value: 0, "aria-label": "The plan's progress" });
  private readonly told = el("p", { role: "status" });
  private readonly stop = el("button", { type: "button" }, "Stop, keep the best so far");
  private readonly work = el("div", { class: "work", hidden: true }, this.bar, this.told, this.stop);
  private readonly result = el("div");
  private readonly form = planForm((request) => void this.make(request));

  /**
   * done gets each finished plan; show flies to a site; now gives the access of the cars on the road; count puts the
   * plan's cars or those of a comparison on the map.
   */
  constructor(private readonly done: (plan: Plan) => void, private readonly show: (site: PlannedSite) => void, private readonly now: () => Access | undefined,
    private readonly count: (plan: Plan, comparison: number) => void) {
    part("plan").replaceChildren(el("h2", {}, "Where should cars and centres stand?"), this.form, this.work, this.result);
  }

  /** Shows a finished plan. */
  open(plan: Plan): void {
    this.result.replaceChildren(planResult(plan, this.now(), this.show, (comparison) => this.count(plan, comparison)));
  }

  private async make(request: PlanRequest): Promise<void> {
    this.busy(true);
    this.result.replaceChildren();
    this.bar.removeAttribute("value"); // moving until the first report
    this.told.textContent = "Asking for a plan …";
    try {
      const plan = await this.follow(await createPlan(request));
      this.open(plan);
      this.done(plan);
    } catch (error) {
      this.result.replaceChildren(el("p", { class: "trouble", role: "alert" }, `No plan: ${(error as Error).message}`));
    } finally {
      this.busy(false);
    }
  }

  private async follow(operation: Operation): Promise<Plan> {
    this.stop.onclick = () => {
      this.stop.disabled = true;
      cancelOperation(operation.name).catch((error: Error) => { this.told.textContent = `It cannot be stopped: ${error.message}`; });
    };
    while (!operation.done) {
      this.report(operation.progress);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      operation = await getOperation(operation.name);
    }
    if (!operation.plan) throw new Error(operation.error ?? "the server gave no reason");
    return operation.plan;
  }

  private report(p: Progress): void {
    if (p.progress > 0) this.bar.value = p.progress;
    const found = p.incumbentSeconds > 0
      ? `: mean ${secondsAsMinutes(p.incumbentSeconds)} min, no plan below ${secondsAsMinutes(p.boundSeconds)} min, gap ${(100 * p.gap).toFixed(1)} %`
      : p.gap > 0 ? `: gap ${(100 * p.gap).toFixed(1)} %` : "";
    this.told.textContent = `${p.stage === "waiting" ? "Waiting for its turn" : `Working on ${p.stage || "the plan"}`}${found}${p.warning ? `. Note: ${p.warning}` : ""}`;
  }

  private busy(on: boolean): void {
    this.work.hidden = !on;
    this.stop.disabled = false;
    const submit = this.form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (submit) submit.disabled = on;
  }
}
