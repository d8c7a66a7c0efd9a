/** The line in which a visitor types. Enter sends, Shift+Enter begins a new line. */

import { fill, texts } from "./texts.js";

const LIMIT = 1000;
const SHOW_LEFT_FROM = 800;

export class Composer {
  /** @param {(text: string) => void} onSend */
  constructor(onSend) {
    this.form = /** @type {HTMLFormElement} */ (document.getElementById("composer"));
    this.field = /** @type {HTMLTextAreaElement} */ (document.getElementById("text"));
    this.left = /** @type {HTMLElement} */ (document.getElementById("left"));
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      if (!text || [...text].length > LIMIT) return;
      this.set("");
      onSend(text);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.field.addEventListener("input", () => this.measure());
  }

  /** @param {string} text */
  set(text) {
    this.field.value = text;
    this.measure();
  }

  /** Put back what could not be said, before what was typed since. @param {string[]} words */
  giveBack(words) {
    this.set([...words, this.field.value].filter(Boolean).join("\n"));
  }

  /** @param {boolean} closed nothing can be said */
  setClosed(closed) {
    this.form.hidden = closed;
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  measure() {
    const length = [...this.field.value.trim()].length;
    const over = length > LIMIT;
    this.left.textContent =
      length < SHOW_LEFT_FROM ? "" : over ? fill(texts.too_long, { over: length - LIMIT }) : fill(texts.left, { left: LIMIT - length });
    this.left.classList.toggle("over", over);
    if (!CSS.supports("field-sizing", "content")) {
      this.field.style.height = "auto";
      this.field.style.height = `${this.field.scrollHeight}px`;
    }
  }
}
