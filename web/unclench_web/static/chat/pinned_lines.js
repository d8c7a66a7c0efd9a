/** After a crisis or an emergency its lines stay at hand for the rest of the conversation, whatever is said next (data.pinned). */

/** @import { Line, Message } from "./types" */

const MOST_URGENT_FIRST = ["T1", "M1", "T2", "M2", "T3"];

/**
 * The tier and the lines to keep at hand, or null when there was no crisis. The lines are those of the most urgent message, the newest
 * one where several are alike.
 * @param {Message[]} messages
 * @returns {{tier: string, lines: Line[], language: string | null} | null}
 */
export function pinnedLines(messages) {
  const raised = messages.filter(({ kind, data }) => kind === "crisis" || data.pinned);
  const withLines = raised.filter(({ data }) => data.lines?.length && rank(data.tier) < MOST_URGENT_FIRST.length);
  if (!raised.length) return null;
  const shown = withLines.reduceRight((best, each) => (!best || rank(each.data.tier) < rank(best.data.tier) ? each : best), /** @type {Message | null} */ (null));
  return { tier: shown?.data.tier ?? "", lines: shown?.data.lines ?? [], language: shown?.data.language ?? null };
}

/** @param {unknown} tier */
function rank(tier) {
  const place = MOST_URGENT_FIRST.indexOf(String(tier));
  return place < 0 ? MOST_URGENT_FIRST.length : place;
}
