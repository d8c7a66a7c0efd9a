/** The chat page: puts its parts together. What the parts do is in their own files. */

import { Announcer } from "./announcer.js";
import * as api from "./api.js";
import { asText } from "./as_text.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Frame } from "./frame.js";
import { Help } from "./help.js";
import { Leaving } from "./leave.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { Outbox, newKey } from "./outbox.js";
import { pinnedLines } from "./pinned_lines.js";
import { Session } from "./session.js";
import { StateLine } from "./state_line.js";
import { tabStorage } from "./storage.js";
import { Tabs } from "./tabs.js";
import { settings, texts } from "./texts.js";
import { timeOf } from "./times.js";
import { typedChoice } from "./typed_choice.js";

/** @import { Message, Page } from "./types" */

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const language = document.documentElement.lang;
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;

const announcer = new Announcer(find("announcer"), find("alarm"));
const session = new Session(tabStorage("unclench.session"));
const tabs = new Tabs({
  current: () => session.current,
  changed: () => conversation.refresh(),
  erased: () => conversation.end({ name: "cleared_elsewhere" }),
});
const outbox = new Outbox(tabStorage("unclench.outbox"));
const help = new Help(find("help"));

/** @type {Page} */
const page = {
  // a choice is known in its own conversation only
  choose: (choice) => conversation.say(conversation.over ? { text: choice.label } : { choice: choice.id }, choice.label),
  step(choice) {
    const taken = takeQuietly(choice);
    stepping = taken.then(() => {});
    return taken;
  },
  say: (text, words = text) => conversation.say({ text }, words),
  announce: (words) => announcer.say(words),
  reference: (messageId) => session.current?.sent[messageId],
  noteSent(messageId, reference) {
    session.noteSent(messageId, reference);
    frame.tell("handoff");
  },
  rating: (messageId) => session.current?.rated[messageId],
  async rate(messageId, helped) {
    if (!session.current) return false;
    try {
      await api.rate(session.current, messageId, helped);
    } catch {
      return false;
    }
    session.noteRated(messageId, helped);
    return true;
  },
};

const log = new Log(find("log"), page, language);
const composer = new Composer((text) => {
  const choice = typedChoice(text, log.offered());
  if (choice) page.choose(choice);
  else page.say(text);
});
const state = new StateLine(find("state"), {
  retry: () => conversation.retry(),
  begin: () => void begin(),
});

const conversation = new Conversation({
  api,
  session,
  outbox,
  tabs,
  before: stepsTaken,
  view: {
    showAll(messages) {
      log.showAll(messages);
      help.pin(pinnedLines(messages));
    },
    showSaid(entry) {
      state.settle();
      log.addSaid(entry);
    },
    showAnswer(entry, messages) {
      log.answer(entry, messages);
      help.pin(pinnedLines(log.messages));
      announcer.answer(messages);
    },
    showRefused(entry, why) {
      log.remove(entry);
      if ("text" in entry.said) composer.giveBack([entry.words]);
      state.say(why);
    },
    giveBack: (words) => composer.giveBack(words),
    setWaiting(waiting) {
      log.setTyping(waiting);
    },
    setState(now) {
      document.body.dataset.state = now.name;
      state.show(now);
      if (now.name !== "ready") log.showEnd(); // the line takes some of its room
    },
  },
});

const frame = new Frame(settings.embed_on, {
  onHello: () => (find("close").hidden = false),
  onAsk: (text) => page.say(text),
  onLeave: () => leaving.vanish(),
});
const leaving = new Leaving({
  address: settings.leave_to,
  frame,
  forget() {
    const { current } = session;
    outbox.empty();
    session.end();
    if (current) void api.erase(current, { leaving: true }).catch(() => {}); // what cannot be erased now ends by itself
  },
});

/** The step of a movement that is on its way to the server. */
let stepping = Promise.resolve();

/** Wait for the steps on their way: what is asked after them is asked about the step that the visitor sees. */
async function stepsTaken() {
  let seen;
  do {
    seen = stepping;
    await seen;
  } while (seen !== stepping);
}

/**
 * @param {import("./types").Choice} choice
 * @returns {Promise<Message | null>}
 */
async function takeQuietly(choice) {
  const { current } = session;
  if (!current || conversation.over) return null;
  try {
    const { messages } = await api.say(current, { choice: choice.id }, newKey());
    log.passed(choice.label, messages);
    tabs.tell("changed");
    return messages.length === 1 ? messages[0] : null;
  } catch {
    return null; // tried again with the next step, or when the network is back
  }
}

/** @param {string} [note] */
async function begin(note) {
  log.showAll([]);
  help.pin(null);
  await conversation.begin();
  if (note) state.say(note);
  composer.focus();
}

const dialog = /** @type {HTMLDialogElement} */ (find("clear-dialog"));
dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "yes") return;
  if (await conversation.erase()) {
    composer.set("");
    await begin(texts.cleared);
  } else {
    state.say(texts.not_cleared);
  }
});

new Menu(find("menu-button"), find("menu"), {
  print: () => print(),
  save: () => save(log.messages),
  clear() {
    dialog.returnValue = "no";
    dialog.showModal();
  },
});

/** @param {Message[]} messages */
function save(messages) {
  const text = asText(messages, { you_said: texts.you_said, assistant_said: texts.assistant_said, footer: texts.footer }, (moment) => timeOf(moment, language));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = texts.file_name;
  link.click();
  URL.revokeObjectURL(link.href);
}

find("leave").hidden = false;
find("leave").addEventListener("click", () => leaving.leave());
find("close").addEventListener("click", () => frame.tell("close"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !dialog.open) frame.tell("close");
});
addEventListener("online", () => conversation.retry());

void conversation.start();
if (hasKeyboard) composer.focus();
