// Who is nearest where: for each place of a list, the region of the plane that it is nearest to.

// points: [[x, y]]; metric: "euclidean" (a Voronoi cell) or "cosine" (a wedge from the origin) → corners within the box, in order
export function region(i, points, metric, { x: [left, right], y: [bottom, top] }) {
  let corners = [[left, bottom], [right, bottom], [right, top], [left, top]];
  points.forEach((other, j) => {
    if (j !== i) corners = cut(corners, nearer(points[i], other, metric));
  });
  return corners;
}

// A half-plane {a, b, c}: ax + by ≥ c is nearer to p than to q. Under cosine that is how the unit vectors compare.
function nearer(p, q, metric) {
  const [u, v] = metric === "cosine" ? [p, q].map(([x, y]) => [x / Math.hypot(x, y), y / Math.hypot(x, y)]) : [p, q];
  return { a: u[0] - v[0], b: u[1] - v[1], c: (u[0] ** 2 + u[1] ** 2 - v[0] ** 2 - v[1] ** 2) / 2 };
}

// A polygon's part in a half-plane (Sutherland and Hodgman 1974)
function cut(corners, { a, b, c }) {
  const over = ([x, y]) => a * x + b * y - c;
  return corners.flatMap((from, i) => {
    const to = corners[(i + 1) % corners.length];
    const [start, end] = [over(from), over(to)];
    const share = start / (start - end);
    const crossing = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    return [...(start >= 0 ? [from] : []), ...(start >= 0 !== end >= 0 ? [crossing] : [])];
  });
}
