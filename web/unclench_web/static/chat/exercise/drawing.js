/** A drawing in the page itself, so that it takes the page's ink in light and dark; fetched once, ahead of its step. */

import { make } from "../element.js";

/** @type {Map<string, Promise<string>>} */
const fetched = new Map();

/**
 * A place for a drawing, with its words for those who cannot see it. Without the network the words are shown in its stead.
 * @param {string} path as the message names it
 * @param {string} alt empty where words beside it say as much
 */
export function drawing(path, alt) {
  const place = make("div", alt ? { class: "drawing", role: "img", "aria-label": alt } : { class: "drawing", "aria-hidden": "true" });
  void fetchDrawing(path).then(
    (source) => place.replaceChildren(document.importNode(parsed(source), true)),
    () => place.replaceChildren(make("span", { class: "no-drawing" }, alt)),
  );
  return place;
}

/** Have a drawing ready for later. @param {string} path */
export function fetchDrawing(path) {
  const known = fetched.get(path);
  if (known) return known;
  const coming = get(path);
  fetched.set(path, coming);
  coming.catch(() => fetched.delete(path)); // tried again when it is shown
  return coming;
}

/** @param {string} path */
async function get(path) {
  const answer = await fetch(here(path));
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

/**
 * The address of this release's drawing, which the browser may keep.
 * @param {string} path
 */
function here(path) {
  const script = /** @type {HTMLScriptElement | null} */ (document.querySelector("script[type=module][src]"));
  return script ? new URL(`exercise/${path.split("/").at(-1)}`, script.src) : path;
}

/** @param {string} source of a file of ours */
function parsed(source) {
  const shown = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
  shown.setAttribute("aria-hidden", "true");
  shown.setAttribute("focusable", "false");
  return shown;
}
