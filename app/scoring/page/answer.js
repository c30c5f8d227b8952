/** The answer's side of the page: waiting, a failure, or the classes with their time and origin. */

import { doubt, duration, explain, percent, rest } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const NOTABLE_MS = 0.05;

const element = (id) => document.getElementById(id);

/** Before the first picture, and from a new picture until its answer: never an older answer. */
export function wait() {
  show("waiting");
  element("hint").hidden = true;
  element("answer").setAttribute("aria-busy", "true");
}

export function fail(failure, limits) {
  const { title, advice, again } = explain(failure.kind, limits);
  const said = [failure.detail && `The service says: ${failure.detail}`, failure.request && `Request ${failure.request}`];
  element("failure-title").textContent = title;
  element("failure-advice").textContent = [failure.found, advice].filter(Boolean).join(" ");
  element("failure-detail").textContent = said.filter(Boolean).join(" · ");
  element("failure-detail").hidden = !said.some(Boolean);
  element("countdown").textContent = "";
  element("again").hidden = !again;
  show("failure");
}

/** Announce that the page will ask again by itself. Outside the alert, or a screen reader would read out every second. */
export function countdown(seconds) {
  element("countdown").textContent = `Asking again in ${seconds} s`;
}

/** Wait with as many bars as an answer of a model with `count` classes brings. */
export function expect(count) {
  for (const [index, bar] of [...document.querySelectorAll(".skeleton span")].entries()) bar.hidden = index >= count;
}

/** Show `answer`, which took `roundTrip` ms; `model` is what /version says of the model that gave it, or null. */
export function succeed(answer, roundTrip, model) {
  const { classes, timings_ms: timings } = answer;
  element("classes").replaceChildren(...classes.map(row));
  element("further").replaceChildren(...Object.entries(answer.outputs ?? {}).map(further));
  judge(answer, model);
  element("round-trip").textContent = duration(roundTrip);
  const parts = spans(timings, roundTrip);
  element("strip").replaceChildren(...strip(parts));
  element("times").replaceChildren(...parts.map(({ kind, name, ms }) => pair(name, duration(ms), kind)));
  element("origin").replaceChildren(...origin(answer));
  show("result");
  element("announcement").textContent = `Answer: ${classes.map(({ label, probability }) => `${label} ${percent(probability)}`).join(", ")}.`;
}

/** Comment on the probabilities of `answer`. Their meaning depends on the model: no comment while that is null. */
export function judge({ classes }, model) {
  element("rest").textContent = model ? rest(classes, model) : "";
  element("doubt").textContent = model && classes.length > 0 ? doubt(classes[0].probability, model) : "";
}

function show(id) {
  for (const other of ["waiting", "failure", "result"]) element(other).hidden = other !== id;
  element("answer").setAttribute("aria-busy", "false");
  element("announcement").textContent = "";
}

function row({ label, probability }) {
  const meter = make("meter", "", { min: 0, max: 1, value: probability, "aria-hidden": "true" });
  const track = make("span", "", { class: "track" });
  track.append(meter);
  const item = line({ label, probability });
  item.append(track);
  return item;
}

/** One more output of a model that has several, as a plain list under its name. */
function further([name, classes]) {
  const list = make("ol", "", { class: "plain", "aria-label": `Likeliest classes of ${name}` });
  list.append(...classes.map(line));
  const part = document.createElement("section");
  part.append(make("h2", `Further output: ${name}`), list);
  return part;
}

function line({ label, probability }) {
  const item = document.createElement("li");
  item.append(make("span", label, { class: "label" }), make("span", percent(probability), { class: "share" }));
  return item;
}

/** The parts of the round trip. The total of the service may exceed its three stages, the round trip exceeds the total. */
function spans({ queue, decode, inference, total }, roundTrip) {
  const other = total - queue - decode - inference;
  return [
    { kind: "queue", name: "Queue", ms: queue },
    { kind: "decode", name: "Decode", ms: decode },
    { kind: "inference", name: "Inference", ms: inference },
    ...(other >= NOTABLE_MS ? [{ kind: "service", name: "Other", ms: other }] : []),
    { kind: "network", name: "Network", ms: Math.max(roundTrip - total, 0) },
  ];
}

function strip(parts) {
  const whole = parts.reduce((sum, { ms }) => sum + ms, 0) || 1;
  let x = 0;
  return parts.map(({ kind, ms }) => {
    const width = (ms / whole) * 100;
    const part = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ class: kind, x, y: 0, width, height: 1 })) part.setAttribute(name, value);
    x += width;
    return part;
  });
}

function origin({ model, code, request_id: request }) {
  return [
    pair("Model", `${model.name}, version ${model.version}`),
    pair("SHA-256", short(model.sha256, 16), "code", model.sha256),
    pair("Commit", short(code.commit, 12) || "not stated", "code", code.commit),
    pair("Build", code.build || "not stated", "code"),
    pair("Request", request, "code"),
  ];
}

function short(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function pair(name, value, kind = "", whole = "") {
  const group = make("div", "", kind ? { class: kind } : {});
  group.append(make("dt", name), make("dd", value, whole && whole !== value ? { title: whole } : {}));
  return group;
}

function make(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
