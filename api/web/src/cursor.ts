// The cell under the pointer or the keyboard's cursor: outlined on the map and told in words.

import type { GeoJSONSource, Map } from "maplibre-gl";
import type { Cells, Direction } from "./cells";
import type { State } from "./state";

const WAYS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const CROSS: [number, number] = [51.5074, -0.1278]; // Charing Cross, where the cursor starts

export class Cursor {
  private anchor: [number, number] = CROSS;
  private way?: Direction;

  constructor(private readonly map: Map, private readonly cells: Cells, private readonly state: State) {
    map.addSource("cursor", { type: "geojson", data: this.outline(undefined) });
    map.addLayer({ id: "cursor-halo", type: "line", source: "cursor", paint: { "line-color": "#fff", "line-width": 5 } });
    map.addLayer({ id: "cursor", type: "line", source: "cursor", paint: { "line-color": "#111820", "line-width": 2.2 } });
    state.on(["cell"], ({ cell }) => void map.getSource<GeoJSONSource>("cursor")?.setData(this.outline(cell)));

    map.on("mousemove", (e) => state.set({ cell: cells.at(e.lngLat.lat, e.lngLat.lng) }));
    map.on("click", (e) => {
      const cell = cells.at(e.lngLat.lat, e.lngLat.lng);
      state.set({ cell, picked: cell, borough: cell === undefined ? undefined : cells.all[cell].borough });
    });
    map.on("mouseout", () => {
      if (document.activeElement !== map.getCanvas()) state.set({ cell: undefined });
    });

    const canvas = map.getCanvas();
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", "Map of London in cells. Arrow keys move from cell to cell, plus and minus zoom, Enter picks the borough, Escape leaves the cell.");
    canvas.setAttribute("aria-describedby", "readout");
    canvas.addEventListener("keydown", (e) => this.key(e));
  }

  private key(e: KeyboardEvent): void {
    const { cell } = this.state.now;
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    if (e.key in WAYS) this.move(WAYS[e.key]);
    else if (e.key === "+" || e.key === "=") this.map.zoomIn();
    else if (e.key === "-") this.map.zoomOut();
    else if (e.key === "Escape") this.state.set({ cell: undefined, borough: undefined });
    else if (e.key === "Enter" && cell !== undefined) this.state.set({ picked: cell, borough: this.cells.all[cell].borough });
    else return;
    e.preventDefault();
  }

  private move(way: Direction): void {
    const { cell } = this.state.now;
    if (cell === undefined) return this.go(this.cells.at(...CROSS) ?? 0);
    if (way !== this.way) [this.way, this.anchor] = [way, this.cells.centre(cell)];
    const next = this.cells.step(cell, way, this.anchor);
    if (next !== undefined) this.go(next);
  }

  private go(cell: number): void {
    this.state.set({ cell });
    const [lat, lng] = this.cells.centre(cell);
    const { x, y } = this.map.project([lng, lat]);
    const { clientWidth, clientHeight } = this.map.getCanvas();
    if (x < 40 || y < 40 || x > clientWidth - 40 || y > clientHeight - 40) this.map.easeTo({ center: [lng, lat] });
  }

  private outline(cell: number | undefined): any {
    const rings = cell === undefined ? [] : [this.cells.ring(cell)];
    return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: rings } };
  }
}
