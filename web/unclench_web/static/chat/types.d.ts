// The shapes that the modules of the chat page hand each other. For the type checker only: no browser loads this.

export interface Choice {
  id: string;
  label: string;
  topic: string | null;
}

export interface Source {
  title: string;
  publisher: string | null;
  url: string | null;
}

export interface Review {
  status: string;
  by: string | null;
  on: string | null;
}

/** A message as the public API gives it (docs/api.md). */
export interface Message {
  id: string;
  from: "assistant" | "visitor";
  kind: string;
  text: string;
  topic: string | null;
  choices: Choice[];
  sources: Source[];
  evidence: string | null;
  review: Review | null;
  /** When it was said, as an ISO date and time. */
  at?: string | null;
  data: Record<string, any>;
}

export interface Line {
  id?: string;
  label?: string;
  for?: string | null;
  hours?: string | null;
  call?: string | null;
  tel?: string | null;
  text?: { to: string; body?: string | null } | null;
  sms?: string | null;
  chat?: string | null;
}

/** What is said: words of the visitor's own, or a choice that was offered. */
export type Said = { text: string } | { choice: string };

/** What a renderer may do with the page around its message. */
export interface Page {
  /** Take a choice of a message, as if it was tapped. */
  choose(choice: Choice): void;
  /** Take a choice of the newest message without showing it in the log: the answer, or null when there is none to be had now. */
  step(choice: Choice): Promise<Message | null>;
  /** Say something, as if it was typed. `words` is what the visitor sees of it, where that is not the text itself. */
  say(text: string, words?: string): void;
  /** Have a screen reader say something that changed in place. */
  announce(words: string): void;
  /** The reference of the contact request that was sent from this message before, if one was. */
  reference(messageId: string): string | undefined;
  /** What the visitor said of this answer before: whether it helped. */
  rating(messageId: string): boolean | undefined;
  /** Count whether an answer helped. Whether that was done. */
  rate(messageId: string, helped: boolean): Promise<boolean>;
  /** Keep the reference of a contact request, so that a reload shows it. */
  noteSent(messageId: string, reference: string): void;
}

/** Makes what the log shows of a message of one kind: what is null is left out. */
export type Renderer = (message: Message, page: Page) => (Node | null)[];
