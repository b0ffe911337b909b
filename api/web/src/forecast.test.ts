import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeDrift, decodeForecast, encodeScenario } from "./forecast";
import { forecastNote, forecastWarning } from "./notes";
import { scenarioOf } from "./scenarioform";

const plain = decodeForecast({});
const drift = (findings: string[]) => decodeDrift({ state: "DRIFT_STATE_DRIFT", findings: findings.map((evidence) => ({ evidence })) });

test("what an answer leaves out is put back", () => {
  assert.equal(plain.degraded, "");
  assert.deepEqual([plain.notes, plain.evidence, plain.all.mean, plain.byBorough.length], [[], [], [], 0]);
  const f = decodeForecast({ degraded: true, totalCalls: { mean: 2 }, boroughCalls: [{ calls: { upper: 3 } }], hourTable: { all: { mean: [1, 2] }, boroughs: [{}] } });
  assert.deepEqual(f.totalCalls, { mean: 2, lower: 0, median: 0, upper: 0 });
  assert.equal(f.boroughCalls.get(0)?.upper, 3);
  assert.deepEqual([f.all.mean, f.byBorough[0].mean, f.degraded], [[1, 2], [], "no reason given"]);
  assert.equal(decodeDrift({}).state, "unknown");
});

test("a scenario is said as the contract has it, and nothing where it changes nothing", () => {
  assert.equal(encodeScenario(undefined), undefined);
  assert.equal(scenarioOf(0, 6, 4, 20, undefined), undefined);
  const s = scenarioOf(5, 6, 4, 20, { latitude: 51.5, longitude: -0.1, name: "Westminster" });
  assert.deepEqual(encodeScenario(s), { modifications: [
    { growth: { perYear: 0.05, years: 1 } },
    { event: { radiusMetres: 500, startHour: 20, hours: 4, calls: 6, location: { latLng: { latitude: 51.5, longitude: -0.1 } } } },
  ] });
});

test("the key says what the calls are, and warns with the newest evidence", () => {
  assert.match(forecastNote({ ...plain, prior: true }), /A prior .*not learnt.*km²/);
  assert.match(forecastNote({ ...plain, source: "fit", suitable: true, modified: true }, true), /^Forecast: fit\. Only calls that suit.*your scenario.*All hours together/);
  assert.equal(forecastWarning(plain, undefined), "");
  assert.match(forecastWarning({ ...plain, degraded: "the fit is old", evidence: ["old"] }, drift(["Croydon: 41 calls", "more calls"])), /^The fit is old\. .*Croydon: 41 calls\. 1 more finding/);
  assert.match(forecastWarning({ ...plain, evidence: ["told with the forecast"] }, undefined), /told with the forecast/);
  assert.equal(forecastWarning({ ...plain, evidence: ["over by now"] }, drift([])), "");
});
