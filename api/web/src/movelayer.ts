// Move-ups on the map: a dashed line from the car to where it should wait, with an arrow in the middle.

import type { GeoJSONSource, Map } from "maplibre-gl";
import type { Car } from "./api";
import type { MoveUp } from "./moveups";

export const MOVE = "#5a2ca0";

const SOURCE = "moves";
const ARROW = "move-arrow";

/** A line for each move whose car is known, and a point where it ends. */
export function moveFeatures(moves: MoveUp[], cars: Car[]): object[] {
  return moves.flatMap((m) => {
    const end = [m.to.longitude, m.to.latitude];
    const target = { type: "Feature", geometry: { type: "Point", coordinates: end }, properties: {} };
    const car = cars.find((c) => c.name === m.car);
    if (!car) return [target];
    return [{ type: "Feature", geometry: { type: "LineString", coordinates: [[car.position.longitude, car.position.latitude], end] }, properties: {} }, target];
  });
}

function arrow(): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const c = canvas.getContext("2d")!;
  c.fillStyle = MOVE;
  c.strokeStyle = "#fff";
  c.lineWidth = 3;
  c.beginPath();
  for (const [x, y] of [[7, 5], [28, 16], [7, 27], [12, 16]]) c.lineTo(x, y);
  c.closePath();
  c.stroke();
  c.fill();
  return c.getImageData(0, 0, 32, 32);
}

export class MoveLayer {
  constructor(private readonly map: Map) {
    map.addImage(ARROW, arrow(), { pixelRatio: 2 });
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    const lines: any = ["==", ["geometry-type"], "LineString"];
    map.addLayer({ id: "move-casing", type: "line", source: SOURCE, filter: lines, paint: { "line-color": "#fff", "line-width": 5, "line-opacity": 0.85 } });
    map.addLayer({ id: "move-lines", type: "line", source: SOURCE, filter: lines, paint: { "line-color": MOVE, "line-width": 2.4, "line-dasharray": [3, 2] } });
    map.addLayer({
      id: "move-arrows", type: "symbol", source: SOURCE, filter: lines,
      layout: { "symbol-placement": "line-center", "icon-image": ARROW, "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
    map.addLayer({
      id: "move-ends", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 8, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": MOVE, "circle-stroke-width": 2.6 },
    });
  }

  show(moves: MoveUp[], cars: Car[]): void {
    void this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features: moveFeatures(moves, cars) } as any);
  }
}
