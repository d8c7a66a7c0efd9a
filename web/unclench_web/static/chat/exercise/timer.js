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
    this.number = make("span", { class: "timer-left", "aria-hidden": "true" }, String(seconds));
    this.ring = ring();
    this.label = make("span", { class: "timer-label" }, texts.exercise.timer_start);
    this.button = make(
      "button",
      { type: "button", class: "timer", "aria-label": this.words(), onclick: () => this.toggle() },
      make("span", { class: "timer-face" }, this.ring.whole, this.number),
      this.label,
    );
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

  words() {
    const { timer_start, timer_pause, timer_go_on, timer_again } = texts.exercise;
    const rested = this.left === this.seconds * 1000;
    const label = this.running ? timer_pause : this.left <= 0 ? timer_again : rested ? timer_start : timer_go_on;
    return `${label}, ${fill(texts.exercise.seconds, { seconds: Math.ceil(this.left / 1000) || this.seconds })}`;
  }

  show() {
    const words = this.words();
    this.label.textContent = words.split(",")[0];
    this.button.setAttribute("aria-label", words);
    this.button.classList.toggle("running", this.running);
    this.draw();
  }

  /** The number and the ring; not the name of the button, which a screen reader would read at every change. */
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
