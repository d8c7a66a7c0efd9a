/**
 * Talks with the loader on the clinic's page. In: hello, ask, leave. Out: ready, close, escape, leave, handoff. Nothing that a visitor
 * typed goes out, and only the sites that clinic.yml lists are spoken to.
 */

/**
 * Whether an origin is one of those listed: "https://www.example.org", or "https://*.example.org" for all below it.
 * @param {string} origin
 * @param {string[]} listed
 */
export function isListed(origin, listed) {
  return listed.some((one) => {
    const [before, after] = one.split("*.");
    if (after === undefined) return one === origin;
    return origin.startsWith(before) && origin.endsWith(`.${after}`) && !/[/@]/.test(origin.slice(before.length));
  });
}

export class Frame {
  /**
   * @param {string[]} listed origins
   * @param {{onHello(): void, onAsk(text: string): void, onLeave(): void}} on
   */
  constructor(listed, on) {
    this.listed = [location.origin, ...listed];
    this.on = on;
    /** @type {string | null} */
    this.host = null;
    if (window.parent !== window) addEventListener("message", (event) => this.hear(event));
  }

  /** @param {MessageEvent} event */
  hear({ source, origin, data }) {
    if (source !== window.parent || !isListed(origin, this.listed) || (this.host && origin !== this.host)) return;
    const what = data?.unclench;
    if (what === "hello") {
      this.host = origin;
      this.on.onHello();
      this.tell("ready");
    } else if (this.host && what === "ask" && typeof data.text === "string") {
      this.on.onAsk(data.text);
    } else if (this.host && what === "leave") {
      this.on.onLeave();
    }
  }

  /** Whether the loader heard it. @param {"ready" | "close" | "escape" | "leave" | "handoff"} what */
  tell(what) {
    if (!this.host) return false;
    window.parent.postMessage({ unclench: what }, this.host);
    return true;
  }
}
