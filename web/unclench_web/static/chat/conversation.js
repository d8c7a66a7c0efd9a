/**
 * The conversation: opens or resumes it, sends what is in the outbox one by one, tries again when the network fails, and tells the view
 * what to show. It knows nothing of the page.
 */

import { NoConnection, Problem } from "./api.js";
import { pause } from "./outbox.js";

/** @import { Message, Said } from "./types" */
/** @typedef {import("./outbox.js").Unsent} Unsent */

/**
 * How things stand: `ready`; `offline` and `trouble` (tried again by itself), `busy` (asked to wait for `seconds`), `ended` (the server
 * has erased it), `cleared_elsewhere` (another tab did).
 * @typedef {{name: "ready" | "offline" | "trouble" | "busy" | "ended" | "cleared_elsewhere", seconds?: number}} State
 */

/**
 * What shows it.
 * @typedef {object} View
 * @property {(messages: Message[]) => void} showAll in place of what is there
 * @property {(entry: Unsent) => void} showSaid something that is on its way
 * @property {(entry: Unsent, messages: Message[]) => void} showAnswer
 * @property {(entry: Unsent, why: string) => void} showRefused the server will not take it as it is
 * @property {(words: string[]) => void} giveBack what was typed and can't be said any more
 * @property {(waiting: boolean) => void} setWaiting
 * @property {(state: State) => void} setState
 */

export class Conversation {
  /**
   * @param {{api: typeof import("./api.js"), session: import("./session.js").Session, outbox: import("./outbox.js").Outbox,
   *   tabs: {ask(): Promise<import("./session.js").Kept | null>, stay(): void, tell(what: "changed" | "erased"): void}, view: View,
   *   before?: () => Promise<void>, later?: (work: () => void, milliseconds: number) => unknown}} parts `before`: what is waited for before
   *   something is sent
   */
  constructor({ api, session, outbox, tabs, view, before = () => Promise.resolve(), later = (work, milliseconds) => setTimeout(work, milliseconds) }) {
    this.api = api;
    this.session = session;
    this.outbox = outbox;
    this.tabs = tabs;
    this.view = view;
    this.before = before;
    this.later = later;
    this.tries = 0;
    this.round = 0; // a planned try of an earlier round is not made
    this.running = false;
    this.over = false;
    this.shown = false;
  }

  /** Begin, or go on where this tab or another one was. */
  async start() {
    if (!this.session.current) {
      const elsewhere = await this.tabs.ask();
      if (elsewhere && !this.session.current) this.session.begin(elsewhere);
    }
    this.tabs.stay();
    await this.run();
  }

  /**
   * Say something: now, or as soon as it can be sent.
   * @param {Said} said
   * @param {string} words what the visitor sees of it
   */
  say(said, words) {
    if (this.over) this.reset(); // what is said after the end begins a new one
    this.view.showSaid(this.outbox.add(said, words));
    void this.run();
  }

  /** Try at once: the network is back, or the visitor asks for it. */
  retry() {
    this.tries = 0;
    void this.run();
  }

  /** Another tab has changed the conversation. */
  refresh() {
    this.shown = false;
    void this.run();
  }

  /** Erase it everywhere. Whether that was done. */
  async erase() {
    const { current } = this.session;
    try {
      if (current) await this.api.erase(current);
    } catch (fault) {
      if (!(fault instanceof Problem && fault.isEnd)) return false;
    }
    this.tabs.tell("erased");
    this.outbox.empty();
    this.session.end();
    return true;
  }

  /** Begin anew. */
  async begin() {
    this.reset();
    await this.run();
  }

  reset() {
    this.session.end();
    this.over = false;
    this.shown = false;
    this.tries = 0;
  }

  /** @param {State} state */
  end(state) {
    this.over = true;
    this.view.giveBack(this.outbox.empty().flatMap(({ said, words }) => ("text" in said ? [words] : [])));
    this.session.end();
    this.view.setState(state);
  }

  /** Do all that is to be done: open, send what is unsent, show what is there. One run at a time. */
  async run() {
    if (this.running || this.over) return;
    this.running = true;
    this.round += 1;
    this.view.setWaiting(true);
    try {
      while (!this.over && (!this.shown || this.outbox.first)) await this.step();
      this.tries = 0;
      if (!this.over) this.view.setState({ name: "ready" });
    } catch (fault) {
      this.failed(fault);
    } finally {
      this.running = false;
      this.view.setWaiting(false);
    }
  }

  async step() {
    const { current } = this.session;
    const entry = this.outbox.first;
    if (!current) {
      const opened = await this.api.openConversation();
      this.session.begin(opened);
      this.showAll(opened.messages);
    } else if (entry) {
      await this.send(current, entry);
    } else {
      // what was left unsent by a reload went first, so that the transcript holds it once
      const { messages } = await this.api.transcript(current);
      this.showAll(messages);
    }
  }

  /** @param {Message[]} messages */
  showAll(messages) {
    this.shown = true;
    this.view.showAll(messages);
    for (const entry of this.outbox.entries) this.view.showSaid(entry);
  }

  /**
   * @param {import("./session.js").Kept} current
   * @param {Unsent} entry
   */
  async send(current, entry) {
    await this.before();
    try {
      const { messages } = await this.api.say(current, entry.said, entry.key);
      this.tries = 0;
      this.outbox.remove(entry.key);
      if (this.shown) this.view.showAnswer(entry, messages);
      this.tabs.tell("changed");
    } catch (fault) {
      if (!(fault instanceof Problem) || ![413, 422].includes(fault.status)) throw fault;
      this.outbox.remove(entry.key);
      this.view.showRefused(entry, fault.message);
    }
  }

  /** @param {unknown} fault */
  failed(fault) {
    if (!(fault instanceof NoConnection) && !(fault instanceof Problem)) throw fault;
    if (fault instanceof Problem && fault.isEnd) {
      if (this.shown || this.outbox.first) this.end({ name: "ended" });
      else void Promise.resolve().then(() => this.begin()); // it ended while the tab was away: nothing was said since
      return;
    }
    const busy = fault instanceof Problem && fault.status === 429;
    const seconds = busy ? Math.max(1, fault.retryAfter) : 0;
    this.view.setState(busy ? { name: "busy", seconds } : { name: fault instanceof Problem ? "trouble" : "offline" });
    const { round } = this;
    this.later(() => this.round === round && this.run(), busy ? seconds * 1000 : pause(this.tries));
    this.tries += 1;
  }
}
