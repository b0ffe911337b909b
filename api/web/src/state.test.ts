import assert from "node:assert/strict";
import { test } from "node:test";
import { fromAddress, State, toAddress } from "./state";
import { figures, minutes, percent } from "./format";

test("the address keeps the choice, and nonsense in it is ignored", () => {
  const choice = fromAddress("#view=coverage&hour=14&plan=plans/1", 3);
  assert.deepEqual([choice.view, choice.hour, choice.plan], ["coverage", 14, "plans/1"]);
  assert.equal(toAddress(choice), "#view=coverage&hour=14&plan=plans/1");
  const other = fromAddress("#view=coverage&hour=14&plan=plans/1&comparison=2", 3);
  assert.equal(other.comparison, 2);
  assert.equal(toAddress(other), "#view=coverage&hour=14&plan=plans/1&comparison=2");
  assert.equal(toAddress({ ...other, plan: "" }), "#view=coverage&hour=14");
  const upper = fromAddress("#view=forecast&hour=14&figure=upper&calls=suitable", 3);
  assert.deepEqual([upper.figure, upper.suitable], ["upper", true]);
  assert.equal(toAddress(upper), "#view=forecast&hour=14&figure=upper&calls=suitable");
  for (const bad of ["", "#hour=168", "#hour=-1", "#hour=1.5", "#hour=x&view=x&comparison=-1&figure=x&calls=x"]) {
    const { hour, view, comparison, figure, suitable } = fromAddress(bad, 3);
    assert.deepEqual([hour, view, comparison, figure, suitable], [3, "forecast", 0, "mean", false]);
  }
});

test("listeners hear of the fields that they asked for only", () => {
  const state = new State(fromAddress("", 0));
  const heard: number[] = [];
  state.on(["hour"], (now) => heard.push(now.hour));
  state.set({ hour: 5 });
  state.set({ borough: 2 });
  state.set({ hour: 5 });
  assert.deepEqual(heard, [5]);
});

test("numbers read well", () => {
  assert.deepEqual([0, 0.00123, 0.068, 0.57, 1.24, 14.2, 123.4].map(figures), ["0", "0.0012", "0.068", "0.57", "1.2", "14", "123"]);
  assert.deepEqual([minutes(9.44), minutes(-1), minutes(undefined)], ["9.4", "–", "–"]);
  assert.deepEqual([percent(0.555), percent(NaN)], ["56 %", "–"]);
});
