/** Picking several answers of one question: what is picked, in every place that shows it, and saying it at the end. */

import { make } from "../element.js";

/** @import { Choice, Message, Page } from "../types" */

export class Picking {
  /**
   * @param {Message} message
   * @param {Page} page
   */
  constructor(message, page) {
    this.page = page;
    /** @type {{id: string, only?: boolean, number?: number}[]} */
    this.answers = message.data.answers ?? [];
    this.choices = message.choices.slice(0, this.answers.length);
    this.picked = new Set(this.answers.filter(({ id, only }) => !only && (message.data.picked ?? []).includes(id)).map(({ id }) => id));
    /** @type {(() => void)[]} */
    this.watchers = [];
  }

  /**
   * A button that picks an answer or takes it back; one that rules out the others is said at once.
   * @param {Choice} choice
   * @param {number} place
   * @param {string} look
   */
  toggle(choice, place, look) {
    const { id, only } = this.answers[place];
    if (only) {
      return make("button", { type: "button", class: look, onclick: (/** @type {Event} */ { currentTarget }) => {
        if (!held(currentTarget)) this.page.choose(choice);
      } }, choice.label);
    }
    const button = make("button", { type: "button", class: `${look} toggle`, onclick: () => this.set(id, !this.picked.has(id)) }, choice.label);
    this.watch(() => button.setAttribute("aria-pressed", String(this.picked.has(id))));
    return button;
  }

  /**
   * @param {string} id
   * @param {boolean} picked
   */
  set(id, picked) {
    if (picked) this.picked.add(id);
    else this.picked.delete(id);
    for (const show of this.watchers) show();
  }

  /** The button that says what was picked. @param {string} label */
  done(label) {
    const button = make("button", { type: "button", class: "button done", onclick: () => {
      if (held(button)) return;
      const places = this.places();
      if (places.length === 1) this.page.choose(this.choices[places[0]]);
      else if (places.length) this.sayNumbers();
    } }, label);
    this.watch(() => {
      button.toggleAttribute("disabled", this.picked.size === 0);
    });
    return button;
  }

  /** Where the picked answers stand among the choices. */
  places() {
    return this.answers.flatMap(({ id }, place) => (this.picked.has(id) ? [place] : []));
  }

  /** Say numbers, which mean these answers and nothing else; the visitor sees the words. */
  sayNumbers() {
    this.page.say(this.places().map((place) => this.answers[place].number ?? place + 1).join(", "), this.words());
  }

  /** What is picked, as words. */
  words() {
    return this.choices.filter((_, place) => this.picked.has(this.answers[place].id)).map(({ label }) => label).join(", ");
  }

  /** Have something shown now, and whenever what is picked changes. @param {() => void} show */
  watch(show) {
    this.watchers.push(show);
    show();
  }
}

/** Whether an answer is on its way, so that a tap would say it twice. @param {EventTarget | null} target */
export function held(target) {
  return target instanceof Element && (target.hasAttribute("data-held") || target.closest(".assistant")?.querySelector("[data-held]") !== null);
}
