// The conversation: what is typed is kept, sent once and in order, whatever the network does.
import assert from "node:assert/strict";
import { test } from "node:test";

import { NoConnection, Problem } from "../unclench_web/static/chat/api.js";
import { Conversation } from "../unclench_web/static/chat/conversation.js";
import { Outbox } from "../unclench_web/static/chat/outbox.js";
import { Session } from "../unclench_web/static/chat/session.js";

/** A keep in memory, as a tab's storage is. */
function memory(value = null) {
  return { value, get() { return this.value; }, set(next) { this.value = next; } };
}

/** A server that knows keys, and a line to it that can be cut. */
class Server {
  said = [];
  answers = new Map();
  faults = []; // taken one by one, by any call
  loseAnswers = false;
  erased = [];

  fault() {
    const fault = this.faults.shift();
    if (fault) throw fault;
  }

  async openConversation() {
    this.fault();
    return { id: "c1", token: "t1", messages: [message("Hello")] };
  }

  async say(session, said, key) {
    this.fault();
    if (!this.answers.has(key)) {
      this.said.push(said.text ?? said.choice);
      this.answers.set(key, { messages: [message(`Answer to ${said.text ?? said.choice}`)] });
    }
    if (this.loseAnswers) throw new NoConnection();
    return this.answers.get(key);
  }

  async transcript() {
    this.fault();
    const answered = [...this.answers.values()].flatMap(({ messages }, place) => [{ ...message(this.said[place]), from: "visitor" }, ...messages]);
    return { messages: [message("Hello"), ...answered] };
  }

  async erase({ id }) {
    this.fault();
    this.erased.push(id);
  }
}

const message = (text) => ({ id: text, from: "assistant", kind: "text", text, choices: [], sources: [], data: {} });
const problem = (status, detail = "Why.", retryAfter = 0) => new Problem(status, { detail }, retryAfter);

/** What a visitor sees. */
class Shown {
  lines = [];
  given = [];
  refused = [];
  state = { name: "ready" };
  showAll(messages) { this.lines = messages.map(({ text }) => text); }
  showSaid({ words }) { this.lines.push(`… ${words}`); }
  showAnswer({ words }, messages) {
    this.lines.splice(this.lines.indexOf(`… ${words}`), 1, words, ...messages.map(({ text }) => text));
  }
  showRefused({ words }, why) {
    this.lines = this.lines.filter((line) => line !== `… ${words}`);
    this.refused.push([words, why]);
  }
  giveBack(words) { this.given.push(...words); }
  setWaiting(waiting) { this.waiting = waiting; }
  setState(state) { this.state = state; }
}

function visit({ server = new Server(), kept = memory(), unsent = memory(), elsewhere = null } = {}) {
  const view = new Shown();
  const planned = [];
  const told = [];
  const conversation = new Conversation({
    api: server,
    session: new Session(kept),
    outbox: new Outbox(unsent),
    tabs: { ask: async () => elsewhere, stay() {}, tell: (what) => told.push(what) },
    view,
    later: (work, milliseconds) => planned.push({ work, milliseconds }),
  });
  const settled = async () => {
    for (let turn = 0; turn < 50; turn += 1) await null;
  };
  const timePasses = async () => {
    for (const { work } of planned.splice(0)) work();
    await settled();
  };
  return { server, kept, unsent, view, planned, told, conversation, settled, timePasses };
}

test("a visit opens with the greeting, and an answer follows what was said", async () => {
  const { conversation, view, settled, told } = visit();
  await conversation.start();
  conversation.say({ text: "why" }, "why");
  await settled();
  assert.deepEqual(view.lines, ["Hello", "why", "Answer to why"]);
  assert.deepEqual(told, ["changed"]);
});

test("what is typed before the chat has opened is sent once it has", async () => {
  const { conversation, view, settled, server } = visit();
  const started = conversation.start();
  conversation.say({ text: "early" }, "early");
  await started;
  await settled();
  assert.deepEqual(server.said, ["early"]);
  assert.deepEqual(view.lines, ["Hello", "early", "Answer to early"]);
});

test("a message typed without a connection is kept, shown as waiting, and sent when the connection is back", async () => {
  const { conversation, view, settled, server, timePasses, unsent } = visit();
  await conversation.start();
  server.faults = [new NoConnection(), new NoConnection()];
  conversation.say({ text: "a" }, "a");
  await settled();
  conversation.say({ text: "b" }, "b");
  await settled();
  assert.equal(view.state.name, "offline");
  assert.deepEqual(view.lines, ["Hello", "… a", "… b"]);
  assert.match(unsent.value, /"a".*"b"/s);
  await timePasses();
  assert.deepEqual(server.said, ["a", "b"]);
  assert.deepEqual(view.lines, ["Hello", "a", "Answer to a", "b", "Answer to b"]);
  assert.equal(view.state.name, "ready");
  assert.equal(unsent.value, null);
});

