import assert from "node:assert/strict";
import { test } from "node:test";

import { Place, isStepOf, withoutPassedSteps } from "../unclench_web/static/chat/exercise/place.js";

/** A step as the server says it; its choices know where they lead. */
const step = (at, form = "usual") => ({
  id: `m${at}`,
  from: "assistant",
  kind: "exercise",
  text: `Step ${at + 1}`,
  choices: [{ id: `to-${at + 1}` }, { id: `to-${at - 1}` }, { id: "repeat" }, { id: "stop" }, { id: "hurts" }],
  data: { state: "step", exercise: "half-kneel", form, at },
});
const visitor = (text) => ({ from: "visitor", kind: "text", text, choices: [], data: {} });
const words = (text) => ({ from: "assistant", kind: "text", text, choices: [], data: {} });

/** A server that takes the choices of steps, until it is told not to. */
function server() {
  const asked = [];
  return {
    asked,
    isDown: false,
    take(choice) {
      if (this.isDown) return Promise.resolve(null);
      asked.push(choice.id);
      return Promise.resolve(step(Number(choice.id.slice(3))));
    },
  };
}

test("a step is shown at once and the server follows", async () => {
  const rasa = server();
  const place = new Place(step(0), (choice) => rasa.take(choice));
  const going = place.go(1);
  assert.equal(place.at, 1);
  await going;
  assert.equal(place.message.data.at, 1);
  assert.ok(place.isSettled);
});

test("without the network the steps go on and the server follows one by one later", async () => {
  const rasa = server();
  rasa.isDown = true;
  const place = new Place(step(0), (choice) => rasa.take(choice));
  await place.go(1);
  await place.go(2);
  await place.go(3);
  assert.deepEqual([place.at, place.message.data.at, place.isSettled], [3, 0, false]);
  rasa.isDown = false;
  assert.equal(await place.follow(), true);
  assert.deepEqual(rasa.asked, ["to-1", "to-2", "to-3"]);
});

test("the server is led back too, and taps on the way are caught up with", async () => {
  const rasa = server();
  const place = new Place(step(2), (choice) => rasa.take(choice));
  const going = place.go(1);
  void place.go(0);
  await going;
  assert.deepEqual([place.at, place.message.data.at], [0, 0]);
  assert.deepEqual(rasa.asked, ["to-1", "to-0"]);
});

test("an answer that is no step of this form ends the following", async () => {
  const place = new Place(step(0), () => Promise.resolve(words("Not now")));
  assert.equal(await place.follow(), true, "there is nothing to follow yet");
  await place.go(1);
  assert.equal(place.message.data.at, 0);
  assert.equal(isStepOf(step(1, "gentler"), step(0)), false);
  assert.equal(isStepOf(null, step(0)), false);
});

test("a transcript shows only the last of the steps in a row", () => {
  const shown = withoutPassedSteps([visitor("Start"), step(0), visitor("Next"), step(1), visitor("Next"), step(2)]);
  assert.deepEqual(shown.map(({ text }) => text), ["Start", "Step 3"]);
});

test("a transcript keeps what was asked between two steps", () => {
  const all = [step(0), visitor("why?"), words("Because."), step(0), visitor("Next"), step(1), visitor("I'm done"), words("How do you feel?")];
  assert.deepEqual(
    withoutPassedSteps(all).map(({ text }) => text),
    ["Step 1", "why?", "Because.", "Step 2", "I'm done", "How do you feel?"],
  );
});
