// Expected calls by hour of a typical week, with the band from the 10 to the 90 % quantile.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { el } from "./dom";
import type { Series } from "./forecast";
import { figures } from "./format";
import { DAYS, hourShort } from "./hours";

const HEIGHT = 190;
const HOURS = Array.from({ length: 168 }, (_, h) => h);

/** The busiest hour in words, for those who do not see the chart. */
export function inWords(name: string, s: Series): string {
  const busiest = s.mean.reduce((best, m, h) => (m > s.mean[best] ? h : best), 0);
  const sum = s.mean.reduce((a, b) => a + b, 0);
  return `${name}: ${figures(sum)} calls expected in a typical week. Busiest hour ${hourShort(busiest)}, ${figures(s.mean[busiest])} expected, ` +
    `${s.lower[busiest]} to ${s.upper[busiest]} four times in five.`;
}

export class WeekChart {
  readonly node = el("div", { class: "weekchart", role: "img" });
  private chart?: uPlot;

  /** choose is told the hour that was clicked. */
  constructor(private readonly choose: (hour: number) => void) {
    new ResizeObserver(() => this.chart?.setSize({ width: this.node.clientWidth, height: HEIGHT })).observe(this.node);
  }

  show(name: string, s: Series): void {
    this.node.setAttribute("aria-label", inWords(name, s));
    const data: uPlot.AlignedData = [HOURS, s.upper, s.lower, s.mean];
    if (this.chart) return this.chart.setData(data);
    this.chart = new uPlot(this.options(), data, this.node);
    this.chart.over.addEventListener("click", () => {
      if (this.chart?.cursor.idx != null) this.choose(this.chart.cursor.idx);
    });
  }

  private options(): uPlot.Options {
    const ink = { stroke: "#4a5a68", font: "12px system-ui, sans-serif", grid: { stroke: "#eceeed", width: 1 }, ticks: { show: false } };
    const value = (_: uPlot, v: number | null): string => (v === null ? "–" : figures(v));
    return {
      width: this.node.clientWidth || 400, height: HEIGHT, padding: [8, 6, 0, 0],
      scales: { x: { time: false, range: [0, 167] }, y: { range: (_, __, top) => [0, Math.max(top, 1) * 1.05] } },
      axes: [
        { ...ink, space: 1, size: 24, splits: () => DAYS.map((_, d) => 24 * d), values: () => DAYS.map((d) => d.slice(0, 3)), align: 1 },
        { ...ink, size: 34 },
      ],
      series: [
        { label: "Hour", value: (_, v) => (v === null ? "–" : hourShort(v)) },
        { label: "90 %", stroke: "#9db4c4", width: 1, value, points: { show: false } },
        { label: "10 %", stroke: "#9db4c4", width: 1, value, points: { show: false } },
        { label: "Expected", stroke: "#174a7c", width: 2, value, points: { show: false } },
      ],
      bands: [{ series: [1, 2], fill: "#9db4c455" }],
      cursor: { drag: { x: false, y: false }, y: false },
    };
  }
}
