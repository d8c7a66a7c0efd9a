/** Talks with the loader on the clinic's page: it says hello, and hears "close". Nothing else goes out. */

/** @param {(close: () => void) => void} onFramed called once, with what closes the chat */
export function listenToLoader(onFramed) {
  if (window.parent === window) return;
  let greeted = false;
  addEventListener("message", (event) => {
    if (greeted || event.source !== window.parent || event.data?.unclench !== "hello") return;
    greeted = true; // the browser lets only the sites in frame-ancestors be the parent
    const close = () => window.parent.postMessage({ unclench: "close" }, event.origin);
    addEventListener("keydown", (pressed) => {
      if (pressed.key === "Escape" && !pressed.defaultPrevented && !document.querySelector("dialog[open]")) close();
    });
    onFramed(close);
  });
}
