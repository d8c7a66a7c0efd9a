/**
 * What the visitor said and the server has not answered yet, in order. It outlives a reload of the tab, and each entry has a key by
 * which the server knows it again: however often it is sent, it is said once.
 */

/** @import { Said } from "./types" */

/**
 * @typedef {{key: string, said: Said, words: string}} Unsent `words`: what the visitor sees of it
 * @typedef {{get(): string | null, set(value: string | null): void}} Keep
 */

const SECONDS = [1, 2, 4, 8, 15];

export class Outbox {
  /** @param {Keep} keep */
  constructor(keep) {
    this.keep = keep;
    /** @type {Unsent[]} */
    this.entries = read(keep.get());
  }

  get first() {
    return this.entries[0];
  }

  /**
   * @param {Said} said
   * @param {string} words
   */
  add(said, words) {
    const entry = { key: newKey(), said, words };
    this.entries.push(entry);
    this.store();
    return entry;
  }

  /** @param {string} key */
  remove(key) {
    this.entries = this.entries.filter((entry) => entry.key !== key);
    this.store();
  }

  /** Take everything out. */
  empty() {
    const taken = this.entries;
    this.entries = [];
    this.store();
    return taken;
  }

  store() {
    this.keep.set(this.entries.length ? JSON.stringify(this.entries) : null);
  }
}

/**
 * Milliseconds to wait before the next try.
 * @param {number} tries that failed so far
 */
export function pause(tries) {
  return 1000 * SECONDS[Math.min(tries, SECONDS.length - 1)];
}

/** A key that nobody else has: 144 random bits. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string | null} kept */
function read(kept) {
  try {
    const entries = JSON.parse(kept ?? "[]");
    return Array.isArray(entries) ? entries.filter((entry) => entry?.key && entry.said && typeof entry.words === "string") : [];
  } catch {
    return [];
  }
}
