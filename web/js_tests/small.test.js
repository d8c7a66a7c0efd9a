// The small rules of the chat page, each a pure function.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asText } from "../unclench_web/static/chat/as_text.js";
import { Escapes } from "../unclench_web/static/chat/escapes.js";
import { isListed } from "../unclench_web/static/chat/frame.js";
import { newKey, Outbox } from "../unclench_web/static/chat/outbox.js";
import { pinnedLines } from "../unclench_web/static/chat/pinned_lines.js";
import { Session } from "../unclench_web/static/chat/session.js";
import { dayOf, timeOf } from "../unclench_web/static/chat/times.js";
import { typedChoice } from "../unclench_web/static/chat/typed_choice.js";

const keep = (value = null) => ({ get: () => value, set() {} });

test("a choice can be typed, whatever its capitals, accents and signs", () => {
  const offered = [{ id: "1", label: "Is trauma stored in the hips?" }, { id: "2", label: "¿Por qué?" }];
  assert.equal(typedChoice("is trauma stored in the hips", offered)?.id, "1");
  assert.equal(typedChoice("  por que ", offered)?.id, "2");
});

test("words of one's own are no choice", () => {
  const offered = [{ id: "1", label: "Why?" }];
  for (const text of ["why not", "?", "", "  "]) assert.equal(typedChoice(text, offered), null);
  assert.equal(typedChoice("why", []), null);
});

test("the lines of the most urgent crisis stay at hand, the newest where several are alike", () => {
  const crisis = (tier, line) => ({ kind: "crisis", data: { tier, pinned: tier, lines: [{ id: line }] } });
  const plain = { kind: "text", data: { pinned: "T2" } };
  assert.equal(pinnedLines([{ kind: "text", data: {} }]), null);
  assert.deepEqual(pinnedLines([crisis("T3", "a"), crisis("T2", "b"), plain, crisis("T2", "c"), crisis("M2", "d")])?.lines, [{ id: "c" }]);
  assert.equal(pinnedLines([crisis("T2", "a"), crisis("M1", "b")])?.tier, "M1");
});

test("a crisis without lines of its own is pinned all the same", () => {
  assert.deepEqual(pinnedLines([{ kind: "crisis", data: { tier: "M2", lines: [] } }]), { tier: "", lines: [], language: null });
});

test("three escapes in two seconds leave; other keys and slow presses do not count", () => {
  const escapes = new Escapes();
  assert.deepEqual([0, 500, 1000].map((now) => escapes.press(now)), [false, false, true]);
  const slow = new Escapes();
  assert.deepEqual([0, 1500, 3000, 4500].map((now) => slow.press(now)), [false, false, false, false]);
  const mixed = new Escapes();
  mixed.press(0);
  mixed.press(10);
  mixed.forget();
  assert.equal(mixed.press(20), false);
});

test("only listed origins are spoken to, below a wildcard too", () => {
  const listed = ["https://clinic.example", "https://*.clinic.org"];
  for (const origin of ["https://clinic.example", "https://www.clinic.org", "https://a.b.clinic.org"]) assert.ok(isListed(origin, listed), origin);
  for (const origin of ["http://clinic.example", "https://clinic.example.evil", "https://clinic.org", "https://evilclinic.org", "https://evil.org/x.clinic.org", "null"]) {
    assert.ok(!isListed(origin, listed), origin);
  }
});

test("days are said as people say them", () => {
  const words = { today: "Today", yesterday: "Yesterday" };
  const now = new Date(2026, 10, 22, 0, 5);
  assert.equal(dayOf(new Date(2026, 10, 22, 0, 1), now, words, "en"), "Today");
  assert.equal(dayOf(new Date(2026, 10, 21, 23, 59), now, words, "en"), "Yesterday");
  assert.equal(dayOf(new Date(2026, 10, 20), now, words, "en-US"), "Friday, November 20");
  assert.match(timeOf(new Date(2026, 10, 20, 9, 5), "en-US"), /^9:05\sAM$/);
});

test("the saved text holds who said what, with lines and sources", () => {
  const messages = [
    { from: "visitor", text: "Hello?", at: "2026-11-22T10:00:00Z", sources: [], data: {} },
    { from: "assistant", text: "Call.", at: null, sources: [{ title: "A page", publisher: null, url: "https://example.org" }], data: { lines: [{ label: "988", call: "988" }] } },
  ];
  const text = asText(messages, { you_said: "You said", assistant_said: "The assistant said", footer: "General." }, () => "10:00");
  assert.equal(text, "You said (10:00):\nHello?\n\nThe assistant said:\nCall.\n- 988, 988\n- A page, https://example.org\n\nGeneral.\n");
});

test("keys are random and long enough for the server", () => {
  assert.notEqual(newKey(), newKey());
  assert.match(newKey(), /^[0-9a-f]{36}$/);
});

test("what a browser kept wrongly is not believed", () => {
  for (const broken of ["{", "7", '{"id": 7}', '[{"key": "k"}]']) {
    assert.deepEqual(new Outbox(keep(broken)).entries, []);
    assert.equal(new Session(keep(broken)).current, null);
  }
});
