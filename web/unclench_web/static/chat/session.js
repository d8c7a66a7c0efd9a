/** Keeps the conversation's id and token for this tab, so that a reload resumes. Gone when the tab is closed. */

const NAME = "unclench.session";

/** @typedef {{id: string, token: string, sent: Record<string, string>}} Session `sent`: references by message id */

/** @type {Session | null} */
let current = null;

/** @returns {Session | null} */
export function load() {
  if (current) return current;
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    current = kept && kept.id && kept.token ? { sent: {}, ...kept } : null;
  } catch {
    current = null; // storage is blocked: the chat works, and a reload begins anew
  }
  return current;
}

/** @param {{id: string, token: string}} opened */
export function begin({ id, token }) {
  current = { id, token, sent: {} };
  keep();
  return current;
}

/**
 * @param {string} messageId the message that offered the form
 * @param {string} reference
 */
export function noteSent(messageId, reference) {
  if (!current) return;
  current.sent[messageId] = reference;
  keep();
}

export function end() {
  current = null;
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // nothing was kept
  }
}

function keep() {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // kept in memory only
  }
}
