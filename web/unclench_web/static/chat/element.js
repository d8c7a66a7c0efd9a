/** Makes elements. Texts go in as text, never as HTML. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] class, aria-…, on… and plain attributes; false and null are left out
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Paragraphs of a text that has empty lines between them.
 * @param {string} text
 */
export function paragraphs(text) {
  return text.split(/\n{2,}/).map((part) => make("p", { class: "said" }, part));
}

/**
 * A web address that may be opened, or null.
 * @param {unknown} address
 */
export function safeAddress(address) {
  return typeof address === "string" && /^https?:\/\//i.test(address) ? address : null;
}
