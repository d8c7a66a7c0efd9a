/** A hold timer that hurries nobody: it starts when it is tapped, can be paused, and nothing happens at its end but a soft word. */

import { make } from "../element.js";
import { fill, texts } from "../texts.js";

const ROUND = 2 * Math.PI * 26;
const TICK = 200; // milliseconds

export class Timer {
  /**
   * @param {number} seconds
   * @param {{onEnd: () => void, isShown: () => boolean, now?: () => number}} around
   */
  constructor(seconds, { onEnd, isShown, now = () => performance.now() }) {
    this.seconds = seconds;
    this.onEnd = onEnd;
    this.isShown = isShown;
    this.now = now;
    this.left = seconds * 1000;
    this.since = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.ticking = undefined;
    this.number = make("span", { class: "timer-left" }, String(seconds));
    this.ring = ring();
    this.label = make("span", {});
    this.rest = make("span", { class: "quiet-words" });
    this.button = make("button", { type: "button", class: "button quiet", onclick: () => this.toggle() }, this.label, this.rest);
    // the face changes five times a second: it is for the eyes
    this.shown = make("div", { class: "timer" }, make("span", { class: "timer-face", "aria-hidden": "true" }, this.ring.whole, this.number), this.button);
    this.show();
  }

  get running() {
    return this.ticking !== undefined;
  }

  toggle() {
    if (this.running) this.pause();
    else this.start();
  }

  start() {
    if (this.left <= 0) this.left = this.seconds * 1000;
    this.since = this.now();
    this.ticking = setInterval(() => this.tick(), TICK);
    this.show();
  }

  pause() {
    clearInterval(this.ticking);
    this.ticking = undefined;
    this.show();
  }

  tick() {
    if (!this.isShown()) return this.pause();
    const now = this.now();
    this.left = Math.max(0, this.left - (now - this.since));
    this.since = now;
    if (this.left > 0) return this.draw();
    this.pause();
    this.onEnd();
  }

  show() {
    const { timer_start, timer_pause, timer_go_on, timer_again } = texts.exercise;
    const rested = this.left === this.seconds * 1000;
    this.label.textContent = this.running ? timer_pause : this.left <= 0 ? timer_again : rested ? timer_start : timer_go_on;
    this.rest.textContent = `, ${fill(texts.exercise.seconds, { seconds: Math.ceil(this.left / 1000) || this.seconds })}`;
    this.draw();
  }

  draw() {
    this.number.textContent = String(Math.ceil(this.left / 1000));
    this.ring.part.setAttribute("stroke-dashoffset", String(ROUND * (1 - this.left / (this.seconds * 1000))));
  }
}

function ring() {
  const whole = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  whole.setAttribute("viewBox", "0 0 60 60");
  whole.setAttribute("aria-hidden", "true");
  const [track, part] = ["track", "part"].map((name) => {
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [key, value] of Object.entries({ cx: 30, cy: 30, r: 26, class: name })) circle.setAttribute(key, String(value));
    return circle;
  });
  part.setAttribute("stroke-dasharray", String(ROUND));
  part.setAttribute("stroke-dashoffset", "0");
  whole.append(track, part);
  return { whole, part };
}
