"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const search = byId("search"), found = byId("found"), view = byId("view"), svg = view.querySelector("svg");
  const buttons = all(".filter");
  const items = all(".item").map((element) => ({
    element, number: element.dataset.n, rank: element.dataset.rank, text: element.textContent.toLowerCase(),
  }));
  const byNumber = new Map(items.map((item) => [item.number, item]));
  const still = all(".still li").map((element) => ({ element, text: element.textContent.toLowerCase() }));
  const chips = all(".chip[data-n]", svg);
  const chipOf = new Map(chips.map((chip) => [chip.dataset.n, chip]));
  const texts = new Map(items.map((item) => [item.number, item.text]));
  for (const chip of chips) {
    if (!texts.has(chip.dataset.n)) texts.set(chip.dataset.n, chip.getAttribute("aria-label").toLowerCase());
  }
  const needs = JSON.parse(byId("needs").textContent);

  // Filter and search: what does not match is out of the list and faint in the picture.
  function sift() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const ranks = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.rank));
    const says = (text) => words.every((word) => text.includes(word));
    let count = 0;
    for (const item of items) {
      const shown = ranks.has(item.rank) && says(item.text);
      if (item.element.hidden === shown) item.element.hidden = !shown;
      count += shown;
    }
    for (const one of still) one.element.hidden = !says(one.text);
    for (const section of all("#list > section[data-rank]")) {
      section.hidden = !section.querySelector(".item:not([hidden])");
    }
    const everything = words.length === 0 && ranks.size === buttons.length;
    for (const chip of chips) {
      const item = byNumber.get(chip.dataset.n);
      const kept = everything || (item ? !item.element.hidden : words.length > 0 && says(texts.get(chip.dataset.n)));
      chip.classList.toggle("dim", !kept);
    }
    found.textContent = everything ? `${items.length} changes` : `${count} of ${items.length} changes`;
  }
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(sift, 80); });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      sift();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && document.activeElement === search) { search.value = ""; sift(); }
  });

  // One resource at a time is chosen, in the list and in the picture.
  const over = document.createElementNS("http://www.w3.org/2000/svg", "g");
  over.setAttribute("aria-hidden", "true");
  svg.append(over);
  function middle(chip, side) {
    const box = chip.querySelector(".body");
    const at = (name) => Number(box.getAttribute(name));
    return [at("x") + (side ? at("width") : 0), at("y") + at("height") / 2];
  }
  function choose(number, { scrollList = false, scrollView = false } = {}) {
    for (const one of all(".on")) one.classList.remove("on");
    over.replaceChildren();
    const item = byNumber.get(number), chip = chipOf.get(number);
    if (item) {
      item.element.classList.add("on");
      if (scrollList) { item.element.hidden = false; item.element.open = true; item.element.scrollIntoView({ block: "nearest" }); }
    }
    if (!chip) return;
    chip.classList.add("on");
    for (const [taker, givers] of Object.entries(needs)) {
      for (const giver of givers) {
        if (taker !== number && String(giver) !== number) continue;
        const from = chipOf.get(String(giver)), to = chipOf.get(taker);
        if (!from || !to) continue;
        const [x1, y1] = middle(from, true), [x2, y2] = middle(to, false);
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("class", "need");
        path.setAttribute("marker-end", "url(#tip)");
        path.setAttribute("d", `M${x1} ${y1}C${x1 + 40} ${y1} ${x2 - 40} ${y2} ${x2} ${y2}`);
        over.append(path);
      }
    }
    if (scrollView) {
      const seen = view.getBoundingClientRect(), box = chip.getBoundingClientRect();
      view.scrollBy(box.left - seen.left - seen.width / 2 + box.width / 2, box.top - seen.top - seen.height / 2 + box.height / 2);
    }
  }
  for (const item of items) {
    item.element.firstElementChild.addEventListener("click", () => choose(item.number, { scrollView: true }));
  }
  for (const link of all("a[data-n]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); choose(link.dataset.n, { scrollList: true, scrollView: true }); });
  }

  // The picture: one chip takes the keyboard, arrows go to the next one that way.
  if (chips.length) chips[0].setAttribute("tabindex", "0");
  function take(chip) {
    for (const other of chips) other.setAttribute("tabindex", other === chip ? "0" : "-1");
    chip.focus({ preventScroll: true });
    choose(chip.dataset.n, { scrollView: true });
  }
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  svg.addEventListener("keydown", (event) => {
    const chip = event.target.closest(".chip[data-n]");
    if (!chip) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(chip.dataset.n, { scrollList: true });
    }
    if (!(event.key in ways)) return;
    event.preventDefault();
    const [dx, dy] = ways[event.key], [x, y] = middle(chip, false);
    let best = null, least = Infinity;
    for (const other of chips) {
      const [ox, oy] = middle(other, false);
      const along = (ox - x) * dx + (oy - y) * dy, aside = Math.abs((ox - x) * dy + (oy - y) * dx);
      const far = along + 2.5 * aside;
      if (along > 1 && far < least) { least = far; best = other; }
    }
    if (best) take(best);
  });
  svg.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip[data-n]");
    if (chip) { take(chip); choose(chip.dataset.n, { scrollList: true }); }
  });

  // Zoom is the picture's own size: the frame around it scrolls, by wheel, finger, key or a held mouse.
  const natural = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  let scale = 1;
  function zoom(wanted, fixed) {
    const next = Math.min(3, Math.max(0.08, wanted)), ratio = next / scale;
    const x = fixed ? fixed[0] : view.clientWidth / 2, y = fixed ? fixed[1] : view.clientHeight / 2;
    const left = (view.scrollLeft + x) * ratio - x, top = (view.scrollTop + y) * ratio - y;
    scale = next;
    svg.setAttribute("width", natural.width * scale);
    svg.setAttribute("height", natural.height * scale);
    view.scrollTo(left, top);
    byId("scale").textContent = `${Math.round(scale * 100)} %`;
  }
  const fit = () => zoom(Math.min(1, (view.clientWidth - 4) / natural.width, (view.clientHeight - 4) / natural.height));
  byId("in").addEventListener("click", () => zoom(scale * 1.3));
  byId("out").addEventListener("click", () => zoom(scale / 1.3));
  byId("fit").addEventListener("click", fit);
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const seen = view.getBoundingClientRect();
    zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), [event.clientX - seen.left, event.clientY - seen.top]);
  }, { passive: false });
  let held = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest(".chip[data-n]")) return;
    held = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
    view.classList.add("held");
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (held) view.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
  });
  view.addEventListener("pointerup", () => { held = null; view.classList.remove("held"); });
  fit();
  sift();
})();
