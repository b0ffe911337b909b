// The planner's map in a real browser against the real service: what it shows, by keyboard alone,
// with axe, and that nothing leaves this machine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { figures } from "../src/format";
import { lacking, openBrowser, openMap, startService, type Service } from "./page";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOUR = 5 * 24 + 21; // Saturday 21:00

/** Rules of WCAG 2.2 AA that the page breaks seriously. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const found = await (globalThis as any).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
    return found.violations.filter((v: any) => ["serious", "critical"].includes(v.impact))
      .map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.target.join(" ")).slice(0, 4).join(", ")}`);
  });
}

describe("the map in a browser", { skip: lacking() ?? false }, () => {
  let service: Service;
  let browser: Browser;
  let page: Page;
  let trouble: string[];

  before(async () => {
    [service, browser] = await Promise.all([startService(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });
  beforeEach(async () => {
    trouble = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("console", (m) => { if (m.type() === "error") trouble.push(`console: ${m.text()}`); });
    page.on("pageerror", (e) => trouble.push(`error: ${e.message}`));
    page.on("request", (r) => {
      const at = new URL(r.url());
      if (at.protocol.startsWith("http") && at.origin !== service.address) trouble.push(`left the machine: ${r.url()}`);
    });
  });
  afterEach(async () => { await page.close(); });

  test("it opens without a word to anyone else, says DEMO and what it runs on, and passes axe on every panel", async () => {
    await openMap(page, service.address);
    assert.match(await page.textContent("#demo:not([hidden])") ?? "", /DEMO/);
    assert.ok((await page.textContent("#basis"))?.length);
    assert.equal(await page.locator("#table tbody tr").count(), 33);
    for (const tab of ["table", "calls", "plan", "cars", "moves", "roads", "sources"]) {
      await page.click(`#tab-${tab}`);
      assert.deepEqual(await violations(page), [], tab);
    }
    assert.deepEqual(trouble, []);
  });

  test("each view paints its own picture and its own key", async () => {
    await openMap(page, service.address, `#view=forecast&hour=${HOUR}`);
    const calls = await page.locator("#map").screenshot();
    assert.match(await page.textContent("#ramp") ?? "", /calls per 100 hours per km²/);
    await page.check("input[value=coverage]");
    await page.waitForFunction(() => /minutes by road/i.test(document.querySelector("#ramp")?.textContent ?? ""));
    await page.waitForTimeout(500);
    assert.notDeepEqual(await page.locator("#map").screenshot(), calls);
    assert.match(page.url(), /view=coverage/);
    assert.deepEqual(trouble, []);
  });

  test("calls: the upper figure, a borough's week, those that suit a car, and what if", async () => {
    await openMap(page, service.address, `#view=forecast&hour=${HOUR}`);
    const mean = await page.locator("#map").screenshot();
    await page.check("input[value=upper]");
    await page.waitForFunction(() => /9 times in 10/.test(document.querySelector("#ramp")?.textContent ?? ""));
    await page.waitForTimeout(500);
    assert.notDeepEqual(await page.locator("#map").screenshot(), mean);
    assert.match(page.url(), /figure=upper/);
    await page.check("input[value=mean]");

    const chart = (): Promise<string | null> => page.getAttribute(".weekchart", "aria-label");
    await page.click("#table tbody th button >> nth=3");
    await page.click("#tab-calls");
    assert.match(await chart() ?? "", /^Brent: .* calls expected in a typical week\. Busiest hour /);
    const total = (): Promise<number> => page.textContent("#table tfoot td:last-child").then(Number);
    const all = await total();
    await page.check("input[value=suitable]");
    await page.waitForFunction(() => /Only calls that suit/.test(document.querySelector("#ramp")?.textContent ?? ""));
    const suitable = await total();
    assert.ok(suitable > 0 && suitable <= all, `${suitable} of ${all} calls an hour suit`);
    assert.match(await page.textContent("#calls .notes") ?? "", /cannot tell kinds of calls apart/);
    await page.check("input[value=all]");

    await page.fill(".scenario input[name=growth]", "100");
    await page.click("text=Place it on the map");
    await page.focus("#map canvas");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".scenario >> text=Event in ");
    await page.click(".scenario button[type=submit]");
    await page.waitForFunction(() => /Changed by your scenario/.test(document.querySelector("#ramp")?.textContent ?? ""));
    assert.ok(await total() >= 2 * all, `${await total()} calls an hour, twice ${all} and an event's`);
    assert.match(await page.textContent("#calls .notes") ?? "", /Scenario: calls change by \+100 % a year.*Scenario: 6 extra calls/);
    assert.deepEqual(await violations(page), []);
    await page.click(".scenario >> text=Clear");
    await page.waitForFunction(() => !/Changed by your scenario/.test(document.querySelector("#ramp")?.textContent ?? ""));
    assert.deepEqual(trouble, []);
  });

  test("drift and a forecast that is out of date are told with the evidence", async () => {
    const evidence = "Croydon: 41 calls in 7 days, 22.3 expected (90 % interval 15 to 30)";
    await page.route("**/v1/drift", (route) => route.fulfill({ json: {
      state: "DRIFT_STATE_DRIFT", findings: [{ evidence, sinceTime: "2026-11-14T00:00:00Z" }], scores: { calls: "400", expected: 380.2 },
      sinceTime: "2026-11-01T00:00:00Z", closedTime: "2026-11-21T10:00:00Z",
    } }));
    await page.route("**/v1/forecast?*", async (route) => {
      const json = await (await route.fetch()).json();
      await route.fulfill({ json: { ...json, degraded: true, degradedReason: "the fit is of another year" } });
    });
    await openMap(page, service.address, `#view=forecast&hour=${HOUR}`);
    await page.waitForFunction((e) => document.querySelector("#ramp .warning")?.textContent?.includes(e), evidence);
    assert.match(await page.textContent("#ramp .warning") ?? "", /^The fit is of another year\./);
    await page.click("#tab-calls");
    assert.match(await page.textContent(".drift.parted") ?? "", /part from the forecast.*Croydon: 41 calls.*since 14 Nov.*400 calls scored from 1 Nov/);
    assert.deepEqual(await violations(page), []);
  });

  test("the keyboard reaches the hour, the cells, the boroughs and the panels", async () => {
    await openMap(page, service.address, `#hour=${HOUR}`);
    await page.focus("#hour");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.getAttribute("#hour", "aria-valuetext"), "Saturday 22:00 to 23:00");

    await page.focus("#map canvas");
    await page.keyboard.press("ArrowRight");
    const first = await page.textContent("#readout");
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction((old) => document.querySelector("#readout")?.textContent !== old, first);
    // The hour's values come after its name: the readout says "loading" until then.
    await page.waitForFunction(() => /calls per 100 hours per km².*cell 89/.test(document.querySelector("#readout")?.textContent ?? ""));
    assert.equal(await page.getAttribute("#readout", "aria-live"), "polite");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#table button[aria-pressed=true]").count(), 1);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#readout").isVisible(), false);

    await page.click("th.mean button");
    assert.equal(await page.getAttribute("th.mean", "aria-sort"), "descending");
    await page.focus("#tab-table");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("#calls").isVisible(), true);
    assert.deepEqual(trouble, []);
  });

  test("every part can be reached with Tab and shows where the focus is", async () => {
    await openMap(page, service.address);
    const reached = new Set<string>();
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName || ""));
    }
    for (const id of ["CANVAS", "hour", "tab-table"]) assert.ok(reached.has(id), `${id} not among ${[...reached]}`);
  });

  test("the week's bars are whole when the page shows its first values, of three answers of the service", async () => {
    const asked: string[] = [];
    page.on("request", (r) => { if (/forecast|coverage|city/.test(r.url())) asked.push(new URL(r.url()).pathname); });
    await openMap(page, service.address);
    const heights = await page.locator(".week > rect").evaluateAll((bars) => bars.map((b) => Number(b.getAttribute("height"))));
    assert.equal(heights.length, 168);
    assert.ok(Math.min(...heights) > 0 && Math.abs(Math.max(...heights) - 38) < 1e-9, `${heights}`);
    assert.deepEqual(asked.filter((p) => p !== "/v1/coverage").sort(), ["/v1/city", "/v1/forecast", "/v1/forecast"]);
  });

  test("another hour shows its calls and minutes soon after it was chosen", async () => {
    await openMap(page, service.address, "#hour=0");
    const city: any = await (await fetch(`${service.address}/v1/city`)).json();
    const want: [number, string][] = [];
    for (let hour = 7; hour < 168; hour += 8) {
      const total = figures(city.callsPerHour[hour]);
      if (total !== want.at(-1)?.[1]) want.push([hour, total]);
    }
    const times = await page.evaluate(async (want) => {
      const slider = document.querySelector<HTMLInputElement>("#hour")!;
      const spent: number[] = [];
      for (const [hour, total] of want) {
        slider.value = String(hour);
        const begun = performance.now();
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        const shown = (): boolean => {
          const [mean, , , calls] = document.querySelectorAll("#table tfoot td");
          return calls.textContent === total && mean.textContent !== "–";
        };
        while (!shown() && performance.now() - begun < 5000) await new Promise((r) => setTimeout(r, 2));
        spent.push(performance.now() - begun);
      }
      return spent.sort((a, b) => a - b);
    }, want);
    const [median, worst] = [times[times.length >> 1], times.at(-1)!];
    console.log(`an hour's change until its values show, ${times.length} hours: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`);
    assert.ok(want.length > 10 && worst < 5000 && median < 500, `${times}`);
  });

  test("playback goes on and stops", async () => {
    await openMap(page, service.address, "#hour=10");
    await page.click(".play");
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>("#hour")!.value >= "12", undefined, { timeout: 20_000 });
    await page.click(".play");
    assert.equal(await page.textContent(".play"), "Play");
  });

  test("a plan: asked for, followed, shown with its gap, compared and downloaded", async () => {
    await openMap(page, service.address, `#hour=${HOUR}`);
    await page.click("#tab-plan");
    await page.fill("input[name=cars]", "5");
    await page.fill("input[name=centres]", "2");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".work:not([hidden]) progress");
    await page.waitForSelector(".result, #plan .trouble:not(:empty)", { timeout: 120_000 });
    assert.equal(await page.locator("#plan .trouble").allTextContents().then((t) => t.join("")), "");
    assert.match(await page.textContent(".gap") ?? "", /%/);
    assert.equal(await page.locator(".sites").first().locator("li").count(), 5);
    assert.deepEqual(await violations(page), []);

    await page.waitForFunction(() => /5 planned cars/.test(document.querySelector("#ramp")?.textContent ?? ""), undefined, { timeout: 20_000 });
    await page.check("input[value=now]");
    await page.waitForFunction(() => /as they are now|No car is available/.test(document.querySelector("#ramp")?.textContent ?? ""));
    await page.check("input[value=plan]");
    await page.waitForFunction(() => /planned cars/.test(document.querySelector("#ramp")?.textContent ?? ""));

    assert.equal(await page.locator(".week .planned rect").count(), 7 * 12);
    await page.fill("#hour", String(HOUR + 6)); // Sunday 03:00
    await page.waitForFunction(() => /Sun 03:00 is outside the planned hours/.test(document.querySelector("#ramp")?.textContent ?? ""));
    assert.match(await page.textContent("#notice") ?? "", /outside the planned hours/i);
    assert.match(await page.getAttribute("#hour", "aria-valuetext") ?? "", /outside/);
    assert.deepEqual(await violations(page), []);
    await page.fill("#hour", String(HOUR));
    await page.waitForFunction(() => !document.querySelector("#notice")?.textContent);

    await page.check("input[value=plan2]");
    await page.waitForFunction(() => /5 cars of the comparison “one car per ICB sector”/.test(document.querySelector("#ramp")?.textContent ?? ""));
    assert.match(page.url(), /comparison=2/);
    await page.click(".result th button >> text=Pilot");
    await page.waitForFunction(() => /1 car of the comparison/.test(document.querySelector("#ramp")?.textContent ?? ""));
    assert.equal(await page.isChecked("input[value=plan1]"), true);

    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Download the plan")]);
    const plan = JSON.parse(readFileSync(await file.path(), "utf8"));
    assert.equal(plan.cars.length, 5);
    assert.ok(plan.bound <= plan.value);
    assert.deepEqual(trouble, []);
  });

  test("a closed road is drawn, listed and counted, until it is opened again", async () => {
    await openMap(page, service.address, `#view=coverage&hour=${HOUR}`);
    await page.click("#tab-roads");
    await page.waitForSelector("text=No road is closed or slowed");
    const vertices = [[51.42, -0.2], [51.42, 0], [51.56, 0], [51.56, -0.2]].map(([latitude, longitude]) => ({ latitude, longitude }));
    const ask = (path: string, body: object): Promise<any> => fetch(`${service.address}/v1/${path}`, { method: "POST", body: JSON.stringify(body) }).then((r) => r.json());
    const { name } = await ask("roadChanges:close", { where: { area: { vertices } }, note: "the middle of London is closed" });
    await page.waitForSelector("#roads >> text=the middle of London is closed", { timeout: 20_000 });
    await page.waitForFunction(() => /1 closed or slowed road .*respected/.test(document.querySelector("#ramp")?.textContent ?? ""), undefined, { timeout: 20_000 });
    assert.match(await page.textContent("#ramp") ?? "", /no car can get there/);
    assert.deepEqual(await violations(page), []);
    await page.click("#roads .site");
    await ask(`${name}:reopen`, {});
    await page.waitForSelector("text=No road is closed or slowed", { timeout: 20_000 });
    await page.waitForFunction(() => !/respected/.test(document.querySelector("#ramp")?.textContent ?? ""), undefined, { timeout: 20_000 });
    assert.deepEqual(trouble, []);
  });

  test("a plan that cannot be is refused in words", async () => {
    await openMap(page, service.address);
    await page.click("#tab-plan");
    for (const day of await page.locator("input[name=day]").all()) await day.uncheck();
    await page.click("#plan button[type=submit]");
    assert.match(await page.textContent(".planform .trouble") ?? "", /at least one day/);
  });

  test("a server that fails is told in words", async () => {
    await page.route("**/v1/city", (route) => route.fulfill({ status: 503, contentType: "application/json", body: '{"message":"roads are being read"}' }));
    await page.goto(service.address);
    await page.waitForSelector("#loading.failed");
    assert.match(await page.textContent("#loading") ?? "", /cannot start\. roads are being read/);
  });

  test("no cars, and a degraded answer, are told", async () => {
    await page.route("**/v1/cars", (route) => route.fulfill({ json: { cars: [] } }));
    await page.route("**/v1/coverage*", async (route) => {
      const json = await (await route.fetch()).json();
      await route.fulfill({ json: { ...json, basis: { ...json.basis, degraded: true, degradedReason: "straight lines" } } });
    });
    await openMap(page, service.address);
    await page.click("#tab-cars");
    await page.waitForSelector("text=No car has reported");
    await page.waitForSelector("text=Degraded: straight lines");
  });

  test("a tablet held upright shows every part without sideways scrolling, and passes axe", async () => {
    await page.setViewportSize({ width: 820, height: 1180 });
    await openMap(page, service.address);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.ok(await page.locator("#table").isVisible());
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(trouble, []);
  });
});
