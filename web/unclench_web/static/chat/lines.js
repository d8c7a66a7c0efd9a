/** Shows help lines, each with what one can tap on it. */

import { make, safeAddress } from "./element.js";
import { fill, texts } from "./texts.js";

/**
 * @typedef {{label?: string, for?: string, hours?: string | null, call?: string | null, tel?: string | null,
 *   text?: {to: string, body?: string | null} | null, sms?: string | null, chat?: string | null}} Line
 */

/** @param {Line[]} lines */
export function lineList(lines) {
  return make("ul", { class: "lines" }, ...lines.map(line));
}

/** @param {Line} shown */
function line({ label, for: whom, hours, call, tel, text, sms, chat }) {
  const about = [
    ["line-for", whom],
    ["line-hours", hours],
  ].map(([name, words]) => (words ? make("span", { class: name }, words) : null));
  const ways = [
    tel?.startsWith("tel:") ? make("a", { class: "way", href: tel }, fill(texts.lines.call, { number: call ?? tel.slice(4) })) : null,
    sms?.startsWith("sms:") ? make("a", { class: "way", href: sms }, textWords(text, sms)) : null,
    safeAddress(chat) ? make("a", { class: "way", href: chat, target: "_blank", rel: "noopener noreferrer" }, texts.lines.chat) : null,
  ];
  return make(
    "li",
    { class: "line" },
    make("div", { class: "line-what" }, make("strong", { class: "line-name" }, label ?? ""), ...about),
    make("div", { class: "line-ways" }, ...ways),
  );
}

/**
 * @param {Line["text"]} text
 * @param {string} sms
 */
function textWords(text, sms) {
  const number = text?.to ?? sms.slice(4).split("?")[0];
  return text?.body ? fill(texts.lines.text, { word: text.body, number }) : fill(texts.lines.text_only, { number });
}
