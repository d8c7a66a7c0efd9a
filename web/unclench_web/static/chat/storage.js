/** Values kept for this tab, as long as it is open. Where the browser blocks storage they live in memory: a reload then begins anew. */

/**
 * @param {string} name
 * @returns {import("./outbox.js").Keep}
 */
export function tabStorage(name) {
  /** @type {string | null} */
  let inMemory = null;
  return {
    get() {
      try {
        return sessionStorage.getItem(name) ?? inMemory;
      } catch {
        return inMemory;
      }
    },
    set(value) {
      inMemory = value;
      try {
        if (value === null) sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, value);
      } catch {
        // kept in memory
      }
    },
  };
}
