/** Choices can be taken by typing them: the words of a button, whatever their capitals, accents and signs. */

/** @import { Choice } from "./types" */

/**
 * The choice that was typed, or null when the words are the visitor's own.
 * @param {string} text
 * @param {Choice[]} offered by the newest messages
 */
export function typedChoice(text, offered) {
  const typed = bare(text);
  return (typed && offered.find(({ label }) => bare(label) === typed)) || null;
}

/** @param {string} words */
function bare(words) {
  return words.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").replace(/\p{M}/gu, "").trim();
}
