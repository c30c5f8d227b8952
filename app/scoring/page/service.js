/** The requests of this page to the service, and the ways they can fail. */

/** Without `top`: the service then gives as many classes as fit a page, or all where its model has fewer. */
export const QUESTION = "v1/classify";

const PATIENCE_MS = 30_000;

/**
 * A question without an answer. `kind` is the HTTP status, or a word for what never became an HTTP answer (the words are
 * in words.js). `found` is what this page found, `detail` what the service said, `wait` its Retry-After in seconds.
 */
export class Failure extends Error {
  constructor(kind, { found = "", detail = "", request = "", wait = null } = {}) {
    super(`${kind} ${found}${detail}`);
    Object.assign(this, { kind, found, detail, request, wait });
  }
}

/** Limits and facts of the model and the code that are live now. */
export async function facts() {
  const response = await fetch("version", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** Ask for the likeliest classes of `picture` (a Blob), sent as it is. */
export async function classify(picture, abort) {
  const begun = performance.now();
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(QUESTION, {
      method: "POST",
      headers: { "Content-Type": mediaType(picture), Accept: "application/json" },
      body: picture,
      signal: AbortSignal.any([abort, patience]),
    });
    if (!response.ok) throw await refusal(response);
    const answer = await response.json();
    if (!Array.isArray(answer?.classes)) throw new Failure("garbled"); // JSON of something else on the way
    return { answer, roundTrip: performance.now() - begun };
  } catch (error) {
    if (error instanceof Failure || abort.aborted) throw error;
    if (patience.aborted) throw new Failure("silent");
    throw new Failure(error instanceof SyntaxError ? "garbled" : "offline");
  }
}

export function mediaType(picture) {
  return /^image\/[\w.+-]+$/.test(picture.type) ? picture.type : "application/octet-stream";
}

/** The failure that an error response describes: a problem document, or anything a proxy on the way may have written. */
async function refusal(response) {
  const problem = await response.json().catch(() => null);
  return new Failure(response.status, {
    detail: typeof problem?.detail === "string" ? problem.detail : "",
    request: problem?.request_id || response.headers.get("X-Request-ID") || "",
    wait: seconds(response.headers.get("Retry-After")),
  });
}

/** Retry-After is a number of seconds or a date. */
function seconds(value) {
  if (value === null) return null;
  const wait = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isNaN(wait) ? null : Math.max(wait, 0);
}
