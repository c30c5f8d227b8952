/** One picture at a time: take it, show it, ask about it, show the answer. A newer picture ends all of that for an older. */

import { countdown, expect, fail, judge, succeed, wait } from "./answer.js";
import { listen, offer } from "./intake.js";
import { Failure, classify, facts } from "./service.js";
import * as stage from "./stage.js";
import { allowed, bytes, command, count, describe, explain } from "./words.js";

const RETRIES = 3;
const LONGEST_WAIT_S = 60;

const element = (id) => document.getElementById(id);

let live = null; // the last answer of /version: limits, model and code
let current = new AbortController();
let repeat = () => {};

/** Take the picture that `bring` yields; `sample` is its button, if it is one. */
async function take(bring, sample = null) {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  repeat = () => take(bring, sample);
  for (const button of element("samples").children) button.setAttribute("aria-pressed", String(button === sample));
  wait();
  let picture = null;
  try {
    picture = await bring(signal);
    if (signal.aborted) return;
    element("command").textContent = command(picture, document.baseURI);
    const size = await stage.show(picture);
    if (signal.aborted) return;
    await check(picture, size);
    await ask(picture, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (picture === null) stage.clear();
    fail(known(error), live?.limits);
  }
}

/** Refuse here what the service would refuse after a long upload, and what cannot be sent at all. */
async function check(picture, size) {
  if (picture.size === 0) throw new Failure("empty");
  if (live && picture.size > live.limits.max_body_bytes) throw new Failure(413, { found: `It has ${bytes(picture.size)}.` });
  if (live && size && size.width * size.height > live.limits.max_pixels) {
    throw new Failure(413, { found: `It has ${count(size.width)} × ${count(size.height)} pixels.` });
  }
  await picture.slice(0, 1).arrayBuffer().catch(() => {
    throw new Failure("unreadable");
  });
}

/** Ask about `picture`; where the service says when to come back, come back, a few times. */
async function ask(picture, signal) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { answer, roundTrip } = await classify(picture, signal);
      if (signal.aborted) return;
      succeed(answer, roundTrip, modelOf(answer));
      stage.detail(picture, answer.image);
      if (!isNews(answer)) return;
      await refresh();
      if (!signal.aborted) judge(answer, modelOf(answer));
      return;
    } catch (error) {
      const wanted = error.kind === 503 && error.wait !== null && error.wait <= LONGEST_WAIT_S;
      if (signal.aborted || !wanted || attempt === RETRIES) throw error;
      fail(error, live?.limits);
      await pause(Math.max(error.wait, 1), signal);
      if (signal.aborted) return;
      wait();
    }
  }
}

async function pause(seconds, signal) {
  for (let left = seconds; left > 0 && !signal.aborted; left -= 1) {
    countdown(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** A failure that has words; anything else is a fault of this page, for the console. */
function known(error) {
  if (error instanceof Failure) return error;
  console.error(error);
  return new Failure("fault");
}

/** The model that gave `answer`, as /version described it; null where it described another. */
function modelOf({ model }) {
  return live?.model.sha256 === model.sha256 ? live.model : null;
}

/** A release went live while this page was open. */
function isNews({ model, code }) {
  return live?.model.sha256 !== model.sha256 || live.code.commit !== code.commit;
}

async function refresh() {
  try {
    live = await facts();
  } catch {
    return; // the page works without; the answer's own failure tells what is wrong
  }
  element("model-facts").textContent = describe(live.model);
  expect(live.model.classes);
  element("limits").textContent = allowed(live.limits);
  offer(live.limits.formats);
}

/** The clipboard needs https; a selection can be copied without. */
async function copy() {
  const code = element("command");
  getSelection().selectAllChildren(code);
  const done = await navigator.clipboard?.writeText(code.textContent).then(() => true, () => false);
  element("copied").textContent = done || document.execCommand("copy") ? "Copied" : "Selected: copy it with the keyboard";
}

listen({
  take,
  refuse: ({ kind }) => {
    const { title, advice } = explain(kind);
    stage.notice(`${title}. ${advice}`);
  },
});
element("again").addEventListener("click", () => repeat());
element("copy").addEventListener("click", copy);
element("command").textContent = command(null, document.baseURI);
refresh();
