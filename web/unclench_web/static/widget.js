/*
 * The loader: puts a button on the clinic's page, and the chat in an iframe from the assistant's own origin. Before the button is
 * pressed nothing else is loaded. What is said stays in the iframe: out of it come "close", "escape", "leave" and "handoff", no words.
 * How to use it: docs/embedding.md.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || Object.hasOwn(window, "Unclench")) return; // a second one on the page leaves the first alone

  /** @type {{texts: Record<string, {open: string, close: string, frame: string}>, color: string, leave_to: string}} */
  const given = /** @type {any} */ ("__GIVEN__");
  const home = new URL(script.src, location.href).origin;
  const language = script.dataset.language || "en";
  const texts = given.texts[language] || given.texts.en;
  const side = script.dataset.position === "left" ? "left" : "right";
  const color = /^#[\da-f]{6}$/i.test(script.dataset.color || "") ? String(script.dataset.color) : given.color;
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  // black or white, whichever stands out more
  const ink = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff";

  const style = `
    :host { all: initial !important; }
    button {
      position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); ${side}: 20px; z-index: 2147483646;
      display: flex; align-items: center; gap: 10px; min-height: 52px; max-width: calc(100vw - 40px); padding: 8px 22px 8px 18px; margin: 0;
      border: 1px solid transparent; border-radius: 26px; background: ${color}; color: ${ink}; cursor: pointer; text-align: start;
      font: 600 1rem/1.2 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
      box-shadow: 0 2px 6px rgb(20 40 36 / .2), 0 10px 28px rgb(20 40 36 / .22);
    }
    button:hover { text-decoration: underline; text-underline-offset: 3px; }
    button:focus-visible { outline: 3px solid ${ink}; outline-offset: -6px; box-shadow: 0 0 0 3px ${color}, 0 10px 28px rgb(20 40 36 / .22); }
    svg { flex: none; width: 24px; height: 24px; }
    iframe {
      position: fixed; bottom: 88px; ${side}: 20px; z-index: 2147483647; border: 0; border-radius: 18px;
      width: min(420px, calc(100vw - 40px)); height: min(720px, calc(100vh - 112px)); background: Canvas; color-scheme: light dark;
      box-shadow: 0 2px 8px rgb(20 40 36 / .14), 0 18px 50px rgb(20 40 36 / .26);
    }
    [hidden] { display: none !important; }
    @media (max-width: 520px), (max-height: 480px) {
      iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
    }
    @media (prefers-reduced-motion: no-preference) {
      iframe { animation: rise .18s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
    }
    @media print { button, iframe { display: none !important; } }`;

  const host = document.createElement("unclench-chat");
  const room = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet(); // a strict content security policy allows it: it is no inline style
  sheet.replaceSync(style);
  room.adoptedStyleSheets = [sheet];

  /** @param {string} path */
  const picture = (path) => {
    const name = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(name, "svg");
    const line = document.createElementNS(name, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const [key, value] of Object.entries({ d: path, fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" })) {
      line.setAttribute(key, value);
    }
    svg.append(line);
    return svg;
  };

  const button = document.createElement("button");
  button.type = "button";
  button.lang = language;
  room.append(button);

  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  let isReady = false;
  /** @type {string[]} */
  const asked = [];
  /** @type {Record<string, (() => void)[]>} */
  const listeners = { open: [], close: [], handoff: [] };
  const emit = (/** @type {string} */ name) => listeners[name].forEach((listener) => listener());

  const isOpen = () => frame !== null && !frame.hidden;

  const show = () => {
    const open = isOpen();
    const words = open ? texts.close : script.dataset.label || texts.open;
    button.replaceChildren(picture(open ? "M6 6l12 12M18 6L6 18" : "M4 5.5h16v11H10l-4.5 4v-4H4z"), document.createTextNode(words));
    button.setAttribute("aria-expanded", String(open));
  };

  const tell = (/** @type {object} */ message) => frame?.contentWindow?.postMessage(message, home);

  const open = () => {
    if (isOpen()) return;
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = texts.frame;
      frame.referrerPolicy = "no-referrer";
      frame.src = `${home}/chat?language=${encodeURIComponent(language)}`;
      // again after each load: a page that moves us makes the browser load the frame anew
      frame.addEventListener("load", () => tell({ unclench: "hello" }));
      room.append(frame);
    }
    frame.hidden = false;
    show();
    frame.focus();
    emit("open");
  };

  const close = () => {
    if (!frame || frame.hidden) return;
    frame.hidden = true;
    show();
    button.focus();
    emit("close");
  };

  const ask = (/** @type {string} */ text) => {
    open();
    asked.push(String(text));
    if (isReady) asked.splice(0).forEach((each) => tell({ unclench: "ask", text: each }));
  };

  const leave = () => {
    document.documentElement.style.setProperty("display", "none", "important");
    document.title = "";
    location.replace(given.leave_to);
  };

  /** @type {number[]} presses of Esc: three in two seconds leave the page, if the first was in the chat */
  let escapes = [];
  const escape = (/** @type {boolean} */ began) => {
    const now = performance.now();
    escapes = escapes.filter((before) => now - before < 2000);
    if (began || escapes.length) escapes.push(now);
    if (escapes.length < 3) return;
    tell({ unclench: "leave" });
    setTimeout(leave, 300); // the frame clears itself first, and says so; if it cannot, the page goes all the same
  };

  button.addEventListener("click", () => (isOpen() ? close() : open()));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return void (escapes = []);
    escape(isOpen());
    close();
  }, true);
  addEventListener("message", ({ origin, source, data }) => {
    if (!frame || origin !== home || source !== frame.contentWindow) return;
    const what = data && data.unclench;
    if (what === "ready") {
      isReady = true;
      asked.splice(0).forEach((text) => tell({ unclench: "ask", text }));
    } else if (what === "close") close();
    else if (what === "escape") escape(true);
    else if (what === "leave") leave();
    else if (what === "handoff") emit("handoff");
  });
  addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-unclench-open]")) return;
    event.preventDefault();
    open();
  });

  // Beside the body, not in it: pages that render anew replace the body or what is in it.
  const place = () => {
    if (!host.isConnected) document.documentElement.append(host);
  };
  new MutationObserver(place).observe(document.documentElement, { childList: true });

  const on = (/** @type {string} */ name, /** @type {() => void} */ listener) => {
    if (!(name in listeners)) throw new RangeError(name);
    listeners[name].push(listener);
  };
  Object.defineProperty(window, "Unclench", { value: Object.freeze({ open, close, ask, on }) });
  show();
  place();
  dispatchEvent(new Event("unclench:ready"));
})();
