/** Whether an answer helped: one tap, counted by topic and by day, and kept apart from what was said. It can be changed. */

import { make } from "./element.js";
import { texts } from "./texts.js";

/** @import { Message, Page } from "./types" */

const THUMB = "M7 11v9H4v-9zm0 0 4-8c1.4 0 2.5 1.1 2.5 2.5V9h5.2c1.2 0 2.1 1.1 1.9 2.3l-1.3 6.6c-.2 1.2-1.3 2.1-2.5 2.1H7";

/**
 * @param {Message} message
 * @param {Page} page
 */
export function rating(message, page) {
  const buttons = [true, false].map((helped) =>
    make(
      "button",
      {
        type: "button",
        class: helped ? "rate" : "rate down",
        "aria-label": helped ? texts.helped : texts.not_helped,
        title: helped ? texts.helped : texts.not_helped,
        "aria-pressed": String(page.rating(message.id) === helped),
        onclick: async () => {
          const counted = await page.rate(message.id, helped);
          if (counted) buttons.forEach((button, place) => button.setAttribute("aria-pressed", String((place === 0) === helped)));
          page.announce(counted ? texts.rated : texts.not_rated);
          thanks.textContent = counted ? texts.rated : texts.not_rated;
        },
      },
      thumb(),
    ),
  );
  const thanks = make("span", { class: "rated" });
  return make("div", { class: "rating", role: "group", "aria-label": texts.rate }, ...buttons, thanks);
}

function thumb() {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  const path = document.createElementNS(name, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", THUMB);
  svg.append(path);
  return svg;
}
