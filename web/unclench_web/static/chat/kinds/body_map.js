/** Where tightness is noticed: a figure whose areas are buttons, and the same as a plain list. Several can be picked. */

import { make } from "../element.js";
import { texts } from "../texts.js";
import { controls, question } from "./check_in.js";
import { figure } from "./figure.js";
import { Picking } from "./picking.js";

/** @import { Message, Page } from "../types" */

/** Each area is a button once, on the side where one would look for it. */
const SIDES = /** @type {const} */ ({ front: ["jaw", "neck", "chest", "belly", "hips"], back: ["shoulders", "low_back"] });

/**
 * @param {Message} message
 * @param {Page} page
 */
export function bodyMap(message, page) {
  const picking = new Picking(message, page);
  const { labels = {}, ask = "" } = message.data;
  const onTheMap = new Set(Object.values(SIDES).flat().map(String));
  const others = picking.choices.flatMap((choice, place) => (onTheMap.has(picking.answers[place].id) ? [] : [picking.toggle(choice, place, "choice")]));
  const said = make("p", { class: "picked" });
  picking.watch(() => {
    const words = picking.words();
    said.textContent = words ? String(labels.map_pick ?? "").replace("{places}", words) : String(labels.map_nothing ?? "");
  });
  const sheet = make(
    "div",
    { class: "sheet map", role: "group", "aria-label": String(ask) },
    make("div", { class: "figures" }, side("front", picking, labels.map_front), side("back", picking, labels.map_back)),
    make("div", { class: "choices others" }, ...others),
    plainList(picking),
    said,
    picking.done(String(labels.map_done ?? "")),
  );
  return [question(message), sheet, controls(message, page)];
}

/**
 * @param {"front" | "back"} name
 * @param {Picking} picking
 * @param {unknown} title
 */
function side(name, picking, title) {
  const areas = SIDES[name].map(String);
  const drawn = figure(name, areas);
  picking.watch(() => {
    for (const glow of drawn.querySelectorAll("[data-area]")) glow.classList.toggle("on", picking.picked.has(glow.getAttribute("data-area") ?? ""));
  });
  const spots = picking.choices.flatMap((choice, place) => {
    const { id } = picking.answers[place];
    return areas.includes(id) ? [picking.toggle(choice, place, `spot spot-${id.replace("_", "-")}`)] : [];
  });
  return make("div", { class: "figure" }, make("p", { class: "side" }, String(title ?? "")), make("div", { class: "drawn" }, drawn, ...spots));
}

/** The same answers as boxes to tick, for whom a picture is no help. @param {Picking} picking */
function plainList(picking) {
  const boxes = picking.choices.flatMap((choice, place) => {
    const { id, only } = picking.answers[place];
    if (only) return [];
    const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", onchange: () => {
      picking.set(id, box.checked);
    } }));
    picking.watch(() => (box.checked = picking.picked.has(id)));
    return [make("li", {}, make("label", {}, box, choice.label))];
  });
  return make("details", { class: "as-list" }, make("summary", {}, texts.check_in.as_list), make("ul", {}, ...boxes));
}
