/** Esc three times leaves the page: pressed one after the other, within a short time. */

const TIMES = 3;
const MILLISECONDS = 2000;

export class Escapes {
  /** @type {number[]} */
  pressed = [];

  /**
   * Note one press. Whether it was the last one that was needed.
   * @param {number} now milliseconds
   */
  press(now) {
    this.pressed = [...this.pressed.filter((before) => now - before < MILLISECONDS), now];
    return this.pressed.length >= TIMES;
  }

  /** Another key was pressed in between. */
  forget() {
    this.pressed = [];
  }
}
