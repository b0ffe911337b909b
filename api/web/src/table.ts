// The borough table: sortable, and highlighting the same borough as the map.

import type { Access, Borough } from "./api";
import { el, part } from "./dom";
import { figures, minutes, percent } from "./format";
import { short } from "./outline";
import type { State } from "./state";

const missing = (v: string | number | undefined): v is undefined => v === undefined || Number.isNaN(v);

export interface Row { borough: number; name: string; sector: string; mean?: number; p90?: number; within?: number; calls?: number }
export type Column = keyof Omit<Row, "borough">;

const COLUMNS: [Column, string, string][] = [
  ["name", "Borough", "Borough"], ["mean", "Mean", "Mean minutes to the nearest car, weighted by expected calls"],
  ["p90", "90th", "90th percentile of minutes"], ["within", "≤ 15", "Share of expected calls within 15 minutes"],
  ["calls", "Calls/h", "Expected calls per hour"],
];

/** Where no car gets to a borough its means are 0 and no call is within reach: there is no value to show. */
const reached = (a: Access | undefined): Access | undefined => (a && a.meanMinutes === 0 && a.within15 === 0 ? { ...a, meanMinutes: NaN, p90Minutes: NaN } : a);

/** Rows in the order of a column; those without a value last either way. */
export function sorted(rows: Row[], by: Column, down: boolean): Row[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[by], b[by]];
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y)) || a.borough - b.borough;
    const order = typeof x === "string" ? x.localeCompare(y as string, "en-GB") : x - (y as number);
    return sign * order || a.borough - b.borough;
  });
}

export class Table {
  private rows: Row[];
  private by: Column = "name";
  private down = false;
  private readonly body = el("tbody");
  private readonly foot = el("tfoot");
  private readonly heads = new Map<Column, HTMLTableCellElement>();

  constructor(boroughs: Borough[], private readonly state: State) {
    this.rows = boroughs.map((b, borough) => ({ borough, name: b.name, sector: b.sector }));
    const heads = COLUMNS.map(([column, label, hint]) => {
      const head = el("th", { scope: "col", class: column }, el("button", { type: "button", title: hint, click: () => this.sort(column) }, label));
      this.heads.set(column, head);
      return head;
    });
    part("table").replaceChildren(el("table", {}, el("caption", { class: "hidden" }, "Boroughs: minutes to the nearest car and expected calls"),
      el("thead", {}, el("tr", {}, ...heads)), this.body, this.foot));
    state.on(["borough"], ({ borough }) => this.highlight(borough));
    this.draw();
  }

  /** Fills in the values of an hour; without access those columns are empty. */
  show(access: Map<number, Access> | undefined, calls: Map<number, number> | undefined, all: Access | undefined, total: number | undefined): void {
    this.rows = this.rows.map((r) => {
      const a = reached(access?.get(r.borough));
      return { ...r, mean: a?.meanMinutes, p90: a?.p90Minutes, within: a?.within15, calls: calls?.get(r.borough) };
    });
    this.foot.replaceChildren(line({ borough: -1, name: "London", sector: "", mean: all?.meanMinutes, p90: all?.p90Minutes, within: all?.within15, calls: total }));
    this.draw();
  }

  private sort(by: Column): void {
    this.down = by === this.by ? !this.down : by !== "name" && by !== "within";
    this.by = by;
    this.draw();
  }

  private draw(): void {
    for (const [column, head] of this.heads) {
      head.setAttribute("aria-sort", column !== this.by ? "none" : this.down ? "descending" : "ascending");
    }
    const focused = (document.activeElement as HTMLElement | null)?.dataset.borough;
    this.body.replaceChildren(...sorted(this.rows, this.by, this.down).map((r) => this.row(r)));
    if (focused) this.body.querySelector<HTMLElement>(`button[data-borough="${focused}"]`)?.focus({ preventScroll: true });
    this.highlight(this.state.now.borough);
  }

  private row(r: Row): HTMLTableRowElement {
    const tr = line(r);
    const pick = el("button", {
      type: "button", "data-borough": r.borough, title: r.sector ? `${r.name}, ${r.sector}` : r.name,
      click: () => this.state.set({ borough: this.state.now.borough === r.borough ? undefined : r.borough }),
    }, short(r.name));
    tr.dataset.borough = String(r.borough);
    tr.cells[0].replaceChildren(pick);
    return tr;
  }

  private highlight(borough: number | undefined): void {
    for (const tr of this.body.rows) {
      const on = tr.dataset.borough === String(borough);
      tr.classList.toggle("chosen", on);
      tr.cells[0].firstElementChild?.setAttribute("aria-pressed", String(on));
    }
  }
}

function line(r: Row): HTMLTableRowElement {
  const texts = [minutes(r.mean), minutes(r.p90), percent(r.within), figures(r.calls)];
  return el("tr", {}, el("th", { scope: "row" }, r.name), ...texts.map((t) => el("td", {}, t)));
}
