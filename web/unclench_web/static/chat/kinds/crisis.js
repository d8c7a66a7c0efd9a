/** The fixed reply to a crisis or an emergency, with lines to tap. The card above the log (pinned.js) keeps them at hand afterwards. */

import { lineList } from "../lines.js";
import { bubble, choices, whereFrom } from "../parts.js";

/** @import { Message, Page } from "../types" */

/**
 * @param {Message} message
 * @param {Page} page
 */
export function crisis(message, page) {
  const lines = Array.isArray(message.data.lines) ? message.data.lines : [];
  const shown = bubble(message, lines.length ? lineList(lines) : null, whereFrom(message));
  shown.classList.add("crisis");
  if (typeof message.data.language === "string") shown.lang = message.data.language;
  return [shown, choices(message, page)];
}
