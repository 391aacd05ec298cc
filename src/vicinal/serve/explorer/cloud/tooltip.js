// What is under the cursor: its name and what is known of it, always as text.

import { el, replace } from "../dom.js";
import { short } from "./text.js";

export class Tooltip {
  constructor(cloud) {
    this.cloud = cloud;
    this.node = el("div", { class: "cloud-tip", role: "tooltip", hidden: true });
  }

  hide() {
    this.row = -1;
    this.node.hidden = true;
  }

  async show(row) {
    const { data } = this.cloud;
    if (row < 0) return this.hide();
    this.row = row;
    const [name, details] = await Promise.all([data.name(row), data.details?.(row) ?? []]).catch(() => ["", []]);
    if (this.row !== row || this.cloud.data !== data) return;
    const place = this.cloud.place(row);
    if (!place) return this.hide();
    const lines = details.slice(0, 6).map(([what, value]) => el("div", { class: "detail" },
      el("bdi", {}, short(what, 24)), " ", el("bdi", { class: "value" }, short(value, 40))));
    replace(this.node, el("bdi", { class: "name" }, short(name, 60)), lines);
    this.node.hidden = false;
    const { width, height } = this.cloud.view;
    const box = this.node.getBoundingClientRect();
    const left = place.x + 14 + box.width > width ? place.x - 14 - box.width : place.x + 14;
    const top = place.y + 14 + box.height > height ? place.y - 10 - box.height : place.y + 14;
    Object.assign(this.node.style, { left: `${Math.max(2, left)}px`, top: `${Math.max(2, top)}px` });
  }
}
