// Takes the README's picture: a plan for six cars, on the demo. `npm run screenshot` in api/web, after `make build`.
// With a folder as argument it takes one picture of each view instead, for looking at.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { lacking, openBrowser, openMap, startService } from "./page";

const HOUR = 5 * 24 + 21; // Saturday 21:00

async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(2500); // tiles, names and the week's bars
}

async function makePlan(page: Page): Promise<void> {
  await page.click("#tab-plan");
  await page.click("#plan button[type=submit]");
  await page.waitForSelector(".result", { timeout: 120_000 });
  await settle(page);
}

async function pictures(page: Page, address: string, folder: string): Promise<void> {
  const shot = (name: string) => page.screenshot({ path: join(folder, `${name}.png`) });
  await openMap(page, address, `#view=forecast&hour=${HOUR}`);
  await settle(page);
  await shot("forecast");
  await page.check("input[value=upper]");
  await page.click("#tab-calls");
  await settle(page);
  await shot("upper");
  await page.check("input[value=mean]");
  await page.click("text=Place it on the map");
  await page.mouse.click(430, 410);
  await page.fill(".scenario input[name=calls]", "60");
  await page.click(".scenario button[type=submit]");
  await settle(page);
  await shot("scenario");
  await page.click(".scenario >> text=Clear");
  await page.click("#tab-table");
  await page.focus("#map canvas");
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  await settle(page);
  await shot("cursor");
  await page.mouse.move(430, 510);
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -250);
  await settle(page);
  await shot("zoom");
  await page.keyboard.press("Escape");
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, 250);
  await page.click("input[value=coverage]");
  await page.click("#more summary");
  await settle(page);
  await shot("coverage");
  await page.click("#tab-cars");
  await settle(page);
  await shot("cars");
  await page.click("#tab-sources");
  await shot("sources");
  await makePlan(page);
  await shot("plan");
  await page.click("input[value=plan2]");
  await page.fill("#hour", String(HOUR + 6));
  await settle(page);
  await shot("comparison");
  await page.click("input[value=plan]");
  await page.click("#tab-table");
  await page.setViewportSize({ width: 820, height: 1100 });
  await settle(page);
  await shot("narrow");
}

const reason = lacking();
if (reason) throw new Error(reason);
const service = await startService();
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 });
  const folder = process.argv[2];
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await pictures(page, service.address, folder);
  } else {
    await openMap(page, service.address, `#view=coverage&hour=${HOUR}`);
    await makePlan(page);
    await page.screenshot({ path: resolve(import.meta.dirname, "../../../../docs/screenshot.png") });
  }
} finally {
  await browser.close();
  await service.stop();
}
