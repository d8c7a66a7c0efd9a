/** One question of the check-in: how far one is, the question, its answers, and the ways to leave it out, go back, ask why or stop. */

import { make } from "../element.js";
import { choiceButton } from "../parts.js";
import { texts } from "../texts.js";
import { Picking } from "./picking.js";

/** @import { Message, Page } from "../types" */

/**
 * @param {Message} message
 * @param {Page} page
 */
export function checkIn(message, page) {
  const { data } = message;
  const count = Array.isArray(data.answers) ? data.answers.length : 0;
  const answers = data.several ? severalAnswers(message, page) : message.choices.slice(0, count).map((choice) => choiceButton(choice, page));
  return [question(message), group(answers, "answers", String(data.ask ?? "")), controls(message, page)];
}

/** The question in its bubble, with what is said before it. @param {Message} message */
export function question({ data }) {
  const { at, of, text } = data.progress ?? {};
  return make(
    "div",
    { class: "bubble asked" },
    make("span", { class: "quiet-words" }, `${texts.assistant_said}: `),
    data.note ? make("p", { class: "said" }, String(data.note)) : null,
    at ? make("p", { class: "progress" }, make("span", {}, String(text)), make("progress", { max: of, value: at, "aria-hidden": "true" })) : null,
    make("p", { class: "ask" }, String(data.ask ?? "")),
  );
}

/** Leave out, back, why, stop: quieter than the answers. @param {Message} message @param {Page} page */
export function controls({ choices, data }, page) {
  const rest = choices.slice(Array.isArray(data.answers) ? data.answers.length : 0);
  return rest.length ? group(rest.map((choice) => choiceButton(choice, page, "control")), "controls", texts.check_in.controls) : null;
}

/** @param {Message} message @param {Page} page */
function severalAnswers(message, page) {
  const picking = new Picking(message, page);
  const toggles = picking.choices.map((choice, place) => picking.toggle(choice, place, "choice"));
  return [...toggles, picking.done(String(message.data.labels?.list_done ?? ""))];
}

/**
 * @param {Node[]} parts
 * @param {string} look
 * @param {string} label
 */
function group(parts, look, label) {
  return make("div", { class: `choices ${look}`, role: "group", "aria-label": label }, ...parts);
}
