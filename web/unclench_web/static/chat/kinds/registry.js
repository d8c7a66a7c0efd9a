/**
 * Which renderer shows which kind of message. To add a kind:
 * 1. write kinds/my_kind.js, which exports a Renderer (types.d.ts): message and page in, nodes out. kinds/text.js is the simplest,
 *    parts.js has the pieces that most kinds share (bubble, choices, where this comes from);
 * 2. name it below;
 * 3. put its style into kinds/my_kind.css, which is joined with the others by itself, and its words under `chat.my_kind` in data/web.yml
 *    (`texts.my_kind.…` in the script).
 * A kind that nobody named is shown as text: a message's `text` always stands alone.
 */

import { bodyMap } from "./body_map.js";
import { checkIn } from "./check_in.js";
import { checkInResult } from "./check_in_result.js";
import { contactForm } from "./contact_form.js";
import { crisis } from "./crisis.js";
import { exercise } from "./exercise.js";
import { text } from "./text.js";

/** @import { Message, Page, Renderer } from "../types" */

/** @type {Record<string, Renderer>} */
const RENDERERS = {
  text,
  did_you_mean: text,
  crisis,
  contact_form: contactForm,
  exercise,
  check_in: checkIn,
  body_map: bodyMap,
  check_in_result: checkInResult,
};

/**
 * What the log shows of a message.
 * @param {Message} message
 * @param {Page} page
 */
export function render(message, page) {
  const renderer = Object.hasOwn(RENDERERS, message.kind) ? RENDERERS[message.kind] : text;
  return renderer(message, page).filter((node) => node !== null);
}
