// Pointer, wheel, touch and keys → what they mean for a camera: {pan, rotate, zoom, hover, pick, lasso…} on `act`.

const CLICK = 5; // pixels that a click may move
const THUMB = 22; // pixels around a touch in which a point is meant

// act: {pan(dx, dy), rotate(dx, dy), zoom(factor, x, y), hover(x, y) | hover(null), pick(x, y, radius), jump(x, y),
//       drawing() → "lasso" | "rectangle" | "",
//       line(points | null), enclose(points, add), key(event) → handled, turns() → whether a drag turns}
export function gestures(node, act) {
  const pointers = new Map();
  let start = null; // of the drag: {x, y, shift, line}
  let pinch = null;
  const place = (event) => {
    const box = node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pinched = () => {
    const [[ax, ay], [bx, by]] = [...pointers.values()];
    return { x: (ax + bx) / 2, y: (ay + by) / 2, far: Math.max(8, Math.hypot(ax - bx, ay - by)) };
  };
  const outlined = (x, y) => (start.kind === "rectangle"
    ? [[start.x, start.y], [x, start.y], [x, y], [start.x, y]] : start.line);
  const down = (event) => {
    if (event.button > 0 && event.pointerType === "mouse" && event.button !== 2) return;
    const [x, y] = place(event);
    pointers.set(event.pointerId, [x, y]);
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true, focusVisible: false });
    act.hover(null);
    if (pointers.size === 2) {
      act.line(null);
      start = null;
      pinch = pinched();
    } else if (pointers.size === 1) {
      const kind = act.drawing() || (event.shiftKey ? "lasso" : "");
      start = { x, y, kind, line: [[x, y]], moved: false, other: event.button === 2 || event.ctrlKey || event.altKey, add: event.shiftKey };
    }
  };
  const move = (event) => {
    const [x, y] = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") act.hover(x, y);
      return;
    }
    pointers.set(event.pointerId, [x, y]);
    if (pinch && pointers.size === 2) {
      const now = pinched();
      act.pan(now.x - pinch.x, now.y - pinch.y);
      act.zoom(now.far / pinch.far, now.x, now.y);
      pinch = now;
    } else if (start) {
      if (!start.moved && Math.hypot(x - start.x, y - start.y) < CLICK) return pointers.set(event.pointerId, before) && undefined;
      start.moved = true;
      if (start.kind) {
        start.line.push([x, y]);
        act.line(outlined(x, y));
      } else if (act.turns() !== start.other) act.rotate(x - before[0], y - before[1]);
      else act.pan(x - before[0], y - before[1]);
    }
  };
  const up = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const [x, y] = place(event);
    if (start && event.type === "pointerup") {
      if (start.kind && start.moved) act.enclose(outlined(x, y), start.add);
      else if (!start.moved) act.pick(x, y, event.pointerType === "touch" ? THUMB : undefined);
    }
    act.line(null);
    if (!pointers.size) pinch = null;
    start = null;
  };
  const listeners = {
    pointerdown: down, pointermove: move, pointerup: up, pointercancel: up,
    pointerleave: (event) => { if (!pointers.has(event.pointerId)) act.hover(null); },
    wheel: (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      act.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.0022)), ...place(event));
    },
    dblclick: (event) => act.jump(...place(event)),
    contextmenu: (event) => { if (act.turns()) event.preventDefault(); },
    keydown: (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey && act.key(event)) event.preventDefault(); },
  };
  for (const [name, listener] of Object.entries(listeners)) node.addEventListener(name, listener, { passive: false });
}
