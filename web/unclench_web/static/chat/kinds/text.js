/** An answer in words, with what may be asked next. The safe reply (the assistant cannot be reached) is one too. */

import { make } from "../element.js";
import { lineList } from "../lines.js";
import { bubble, choices, foot } from "../parts.js";
import { texts } from "../texts.js";
import { contactSheet } from "./contact_form.js";

/** @import { Message, Page } from "../types" */

const FIRST_LINES = 3;

/**
 * @param {Message} message
 * @param {Page} page
 */
export function text(message, page) {
  return message.data.safe_reply ? safeReply(message, page) : [bubble(message, foot(message, page)), choices(message, page)];
}

/**
 * @param {Message} message
 * @param {Page} page
 */
function safeReply(message, page) {
  const lines = Array.isArray(message.data.lines) ? message.data.lines.slice(0, FIRST_LINES) : [];
  const all = make("p", {}, make("a", { href: "/crisis", target: "_blank", rel: "noopener" }, texts.lines.all));
  const place = make("div", { class: "choices", role: "group", "aria-label": texts.choices });
  const open = make("button", { type: "button", class: "choice", onclick: () => {
    const sheet = contactSheet(message.id, page, null);
    place.after(sheet);
    open.remove();
    /** @type {HTMLElement | null} */ (sheet.querySelector("[name=name], a"))?.focus();
  } }, texts.open_contact);
  if (texts.phone) place.append(make("a", { class: "way", href: `tel:${texts.phone}` }, texts.call_clinic));
  place.append(open);
  return [bubble(message, lineList(lines), all), place];
}
