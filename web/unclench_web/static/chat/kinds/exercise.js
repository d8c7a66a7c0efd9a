/** Guided movements: what is offered, as cards with a drawing; the introduction; and the player. Other states are words and choices. */

import { make } from "../element.js";
import { drawing } from "../exercise/drawing.js";
import { isStepOf } from "../exercise/place.js";
import { Player } from "../exercise/player.js";
import { bubble, choices, foot } from "../parts.js";
import { fill, texts } from "../texts.js";
import { movementScreen } from "./movement_screen.js";

/** @import { Choice, Message, Page } from "../types" */

/** @type {Player | null} the newest one */
let newest = null;

/**
 * @param {Message} message
 * @param {Page} page
 */
export function exercise(message, page) {
  if (message.data.state === "step") return [player(message, page)];
  if (message.data.state === "screen") return movementScreen(message, page);
  if (message.data.state === "offers") return offers(message, page);
  if (message.data.state === "ready") return [introduction(message, page), choices(message, page)];
  return [bubble(message, foot(message, page)), choices(message, page)];
}

/**
 * The player; one that follows on another of the same form goes on where that was, which may be ahead of the server.
 * @param {Message} message
 * @param {Page} page
 */
function player(message, page) {
  const before = newest;
  newest = new Player(message, page);
  if (before?.card.isConnected && isStepOf(message, before.place.message) && !before.place.isSettled) {
    void newest.place.go(before.place.at);
    newest.show();
  }
  return newest.card;
}

/**
 * The introduction, in parts: what the message's text says in a row.
 * @param {Message} message
 * @param {Page} page
 */
function introduction(message, page) {
  const { name, type, minutes, position, needs, feel, stop_rule, steps } = message.data;
  const [longest] = [...steps].sort((one, other) => (other.seconds ?? 0) - (one.seconds ?? 0));
  const row = (/** @type {string} */ label, /** @type {string} */ words) => make("p", {}, make("strong", {}, `${label} `), words);
  return make(
    "div",
    { class: "player", role: "group", "aria-label": name },
    make(
      "div",
      { class: "intro-head" },
      make("div", {}, make("p", { class: "player-name" }, name), make("p", { class: "player-count" }, texts.exercise[type]),
        make("p", { class: "player-count" }, fill(texts.exercise.offer, { minutes, position: texts.exercise[position] }))),
      drawing(longest.picture, longest.alt),
    ),
    row(texts.exercise.needs, needs),
    row(texts.exercise.feel, feel),
    make("p", { class: "intro-rule" }, stop_rule),
    foot(message, page),
  );
}

/**
 * @param {Message} message
 * @param {Page} page
 */
function offers(message, page) {
  const cards = message.data.offers.map((/** @type {Record<string, any>} */ offer, /** @type {number} */ place) =>
    offerCard(offer, message.choices[place], page),
  );
  const rest = { ...message, choices: message.choices.slice(cards.length) };
  return [bubble(message, foot(message, page)), make("div", { class: "offers", role: "group", "aria-label": texts.choices }, ...cards), choices(rest, page)];
}

/**
 * @param {Record<string, any>} offer
 * @param {Choice} choice
 * @param {Page} page
 */
function offerCard(offer, choice, page) {
  const about = fill(texts.exercise.offer, { minutes: offer.minutes, position: texts.exercise[offer.position] });
  return make(
    "button",
    { type: "button", class: "offer choice", onclick: (/** @type {Event} */ { currentTarget }) => {
      if (!(/** @type {HTMLElement} */ (currentTarget).hasAttribute("data-held"))) page.choose(choice);
    } },
    drawing(offer.picture, ""),
    make("span", { class: "offer-name" }, offer.name),
    make("span", { class: "offer-about" }, offer.smaller ? `${about}. ${texts.exercise.smaller}` : about),
  );
}
