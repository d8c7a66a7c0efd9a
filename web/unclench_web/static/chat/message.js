/** Shows one message as a part of the log. */

import { contactForm } from "./contact_form.js";
import { make, paragraphs, safeAddress } from "./element.js";
import { lineList } from "./lines.js";
import { fill, texts } from "./texts.js";

const FIRST_LINES = 3;

/**
 * @typedef {{id: string, label: string, topic: string | null}} Choice
 * @typedef {{id: string, from: string, kind: string, text: string, topic: string | null, choices: Choice[],
 *   sources: {title: string, publisher: string | null, url: string | null}[], evidence: string | null,
 *   review: {status: string, by: string | null, on: string | null} | null, data: Record<string, any>}} Message
 */

/** @param {string} text */
export function visitorItem(text) {
  return make(
    "div",
    { class: "visitor" },
    make("div", { class: "bubble" }, make("span", { class: "quiet-words" }, `${texts.you_said}: `), ...paragraphs(text)),
  );
}

/**
 * @param {Message} message
 * @param {(choice: Choice) => void} onChoice
 * @param {Record<string, string>} sent references of contact requests, by message id
 */
export function assistantItem(message, onChoice, sent) {
  const isCrisis = message.kind === "crisis";
  const lines = Array.isArray(message.data.lines) ? message.data.lines : [];
  const bubble = make(
    "div",
    { class: "bubble", role: isCrisis ? "alert" : false },
    make("span", { class: "quiet-words" }, `${texts.assistant_said}: `),
    ...paragraphs(message.text),
    lines.length ? lineList(message.data.safe_reply ? lines.slice(0, FIRST_LINES) : lines) : null,
    message.data.safe_reply ? make("p", {}, make("a", { href: "/crisis", target: "_blank", rel: "noopener" }, texts.lines.all)) : null,
    whereFrom(message),
  );
  const item = make("div", { class: isCrisis ? "assistant crisis" : "assistant" }, bubble);
  if (message.kind === "contact_form") item.append(contactForm(message.id, sent[message.id], message.data.topic));
  const buttons = message.choices.map((choice) =>
    make("button", { type: "button", class: "choice", onclick: () => onChoice(choice) }, choice.label),
  );
  if (message.data.safe_reply) buttons.push(...waysToTheClinic(item, message, sent));
  if (buttons.length) item.append(make("div", { class: "choices", role: "group", "aria-label": texts.choices }, ...buttons));
  return item;
}

/** @param {Message} message */
function whereFrom({ sources, evidence, review }) {
  if (!sources.length && !evidence && !review) return null;
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

/** @param {Message["review"]} review */
function reviewWords(review) {
  if (review?.status !== "reviewed") return texts.draft;
  return review.by && review.on ? fill(texts.reviewed, { by: review.by, on: review.on }) : texts.reviewed_only;
}

/**
 * @param {HTMLElement} item
 * @param {Message} message
 * @param {Record<string, string>} sent
 */
function waysToTheClinic(item, message, sent) {
  const open = make("button", { type: "button", class: "choice", onclick: () => {
    const sheet = contactForm(message.id, sent[message.id], null);
    item.append(sheet);
    open.remove();
    /** @type {HTMLElement | null} */ (sheet.querySelector("input"))?.focus();
  } }, texts.open_contact);
  const call = texts.phone ? make("a", { class: "way", href: `tel:${texts.phone}` }, texts.call_clinic) : null;
  return call ? [call, open] : [open];
}
