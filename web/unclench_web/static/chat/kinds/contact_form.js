/** The contact form in the chat. What is typed here goes to the clinic's contact requests and never into the conversation. */

import { NoConnection, Problem, requestContact } from "../api.js";
import { make } from "../element.js";
import { lineList } from "../lines.js";
import { newKey } from "../outbox.js";
import { bubble, choices } from "../parts.js";
import { tabStorage } from "../storage.js";
import { fill, texts } from "../texts.js";

/** @import { Message, Page } from "../types" */

let made = 0;

/**
 * @param {Message} message
 * @param {Page} page
 */
export function contactForm(message, page) {
  const call = texts.phone ? make("p", {}, make("a", { class: "way", href: `tel:${texts.phone}` }, texts.call_clinic)) : null;
  const { topic, answers } = message.data;
  return [bubble(message, call), contactSheet(message.id, page, topic, answers), choices(message, page)];
}

/**
 * The form, or the reference when it was sent before.
 * @param {string} messageId the message that offers the form
 * @param {Page} page
 * @param {unknown} topic the topic to begin with
 * @param {unknown} [answers] answers of the check-in that may be shared: [{question, answer}]
 */
export function contactSheet(messageId, page, topic, answers) {
  const sheet = make("div", { class: "sheet" });
  const reference = page.reference(messageId);
  if (reference) sheet.append(thanks(reference));
  else if (texts.contact.own_form) sheet.append(ownForm(topic));
  else sheet.append(form(sheet, messageId, page, topic, answersOf(answers)));
  return sheet;
}

/** The clinic has a form of its own: it is opened, with nothing but a neutral topic. @param {unknown} topic */
function ownForm(topic) {
  const address = fill(texts.contact.own_form, { topic: typeof topic === "string" ? topic : "general" });
  return make("p", {}, make("a", { class: "button", href: address, target: "_blank", rel: "noopener noreferrer" }, texts.open_contact));
}

/**
 * @param {unknown} answers
 * @returns {{question: string, answer: string}[]}
 */
function answersOf(answers) {
  if (!Array.isArray(answers)) return [];
  return answers.filter((each) => typeof each?.question === "string" && typeof each?.answer === "string");
}

/** @param {string} reference */
function thanks(reference) {
  const shown = copy("contact-thanks");
  /** @type {HTMLElement} */ (shown.querySelector("[data-reference]")).textContent = reference;
  return shown;
}

/**
 * @param {HTMLElement} sheet
 * @param {string} messageId
 * @param {Page} page
 * @param {unknown} topic
 * @param {{question: string, answer: string}[]} answers
 */
function form(sheet, messageId, page, topic, answers) {
  const shown = /** @type {HTMLFormElement} */ (copy("contact-form"));
  if (typeof topic === "string") choose(shown, topic);
  offerAnswers(shown, answers);
  // What is typed is kept in this tab, with the key that makes every try the same request, until it is sent.
  const kept = tabStorage(`unclench.form.${messageId}`);
  const draft = readDraft(kept.get());
  const key = draft?.key ?? newKey();
  if (draft) restore(shown, draft.fields);
  const keep = () => kept.set(JSON.stringify({ key, fields: draftOf(shown) }));
  shown.addEventListener("input", keep);
  const opened = performance.now();
  let waits = false;
  addEventListener("online", () => {
    if (waits && shown.isConnected) shown.requestSubmit();
  });
  shown.addEventListener("submit", async (event) => {
    event.preventDefault();
    waits = false;
    keep();
    const button = /** @type {HTMLButtonElement} */ (shown.querySelector("button"));
    if (button.disabled) return;
    clearFaults(shown);
    button.disabled = true;
    try {
      const openSeconds = (performance.now() - opened) / 1000;
      const shared = shares(shown) ? { answers } : {};
      const { reference, crisis } = await requestContact({ ...fields(shown), ...shared, open_seconds: openSeconds }, key);
      kept.set(null);
      page.noteSent(messageId, reference);
      const note = thanks(reference);
      sheet.replaceChildren(...(crisis ? [crisisCard(crisis)] : []), note);
      note.focus();
      note.scrollIntoView({ block: "nearest" });
    } catch (fault) {
      waits = fault instanceof NoConnection && !navigator.onLine;
      showFault(shown, fault);
    } finally {
      button.disabled = false;
    }
  });
  return shown;
}

/** Where help is: before everything else. @param {Message} crisis */
function crisisCard(crisis) {
  const lines = Array.isArray(crisis.data.lines) ? crisis.data.lines : [];
  const card = make("section", { class: "alarm", role: "alert" }, make("p", {}, crisis.text), lineList(lines));
  if (typeof crisis.data.language === "string") card.lang = crisis.data.language;
  return card;
}

