/** The chat page: opens or resumes the conversation and carries what is said to and fro. */

import * as api from "./api.js";
import { Composer } from "./composer.js";
import { make } from "./element.js";
import { listenToLoader } from "./frame.js";
import { Log } from "./log.js";
import * as session from "./session.js";
import { texts } from "./texts.js";

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const notice = find("notice");
/** @type {import("./types").Page} */
const page = {
  choose: (choice) => void send({ choice: choice.id }, choice.label),
  say: (text) => void send({ text }, text),
  announce: (words) => void (find("announcer").textContent = words),
  reference: (messageId) => session.load()?.sent[messageId],
  noteSent: session.noteSent,
};
const log = new Log(find("log"), page);
const composer = new Composer((text) => {
  composer.set("");
  send({ text }, text);
});
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;

/**
 * @param {{text: string} | {choice: string}} said
 * @param {string} words what the visitor sees of it
 * @param {HTMLElement} [again] the item, when it is sent once more
 */
async function send(said, words, again) {
  const conversation = session.load();
  if (composer.busy || !conversation) return;
  hideNotice();
  again?.remove();
  const item = log.addVisitor(words);
  await waiting(async () => {
    try {
      const { messages } = await api.say(conversation, said);
      log.setTyping(false);
      log.addAssistant(messages);
    } catch (fault) {
      log.setTyping(false);
      notSent(item, said, words, fault);
    }
  });
}

/**
 * Keep what was typed, and say what can be done.
 * @param {HTMLElement} item
 * @param {{text: string} | {choice: string}} said
 * @param {string} words
 * @param {unknown} fault
 */
function notSent(item, said, words, fault) {
  if (fault instanceof api.Problem && (fault.isEnd || fault.status === 422)) {
    item.remove();
    if ("text" in said && !composer.text) composer.set(words);
    if (fault.isEnd) showNotice(texts.ended, texts.start_new, () => begin());
    else showNotice(fault.message);
    return;
  }
  item.classList.add("unsent");
  item.append(
    make(
      "div",
      { class: "unsent-line" },
      texts.not_sent,
      make("button", { type: "button", class: "link", onclick: () => send(said, words, item) }, texts.send_again),
    ),
  );
  showNotice(fault instanceof api.Problem ? fault.message : texts.network);
  log.showEnd();
}

/** Open a new conversation. @param {string} [note] */
async function begin(note) {
  session.end();
  hideNotice();
  log.clear();
  await waiting(async () => {
    try {
      const opened = await api.openConversation();
      log.setTyping(false);
      session.begin(opened);
      log.addAssistant(opened.messages);
      if (note) showNotice(note);
    } catch (fault) {
      log.setTyping(false);
      showNotice(fault instanceof api.Problem ? fault.message : texts.not_opened, texts.try_again, () => begin());
    }
  });
}

/** Go on where this tab was. @param {session.Session} conversation */
async function resume(conversation) {
  hideNotice();
  await waiting(async () => {
    try {
      const { messages } = await api.transcript(conversation);
      log.setTyping(false);
      log.fill(messages);
    } catch (fault) {
      log.setTyping(false);
      if (fault instanceof api.Problem && fault.isEnd) setTimeout(begin);
      else showNotice(texts.not_opened, texts.try_again, () => resume(conversation));
    }
  });
}

/** @param {() => Promise<void>} work */
async function waiting(work) {
  composer.setBusy(true);
  log.setTyping(true);
  try {
    await work();
  } finally {
    log.setTyping(false);
    composer.setBusy(false);
  }
}

/**
 * @param {string} words
 * @param {string} [label]
 * @param {() => void} [act]
 */
function showNotice(words, label, act) {
  notice.replaceChildren(words);
  if (label && act) notice.append(" ", make("button", { type: "button", class: "link", onclick: act }, label));
  notice.hidden = false;
}

function hideNotice() {
  notice.hidden = true;
}

const dialog = /** @type {HTMLDialogElement} */ (find("clear-dialog"));
find("clear").hidden = false;
find("clear").addEventListener("click", () => {
  dialog.returnValue = "no";
  dialog.showModal();
});
dialog.addEventListener("close", async () => {
  const conversation = session.load();
  if (dialog.returnValue !== "yes" || composer.busy) return;
  try {
    if (conversation) await api.erase(conversation);
  } catch (fault) {
    if (!(fault instanceof api.Problem && fault.isEnd)) {
      showNotice(texts.not_cleared);
      return;
    }
  }
  composer.set("");
  await begin(texts.cleared);
  composer.focus();
});

const help = /** @type {HTMLDetailsElement} */ (find("help"));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !help.open) return;
  event.preventDefault();
  help.open = false;
  help.querySelector("summary")?.focus();
});
document.addEventListener("click", (event) => {
  if (help.open && event.target instanceof Node && !help.contains(event.target)) help.open = false;
});

listenToLoader((close) => {
  find("close").hidden = false;
  find("close").addEventListener("click", close);
});

const kept = session.load();
void (kept ? resume(kept) : begin()).then(() => hasKeyboard && composer.focus());
