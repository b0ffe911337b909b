// What the bundler puts in place of a name or an import.

/** Address of MapLibre's worker script. */
declare const WORKER_URL: string;

/** A GeoJSON import is the address of the file. */
declare module "*.geojson" {
  const url: string;
  export default url;
}
