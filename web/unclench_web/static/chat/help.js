/**
 * "Need help now?": the help lines, one tap away at all times. After a crisis or an emergency it becomes the pinned card: its lines
 * come first, with ways to reach them that show while it is folded. It folds, but never goes.
 */

import { make } from "./element.js";
import { lineList, quickWays } from "./lines.js";
import { texts } from "./texts.js";

export class Help {
  /** @param {HTMLElement} bar */
  constructor(bar) {
    this.bar = bar;
    this.details = /** @type {HTMLDetailsElement} */ (bar.querySelector("details"));
    this.own = /** @type {HTMLElement} */ (bar.querySelector("[data-pinned-lines]"));
    this.quick = /** @type {HTMLElement} */ (bar.querySelector("[data-quick]"));
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.details.open) return;
      event.preventDefault();
      this.details.open = false;
      this.details.querySelector("summary")?.focus();
    });
    document.addEventListener("click", (event) => {
      if (this.details.open && event.target instanceof Node && !bar.contains(event.target)) this.details.open = false;
    });
  }

  /** @param {ReturnType<typeof import("./pinned_lines.js").pinnedLines>} pinned */
  pin(pinned) {
    this.bar.classList.toggle("pinned", pinned !== null);
    const lines = pinned?.lines ?? [];
    this.own.replaceChildren(...(lines.length ? [make("h2", {}, texts.pinned), lineList(lines)] : []));
    this.quick.replaceChildren(...(pinned ? quickWays(lines) : []));
    this.quick.hidden = !pinned;
  }
}
