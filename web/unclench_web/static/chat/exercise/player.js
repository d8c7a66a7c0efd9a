/** The player: one card in which a movement goes on step by step, at the visitor's own pace. */

import { make } from "../element.js";
import { foot } from "../parts.js";
import { fill, texts } from "../texts.js";
import { drawing, fetchDrawing } from "./drawing.js";
import { Place } from "./place.js";
import { sound } from "./sound.js";
import { Timer } from "./timer.js";

/** @import { Message, Page } from "../types" */

/** The places of the choices of a step (knowledge/movements/said.py). */
const NEXT = 0;
const STOP = 3;
const HURTS = 4;

export class Player {
  /**
   * @param {Message} message
   * @param {Page} page
   */
  constructor(message, page) {
    this.page = page;
    this.data = message.data;
    this.place = new Place(message, (choice) => page.step(choice));
    this.isLeaving = false;
    this.count = make("p", { class: "player-count" });
    this.figure = make("div", { class: "player-figure" });
    this.say = make("p", { class: "player-say" });
    this.side = make("p", { class: "player-side" });
    this.clock = make("div", { class: "player-clock" });
    this.note = make("p", { class: "player-note", hidden: true });
    this.back = this.button("quiet", texts.exercise.back, () => this.move(-1));
    this.next = this.button("", texts.exercise.next, () => this.move(1));
    this.sound = this.button("quiet small", "", () => this.showSound(sound.toggle()));
    this.card = make(
      "div",
      { class: "player", role: "group", "aria-label": message.data.name },
      make("div", { class: "player-head" }, make("p", { class: "player-name" }, message.data.name), this.count),
      this.figure,
      this.side,
      this.say,
      this.clock,
      this.note,
      make("div", { class: "player-ways" }, this.back, this.next),
      make(
        "div",
        { class: "player-ways player-out" },
        this.button("quiet small", texts.exercise.stop, () => this.leave(STOP)),
        this.button("quiet small", texts.exercise.hurts, () => this.leave(HURTS)),
        this.sound,
      ),
      make("p", { class: "player-rule" }, message.data.stop_rule),
      foot(message, page),
    );
    for (const step of this.data.steps) fetchDrawing(step.picture).catch(() => {}); // they are there when the network is not
    this.showSound(sound.isOn);
    this.show();
    addEventListener("online", () => this.isOpen && void this.goOn());
  }

  /** Whether this is still the newest thing in the log. */
  get isOpen() {
    return this.card.isConnected && !this.card.closest(".past");
  }

  get isLast() {
    return this.place.at === this.data.steps.length - 1;
  }

  /**
   * @param {string} look
   * @param {string} label
   * @param {() => void} act
   */
  button(look, label, act) {
    return make("button", { type: "button", class: `button ${look}`, onclick: act }, label);
  }

  /** @param {number} by */
  move(by) {
    if (by > 0 && this.isLast) {
      this.leave(NEXT);
      return;
    }
    const at = Math.min(Math.max(this.place.at + by, 0), this.data.steps.length - 1);
    if (at === this.place.at) return;
    void this.place.go(at).then(() => this.goOn());
    this.show();
    const step = this.data.steps[at];
    this.page.announce(`${this.count.textContent}. ${step.say}`);
  }

  /** Take a choice that leads out of the steps: at once, or when the server has caught up. @param {number} choice */
  leave(choice) {
    this.timer?.pause();
    if (choice === HURTS) this.tell(this.data.stop_rule); // said here too, as the answer may take its time
    if (choice === NEXT && !this.place.isSettled) {
      this.isLeaving = true;
      this.tell(texts.exercise.waiting);
      void this.goOn();
      return;
    }
    this.page.choose(this.place.message.choices[choice]);
  }

  /** Have the server catch up, and finish if that is what waits. */
  async goOn() {
    const settled = this.place.isSettled || (await this.place.follow());
    if (settled && this.isLeaving && this.isOpen) {
      this.isLeaving = false;
      this.page.choose(this.place.message.choices[NEXT]);
    }
  }

  /** @param {string} words */
  tell(words) {
    this.note.textContent = words;
    this.note.hidden = false;
  }

  show() {
    const { at } = this.place;
    const step = this.data.steps[at];
    this.timer?.pause();
    this.note.hidden = true;
    this.count.textContent = fill(texts.exercise.count, { at: at + 1, of: this.data.steps.length });
    this.figure.replaceChildren(drawing(step.picture, step.alt));
    this.say.textContent = step.say;
    this.side.textContent = step.side ? texts.exercise[step.side] : "";
    this.side.hidden = !step.side;
    this.back.toggleAttribute("disabled", at === 0);
    this.next.textContent = this.isLast ? texts.exercise.done : texts.exercise.next;
    this.timer = step.seconds ? this.timed(step.seconds) : null;
    this.clock.replaceChildren(...(this.timer ? [this.timer.shown] : []));
  }

  /** @param {number} seconds */
  timed(seconds) {
    return new Timer(seconds, {
      isShown: () => this.isOpen,
      onEnd: () => {
        sound.play();
        this.tell(texts.exercise.time_over);
        this.page.announce(texts.exercise.time_over);
      },
    });
  }

  /** @param {boolean} isOn */
  showSound(isOn) {
    this.sound.textContent = texts.exercise.sound;
    this.sound.setAttribute("aria-pressed", String(isOn));
  }
}
