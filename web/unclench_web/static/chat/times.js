/** Days and times as people say them, in the language and the time zone of the browser. */

/** @type {Map<string, Intl.DateTimeFormat>} made once each: making one is slow on a phone */
const formats = new Map();

/**
 * The time of day, such as "10:42".
 * @param {Date} moment
 * @param {string} [language]
 */
export function timeOf(moment, language) {
  return format(language, { hour: "numeric", minute: "2-digit" }).format(moment);
}

/**
 * The day: the words for today or yesterday, or a date.
 * @param {Date} moment
 * @param {Date} now
 * @param {{today: string, yesterday: string}} words
 * @param {string} [language]
 */
export function dayOf(moment, now, words, language) {
  const days = Math.round((midnight(now) - midnight(moment)) / 86_400_000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return format(language, { weekday: "long", day: "numeric", month: "long" }).format(moment);
}

/**
 * @param {string | undefined} language
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(language, options) {
  const name = `${language} ${Object.keys(options)}`;
  const made = formats.get(name) ?? new Intl.DateTimeFormat(language, options);
  formats.set(name, made);
  return made;
}

/** @param {Date} moment */
function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}
