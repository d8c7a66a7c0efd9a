/** The inbox: shows moments in the reader's own time, and keeps the list up to date. Without it everything works too. */

const EVERY_MS = 10_000;

/** @type {NodeListOf<HTMLElement>} */
const notes = document.querySelectorAll("[data-scripted]");
for (const note of notes) note.hidden = false;
inOwnTime(document);

const list = document.getElementById("list");
if (list) keepUpToDate(list);

/** @param {ParentNode} part */
function inOwnTime(part) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of part.querySelectorAll("time")) time.textContent = form.format(new Date(time.dateTime));
}

/** @param {HTMLElement} shown */
function keepUpToDate(shown) {
  const start = new URLSearchParams(location.search).get("start");
  const address = shown.dataset.live + (start ? `&start=${encodeURIComponent(start)}` : "");
  const title = document.title;
  let tag = "";
  let known = shown.dataset.shown ?? "";
  let count = Number(shown.dataset.new);

  const look = async () => {
    if (document.hidden) return;
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(address, {
        headers: { "If-None-Match": tag, "X-Shown": known },
        cache: "no-store",
        signal: AbortSignal.timeout(8000),
      });
    } catch {
      return say("lost", shown.dataset.lost ?? "");
    }
    if (answer.status === 401) {
      clearInterval(timer);
      return say("lost", shown.dataset.gone ?? "");
    }
    if (answer.status !== 304 && !answer.ok) return say("lost", shown.dataset.lost ?? "");
    say("lost", "");
    if (answer.status === 304) return;
    tag = answer.headers.get("ETag") ?? "";
    known = answer.headers.get("X-Shown") ?? "";
    replace(await answer.text());
    const now = Number(answer.headers.get("X-New-Requests"));
    if (now > count) announce(now - count);
    count = now;
    document.title = count ? `(${count}) ${title}` : title;
  };

  /** Put the new list in, and leave the reader where they were. @param {string} html */
  function replace(html) {
    const at = shown.contains(document.activeElement) ? document.activeElement?.id : "";
    shown.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    inOwnTime(shown);
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
  }

  /** @param {number} arrived */
  function announce(arrived) {
    const words = arrived === 1 ? shown.dataset.one : shown.dataset.many?.replace("{count}", String(arrived));
    say("live", words ?? "");
  }

  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  if (count) document.title = `(${count}) ${title}`;
}

/**
 * @param {string} id
 * @param {string} words
 */
function say(id, words) {
  const place = document.getElementById(id);
  if (!place || place.textContent === words) return;
  place.textContent = words;
  if (id === "lost") place.hidden = !words;
}
