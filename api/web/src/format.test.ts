import assert from "node:assert/strict";
import { test } from "node:test";
import { worth } from "./format";

test("a plan's value is said in its unit", () => {
  assert.equal(worth(1382, "seconds a call"), "23.0 minutes a call");
  assert.equal(worth(2660, "seconds to the worst cell"), "44.3 minutes to the worst cell");
  assert.equal(worth(0.7284, "share of calls"), "72.8 % of calls");
  assert.equal(worth(14, "cars"), "14 cars");
  assert.equal(worth(0.657, "benefit a call"), "0.657 benefit a call");
});
