// What a view shows, kept in the address after "#", so that every view can be shared: #view=ask&space=words&q=king

export class State {
  constructor(where = window.location) {
    this.where = where;
    this.listeners = new Set();
    window.addEventListener("hashchange", () => this.tell());
  }

  all() {
    return Object.fromEntries(new URLSearchParams(this.where.hash.slice(1)));
  }

  get(key, otherwise = "") {
    return this.all()[key] ?? otherwise;
  }

  // Change some values; null removes one. push: true makes a step that the browser's Back undoes.
  set(changes, { push = false } = {}) {
    const values = { ...this.all(), ...changes };
    const kept = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const hash = "#" + new URLSearchParams(kept).toString();
    if (hash === this.where.hash) return;
    if (push) window.history.pushState(null, "", hash);
    else window.history.replaceState(null, "", hash);
    this.tell();
  }

  // Go to another view: what the view before kept for itself is forgotten, what all share is not.
  go(view, changes = {}) {
    const { space, theme } = this.all();
    const kept = Object.entries({ view, space, theme, ...changes }).filter(([, value]) => value);
    window.history.pushState(null, "", "#" + new URLSearchParams(kept).toString());
    this.tell();
  }

  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    for (const listener of [...this.listeners]) listener(this.all());
  }
}
