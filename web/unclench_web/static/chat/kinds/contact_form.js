/** The contact form in the chat. What is typed here goes to the clinic's contact requests and never into the conversation. */

import { NoConnection, Problem, requestContact } from "../api.js";
import { make } from "../element.js";
import { bubble, choices } from "../parts.js";
import { fill, texts } from "../texts.js";

/** @import { Message, Page } from "../types" */

let made = 0;

/**
 * @param {Message} message
 * @param {Page} page
 */
export function contactForm(message, page) {
  return [bubble(message), contactSheet(message.id, page, message.data.topic), choices(message, page)];
}

/**
 * The form, or the reference when it was sent before.
 * @param {string} messageId the message that offers the form
 * @param {Page} page
 * @param {unknown} topic the topic to begin with
 */
export function contactSheet(messageId, page, topic) {
  const sheet = make("div", { class: "sheet" });
  const reference = page.reference(messageId);
  sheet.append(reference ? thanks(reference) : form(sheet, messageId, page, topic));
  return sheet;
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
 */
function form(sheet, messageId, page, topic) {
  const shown = /** @type {HTMLFormElement} */ (copy("contact-form"));
  const key = newKey();
  if (typeof topic === "string") choose(shown, topic);
  shown.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (shown.querySelector("button"));
    if (button.disabled) return;
    clearFaults(shown);
    button.disabled = true;
    try {
      const { reference } = await requestContact(fields(shown), key);
      page.noteSent(messageId, reference);
      const note = thanks(reference);
      sheet.replaceChildren(note);
      note.focus();
      note.scrollIntoView({ block: "nearest" });
    } catch (fault) {
      showFault(shown, fault);
    } finally {
      button.disabled = false;
    }
  });
  return shown;
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
  summary.replaceChildren(make("p", {}, sentence(fault)), ...(links.length ? [make("ul", {}, ...links)] : []));
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

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
