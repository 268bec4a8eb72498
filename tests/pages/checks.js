"use strict";
// Checks of one view of the page. Each pushes a sentence for what is wrong.
const luminance = ([r, g, b]) => {
  const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const colour = (text) => {
  const parts = text.match(/[\d.]+/g).map(Number);
  return parts.length === 3 ? [...parts, 1] : parts;
};
const ground = (element, view) => {
  for (let at = element; at; at = at.parentElement) {
    const own = colour(view.getComputedStyle(at).backgroundColor);
    if (own[3] > 0) return own;
  }
  return view.matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
};
function check(frame, name, faults) {
  const view = frame.contentWindow, page = frame.contentDocument;
  const say = (what, element) => faults.push(`${name}: ${what}${element ? `: ${element.outerHTML.slice(0, 100)}` : ""}`);
  const shown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  if (page.documentElement.scrollWidth > view.innerWidth) say("the page scrolls sideways");
  let level = 0;
  for (const heading of page.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say("a heading skips a level", heading);
    level = own;
  }
  if (page.querySelectorAll("h1").length !== 1) say("the page has not one heading of level 1");
  const texts = page.createTreeWalker(page.body, view.NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || seen.has(element) || !shown(element) || element.closest(".vh, .skip")) continue;
    seen.add(element);
    if (!element.closest("main, header, footer, nav")) say("text is outside every landmark", element);
    const style = view.getComputedStyle(element);
    const [ink, paper] = [colour(style.color), ground(element, view)].map(luminance);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5 || Number(style.opacity) < 1) say(`contrast ${contrast.toFixed(2)}`, element);
  }
  for (const box of page.querySelectorAll("*")) {
    const style = view.getComputedStyle(box);
    if (!/auto|scroll/.test(style.overflowX) || box === page.documentElement || box === page.body) continue;
    if (box.scrollWidth <= box.clientWidth) continue;
    if (box.tabIndex !== 0 || box.getAttribute("role") !== "region") say("a box that scrolls cannot be reached by keyboard", box);
  }
  const labels = new Set();
  for (const landmark of page.querySelectorAll("section, [role=region], nav")) {
    const by = landmark.getAttribute("aria-labelledby");
    const label = landmark.getAttribute("aria-label") ?? (by && page.getElementById(by)?.textContent);
    if (!label) continue;
    if (labels.has(`${label}`)) say(`landmark with a label that another has, ${label}`, landmark);
    labels.add(`${label}`);
  }
  const verdict = page.querySelector(".verdict");
  if (verdict && verdict.getBoundingClientRect().bottom > 844) say("what evidence ties is not on the first screen", verdict);
  const dark = view.matchMedia("(prefers-color-scheme: dark)").matches;
  return dark;
}
async function all() {
  const faults = [];
  let views = 0;
  for (const width of [1280, 390]) for (const scheme of ["light", "dark"]) {
    const frame = document.createElement("iframe");
    frame.style = `width:${width}px;height:844px;border:0;color-scheme:${scheme}`;
    frame.srcdoc = PAGE;
    document.body.append(frame);
    await new Promise((done) => frame.addEventListener("load", done));
    const dark = check(frame, `${width} ${scheme}`, faults);
    views += dark === (scheme === "dark") ? 1 : 0;
    frame.remove();
  }
  const result = document.createElement("pre");
  result.textContent = JSON.stringify({ views, faults });
  document.body.replaceChildren(result);
}
addEventListener("load", () => all().catch((fault) => document.write(`<pre>${fault}</pre>`)));
