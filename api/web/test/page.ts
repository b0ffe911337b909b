// Starts the real service and a headless Chromium for the tests and the screenshots.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

// The bundled tests lie in api/web/node_modules/.tests.
const ROOT = resolve(import.meta.dirname, "../../../..");
const BINARY = join(ROOT, "bin", "nearside");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
];

/** Why there is no browser test here, or undefined where there can be one. */
export function lacking(): string | undefined {
  if (!existsSync(CHROMIUM)) return `no Chromium at ${CHROMIUM}: set CHROMIUM or install it`;
  if (!existsSync(BINARY)) return "bin/nearside is not built: run make build";
  return undefined;
}

export interface Service { address: string; stop(): Promise<void> }

/** Runs `nearside serve --demo` on free ports, with a data directory of its own unless DATA_DIR names one. */
export async function startService(): Promise<Service> {
  const own = process.env.DATA_DIR ? undefined : mkdtempSync(join(tmpdir(), "nearside-"));
  const [http, grpc] = [await freePort(), await freePort()];
  const child = spawn(BINARY, ["serve", "--demo", "--http", `127.0.0.1:${http}`, "--grpc", `127.0.0.1:${grpc}`, "--data-dir", process.env.DATA_DIR ?? own!]);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => { log += d; });
  const address = `http://127.0.0.1:${http}`;
  const stop = async (): Promise<void> => {
    await ended(child);
    if (own) rmSync(own, { recursive: true, force: true });
  };
  for (const until = Date.now() + 60_000; ;) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`nearside serve did not start:\n${log}`);
    }
    if (await fetch(`${address}/v1/cars`).then((r) => r.ok, () => false)) return { address, stop };
    await new Promise((r) => setTimeout(r, 100));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((r) => child.once("exit", r));
  child.kill("SIGTERM");
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((r) => server.listen(0, "127.0.0.1", r));
  const { port } = server.address() as { port: number };
  await new Promise((r) => server.close(r));
  return port;
}

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** Opens the map and waits until it shows values. */
export async function openMap(page: Page, address: string, hash = ""): Promise<void> {
  await page.goto(`${address}/${hash}`);
  await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
}
