/** The texts of the page. They come with it, from data/web.yml; no script holds a sentence of its own. */

export const texts = JSON.parse(document.body.dataset.texts ?? "{}");

/** What the clinic decides: where leaving leads to, and which sites may show the chat. @type {{leave_to: string, embed_on: string[]}} */
export const settings = JSON.parse(document.body.dataset.settings ?? "{}");

/**
 * A text with its {words} filled in.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, word) => String(values[word] ?? whole));
}