test("a lost answer does not say the message twice", async () => {
  const { conversation, view, settled, server, timePasses } = visit();
  await conversation.start();
  server.loseAnswers = true;
  conversation.say({ text: "once" }, "once");
  await settled();
  server.loseAnswers = false;
  await timePasses();
  assert.deepEqual(server.said, ["once"]);
  assert.deepEqual(view.lines, ["Hello", "once", "Answer to once"]);
});

test("a reload with a message on its way sends it with the same key and shows everything once", async () => {
  const before = visit();
  await before.conversation.start();
  before.server.loseAnswers = true;
  before.conversation.say({ text: "once" }, "once");
  await before.settled();
  before.server.loseAnswers = false;
  const after = visit(before);
  await after.conversation.start();
  assert.deepEqual(after.server.said, ["once"]);
  assert.deepEqual(after.view.lines, ["Hello", "once", "Answer to once"]);
});

test("a second tab takes part in the conversation of the first", async () => {
  const first = visit();
  await first.conversation.start();
  first.conversation.say({ text: "here" }, "here");
  await first.settled();
  const second = visit({ server: first.server, elsewhere: first.conversation.session.current });
  await second.conversation.start();
  assert.deepEqual(second.view.lines, ["Hello", "here", "Answer to here"]);
});

test("what another tab said is shown after it tells", async () => {
  const { conversation, server, view, settled } = visit();
  await conversation.start();
  await server.say(null, { text: "elsewhere" }, "another key");
  conversation.refresh();
  await settled();
  assert.deepEqual(view.lines, ["Hello", "elsewhere", "Answer to elsewhere"]);
});

test("tries follow each other more and more slowly, and an earlier plan is dropped", async () => {
  const { conversation, server, settled, planned } = visit();
  await conversation.start();
  server.faults = Array.from({ length: 7 }, () => new NoConnection());
  conversation.say({ text: "a" }, "a");
  await settled();
  const waited = [];
  while (planned.length) {
    const { work, milliseconds } = planned.pop();
    waited.push(milliseconds);
    work();
    await settled();
  }
  assert.deepEqual(waited, [1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.deepEqual(server.said, ["a"]);
});

test("a message that the server refuses is given back with its reason, and the next one is sent", async () => {
  const { conversation, server, view, settled } = visit();
  await conversation.start();
  server.faults = [problem(422, "Too long.")];
  conversation.say({ text: "long" }, "long");
  conversation.say({ text: "short" }, "short");
  await settled();
  assert.deepEqual(view.refused, [["long", "Too long."]]);
  assert.deepEqual(view.lines, ["Hello", "short", "Answer to short"]);
});

test("asked to wait, it waits as long as it was told and then sends", async () => {
  const { conversation, server, view, settled, planned, timePasses } = visit();
  await conversation.start();
  server.faults = [problem(429, "Slow down.", 7)];
  conversation.say({ text: "a" }, "a");
  await settled();
  assert.deepEqual(view.state, { name: "busy", seconds: 7 });
  assert.deepEqual(planned.map(({ milliseconds }) => milliseconds), [7000]);
  await timePasses();
  assert.deepEqual(server.said, ["a"]);
});

test("when the conversation has ended, what was typed is given back and saying it again begins a new one", async () => {
  const { conversation, server, view, settled } = visit();
  await conversation.start();
  server.faults = [problem(401)];
  conversation.say({ text: "late" }, "late");
  await settled();
  assert.equal(view.state.name, "ended");
  assert.deepEqual(view.given, ["late"]);
  conversation.say({ text: "late" }, "late");
  await settled();
  assert.deepEqual(view.lines, ["Hello", "late", "Answer to late"]);
  assert.equal(view.state.name, "ready");
});

test("a conversation that ended while the tab was away begins anew without a word", async () => {
  const { conversation, server, view, settled } = visit({ kept: memory('{"id": "old", "token": "old"}') });
  server.faults = [problem(404)];
  await conversation.start();
  await settled();
  assert.deepEqual(view.lines, ["Hello"]);
  assert.equal(view.state.name, "ready");
});

test("clearing erases on the server, tells the other tabs, and keeps nothing here", async () => {
  const { conversation, server, told, kept, unsent, settled } = visit();
  await conversation.start();
  server.faults = [new NoConnection()];
  conversation.say({ text: "a" }, "a");
  await settled();
  assert.equal(await conversation.erase(), true);
  assert.deepEqual([server.erased, told.at(-1), kept.value, unsent.value], [["c1"], "erased", null, null]);
});

test("clearing without a connection says that it was not done, and keeps the chat", async () => {
  const { conversation, server, kept } = visit();
  await conversation.start();
  server.faults = [new NoConnection()];
  assert.equal(await conversation.erase(), false);
  assert.match(kept.value, /c1/);
});

test("a chat that another tab cleared stops here, and gives back what was typed", async () => {
  const { conversation, view, server, settled } = visit();
  await conversation.start();
  server.faults = [new NoConnection()];
  conversation.say({ text: "mine" }, "mine");
  await settled();
  conversation.end({ name: "cleared_elsewhere" });
  assert.equal(view.state.name, "cleared_elsewhere");
  assert.deepEqual(view.given, ["mine"]);
});