/**
 * The box for sharing the check-in's answers, off at first, with just what would be sent; nothing without answers.
 * @param {HTMLFormElement} shown
 * @param {{question: string, answer: string}[]} answers
 */
function offerAnswers(shown, answers) {
  if (!answers.length) return;
  const box = make("input", { type: "checkbox", name: "share_answers", value: "yes" });
  const list = make("dl", { class: "shared" }, ...answers.flatMap((each) => [make("dt", {}, each.question), make("dd", {}, each.answer)]));
  const field = make("div", { class: "field tick" },
    make("label", {}, box, make("span", {}, texts.contact.share)),
    make("p", { class: "hint" }, texts.contact.share_hint), list,
    make("p", { class: "fault", "data-fault": "answers", hidden: "" }));
  shown.querySelector("button")?.before(field);
}

/** @param {HTMLFormElement} shown */
const shares = (shown) => new FormData(shown).has("share_answers");

/** @param {HTMLFormElement} shown */
function draftOf(shown) {
  return Object.fromEntries([...new FormData(shown)].filter(([, value]) => typeof value === "string"));
}

/** @param {string | null} text */
function readDraft(text) {
  try {
    const draft = JSON.parse(text ?? "null");
    return draft && typeof draft.key === "string" && draft.fields ? draft : null;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLFormElement} shown
 * @param {Record<string, string>} fields
 */
function restore(shown, fields) {
  for (const input of shown.querySelectorAll("input, select")) {
    if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = input.name in fields;
    else if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement) input.value = fields[input.name] ?? input.value;
  }
}

/** @param {HTMLFormElement} shown */
function fields(shown) {
  const data = new FormData(shown);
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim() || null;
  return {
    name: text("name") ?? "",
    phone: text("phone"),
    email: text("email"),
    best_time: text("best_time"),
    topic: text("topic"),
    consent: data.has("consent"),
    text_consent: data.has("text_consent"),
    website: text("website"),
  };
}

/**
 * @param {HTMLFormElement} shown
 * @param {unknown} fault
 */
function showFault(shown, fault) {
  const errors = fault instanceof Problem ? fault.errors : [];
  for (const { field, detail } of errors) {
    const place = /** @type {HTMLElement | null} */ (shown.querySelector(`[data-fault="${CSS.escape(field)}"]`));
    if (place) Object.assign(place, { textContent: detail, hidden: false });
    shown.querySelector(`[name="${CSS.escape(field)}"]`)?.setAttribute("aria-invalid", "true");
  }
  const summary = /** @type {HTMLElement} */ (shown.querySelector("[data-summary]"));
  const links = errors.map(({ field, detail }) => {
    const input = /** @type {HTMLElement | null} */ (shown.querySelector(`[name="${CSS.escape(field)}"]`));
    return make("li", {}, make("a", { href: `#${input?.id ?? ""}`, onclick: (/** @type {Event} */ event) => {
      event.preventDefault();
      input?.focus();
    } }, detail));
  });
  const crisis = fault instanceof Problem && fault.crisis ? [crisisCard(fault.crisis)] : [];
  summary.replaceChildren(...crisis, make("p", {}, sentence(fault)), ...(links.length ? [make("ul", {}, ...links)] : []));
  summary.hidden = false;
  summary.focus();
  summary.scrollIntoView({ block: "nearest" });
}

/** @param {unknown} fault */
function sentence(fault) {
  if (fault instanceof NoConnection) return texts.contact.network;
  if (fault instanceof Problem && fault.status === 429) return fill(texts.contact.wait, { seconds: fault.retryAfter });
  if (fault instanceof Problem && fault.errors.length) return texts.contact.summary;
  return texts.contact.not_stored;
}

/** @param {HTMLFormElement} shown */
function clearFaults(shown) {
  for (const place of shown.querySelectorAll("[data-fault]")) Object.assign(place, { textContent: "", hidden: true });
  for (const input of shown.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  /** @type {HTMLElement} */ (shown.querySelector("[data-summary]")).hidden = true;
}

/**
 * @param {HTMLFormElement} shown
 * @param {string} topic
 */
function choose(shown, topic) {
  const select = /** @type {HTMLSelectElement} */ (shown.querySelector('[name="topic"]'));
  if ([...select.options].some((option) => option.value === topic)) select.value = topic;
}

/**
 * A copy of a template of the page, with ids of its own.
 * @param {string} id
 */
function copy(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const shown = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
  const suffix = `-${++made}`;
  for (const name of ["id", "for", "aria-describedby"]) {
    for (const element of shown.querySelectorAll(`[${name}]`)) element.setAttribute(name, element.getAttribute(name) + suffix);
  }
  return shown;
}
