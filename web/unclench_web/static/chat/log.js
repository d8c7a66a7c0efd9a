/** The log of messages: adds items, shows that an answer is being made, and keeps the newest in view. */

import { make } from "./element.js";
import { assistantItem, visitorItem } from "./message.js";
import { texts } from "./texts.js";

export class Log {
  /**
   * @param {HTMLElement} list
   * @param {(choice: import("./message.js").Choice) => void} onChoice
   */
  constructor(list, onChoice) {
    this.list = list;
    this.onChoice = onChoice;
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

  /**
   * @param {import("./message.js").Message[]} messages
   * @param {Record<string, string>} sent
   */
  addAssistant(messages, sent) {
    for (const old of this.list.children) old.classList.add("past");
    const items = messages.map((message) => assistantItem(message, this.onChoice, sent));
    this.list.append(...items);
    this.show(items[0]);
  }

  /** @param {import("./message.js").Message[]} messages @param {Record<string, string>} sent */
  fill(messages, sent) {
    this.clear();
    const items = messages.map((message) =>
      message.from === "visitor" ? visitorItem(message.text) : assistantItem(message, this.onChoice, sent),
    );
    for (const item of items.slice(0, -1)) item.classList.add("past");
    this.list.append(...items);
    this.show(items.at(-1));
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
