/** The texts of the page. They come with it, from data/web.yml; no script holds a sentence of its own. */

export const texts = JSON.parse(document.body.dataset.texts ?? "{}");

/**
 * A text with its {words} filled in.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, word) => String(values[word] ?? whole));
}
