/**
 * Leaving fast, for somebody who is watched: the page is emptied at once, what is kept here is removed, the server erases the
 * conversation, and a neutral site takes the page's place, so that the Back key does not lead here.
 */

import { Escapes } from "./escapes.js";

export class Leaving {
  /**
   * @param {{address: string, frame: import("./frame.js").Frame, forget(): void}} parts `address`: the neutral site
   */
  constructor({ address, frame, forget }) {
    this.address = address;
    this.frame = frame;
    this.forget = forget;
    const escapes = new Escapes();
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") escapes.forget();
      else if (!this.frame.tell("escape") && escapes.press(event.timeStamp)) this.leave();
    });
  }

  /** Leave: in a frame the loader takes the whole page away. */
  leave() {
    this.vanish();
    if (this.frame.tell("leave")) return;
    location.replace(this.address);
  }

  /** Empty this page and forget the conversation. */
  vanish() {
    document.body.replaceChildren();
    document.title = "";
    this.forget();
  }
}
