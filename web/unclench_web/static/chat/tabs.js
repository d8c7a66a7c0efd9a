/**
 * The other tabs of the same visit. A new tab takes part in the conversation that an open one is in; nothing is kept on the device for
 * it, so that the last tab to close ends it here. The browser keeps apart what runs under another website.
 */

const NAME = "unclench.chat";
const SECONDS_TO_ANSWER = 1;

/** @typedef {import("./session.js").Kept} Kept */

export class Tabs {
  /**
   * @param {{current(): Kept | null, changed(): void, erased(): void}} own what this tab is in, and what it does when another tab has
   *   changed or erased the same conversation
   */
  constructor(own) {
    this.own = own;
    /** @type {((kept: Kept | null) => void) | null} */
    this.answered = null;
    this.other = anotherTab(); // asked at once, while the page is still put together
    /** @type {BroadcastChannel | null} */
    this.channel = null;
    try {
      this.channel = new BroadcastChannel(NAME);
      this.channel.onmessage = (event) => this.hear(event.data);
    } catch {
      // storage is blocked: this tab is alone
    }
  }

  /** What another tab is in, or null. Asks only when there is another tab, so that the first one need not wait. */
  async ask() {
    if (!this.channel || !(await this.other)) return null;
    /** @type {Promise<Kept | null>} */
    const answer = new Promise((resolve) => (this.answered = resolve));
    this.channel.postMessage({ what: "ask" });
    setTimeout(() => this.answered?.(null), SECONDS_TO_ANSWER * 1000);
    return answer;
  }

  /** From now on a new tab asks this one. */
  stay() {
    if (this.channel) void navigator.locks?.request(NAME, { mode: "shared" }, () => new Promise(() => {})).catch(() => {});
  }

  /** @param {"changed" | "erased"} what */
  tell(what) {
    const id = this.own.current()?.id;
    if (id) this.channel?.postMessage({ what, id });
  }

  /** @param {{what: string, id?: string, kept?: Kept}} heard */
  hear({ what, id, kept }) {
    const current = this.own.current();
    if (what === "ask" && current) this.channel?.postMessage({ what: "answer", kept: current });
    else if (what === "answer" && kept) this.answered?.(kept);
    else if (id && id === current?.id && what === "changed") this.own.changed();
    else if (id && id === current?.id && what === "erased") this.own.erased();
  }
}

async function anotherTab() {
  try {
    const { held = [] } = await navigator.locks.query();
    return held.some((lock) => lock.name === NAME);
  } catch {
    return false;
  }
}
