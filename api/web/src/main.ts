// Starts the planner's map: loads the city, builds the views and keeps them in step.

import "maplibre-gl/dist/maplibre-gl.css";
import "./style.css";
import boroughsURL from "../../../data/boroughs/boroughs.geojson";
import thamesURL from "../../../data/boroughs/thames.geojson";
import { ApiError, getCity, type City } from "./api";
import { makeMap, NAMES } from "./basemap";
import { CellLayer } from "./celllayer";
import { Cells } from "./cells";
import { Cursor } from "./cursor";
import { part } from "./dom";
import { hourOf } from "./hours";
import { showSigns } from "./legend";
import { Markers } from "./markers";
import { MoveLayer } from "./movelayer";
import { showSources } from "./panels";
import { RoadLayer } from "./roadlayer";
import { Screen } from "./screen";
import { fromAddress, State, toAddress } from "./state";

async function features(url: string, what: string): Promise<any[]> {
  const response = await fetch(url);
  if (!response.ok) throw new ApiError(`${what} missing from this build.`);
  return (await response.json()).features;
}

function header(city: City): void {
  part("city").textContent = city.title || "London";
  part("demo").hidden = !city.demo;
  part("basis").textContent = [city.network, city.demand].filter(Boolean).join(" · ");
}

async function start(): Promise<void> {
  const state = new State(fromAddress(location.hash, hourOf(new Date())));
  const [city, boroughs, thames] = await Promise.all([
    getCity(), features(boroughsURL, "The borough outlines are"), features(thamesURL, "The Thames is"),
  ]);
  header(city);
  showSources(city);
  showSigns(city.cells.some((c) => c.modelled));
  const cells = new Cells(city.cells);
  const layer = new CellLayer(cells);
  const map = await makeMap(part("map"), boroughs, thames);
  map.addLayer(layer, "outside");
  const roads = new RoadLayer(map, NAMES);
  const moves = new MoveLayer(map);
  const markers = new Markers(map, city.places);
  map.moveLayer(NAMES);
  new Cursor(map, cells, state);
  await new Screen(city, cells, layer, map, markers, roads, moves, state).begin();
  state.on(["view", "figure", "suitable", "hour", "plan", "comparison"], (now) => history.replaceState(null, "", toAddress(now)));
  part("loading").hidden = true;
  document.body.dataset.ready = "true";
}

start().catch((error: Error) => {
  const says = part("loading");
  says.className = "failed";
  says.textContent = `The map cannot start. ${error.message}`;
  if (!(error instanceof ApiError)) console.error(error);
});
