// Points of a map ↔ rows of its space; the same numbers unless the map shows only some rows.

export class Rows {
  constructor(rows, n) {
    this.rows = rows;
    this.n = n;
    this.points = null;
  }

  row(point) {
    return this.rows ? this.rows[point] : point;
  }

  // The point of a row, -1 where the map does not show it
  point(row) {
    if (!this.rows) return row >= 0 && row < this.n ? row : -1;
    this.points ??= new Map(Array.from(this.rows, (value, i) => [value, i]));
    return this.points.get(row) ?? -1;
  }

  // Values by row → by point
  taken(values) {
    return this.rows ? values.constructor.from(this.rows, (row) => values[row]) : values;
  }
}
