/** The result of a check-in as a card: the level of care in words, why, what to do now, where to go on. To copy or print on one's own device. */

import { make } from "../element.js";
import { lineList } from "../lines.js";
import { choiceButton, whereFrom } from "../parts.js";
import { texts } from "../texts.js";

/** @import { Message, Page } from "../types" */

/**
 * @param {Message} message
 * @param {Page} page
 */
export function checkInResult(message, page) {
  const { data } = message;
  const { labels = {} } = data;
  const lines = Array.isArray(data.lines) ? data.lines : [];
  const card = make(
    "section",
    { class: `bubble result${data.tier ? " urgent" : ""}`, "aria-label": String(labels.result_title ?? "") },
    make("p", { class: "kicker" }, String(labels.result_title ?? "")),
    make("h2", {}, String(data.title ?? "")),
    ...paragraphs(data.picked, "why"),
    heading(labels.now_title),
    ...paragraphs([data.now, data.movement], "said"),
    lines.length ? lineList(lines) : null,
    ...paragraphs([data.places, data.limits], "small"),
    whereFrom(message),
    keepButtons(message, page, labels),
  );
  return [card, ...sections(message, page)];
}

/**
 * What the result offers, under its headings.
 * @param {Message} message
 * @param {Page} page
 */
function sections({ choices, data }, page) {
  let from = 0;
  return (data.sections ?? []).map((/** @type {{title: string, choices: number}} */ { title, choices: count }) => {
    const own = choices.slice(from, (from += count));
    const buttons = own.map((choice) => choiceButton(choice, page, title ? "" : "control"));
    return make(
      "div",
      { class: "offered" },
      title ? heading(title) : null,
      make("div", { class: title ? "choices" : "choices controls", role: "group", "aria-label": title || texts.choices }, ...buttons),
    );
  });
}

/**
 * @param {Message} message
 * @param {Page} page
 * @param {Record<string, string>} labels
 */
function keepButtons(message, page, labels) {
  const copy = make("button", { type: "button", class: "link", onclick: async () => {
    if (await copied(message.text)) page.announce((copy.textContent = labels.copied ?? ""));
  } }, labels.copy ?? "");
  const print = make("button", { type: "button", class: "link", onclick: () => {
    const card = /** @type {HTMLElement} */ (print.closest(".result"));
    card.dataset.printing = "";
    window.print();
    delete card.dataset.printing;
  } }, labels.print ?? "");
  return make("p", { class: "keep" }, copy, print);
}

/** Copy to the visitor's own clipboard; in a frame that may not, the older way still works. @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "quiet-words", "aria-hidden": "true" }));
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** @param {unknown} words */
function heading(words) {
  return make("h3", {}, String(words ?? ""));
}

/**
 * @param {unknown} texts
 * @param {string} look
 */
function paragraphs(texts, look) {
  return (Array.isArray(texts) ? texts : []).filter(Boolean).map((words) => make("p", { class: look }, String(words)));
}
