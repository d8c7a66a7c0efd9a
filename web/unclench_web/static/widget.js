/*
 * The loader: puts a button on the clinic's page, and the chat in an iframe from the assistant's own origin.
 * Before the button is pressed nothing else is loaded. What is said stays in the iframe; only "close" comes out of it.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || document.documentElement.dataset.unclench) return;
  document.documentElement.dataset.unclench = "loaded";

  /** @type {{open: string, close: string, frame: string}} */
  const texts = /** @type {any} */ ("__TEXTS__");
  const home = new URL(script.src, location.href).origin;
  const side = script.dataset.position === "left" ? "left" : "right";

  const style = `
    :host { all: initial; }
    button {
      position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); ${side}: 20px; z-index: 2147483646;
      display: flex; align-items: center; gap: 10px; min-height: 52px; padding: 0 22px 0 18px; margin: 0;
      border: 0; border-radius: 26px; background: #1d5a50; color: #fff; cursor: pointer;
      font: 600 16px/1.2 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
      box-shadow: 0 2px 6px rgb(20 40 36 / .2), 0 10px 28px rgb(20 40 36 / .22);
    }
    button:hover { background: #17483f; }
    button:focus-visible { outline: 3px solid #fff; outline-offset: -5px; box-shadow: 0 0 0 3px #1d5a50, 0 10px 28px rgb(20 40 36 / .22); }
    svg { flex: none; width: 24px; height: 24px; }
    iframe {
      position: fixed; bottom: 88px; ${side}: 20px; z-index: 2147483647; border: 0; border-radius: 18px;
      width: min(400px, calc(100vw - 40px)); height: min(680px, calc(100vh - 112px)); background: #fbfaf7; color-scheme: normal;
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
    @media print { :host { display: none; } }`;

  const host = document.createElement("div");
  host.id = "unclench-launcher";
  const room = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  room.adoptedStyleSheets = [sheet];

  /** @param {string} path */
  const picture = (path) => {
    const name = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(name, "svg");
    const line = document.createElementNS(name, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    for (const [key, value] of Object.entries({ fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" })) {
      line.setAttribute(key, value);
    }
    svg.append(line);
    return svg;
  };
  const speech = "M4 5.5h16v11H10l-4.5 4v-4H4z";
  const cross = "M6 6l12 12M18 6L6 18";

  const button = document.createElement("button");
  button.type = "button";
  room.append(button);

  /** @type {HTMLIFrameElement | null} */
  let frame = null;

  const isOpen = () => frame !== null && !frame.hidden;

  const show = () => {
    const open = isOpen();
    button.replaceChildren(picture(open ? cross : speech), document.createTextNode(open ? texts.close : script.dataset.label || texts.open));
    button.setAttribute("aria-expanded", String(open));
  };

  const open = () => {
    if (!frame) {
      const made = document.createElement("iframe");
      made.title = texts.frame;
      made.src = home + "/chat";
      made.addEventListener("load", () => made.contentWindow?.postMessage({ unclench: "hello" }, home));
      room.append(made);
      frame = made;
    }
    frame.hidden = false;
    show();
    frame.focus();
  };

  const close = () => {
    if (!frame || frame.hidden) return;
    frame.hidden = true;
    show();
    button.focus();
  };

  button.addEventListener("click", () => (isOpen() ? close() : open()));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) close();
  });
  addEventListener("message", (event) => {
    if (frame && event.origin === home && event.source === frame.contentWindow && event.data && event.data.unclench === "close") close();
  });
  addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-unclench-open]")) return;
    event.preventDefault();
    open();
  });

  show();
  const place = () => document.body.append(host);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
