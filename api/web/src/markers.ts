// Cars, places and a plan's sites on the map. Shape tells what a thing is, colour only repeats it.

import type { GeoJSONSource, Map } from "maplibre-gl";
import type { Car, Place, Plan, PlannedSite } from "./api";

export const INK = { available: "#0a6b4f", busy: "#8a1c6a", off: "#5b6670", place: "#17324d", planned: "#111820" };

const SIZE = 22; // CSS pixels of an icon
type Draw = (c: CanvasRenderingContext2D) => void;

function framed(c: CanvasRenderingContext2D, path: Path2D, fill: string, line = "#fff", width = 2): void {
  c.fillStyle = fill;
  c.fill(path);
  c.strokeStyle = line;
  c.lineWidth = width;
  c.stroke(path);
}

function polygon(...points: [number, number][]): Path2D {
  const p = new Path2D();
  points.forEach(([x, y], i) => (i ? p.lineTo(x, y) : p.moveTo(x, y)));
  p.closePath();
  return p;
}

function circle(x: number, y: number, r: number): Path2D {
  const p = new Path2D();
  p.arc(x, y, r, 0, 2 * Math.PI);
  return p;
}

function box(r: number): Path2D {
  const p = new Path2D();
  p.roundRect(11 - r, 11 - r, 2 * r, 2 * r, 2.5);
  return p;
}

function letter(c: CanvasRenderingContext2D, text: string, colour: string, y = 11.5): void {
  c.fillStyle = colour;
  c.font = "bold 11px system-ui, sans-serif";
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(text, 11, y);
}

const place = (sign: string, sure: boolean): Draw => (c) => {
  if (!sure) c.setLineDash([2.5, 2]);
  framed(c, box(7), "#fff", INK.place, 1.6);
  c.setLineDash([]);
  letter(c, sign, INK.place);
};

const PIN: [number, number][] = [[11, 21], [4.5, 11.5], [4.5, 7], [7.5, 2.5], [14.5, 2.5], [17.5, 7], [17.5, 11.5]];

/** Every icon, by name; the legend draws the same ones. */
export const ICONS: Record<string, Draw> = {
  available: (c) => framed(c, circle(11, 11, 7), INK.available),
  busy: (c) => framed(c, polygon([11, 2.5], [19.5, 11], [11, 19.5], [2.5, 11]), INK.busy),
  "off shift": (c) => framed(c, polygon([4, 5.5], [18, 5.5], [11, 18]), "#fff", INK.off),
  stale: (c) => {
    c.setLineDash([3, 2.5]);
    framed(c, circle(11, 11, 7), "#fff", INK.off);
    c.setLineDash([]);
    letter(c, "?", INK.off);
  },
  ed: place("E", true),
  mental: place("M", true),
  "ed unverified": place("E", false),
  "mental unverified": place("M", false),
  planned: (c) => {
    framed(c, polygon(...PIN), INK.planned);
    framed(c, circle(11, 8.8, 2.6), "#fff", "#fff", 0.5);
  },
  compared: (c) => {
    framed(c, polygon(...PIN), "#fff", INK.planned, 1.8);
    framed(c, circle(11, 8.8, 2.6), INK.planned, INK.planned, 0.5);
  },
  centre: (c) => {
    framed(c, polygon([11, 1.5], [20.5, 10], [18, 10], [18, 20], [4, 20], [4, 10], [1.5, 10]), INK.planned);
    letter(c, "C", "#fff", 13.5);
  },
};

export function draw(name: string, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const c = canvas.getContext("2d")!;
  c.scale(ratio, ratio);
  c.lineJoin = "round";
  ICONS[name](c);
  return canvas;
}

const point = (lat: number, lng: number, properties: object): object =>
  ({ type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties });

export const iconOf = (car: Car): string => (car.stale || car.status === "unknown" ? "stale" : car.status);

export class Markers {
  constructor(private readonly map: Map, places: Place[]) {
    for (const name of Object.keys(ICONS)) {
      const canvas = draw(name, 2);
      map.addImage(name, canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: 2 });
    }
    this.layer("places", 0.78);
    this.layer("cars", 0.95);
    this.layer("plan", 1.15);
    this.set("places", places.filter(isCare).map((p) => point(p.position.latitude, p.position.longitude, { icon: placeIcon(p) })));
  }

  cars(cars: Car[]): void {
    this.set("cars", cars.map((c) => point(c.position.latitude, c.position.longitude, { icon: iconOf(c) })));
  }

  /** Shows a plan's cars and centres, or the cars of its first, second, … comparison. */
  plan(plan: Plan | undefined, comparison: number): void {
    const pins = (sites: PlannedSite[], icon: string): object[] => sites.map((s) => point(s.position.latitude, s.position.longitude, { icon }));
    const other = plan?.comparisons[comparison - 1];
    this.set("plan", other ? pins(other.cars, "compared") : plan ? [...pins(plan.centres, "centre"), ...pins(plan.cars, "planned")] : []);
  }

  /** Shows or hides the cars that drive now, so that a plan's cars stand alone. */
  showCars(shown: boolean): void {
    this.map.setLayoutProperty("cars", "visibility", shown ? "visible" : "none");
  }

  private layer(id: string, size: number): void {
    this.map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.map.addLayer({ id, type: "symbol", source: id, layout: { "icon-image": ["get", "icon"], "icon-size": size, "icon-allow-overlap": true } });
  }

  private set(id: string, features: object[]): void {
    void this.map.getSource<GeoJSONSource>(id)?.setData({ type: "FeatureCollection", features } as any);
  }
}

const CARE = ["EMERGENCY_DEPARTMENT", "PLACE_OF_SAFETY", "CRISIS_ASSESSMENT", "INPATIENT"].map((k) => `PLACE_KIND_${k}`);

/** Whether patients are taken there; other places are candidate bases, which would only fill the map. */
export const isCare = (p: Place): boolean => CARE.includes(p.kind);

export function placeIcon(p: Place): string {
  const sign = p.kind === "PLACE_KIND_EMERGENCY_DEPARTMENT" ? "ed" : "mental";
  return p.verified ? sign : `${sign} unverified`;
}
