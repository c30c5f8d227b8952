/** Numbers, verdicts, limits and failures in plain words, and the question as a shell command. Nothing here touches the page. */

import { QUESTION, mediaType } from "./service.js";

const LOCALE = "en-GB";
const NAMES = { JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", GIF: "GIF" };
/** The least distance of a first class that stands out, from chance (0) towards certainty (1). */
const STANDS_OUT = 0.2;

const wholes = new Intl.NumberFormat(LOCALE);
const tenths = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const fixedTenths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const alternatives = new Intl.ListFormat(LOCALE, { type: "disjunction" });

export function count(number) {
  return wholes.format(number);
}

/** A probability. Rounding never denies what is possible (0.0%), nor claims certainty (100.0%). */
export function percent(share) {
  if (share > 0 && share < 0.0005) return "< 0.1%";
  if (share < 1 && share >= 0.9995) return "> 99.9%";
  return `${fixedTenths.format(share * 100)}%`;
}

export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${fixedTenths.format(milliseconds / 1000)} s`;
  return milliseconds >= 10 ? `${wholes.format(Math.round(milliseconds))} ms` : `${fixedTenths.format(milliseconds)} ms`;
}

export function bytes(number, round = Math.round) {
  if (number < 1000) return `${number} bytes`;
  const [unit, name] = number < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  return `${tenths.format(round((number / unit) * 10) / 10)} ${name}`;
}

/** The classes beyond `classes`, for a `model` of /version: what they hold together, or why there is no such sum. */
export function rest(classes, model) {
  if (model.multi_label) return model.classes > 1 ? "Judged one by one: they need not add up to 100%." : "";
  const others = model.classes - classes.length;
  if (others <= 0) return "";
  const share = 1 - classes.reduce((sum, { probability }) => sum + probability, 0);
  const name = others === 1 ? "The other class" : `All ${count(others)} other classes together`;
  return `${name}: ${percent(Math.min(Math.max(share, 0), 1))}`;
}

/** The sentence for an answer that names nothing; empty for one whose `best` probability does. */
export function doubt(best, model) {
  if (model.multi_label) {
    return best < 0.5 ? "No class is more likely than not. The picture may show nothing that this model has a name for." : "";
  }
  const chance = 1 / model.classes;
  if (best >= chance + STANDS_OUT * (1 - chance)) return "";
  return "No class stands out. The picture may show something that this model has no name for.";
}

/** The model in one line, as /version describes it. */
export function describe({ name, title, version, classes }) {
  return `${title || name} · version\u00a0${version} · ${count(classes)}\u00a0${classes === 1 ? "class" : "classes"}`;
}

/** The limits in words, for example "JPEG, PNG or WebP, up to 10.4 MB and 40 megapixels". */
export function allowed(limits) {
  const names = alternatives.format(limits.formats.map((format) => NAMES[format] ?? format));
  const pixels = `${tenths.format(Math.floor(limits.max_pixels / 1e5) / 10)} megapixels`;
  return `${names}, up to ${bytes(limits.max_body_bytes, Math.floor)} and ${pixels}`;
}

/** A failure in words, with advice: { title, advice, again }, where `again` says that asking again may help. */
export function explain(kind, limits) {
  const takes = limits ? `This service takes ${allowed(limits)}.` : "";
  const [title, advice, again = false] = meanings(takes)[kind] ?? unknown(kind);
  return { title, advice: advice.trim(), again };
}

function meanings(takes) {
  return {
    400: ["The service did not accept the request", "Something on the way may have changed it. Try again.", true],
    408: ["Sending took too long", "The connection may be slow. Try again, or send a smaller picture.", true],
    413: ["This picture is too big", `${takes} Save it smaller and try again.`],
    415: ["This is not a picture that the service reads", `${takes} Save it in one of these formats and try again.`],
    422: [
      "The service cannot classify this picture",
      "The file may be damaged or have an unusual shape. Save it again, or choose another one.",
    ],
    429: ["Too many pictures in a short time", "Wait a little, then try again.", true],
    503: ["The service cannot answer now", "It may be busy, starting or stopping.", true],
    offline: ["The connection to the service failed", "Check your connection, then try again.", true],
    silent: [
      "There was no answer within half a minute",
      "The connection or the service may be slow. Try again, or send a smaller picture.",
      true,
    ],
    sample: ["This sample did not arrive", "Try again, or choose a picture of your own.", true],
    fault: ["This page has failed", "Reload it, then try again. The browser's console holds the cause.", true],
    garbled: ["The answer cannot be read", "Something on the way may have changed it. Try again.", true],
    unreadable: ["This file cannot be opened", "It may have been moved, or be kept elsewhere. Choose it once more."],
    empty: ["This file is empty", "Choose another one."],
    folder: ["This is a folder", "Drop one picture out of it."],
    several: ["These are several files", "Drop one picture at a time."],
    link: ["No file was dropped", "Save the picture first, or copy the picture itself and paste it here."],
    nothing: ["There is no picture to paste", "Copy a picture first, then paste it here."],
  };
}

/** A status that has no words of its own: it blames a side, and nothing more is sure. */
function unknown(kind) {
  if (kind >= 500) return ["Something failed on the server's side", `The status is ${kind}. Try again in a while.`, true];
  return ["The service refused the request", `The status is ${kind}. Reload this page, then try again.`];
}

/** The question about `picture` as a command for a POSIX shell. A picture of this site is fetched first. */
export function command(picture, base) {
  const url = quoted(new URL(QUESTION, base).href);
  const type = `-H ${quoted(`Content-Type: ${picture ? mediaType(picture) : "image/jpeg"}`)}`;
  if (picture?.address) {
    return `curl -s ${quoted(new URL(picture.address, base).href)} |\n  curl ${type} --data-binary @- \\\n  ${url}`;
  }
  return `curl ${type} \\\n  --data-binary ${quoted(`@${picture?.name || "picture.jpg"}`)} \\\n  ${url}`;
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
