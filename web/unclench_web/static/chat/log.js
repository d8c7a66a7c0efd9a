/** The log of messages: adds items, shows that an answer is being made, and keeps the newest in view. */

import { make } from "./element.js";
import { render } from "./kinds/registry.js";
import { bubble } from "./parts.js";
import { texts } from "./texts.js";

/** @import { Message, Page } from "./types" */

export class Log {
  /**
   * @param {HTMLElement} list
   * @param {Page} page
   */
  constructor(list, page) {
    this.list = list;
    this.page = page;
    this.dots = make(
      "div",
      { class: "assistant" },
      make("div", { class: "typing" }, make("span"), make("span"), make("span"), make("span", { class: "quiet-words" }, texts.typing)),
    );
  }

  clear() {
    this.list.replaceChildren();
  }

  /** @param {string} text */
  addVisitor(text) {
    const item = visitorItem(text);
    this.list.append(item);
    this.showEnd();
    return item;
  }

  /** @param {Message[]} messages */
  addAssistant(messages) {
    for (const old of this.list.children) old.classList.add("past");
    const items = messages.map((message) => this.item(message));
    this.list.append(...items);
    this.show(items[0]);
  }

  /** @param {Message[]} messages */
  fill(messages) {
    this.clear();
    const items = messages.map((message) => this.item(message));
    for (const item of items.slice(0, -1)) item.classList.add("past");
    this.list.append(...items);
    this.show(items.at(-1));
  }

  /** @param {Message} message */
  item(message) {
    return message.from === "visitor" ? visitorItem(message.text) : make("div", { class: "assistant" }, ...render(message, this.page));
  }

  /** @param {boolean} typing */
  setTyping(typing) {
    if (typing) {
      this.list.append(this.dots);
      this.showEnd();
    } else {
      this.dots.remove();
    }
    for (const choice of this.list.querySelectorAll(".choice")) {
      if (typing) choice.setAttribute("aria-disabled", "true");
      else choice.removeAttribute("aria-disabled");
    }
  }

  showEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** Show the end, but never scroll past the beginning of what is new. @param {HTMLElement | undefined} first */
  show(first) {
    const end = this.list.scrollHeight - this.list.clientHeight;
    this.list.scrollTop = first ? Math.min(end, first.offsetTop - this.list.offsetTop - 12) : end;
  }
}

/** @param {string} text */
function visitorItem(text) {
  return make("div", { class: "visitor" }, bubble({ from: "visitor", text }));
}
