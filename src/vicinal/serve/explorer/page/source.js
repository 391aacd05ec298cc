// The explorer's source in a single file: the questions of `Server`, answered from what the file holds.
// Each address of the API has its answer here, of the same shape; what is not here needs a server.

import { Failure, Server } from "../source.js";
import { readTensors } from "../tensors.js";
import { ASKED, withVector } from "./answers.js";
import { clustered } from "./clusters.js";
import { Names } from "./names.js";
import { Vectors } from "./vectors.js";

export class Page extends Server {
  constructor(document) {
    super("");
    this.document = document;
    this.about = JSON.parse(new TextDecoder().decode(this.part(0)));
  }

  // → {space, names: Names, vectors: Vectors}, read when they are first needed
  get held() {
    if (!this.read) {
      const { space, parts, vectors } = this.about;
      const { tensors } = readTensors(this.part(parts["/names"]));
      const numbers = readTensors(this.part(vectors.part)).tensors;
      const names = new Names(tensors.name_offsets.data, tensors.names.data);
      this.read = {
        space, names, examples: this.about.examples, costs: this.about.costs,
        row: (name) => withVector(this.read, names.known(name)),
        vectors: new Vectors(numbers.vectors.data, numbers.scales?.data ?? null, space.dim),
        byKind: vectors.form === "float32" ? "exact" : "vectors in 8 bits", drawn: (which) => this.map(space.name, which),
        once: (what, work) => this.once(what, work),
      };
    }
    return this.read;
  }

  async json(path, body = undefined) {
    const { name, what, query } = asked(path);
    if (what === "/spaces" && !name) return { spaces: [this.about.space] };
    if (name !== this.about.space.name) throw new Failure(`this page holds one space, ${this.about.space.name}`);
    const { space, answers } = this.about;
    const ready = answers[`${what} ${query.map}`] ?? (isPlain(body) ? answers[what] : undefined);
    if (ready) return ready;
    if (!ASKED[what]) throw new Failure(`this page cannot answer ${what.slice(1)}; a server can: run "vicinal serve FILE"`);
    await new Promise((resolve) => setTimeout(resolve)); // what is busy is drawn before the work begins
    return { space: space.name, fingerprint: space.fingerprint, ...(await ASKED[what](this.held, body ?? query)) };
  }

  async bytes(path) {
    const { what, query } = asked(path);
    const key = what.startsWith("/columns/") ? `/columns ${decodeURIComponent(what.slice(9))}` : query.map ? `${what} ${query.map}` : what;
    const part = this.about.parts[key];
    if (part === undefined) throw new Failure(`this page does not hold ${key.slice(1)}; a server has it: run "vicinal serve FILE"`);
    return this.part(part);
  }

  // As Server.clusters, worked out here
  clusters(space, k = 8) {
    return this.once(`clusters ${k}`, async () => clustered(this.held, k));
  }

  part(at) {
    return fromBase64(this.document.getElementById(`part-${at}`).textContent).buffer;
  }
}

// "/spaces/NAME/map?map=pca" → {name, what: "/map", query: {map: "pca"}}
function asked(path) {
  const [place, query = ""] = path.split("?");
  const [, space, rest] = /^\/spaces\/([^/]+)(\/.*)?$/.exec(place) ?? [];
  const given = Object.fromEntries(new URLSearchParams(query));
  return { name: space && decodeURIComponent(space), what: space ? rest ?? "" : place, query: given };
}

const isPlain = (body) => !body || Object.values(body).every((value) => value === undefined);

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
