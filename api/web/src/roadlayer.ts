// Closed and slowed roads on the map. The pattern of a line tells which it is, colour only repeats it.

import type { GeoJSONSource, Map } from "maplibre-gl";
import type { LatLng, RoadChange } from "./api";

export const ROADS = { closed: "#a11212", slow: "#8a3d00" };

const SOURCE = "roads";

const position = (p: LatLng): [number, number] => [p.longitude, p.latitude];

/** The roads that changes touch as features, and the outlines of areas. */
export function roadFeatures(changes: RoadChange[]): object[] {
  return changes.flatMap((c) => {
    const properties = { closed: c.closed };
    const roads = c.lines.length
      ? [{ type: "Feature", geometry: { type: "MultiLineString", coordinates: c.lines.map((l) => l.map(position)) }, properties: { ...properties, area: false } }] : [];
    const ring = c.area.length
      ? [{ type: "Feature", geometry: { type: "Polygon", coordinates: [[...c.area, c.area[0]].map(position)] }, properties: { ...properties, area: true } }] : [];
    return [...ring, ...roads];
  });
}

export class RoadLayer {
  constructor(private readonly map: Map, before: string) {
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    const colour: any = ["case", ["get", "closed"], ROADS.closed, ROADS.slow];
    const roads = (closed: boolean): any => ["all", ["==", ["get", "area"], false], ["==", ["get", "closed"], closed]];
    const width = (extra: number): any => ["interpolate", ["linear"], ["zoom"], 9, 1.4 + extra, 14, 4 + extra];
    map.addLayer({ id: "road-areas", type: "line", source: SOURCE, filter: ["==", ["get", "area"], true], paint: { "line-color": colour, "line-width": 1.2, "line-dasharray": [4, 3] } }, before);
    map.addLayer({ id: "road-casing", type: "line", source: SOURCE, filter: ["==", ["get", "area"], false], paint: { "line-color": "#fff", "line-width": width(2), "line-opacity": 0.8 } }, before);
    map.addLayer({ id: "roads-slow", type: "line", source: SOURCE, filter: roads(false), paint: { "line-color": ROADS.slow, "line-width": width(0), "line-dasharray": [1, 1] } }, before);
    map.addLayer({ id: "roads-closed", type: "line", source: SOURCE, filter: roads(true), paint: { "line-color": ROADS.closed, "line-width": width(0) } }, before);
  }

  show(changes: RoadChange[]): void {
    void this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features: roadFeatures(changes) } as any);
  }
}
