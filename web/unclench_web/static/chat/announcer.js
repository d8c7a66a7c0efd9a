/**
 * Says to a screen reader what is new, apart from the log, which can be read at leisure: politely, and at once in a crisis. An answer
 * is said whole, once, with what may be chosen next.
 */

import { make } from "./element.js";
import { texts } from "./texts.js";

/** @import { Message } from "./types" */

export class Announcer {
  /**
   * @param {HTMLElement} polite
   * @param {HTMLElement} assertive
   */
  constructor(polite, assertive) {
    this.polite = polite;
    this.assertive = assertive;
  }

  /** @param {string} words */
  say(words) {
    this.polite.replaceChildren(make("p", {}, words));
  }

  /** @param {Message[]} messages */
  answer(messages) {
    const isCrisis = messages.some(({ kind, data }) => kind === "crisis" || (kind === "check_in_result" && data.tier));
    const choices = messages.flatMap((message) => message.choices.map(({ label }) => label));
    const parts = [texts.assistant_said, ...messages.map(spoken)].map((words) => make("p", {}, words));
    if (choices.length) parts.push(make("p", {}, `${texts.choices}: ${choices.join(". ")}`));
    (isCrisis ? this.assertive : this.polite).replaceChildren(...parts);
  }
}

/** What is said of a message: of a question of the check-in without the list in its text, as the choices follow anyway. @param {Message} message */
function spoken({ text, data }) {
  return typeof data.ask === "string" ? [data.note, data.progress?.text, data.ask].filter(Boolean).join(". ") : text;
}
