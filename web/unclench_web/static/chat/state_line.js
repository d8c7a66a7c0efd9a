/** One line above the composer that says how things stand when they are not as usual, and what can be done. */

import { make } from "./element.js";
import { fill, texts } from "./texts.js";

/** @typedef {import("./conversation.js").State} State */

export class StateLine {
  /**
   * @param {HTMLElement} line
   * @param {{retry(): void, begin(): void}} does
   */
  constructor(line, { retry, begin }) {
    this.line = line;
    /** @type {Record<string, [string, string, () => void]>} */
    this.ways = {
      offline: [texts.offline, texts.try_now, retry],
      trouble: [texts.trouble, texts.try_now, retry],
      busy: [texts.busy, texts.try_now, retry],
      ended: [texts.ended, texts.start_new, begin],
      cleared_elsewhere: [texts.cleared_elsewhere, texts.start_new, begin],
    };
    this.name = "ready";
  }

  /** @param {State} state */
  show({ name, seconds = 0 }) {
    if (name === this.name && name !== "busy") return;
    this.name = name;
    const [words, label, act] = this.ways[name] ?? ["", "", () => {}];
    this.say(fill(words, { seconds }), label, act);
  }

  /**
   * @param {string} words
   * @param {string} [label]
   * @param {() => void} [act]
   */
  say(words, label, act) {
    this.line.replaceChildren(words, ...(label && act ? [" ", make("button", { type: "button", class: "link", onclick: act }, label)] : []));
    this.line.hidden = !words;
  }

  /** Forget a passing word, such as why something was refused. */
  settle() {
    if (this.name === "ready") this.say("");
  }
}
