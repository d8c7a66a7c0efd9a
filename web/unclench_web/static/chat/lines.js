/** Shows help lines, each with what one can tap on it. */

import { make, safeAddress } from "./element.js";
import { fill, texts } from "./texts.js";

const QUICK = 2;

/** @import { Line } from "./types" */

/** @param {Line[]} lines */
export function lineList(lines) {
  return make("ul", { class: "lines" }, ...lines.map(line));
}

/**
 * The first ways to reach somebody: what fits a line of buttons.
 * @param {Line[]} lines
 */
export function quickWays(lines) {
  return lines.flatMap((line) => [callWay(line), textWay(line)]).filter((way) => way !== null).slice(0, QUICK);
}

/** @param {Line} line */
function callWay({ call, tel }) {
  return tel?.startsWith("tel:") ? make("a", { class: "way", href: tel }, fill(texts.lines.call, { number: call ?? tel.slice(4) })) : null;
}

/** @param {Line} line */
function textWay({ text, sms }) {
  return sms?.startsWith("sms:") ? make("a", { class: "way", href: sms }, textWords(text, sms)) : null;
}

/** @param {Line} shown */
function line(shown) {
  const { label, for: whom, hours, chat } = shown;
  const about = [
    ["line-for", whom],
    ["line-hours", hours],
  ].map(([name, words]) => (words ? make("span", { class: name }, words) : null));
  const ways = [
    callWay(shown),
    textWay(shown),
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
