/** The pieces that most kinds of messages are made of: the bubble, the choices, and where an answer comes from. */

import { make, paragraphs, safeAddress } from "./element.js";
import { rating } from "./rating.js";
import { fill, texts } from "./texts.js";

/** @import { Choice, Message, Page, Review } from "./types" */

/**
 * The message's text in a bubble, with more below it.
 * @param {Pick<Message, "from" | "text">} message
 * @param {...(Node | null)} more
 */
export function bubble(message, ...more) {
  return make(
    "div",
    { class: "bubble" },
    make("span", { class: "quiet-words" }, `${message.from === "visitor" ? texts.you_said : texts.assistant_said}: `),
    ...paragraphs(message.text),
    ...more,
  );
}

/**
 * What may be chosen next, as buttons, or null when there is nothing to choose.
 * @param {Message} message
 * @param {Page} page
 */
export function choices(message, page) {
  if (!message.choices.length) return null;
  const buttons = message.choices.map((choice) => choiceButton(choice, page));
  return make("div", { class: "choices", role: "group", "aria-label": texts.choices }, ...buttons);
}

/**
 * The button of one choice.
 * @param {Choice} choice
 * @param {Page} page
 * @param {string} [look]
 */
export function choiceButton(choice, page, look = "") {
  return make("button", { type: "button", class: `choice ${look}`.trim(), onclick: (/** @type {Event} */ { currentTarget }) => {
    // one at a time: a second tap while an answer is on its way would ask twice
    if (!(/** @type {HTMLElement} */ (currentTarget).hasAttribute("data-held"))) page.choose(choice);
  } }, choice.label);
}

/**
 * Sources, how sure it is, and whether a clinician reviewed it, folded; null when the message claims nothing.
 * @param {Message} message
 */
export function whereFrom({ sources, evidence, review }) {
  if (!sources.length && !evidence) return null;
  const links = sources.map(({ title, publisher, url }) =>
    make(
      "li",
      {},
      safeAddress(url) ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : title,
      publisher && publisher !== title ? `, ${publisher}` : "",
    ),
  );
  return make(
    "details",
    { class: "from" },
    make("summary", {}, texts.sources),
    links.length ? make("ul", {}, ...links) : null,
    evidence ? make("p", {}, fill(texts.evidence, { evidence })) : null,
    make("p", {}, reviewWords(review)),
  );
}

/**
 * What stands under an answer: where it comes from, and whether it helped. Null under a message that claims nothing.
 * @param {Message} message
 * @param {Page} page
 */
export function foot(message, page) {
  const from = whereFrom(message);
  return from && make("div", { class: "foot" }, from, rating(message, page));
}

/** @param {Review | null} review */
function reviewWords(review) {
  if (review?.status !== "reviewed") return texts.draft;
  return review.by && review.on ? fill(texts.reviewed, { by: review.by, on: review.on }) : texts.reviewed_only;
}
