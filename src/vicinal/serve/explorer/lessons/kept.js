// What a reader did in a lesson. It is in memory at once and in the address a moment later: browsers refuse many changes a second.

const DELAY = 250; // milliseconds

export class Kept {
  constructor(state) {
    this.state = state;
    this.values = state.all();
    this.pending = {};
    this.timer = 0;
  }

  get(key, otherwise = "") {
    return Object.hasOwn(this.values, key) ? this.values[key] : otherwise;
  }

  // A number between two bounds; what is no number is `otherwise`.
  number(key, otherwise, least, most) {
    const text = this.get(key).trim();
    const value = Number(text);
    return text && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
  }

  whole(key, otherwise, least, most) {
    return Math.round(this.number(key, otherwise, least, most));
  }

  // Text of at most `most` characters: an address can hold anything.
  text(key, otherwise, most = 300) {
    return this.get(key, otherwise).slice(0, most);
  }

  // null forgets a value.
  set(changes) {
    for (const [key, value] of Object.entries(changes)) {
      const kept = value === null ? null : String(value);
      if (kept === null) delete this.values[key];
      else this.values[key] = kept;
      this.pending[key] = kept;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), DELAY);
  }

  flush() {
    const changes = this.pending;
    this.stop();
    if (Object.keys(changes).length) this.state.set(changes);
  }

  // Adopt the address; → whether it says something new
  take(all) {
    const wanted = { ...all };
    for (const [key, value] of Object.entries(this.pending)) {
      if (value === null) delete wanted[key];
      else wanted[key] = value;
    }
    const text = (values) => JSON.stringify(Object.entries(values).filter(([, value]) => value !== "").sort());
    const fresh = text(wanted) !== text(this.values);
    this.values = wanted;
    return fresh;
  }

  stop() {
    clearTimeout(this.timer);
    this.pending = {};
  }
}
