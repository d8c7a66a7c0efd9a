/** Which conversation this tab is in, and what only this side knows about it: references of contact requests, ratings. */

/** @typedef {{id: string, token: string, sent: Record<string, string>, rated: Record<string, boolean>}} Kept */

export class Session {
  /** @param {import("./outbox.js").Keep} keep */
  constructor(keep) {
    this.keep = keep;
    /** @type {Kept | null} */
    this.current = read(keep.get());
  }

  /** @param {{id: string, token: string, sent?: Record<string, string>, rated?: Record<string, boolean>}} opened */
  begin({ id, token, sent = {}, rated = {} }) {
    this.current = { id, token, sent, rated };
    this.store();
    return this.current;
  }

  /**
   * @param {string} messageId the message that offered the form
   * @param {string} reference
   */
  noteSent(messageId, reference) {
    if (this.current) this.current.sent[messageId] = reference;
    this.store();
  }

  /**
   * @param {string} messageId
   * @param {boolean} helped
   */
  noteRated(messageId, helped) {
    if (this.current) this.current.rated[messageId] = helped;
    this.store();
  }

  end() {
    this.current = null;
    this.store();
  }

  store() {
    this.keep.set(this.current && JSON.stringify(this.current));
  }
}

/**
 * @param {string | null} kept
 * @returns {Kept | null}
 */
function read(kept) {
  try {
    const value = JSON.parse(kept ?? "null");
    return value && typeof value.id === "string" && typeof value.token === "string" ? { sent: {}, rated: {}, ...value } : null;
  } catch {
    return null;
  }
}
