/** The ways a picture comes in: dropped, pasted, chosen, photographed, or one of the samples. */

import { Failure } from "./service.js";

const element = (id) => document.getElementById(id);

/**
 * Call `take` with a function that yields the picture (a File; a promise of one for a sample, given an AbortSignal),
 * or `refuse` with the Failure that tells why something can be no picture.
 */
export function listen({ take, refuse }) {
  chosen(element("choose"), element("file"), take);
  chosen(element("photograph"), element("photo"), take);
  element("stage").addEventListener("click", () => element("file").click());
  dropped(take, refuse);
  pasted(take, refuse);
  samples(take);
}

/** Offer in the file dialogue what the service reads. A phone then converts its own format to one of these. */
export function offer(formats) {
  element("file").accept = formats.map((format) => `image/${format.toLowerCase()}`).join(",");
}

function chosen(button, input, take) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = ""; // or choosing the same file again would be no change
    if (file) take(() => file);
  });
}

/** The whole window is the target: a picture dropped beside the frame would otherwise replace the page. */
function dropped(take, refuse) {
  const mark = (on) => document.body.classList.toggle("dragging", on);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    mark(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const { items, files } = event.dataTransfer;
    if (files.length === 0) return refuse(new Failure("link"));
    if (files.length > 1) return refuse(new Failure("several"));
    if (items[0]?.webkitGetAsEntry?.()?.isDirectory) return refuse(new Failure("folder"));
    const [file] = files;
    take(() => file);
  });
}

function pasted(take, refuse) {
  addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) take(() => file);
    else refuse(new Failure("nothing"));
  });
}

/** A toolbar: one stop for the tab key, arrow keys within. */
function samples(take) {
  const buttons = [...element("samples").querySelectorAll("button")];
  const stop = (at) => buttons.forEach((button, index) => (button.tabIndex = index === at ? 0 : -1));
  stop(0);
  buttons.forEach((button, index) => {
    button.addEventListener("focus", () => stop(index));
    button.addEventListener("click", () => take((signal) => fetched(button, signal), button));
    button.addEventListener("keydown", (event) => {
      const to = target(event.key, index, buttons.length);
      if (to === null) return;
      event.preventDefault();
      buttons[to].focus();
    });
  });
}

function target(key, index, length) {
  const moves = { ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1, Home: 0, End: length - 1 };
  return key in moves ? (moves[key] + length) % length : null;
}

async function fetched(button, signal) {
  const address = `page/samples/${button.dataset.file}`;
  const response = await fetch(address, { signal }).catch((error) => {
    throw signal.aborted ? error : new Failure("offline");
  });
  if (!response.ok) throw new Failure("sample", { found: `The status is ${response.status}.` });
  const file = new File([await response.blob()], button.dataset.file, { type: "image/jpeg" });
  return Object.assign(file, { address, title: button.firstElementChild.alt });
}
