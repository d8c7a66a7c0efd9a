/** The log of messages: adds items, with days and times between them, shows that an answer is being made, keeps the newest in view. */

import { make } from "./element.js";
import { isStepOf, withoutPassedSteps } from "./exercise/place.js";
import { render } from "./kinds/registry.js";
import { bubble } from "./parts.js";
import { texts } from "./texts.js";
import { dayOf, timeOf } from "./times.js";

/** @import { Choice, Message, Page } from "./types" */
/** @typedef {import("./outbox.js").Unsent} Unsent */

export class Log {
  /**
   * @param {HTMLElement} list
   * @param {Page} page
   * @param {string} language of days and times
   */
  constructor(list, page, language) {
    this.list = list;
    this.page = page;
    this.language = language;
    /** @type {Message[]} what was said and answered, oldest first */
    this.messages = [];
    /** @type {Map<string, HTMLElement>} what waits for its answer, by key */
    this.waiting = new Map();
    this.day = "";
    this.dots = make("div", { class: "typing", "aria-hidden": "true" }, make("span"), make("span"), make("span"));
  }

  /** @param {Message[]} messages */
  showAll(messages) {
    this.list.replaceChildren(...(texts.greeting ? [make("p", { class: "greeting" }, texts.greeting)] : []));
    this.waiting.clear();
    this.messages = withoutPassedSteps(messages);
    this.day = "";
    const items = this.messages.flatMap((message) => this.itemsOf(message));
    this.list.append(...items);
    this.settlePast();
    this.show(items.at(-1));
  }

  /** @param {Unsent} entry */
  addSaid(entry) {
    const items = this.itemsOf(visitorMessage(entry.words));
    const item = /** @type {HTMLElement} */ (items.at(-1));
    item.classList.add("waiting");
    item.append(make("p", { class: "unsent" }, texts.not_sent));
    this.waiting.set(entry.key, item);
    this.list.append(...items);
    this.keepDotsLast();
    this.showEnd();
  }

  /**
   * @param {Unsent} entry
   * @param {Message[]} messages
   */
  answer(entry, messages) {
    if (!this.waiting.has(entry.key)) this.addSaid(entry);
    const item = /** @type {HTMLElement} */ (this.waiting.get(entry.key));
    this.settle(entry, item);
    this.messages.push(visitorMessage(entry.words), ...messages);
    const items = messages.flatMap((message) => this.itemsOf(message));
    item.after(...items);
    this.settlePast();
    this.show(item);
  }

  /**
   * A step was taken inside the newest message, which shows it itself. An answer that is no step is shown as any other.
   * @param {string} words
   * @param {Message[]} messages
   */
  passed(words, messages) {
    const [last] = this.messages.slice(-1);
    const isStep = messages.length === 1 && last && isStepOf(messages[0], last);
    if (isStep) {
      this.messages[this.messages.length - 1] = messages[0];
      return;
    }
    this.messages.push(visitorMessage(words), ...messages);
    const items = this.messages.slice(-1 - messages.length).flatMap((message) => this.itemsOf(message));
    this.list.append(...items);
    this.settlePast();
    this.show(items[0]);
  }

  /** @param {Unsent} entry */
  remove(entry) {
    this.waiting.get(entry.key)?.remove();
    this.waiting.delete(entry.key);
  }

  /** The choices that the newest answer offers. @returns {Choice[]} */
  offered() {
    const last = this.messages.findLastIndex(({ from }) => from === "visitor");
    return this.messages.slice(last + 1).flatMap(({ choices }) => choices);
  }

  /** @param {boolean} typing */
  setTyping(typing) {
    if (typing) this.list.append(this.dots);
    else this.dots.remove();
    for (const choice of this.list.querySelectorAll(".choice")) choice.toggleAttribute("data-held", typing);
    if (typing) this.showEnd();
  }

  /** @param {Message} message */
  itemsOf(message) {
    const moment = message.at ? new Date(message.at) : new Date();
    const day = dayOf(moment, new Date(), { today: texts.today, yesterday: texts.yesterday }, this.language);
    const separator = day === this.day ? [] : [make("p", { class: "day" }, day)];
    this.day = day;
    const time = make("time", { class: "time", datetime: moment.toISOString() }, timeOf(moment, this.language));
    const shown = message.from === "visitor" ? [bubble(message)] : render(message, this.page);
    shown.splice(1, 0, time);
    return [...separator, make("div", { class: message.from }, ...shown)];
  }

  /**
   * @param {Unsent} entry
   * @param {HTMLElement} item
   */
  settle(entry, item) {
    item.classList.remove("waiting");
    item.querySelector(".unsent")?.remove();
    this.waiting.delete(entry.key);
  }

  /** Choices that were passed by stay, more quietly. */
  settlePast() {
    const items = [...this.list.querySelectorAll(":scope > .assistant, :scope > .visitor")];
    const last = items.findLastIndex((item) => item.classList.contains("visitor") && !item.classList.contains("waiting"));
    items.forEach((item, place) => item.classList.toggle("past", place < last));
  }

  keepDotsLast() {
    if (this.dots.isConnected) this.list.append(this.dots);
  }

  showEnd() {
    if (this.isTypedIn()) return;
    if (this.scrolls()) this.list.scrollTop = this.list.scrollHeight;
    else this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  /** Show the end, but never scroll past the beginning of what is new. @param {HTMLElement | undefined} first */
  show(first) {
    if (this.isTypedIn()) return;
    if (!this.scrolls()) {
      first?.scrollIntoView({ block: "start" });
      return;
    }
    const end = this.list.scrollHeight - this.list.clientHeight;
    this.list.scrollTop = first ? Math.min(end, first.offsetTop - 12) : end;
  }

  /** Whether somebody is filling in a form of the log: what comes meanwhile must not move it away. */
  isTypedIn() {
    const typed = this.list.querySelector(":is(input:not([type=checkbox], [type=radio]), textarea, select):focus");
    return typed !== null;
  }

  /** Whether the log scrolls by itself: in a short window the whole page does. */
  scrolls() {
    return getComputedStyle(this.list).overflowY === "auto";
  }
}

/**
 * @param {string} text
 * @returns {Message}
 */
function visitorMessage(text) {
  const at = new Date().toISOString();
  return { id: "", from: "visitor", kind: "text", text, topic: null, choices: [], sources: [], evidence: null, review: null, at, data: {} };
}
