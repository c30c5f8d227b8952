/** Numbers, limits and failures in plain words, and the question as a shell command. Nothing here touches the page. */

import { mediaType } from "./service.js";

const LOCALE = "en-GB";
const NAMES = { JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", GIF: "GIF" };

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

/** What the service takes, for example "JPEG, PNG or WebP, up to 10.4 MB and 40 megapixels". */
export function allowed(limits) {
  const names = alternatives.format(limits.formats.map((format) => NAMES[format] ?? format));
  const pixels = `${tenths.format(Math.floor(limits.max_pixels / 1e5) / 10)} megapixels`;
  return `${names}, up to ${bytes(limits.max_body_bytes, Math.floor)} and ${pixels}`;
}

/** What happened and what to do: { title, advice, again }, where `again` says that asking again may help. */
export function explain(kind, limits) {
  const takes = limits ? `This service takes ${allowed(limits)}.` : "";
  const [title, advice, again = false] = meanings(takes)[kind] ?? unknown(kind);
  return { title, advice: advice.trim(), again };
}

function meanings(takes) {
  return {
    400: ["The picture did not arrive whole", "Try again. If this happens again, check that the file opens elsewhere.", true],
    408: ["Sending took too long", "The connection is slow. Try again, or send a smaller picture.", true],
    413: ["This picture is too big", `${takes} Save it smaller and try again.`],
    415: ["This is not a picture that the service reads", `${takes} Save it in one of these formats and try again.`],
    422: ["This picture cannot be read", "The file is damaged or has an unusual shape. Save it anew, or choose another one."],
    429: ["Too many pictures in a short time", "Wait a little, then try again.", true],
    503: ["The service is busy", "It takes no more pictures at the moment.", true],
    offline: ["The service cannot be reached", "Check your connection, then try again.", true],
    silent: ["The service does not answer", "It had half a minute. Try again in a while.", true],
    garbled: ["The answer cannot be read", "Something on the way may have changed it. Try again.", true],
    unreadable: ["This file cannot be opened", "It may have been moved, or be kept elsewhere. Choose it once more."],
    empty: ["This file is empty", "Choose another one."],
    folder: ["This is a folder", "Drop one picture out of it."],
    several: ["These are several files", "Drop one picture at a time."],
    link: ["Only a link was dropped", "Save the picture first, or copy the picture itself and paste it here."],
    nothing: ["There is no picture to paste", "Copy a picture first, then paste it here."],
  };
}

function unknown(kind) {
  if (kind >= 500) return ["The service has failed", "This is not your picture's fault. Try again in a while.", true];
  return ["The service refused the picture", "Try another one."];
}

/** The question about `picture` as a command for a POSIX shell. A picture of this site is fetched first. */
export function command(picture, base) {
  const url = quoted(new URL("v1/classify?top=5", base).href);
  const type = `-H ${quoted(`Content-Type: ${picture ? mediaType(picture) : "image/jpeg"}`)}`;
  if (picture?.address) {
    return `curl -s ${quoted(new URL(picture.address, base).href)} |\n  curl ${type} --data-binary @- \\\n  ${url}`;
  }
  return `curl ${type} \\\n  --data-binary ${quoted(`@${picture?.name || "picture.jpg"}`)} \\\n  ${url}`;
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
