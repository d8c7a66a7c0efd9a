/** The menu of the chat: a button that shows a few more buttons. Esc, a tap elsewhere, or choosing one of them closes it. */

export class Menu {
  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} list
   * @param {Record<string, () => void>} does by the `data-do` of each button
   */
  constructor(button, list, does) {
    this.button = button;
    this.list = list;
    button.hidden = false;
    button.addEventListener("click", () => this.set(list.hidden === true));
    list.addEventListener("click", (event) => {
      const chosen = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (!(chosen instanceof HTMLElement)) return;
      this.set(false);
      button.focus();
      does[chosen.dataset.do ?? ""]?.();
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.preventDefault();
      this.set(false);
      button.focus();
    });
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && !list.contains(event.target) && !button.contains(event.target)) this.set(false);
    });
  }

  /** @param {boolean} open */
  set(open) {
    this.list.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.list.querySelector("button")?.focus();
  }
}
