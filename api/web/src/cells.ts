// The grid in the browser: cells by position in City.cells, found by point or from a neighbour.

import { cellToBoundary, cellToLatLng, gridDisk, latLngToCell } from "h3-js";
import type { Cell } from "./api";

export type Direction = "up" | "down" | "left" | "right";

export class Cells {
  private readonly index = new Map<string, number>();

  constructor(readonly all: Cell[], readonly resolution = 9) {
    all.forEach((c, i) => this.index.set(c.id, i));
  }

  get length(): number { return this.all.length; }

  find(id: string): number | undefined { return this.index.get(id); }

  at(lat: number, lng: number): number | undefined { return this.index.get(latLngToCell(lat, lng, this.resolution)); }

  /** Calls an hour in a cell as calls per 100 hours per km² of London's land in it; not a number where it has none. */
  density(rate: number, i: number): number { return (100 * rate) / (this.all[i].landKm2 || NaN); }

  densities(rate: Float32Array): Float32Array { return rate.map((r, i) => this.density(r, i)); }

  /** [latitude, longitude] */
  centre(i: number): [number, number] { return cellToLatLng(this.all[i].id); }

  /** Corners as [longitude, latitude], the first one again at the end. */
  ring(i: number): [number, number][] { return cellToBoundary(this.all[i].id, true) as [number, number][]; }

  /**
   * The neighbour in a direction. Hexagons have no neighbour straight above or beside every cell, so of those that lie
   * that way the one nearest to the line through the anchor wins: repeated steps follow a straight line. A gap of up
   * to three cells, such as the Thames, is stepped over.
   */
  step(from: number, way: Direction, anchor: [number, number]): number | undefined {
    const [lat, lng] = this.centre(from);
    const shrink = Math.cos((lat * Math.PI) / 180);
    for (let rings = 1; rings <= 4; rings++) {
      let best: number | undefined;
      let cost = Infinity;
      for (const id of gridDisk(this.all[from].id, rings)) {
        const i = this.index.get(id);
        if (i === undefined || i === from) continue;
        const [y, x] = this.centre(i);
        const [north, east] = [y - lat, (x - lng) * shrink];
        const along = way === "up" ? north : way === "down" ? -north : way === "right" ? east : -east;
        const off = way === "up" || way === "down" ? Math.abs(x - anchor[1]) * shrink : Math.abs(y - anchor[0]);
        if (along <= 1e-4) continue;
        if (along + off < cost && off <= along * 2) [best, cost] = [i, along + off];
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }
}
