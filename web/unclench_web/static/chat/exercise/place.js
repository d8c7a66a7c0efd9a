/**
 * Where a visitor is in a movement, and where the server thinks they are. Steps are shown at once, with or without the network; the
 * server follows, one "next" or "back" at a time, as soon as it can be reached.
 */

/** @import { Choice, Message } from "../types" */

/** The places of the choices of a step (knowledge/movements/said.py). */
const NEXT = 0;
const BACK = 1;

export class Place {
  /**
   * @param {Message} message the step that the server has said
   * @param {(choice: Choice) => Promise<Message | null>} take takes a choice quietly; null when that failed
   */
  constructor(message, take) {
    this.message = message;
    this.take = take;
    /** @type {number} */
    this.at = message.data.at;
    this.following = false;
  }

  /** Whether the server is where the visitor is. */
  get isSettled() {
    return this.message.data.at === this.at;
  }

  /** @param {number} at */
  async go(at) {
    this.at = at;
    await this.follow();
  }

  /** Lead the server to where the visitor is. Whether it got there. */
  async follow() {
    if (this.following) return false;
    this.following = true;
    try {
      while (!this.isSettled) {
        const choice = this.message.choices[this.at > this.message.data.at ? NEXT : BACK];
        const answer = await this.take(choice);
        if (!isStepOf(answer, this.message)) return false;
        this.message = /** @type {Message} */ (answer);
      }
      return true;
    } finally {
      this.following = false;
    }
  }
}

/**
 * Whether a message is a step of the same form as another one.
 * @param {Message | null | undefined} message
 * @param {Message} other
 */
export function isStepOf(message, other) {
  return (
    message?.kind === "exercise" &&
    message.data.state === "step" &&
    message.data.exercise === other.data.exercise &&
    message.data.form === other.data.form
  );
}

/**
 * A transcript without the steps that were passed: of steps in a row only the last one stays, without the taps between them.
 * @param {Message[]} messages
 */
export function withoutPassedSteps(messages) {
  return messages.filter((message, place) => {
    if (message.from === "visitor") return !(isStep(messages[place - 1]) && isStepOf(messages[place + 1], messages[place - 1]));
    return !(isStep(message) && messages[place + 1]?.from === "visitor" && isStepOf(messages[place + 2], message));
  });
}

/** @param {Message | undefined} message */
function isStep(message) {
  return message?.kind === "exercise" && message.data.state === "step";
}
