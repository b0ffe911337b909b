// What the planner has chosen, in one place. A view changes it with set() and hears of changes
// through on(); nothing else is shared between views.

import type { Mix } from "./forecast";

/** What the cells show: expected calls, or minutes to the nearest car. */
export type View = "forecast" | "coverage";

/** Whose cars are counted. */
export interface Counted {
  readonly plan: string; // "plans/…"; empty: the cars now
  readonly comparison: number; // 1, 2, …: the cars of the plan's comparison in that place; 0: the plan's own
}

/** Which figure of the calls the cells show: the mean of an hour, or what a quarter does not exceed 9 times in 10. */
export type Figure = "mean" | "upper";

export interface Choice extends Counted, Mix {
  readonly view: View;
  readonly figure: Figure;
  readonly hour: number; // of the week
  readonly cell: number | undefined; // under the cursor
  readonly borough: number | undefined; // highlighted
  readonly picked: number | undefined; // the cell that was last clicked, or entered by key
}

type Listener = (now: Choice, before: Choice) => void;

export class State {
  private readonly listeners: Listener[] = [];

  constructor(private choice: Choice) {}

  get now(): Choice { return this.choice; }

  /** Calls the listener after each change of one of the fields. */
  on(fields: (keyof Choice)[], listener: Listener): void {
    this.listeners.push((now, before) => {
      if (fields.some((f) => now[f] !== before[f])) listener(now, before);
    });
  }

  set(change: Partial<Choice>): void {
    const before = this.choice;
    this.choice = { ...before, ...change };
    for (const listener of this.listeners) listener(this.choice, before);
  }
}

/** Reads the view and hour from the address, such as "#view=coverage&hour=14". */
export function fromAddress(hash: string, hour: number): Choice {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const asked = given.has("hour") ? Number(given.get("hour")) : NaN;
  const comparison = Number(given.get("comparison") ?? 0);
  return {
    view: given.get("view") === "coverage" ? "coverage" : "forecast", figure: given.get("figure") === "upper" ? "upper" : "mean",
    suitable: given.get("calls") === "suitable", scenario: undefined,
    hour: Number.isInteger(asked) && asked >= 0 && asked < 168 ? asked : hour,
    plan: given.get("plan") ?? "", comparison: Number.isInteger(comparison) && comparison > 0 ? comparison : 0, cell: undefined, borough: undefined, picked: undefined,
  };
}

export function toAddress(c: Choice): string {
  const calls = `${c.figure === "upper" ? "&figure=upper" : ""}${c.suitable ? "&calls=suitable" : ""}`;
  return `#view=${c.view}&hour=${c.hour}${calls}${c.plan ? `&plan=${c.plan}` : ""}${c.plan && c.comparison ? `&comparison=${c.comparison}` : ""}`;
}
