/** Calls the public API. Knows nothing of the page. */

const SECONDS = 15;

/** The server did not serve a request, and said why. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{detail?: string, errors?: {field: string, detail: string}[], crisis?: any}} body
   * @param {number} retryAfter seconds
   */
  constructor(status, body, retryAfter) {
    super(body.detail ?? "");
    this.status = status;
    this.errors = body.errors ?? [];
    this.crisis = body.crisis ?? null;
    this.retryAfter = retryAfter;
  }

  /** Whether the conversation is gone, so that a new one is needed. */
  get isEnd() {
    return this.status === 401 || this.status === 404;
  }
}

/** Nothing came back: no connection, or it took too long. */
export class NoConnection extends Error {}

/**
 * @param {string} method
 * @param {string} path
 * @param {{token?: string, body?: unknown, headers?: Record<string, string>, keepalive?: boolean}} [options]
 */
async function call(method, path, { token, body, headers = {}, keepalive = false } = {}) {
  let response;
  let content = null;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...headers,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      keepalive,
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    if (response.status !== 204) content = await response.json();
  } catch {
    throw new NoConnection();
  }
  if (!response.ok) throw new Problem(response.status, content ?? {}, Number(response.headers.get("Retry-After") ?? 0));
  return content;
}

/** @param {{id: string}} session */
const path = ({ id }) => `/api/conversations/${encodeURIComponent(id)}`;

export const openConversation = () => call("POST", "/api/conversations");

/**
 * @param {{id: string, token: string}} session
 * @param {import("./types").Said} said
 * @param {string} key the same one for every try of the same message
 */
export const say = (session, said, key) =>
  call("POST", `${path(session)}/messages`, { token: session.token, body: said, headers: { "Idempotency-Key": key } });

/** @param {{id: string, token: string}} session */
export const transcript = (session) => call("GET", `${path(session)}/messages`, { token: session.token });

/**
 * @param {{id: string, token: string}} session
 * @param {{leaving?: boolean}} [options] leaving: the page goes away meanwhile
 */
export const erase = (session, { leaving = false } = {}) => call("DELETE", path(session), { token: session.token, keepalive: leaving });

/**
 * @param {{id: string, token: string}} session
 * @param {string} messageId
 * @param {boolean} helped
 */
export const rate = (session, messageId, helped) =>
  call("PUT", `${path(session)}/messages/${encodeURIComponent(messageId)}/rating`, { token: session.token, body: { helped } });

/**
 * @param {Record<string, unknown>} fields
 * @param {string} key the same one for every try of the same request
 */
export const requestContact = (fields, key) =>
  call("POST", "/api/contact-requests", { body: fields, headers: { "Idempotency-Key": key } });
