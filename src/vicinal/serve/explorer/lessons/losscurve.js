// The loss, epoch by epoch, as a curve.

import { svg } from "../dom.js";
import { figure } from "../figure.js";
import { palette } from "../theme.js";
import { figures } from "./maths.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [330, 220, 26, 46, 12, 26];

// → {node, show(losses)}
export function lossCurve() {
  let losses = [];
  const node = figure("Loss", () => drawing(losses), { name: "loss" });
  return { node, show: (next) => { losses = next; node.redraw(); } };
}

function drawing(losses) {
  const { ink, faint, line, paper, accent } = palette();
  const node = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "font-size": 12, fill: faint,
    "aria-label": losses.length ? `Loss from ${figures(losses[0], 2)} to ${figures(losses.at(-1), 2)} over ${losses.length} epochs`
      : "No epoch yet",
    "font-family": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" },
    svg("rect", { width: WIDTH, height: HEIGHT, fill: paper }));
  const most = Math.max(4.5, ...losses);
  const x = (epoch) => LEFT + (epoch / Math.max(50, losses.length)) * (WIDTH - LEFT - RIGHT);
  const y = (loss) => HEIGHT - BOTTOM - (loss / most) * (HEIGHT - TOP - BOTTOM);
  for (const mark of [0, 1, 2, 3, 4].filter((value) => most < 10 || value === 0)) {
    node.append(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark), stroke: mark ? line : faint }),
      svg("text", { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, mark));
  }
  node.append(svg("text", { x: WIDTH - RIGHT, y: HEIGHT - 6, "text-anchor": "end" }, `epoch ${losses.length}`));
  if (losses.length) {
    const path = losses.map((loss, i) => `${x(i + 1)} ${y(loss)}`).join("L");
    node.append(svg("path", { d: `M${path}`, fill: "none", stroke: accent, "stroke-width": 2 }),
      svg("circle", { cx: x(losses.length), cy: y(losses.at(-1)), r: 4, fill: accent }),
      svg("text", { x: x(losses.length) + 8, y: y(losses.at(-1)) + 4, fill: ink, "font-size": 14, "font-weight": 600 },
        figures(losses.at(-1), 2)));
  }
  return node;
}
