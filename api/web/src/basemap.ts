// The offline base: London on plain ground, the Thames, borough outlines and names. No tiles, no fonts
// from elsewhere.

import { Map, NavigationControl, ScaleControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import { area, labelPoint, outline, short, type BoroughFeature, type Position } from "./outline";

export const LONDON: [number, number, number, number] = [-0.515, 51.283, 0.336, 51.694];

/** Layers drawn over the cells go before none; those under the names go before this one. */
export const NAMES = "names";

const GROUND = "#e8e5dd"; // beyond London, and under the page's map in style.css: land, so that only the river is blue
const LAND = "#f6f4ee";
const WATER = "#cddfe8";
const BANK = "#5f7f93";
const LINE = "#33475b";
const FONT = ["system-ui", "sans-serif"];

// Where the river's name is set: on its widest reach, clear of borough names.
const RIVER: Position = [0.158, 51.5065];

function collection(features: object[]): any {
  return { type: "FeatureCollection", features };
}

function feature(type: string, coordinates: unknown, properties: object = {}): object {
  return { type: "Feature", geometry: { type, coordinates }, properties };
}

/** Pixels of a width in metres at London's latitude: 512 · 2^zoom across an equator shrunk by cos 51.5°. */
function wide(metres: number, extra = 0): any {
  const pixels = (zoom: number): number => Math.max(2, (metres * 512 * 2 ** zoom) / (40_075_017 * Math.cos((51.5 * Math.PI) / 180)));
  const stops = [8, 9, 10, 11, 12, 13, 14, 15].flatMap((z) => [z, pixels(z) + extra]);
  return ["interpolate", ["exponential", 2], ["zoom"], ...stops];
}

// The Thames between Teddington and Hampton is 70 to 90 m wide.
const UPPER_METRES = 80;

/** Everything outside London, to cover the parts of cells that hang over the edge and the river. */
function outside(rings: Position[][]): object {
  const frame: Position[] = [[-6, 48], [6, 48], [6, 55], [-6, 55], [-6, 48]];
  return feature("Polygon", [frame, ...rings]);
}

function style(boroughs: BoroughFeature[], thames: object[]): StyleSpecification {
  const rings = outline(boroughs);
  const names = boroughs.map((b) => feature("Point", labelPoint(b), {
    name: short(b.properties.name).replace("City of London", "City"), rank: -area(b.geometry.coordinates[0][0]),
  }));
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: feature("MultiPolygon", rings.map((r) => [r])) as any },
      outside: { type: "geojson", data: outside(rings) as any },
      boroughs: { type: "geojson", data: collection(boroughs), promoteId: "code" },
      names: { type: "geojson", data: collection(names) },
      thames: { type: "geojson", data: collection(thames) },
      river: { type: "geojson", data: feature("Point", RIVER, { name: "River Thames" }) as any },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": GROUND } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": LAND } },
      { id: "outside", type: "fill", source: "outside", paint: { "fill-color": GROUND } },
      { id: "tidal", type: "fill", source: "thames", filter: ["==", ["get", "kind"], "tidal"], paint: { "fill-color": WATER } },
      { id: "edge", type: "line", source: "land", paint: { "line-color": BANK, "line-width": 1 } },
      ...[{ id: "upper-banks", colour: BANK, width: wide(UPPER_METRES, 2) }, { id: "upper", colour: WATER, width: wide(UPPER_METRES) }].map(({ id, colour, width }) => ({
        id, type: "line" as const, source: "thames", filter: ["==", ["get", "kind"], "upper"] as any,
        layout: { "line-cap": "round" as const, "line-join": "round" as const }, paint: { "line-color": colour, "line-width": width },
      })),
      { id: "borders", type: "line", source: "boroughs", paint: { "line-color": LINE, "line-opacity": 0.55, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.7, 13, 1.8] } },
      {
        id: "chosen", type: "line", source: "boroughs",
        paint: { "line-color": "#111820", "line-width": ["case", ["boolean", ["feature-state", "chosen"], false], 3, 0] },
      },
      {
        id: "river", type: "symbol", source: "river",
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-letter-spacing": 0.12, "text-rotate": 14, "text-allow-overlap": false },
        paint: { "text-color": "#3d6076", "text-halo-color": WATER, "text-halo-width": 1 },
      },
      {
        id: NAMES, type: "symbol", source: "names",
        layout: {
          "text-field": ["get", "name"], "text-font": FONT, "text-max-width": 7, "text-padding": 3, "symbol-sort-key": ["get", "rank"],
          "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 12, 15],
        },
        paint: { "text-color": "#17222d", "text-halo-color": "rgba(255,255,255,0.88)", "text-halo-width": 1.6 },
      },
    ],
  };
}

/** Room around London; on a wide map the key's column stays free. */
function clearOfKey(container: HTMLElement): { top: number; bottom: number; left: number; right: number } {
  return { top: 18, bottom: 18, right: 18, left: container.clientWidth > 800 ? 250 : 18 };
}

/** Makes the map and waits until it can take layers. */
export async function makeMap(container: HTMLElement, boroughs: BoroughFeature[], thames: object[]): Promise<Map> {
  setWorkerUrl(new URL(WORKER_URL, location.href).href);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new Map({
    container, style: style(boroughs, thames), bounds: LONDON, fitBoundsOptions: { padding: clearOfKey(container) }, minZoom: 8, maxZoom: 15,
    maxBounds: [-1.6, 50.9, 1.4, 52.1], dragRotate: false, pitchWithRotate: false, touchPitch: false, keyboard: false, attributionControl: false,
    fadeDuration: calm ? 0 : 200, reduceMotion: calm,
  } as ConstructorParameters<typeof Map>[0]);
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
  await new Promise<void>((resolve) => map.once("load", () => resolve()));
  return map;
}
