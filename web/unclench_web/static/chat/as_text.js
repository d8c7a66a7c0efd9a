/** The conversation as plain text, for the visitor's own copy. */

/** @import { Message } from "./types" */

/**
 * @param {Message[]} messages
 * @param {{you_said: string, assistant_said: string, footer: string}} texts
 * @param {(moment: Date) => string} when
 */
export function asText(messages, texts, when) {
  const parts = messages.map(({ from, text, at, sources, data }) => {
    const head = `${from === "visitor" ? texts.you_said : texts.assistant_said}${at ? ` (${when(new Date(at))})` : ""}:`;
    const links = sources.map(({ title, publisher, url }) => `- ${[title, publisher, url].filter(Boolean).join(", ")}`);
    const lines = (data.lines ?? []).map((/** @type {import("./types").Line} */ line) => `- ${[line.label, line.call, line.text?.to].filter(Boolean).join(", ")}`);
    return [head, text, ...lines, ...links].join("\n");
  });
  return `${[...parts, texts.footer].join("\n\n")}\n`;
}
