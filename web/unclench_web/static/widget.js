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
  const home = script.src.split("/", 3).join("/"); // the origin: src is always absolute
  const language = script.dataset.language || "en";
  const texts = given.texts[language] || given.texts.en;
  const side = script.dataset.position === "left" ? "left" : "right";
  const wished = script.dataset.color || "";
  const color = /^#[\da-f]{6}$/i.test(wished) ? wished : given.color;
  const light = (/** @type {number} */ at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  // black or white, whichever stands out more
  const ink = 0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5) > 0.18 ? "#000" : "#fff";

  // The icons are shapes of the style sheet, and the frame has a sheet of its own, made when it is: each kind of element that a page did not
  // have before costs it time. No url() in either: the site's policy may forbid images.
  const launcher = `
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
    button::before {
      content: ""; flex: none; width: 24px; height: 24px; background: currentColor; forced-color-adjust: none;
      clip-path: path(evenodd, "M4 4.5H20A1 1 0 0 1 21 5.5V16.5A1 1 0 0 1 20 17.5H10.4L6.2 21.2A1 1 0 0 1 4.5 20.5V17.5H4A1 1 0 0 1 3 16.5V5.5A1 1 0 0 1 4 4.5ZM5 6.5V15.5H6.5V18.3L9.6 15.5H19V6.5Z");
    }
    button[aria-expanded="true"]::before {
      clip-path: path("M5.3 6.7L6.7 5.3L12 10.6L17.3 5.3L18.7 6.7L13.4 12L18.7 17.3L17.3 18.7L12 13.4L6.7 18.7L5.3 17.3L10.6 12Z");
    }
    @media print { button { display: none !important; } }`;
  const opened = `
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
    @media print { iframe { display: none !important; } }`;

  const host = document.createElement("unclench-chat");
  const room = host.attachShadow({ mode: "closed" });
  /** @param {string} style */
  const dress = (style) => {
    const sheet = new CSSStyleSheet(); // a strict content security policy allows it: it is no inline style
    sheet.replaceSync(style);
    room.adoptedStyleSheets = [...room.adoptedStyleSheets, sheet];
  };
  dress(launcher);

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
    button.textContent = open ? texts.close : script.dataset.label || texts.open;
    button.setAttribute("aria-expanded", String(open));
  };

  const tell = (/** @type {object} */ message) => frame?.contentWindow?.postMessage(message, home);

  const open = () => {
    if (isOpen()) return;
    if (!frame) {
      dress(opened);
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
