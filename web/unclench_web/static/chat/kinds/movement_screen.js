/**
 * The question before the first movement: what may stand against one, under headings, several at a time. What only leaves out single forms
 * is folded, under words that name all of it. The last button says what was picked, or, with nothing picked, that nothing fits.
 */

import { make } from "../element.js";
import { bubble, foot } from "../parts.js";
import { Picking, held } from "./picking.js";

/** @import { Choice, Message, Page } from "../types" */
/** @typedef {{label: string, folded: boolean, answers: number}} Group */

/**
 * @param {Message} message
 * @param {Page} page
 */
export function movementScreen(message, page) {
  const { ask, groups, done } = message.data;
  const picking = new Picking(message, page);
  const toggles = picking.choices.map((choice, place) => picking.toggle(choice, place, "choice"));
  const parts = groups.map((/** @type {Group} */ each) => group(each, toggles.splice(0, each.answers)));
  const [none, ...rest] = message.choices.slice(picking.choices.length);
  const ways = make("div", { class: "choices" }, last(none, done, picking, page), ...rest.map((choice) => plain(choice, page)));
  return [bubble({ ...message, text: ask }, foot(message, page)), make("div", { class: "screen" }, ...parts, ways)];
}

/**
 * @param {Group} group
 * @param {HTMLElement[]} toggles
 */
function group({ label, folded }, toggles) {
  const choices = make("div", { class: "choices", role: "group", "aria-label": label }, ...toggles);
  return folded
    ? make("details", { class: "screen-more" }, make("summary", {}, label), choices)
    : make("div", {}, make("p", { class: "screen-head", "aria-hidden": "true" }, label), choices);
}

/**
 * @param {Choice} none the choice that nothing (more) fits
 * @param {string} label of the button once something is picked
 * @param {Picking} picking
 * @param {Page} page
 */
function last(none, label, picking, page) {
  const button = make("button", { type: "button", class: "button done", onclick: () => {
    if (held(button)) return;
    if (picking.picked.size) picking.sayNumbers();
    else page.choose(none);
  } }, none.label);
  picking.watch(() => {
    button.textContent = picking.picked.size ? label : none.label;
  });
  return button;
}

/**
 * @param {Choice} choice
 * @param {Page} page
 */
function plain(choice, page) {
  return make("button", { type: "button", class: "choice control", onclick: (/** @type {Event} */ { currentTarget }) => {
    if (!held(currentTarget)) page.choose(choice);
  } }, choice.label);
}
