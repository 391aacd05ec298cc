// A picture with its title and two buttons: download as PNG or as SVG.

import { el } from "./dom.js";
import { palette } from "./theme.js";

// One listener for all that are on the page: a listener each would keep every figure that ever was.
window.addEventListener("themechange", () => document.querySelectorAll("figure.figure").forEach((node) => node.redraw?.()));

// draw(): an <svg> node whose colours are attributes (from `palette()`), so that it looks alike outside the page.
// It is called again when the theme changes. → the <figure>, with redraw()
export function figure(title, draw, { name = title } = {}) {
  const place = el("div", { class: "drawing" });
  const node = el("figure", { class: "figure", "aria-label": title },
    el("figcaption", {}, el("span", {}, title), downloads(name, () => place.firstElementChild)), place);
  node.redraw = () => place.replaceChildren(draw());
  node.redraw();
  return node;
}

// Buttons for what find() returns: an <svg>, or {toSVG(), toPNG()} such as a cloud.
export function downloads(name, find) {
  const button = (kind, act) => el("button", { class: "quiet", onclick: act, "aria-label": `Download ${name} as ${kind}` }, kind);
  return el("span", { class: "downloads" },
    button("PNG", async () => save(`${slug(name)}.png`, await (find().toPNG?.() ?? rasterised(find())))),
    button("SVG", async () => save(`${slug(name)}.svg`, new Blob([await (find().toSVG?.() ?? text(find()))], { type: "image/svg+xml" }))));
}

export function save(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function text(node) {
  const copy = node.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

async function rasterised(node, scale = 2) {
  const { width, height } = node.viewBox.baseVal;
  const image = new Image(width * scale, height * scale);
  const address = URL.createObjectURL(new Blob([text(node)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = el("canvas", { width: width * scale, height: height * scale });
    const context = canvas.getContext("2d");
    context.fillStyle = palette().paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

const slug = (name) => name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "vicinal";
