// Labels beside points that stay off each other, and where they were before if they can: a moving picture flickers less.

const PLACES = [[9, 5], [9, -9], [9, 19], [-9, 5], [-9, -9], [-9, 19], [9, -23], [9, 33], [-9, -23], [-9, 33], [9, -37], [9, 47],
  [-9, -37], [-9, 47]];

// items: [{at: [x, y], text, colour, bold, radius: of its point}]; before: a Map of texts to the place they had, which is
// brought up to date; lines: [[from, to]] to keep off → svg nodes
export function labelsApart(plane, items, { before = new Map(), size = 14, lines = [] } = {}) {
  const taken = [...items.map(({ at, radius = 5 }) => around(plane.X(at[0]), plane.Y(at[1]), radius)),
    ...lines.flatMap((line) => along(plane, line))];
  const { left: leftmost, bottom: lowest } = plane.room;
  return items.map(({ at, text, colour, bold, radius = 5 }) => {
    const places = PLACES.map(([dx, dy]) => [dx + Math.sign(dx) * (radius - 5), dy]);
    const wide = Math.min(text.length, 28) * size * 0.62;
    const [x, y] = [plane.X(at[0]), plane.Y(at[1])];
    const box = ([dx, dy]) => ({ left: dx > 0 ? x + dx : x + dx - wide, right: dx > 0 ? x + dx + wide : x + dx, top: y + dy - size,
      bottom: y + dy + 2 });
    const inside = ({ left, right, top, bottom }) => left >= leftmost && right <= plane.width - 2 && top >= 0
      && bottom <= plane.height - lowest;
    const crowd = (place) => taken.filter((other) => !apart(other, box(place))).length;
    const leastCrowded = (options) => options.reduce((best, next) => (crowd(next) < crowd(best) ? next : best), options[0] ?? places[0]);
    const fits = (place) => inside(box(place)) && crowd(place) === 0;
    const old = before.get(text);
    const place = (old && fits(old) && old) || places.find(fits) || leastCrowded(places.filter((one) => inside(box(one))));
    before.set(text, place);
    taken.push(box(place));
    return plane.label(at, text, { dx: place[0], dy: place[1], colour, bold, size, end: place[0] < 0 });
  });
}

// Small boxes on a line
function along(plane, [from, to]) {
  const ends = [from, to].map(([x, y]) => [plane.X(x), plane.Y(y)]);
  const many = Math.ceil(Math.hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]) / 10);
  return Array.from({ length: many + 1 },
    (_, i) => around(...[0, 1].map((d) => ends[0][d] + ((ends[1][d] - ends[0][d]) * i) / Math.max(1, many)), 4));
}

const around = (x, y, r) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r });

const GAP = 4;

const apart = (a, b) => a.right + GAP <= b.left || b.right + GAP <= a.left || a.bottom <= b.top || b.bottom <= a.top;
