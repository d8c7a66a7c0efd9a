/** Shows help lines, each with what one can tap on it. */

import { make, safeAddress } from "./element.js";
import { fill, texts } from "./texts.js";

/** @typedef {{name?: unknown, for?: unknown, hours?: unknown, call?: string | null, text?: {to: string, body?: string | null} | null, chat?: string | null}} Line */

/** @param {unknown} text a text, or texts by language */
function spoken(text) {
  if (text && typeof text === "object") {
    const byLanguage = /** @type {Record<string, string>} */ (text);
    return byLanguage[document.documentElement.lang] ?? byLanguage.en ?? Object.values(byLanguage)[0] ?? "";
  }
  return typeof text === "string" ? text : "";
}

/** @param {Line[]} lines */
export function lineList(lines) {
  return make("ul", { class: "lines" }, ...lines.map(line));
}

/** @param {Line} shown */
function line(shown) {
  const digits = (/** @type {string} */ number) => String(number).replace(/[^\d+]/g, "");
  const { call, text, chat } = shown;
  const ways = [
    call ? make("a", { class: "way", href: `tel:${digits(call)}` }, fill(texts.lines.call, { number: call })) : null,
    text
      ? make(
          "a",
          { class: "way", href: `sms:${digits(text.to)}${text.body ? `?&body=${encodeURIComponent(text.body)}` : ""}` },
          fill(text.body ? texts.lines.text : texts.lines.text_only, { word: text.body ?? "", number: text.to }),
        )
      : null,
    safeAddress(chat) ? make("a", { class: "way", href: chat, target: "_blank", rel: "noopener noreferrer" }, texts.lines.chat) : null,
  ];
  const about = [
    ["line-for", spoken(shown.for)],
    ["line-hours", spoken(shown.hours)],
  ].map(([name, words]) => (words ? make("span", { class: name }, words) : null));
  return make(
    "li",
    { class: "line" },
    make("div", { class: "line-what" }, make("strong", { class: "line-name" }, spoken(shown.name)), ...about),
    make("div", { class: "line-ways" }, ...ways),
  );
}
