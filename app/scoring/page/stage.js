/** The frame that shows the picture that the answer beside it is about. */

import { bytes, count } from "./words.js";

const element = (id) => document.getElementById(id);

let address = "";

/** Show `picture`; resolves to its { width, height }, or null where the browser cannot show it: the service judges that. */
export function show(picture) {
  const image = element("shown");
  release();
  address = URL.createObjectURL(picture);
  element("invitation").hidden = true;
  element("notice").textContent = "";
  element("caption").textContent = describe(picture);
  uncover();
  return new Promise((resolve) => {
    image.onload = () => resolve(reveal(image, picture));
    image.onerror = () => resolve(reveal(null, picture));
    image.src = address;
  });
}

/** Nothing to show: the invitation again. */
export function clear() {
  release();
  element("shown").hidden = true;
  element("unseen").hidden = true;
  element("invitation").hidden = false;
  element("caption").textContent = "";
}

/** Add what the service read: format and size in pixels. */
export function detail(picture, { format, width, height }) {
  element("caption").textContent = describe(picture, `${format}, ${count(width)} × ${count(height)}`);
}

/** Say why something was no picture; what is shown stays. */
export function notice(text) {
  element("notice").textContent = text;
}

/** On a phone the answer is below the fold: bring picture and answer into view together. */
function uncover() {
  const below = element("answer").getBoundingClientRect().top > innerHeight * 0.6;
  if (below) element("stage").scrollIntoView();
}

function reveal(image, picture) {
  element("shown").hidden = image === null;
  element("unseen").hidden = image !== null;
  if (image === null) return null;
  image.alt = picture.title ?? `The picture ${picture.name}`;
  return { width: image.naturalWidth, height: image.naturalHeight };
}

function describe(picture, form = "") {
  return [picture.name, form, bytes(picture.size)].filter(Boolean).join(" · ");
}

function release() {
  if (address) URL.revokeObjectURL(address);
  address = "";
}
