// What the file holds and what it cannot do, said at its foot.

import { el, replace } from "../dom.js";

const said = (count) => count.toLocaleString("en");

export function about(root, page) {
  const { space, vectors, left_out: leftOut } = page.about;
  const names = `${said(space.n)} names × ${space.dim}`;
  const whole = vectors.count === space.n;
  const short = [names, vectors.form === "float32" ? null : "vectors in 8 bits", whole ? null : `vectors of the first ${said(vectors.count)}`];
  replace(root, el("details", {},
    el("summary", {}, `One file, no server: ${short.filter(Boolean).join(", ")}`),
    vectors.of > space.n && el("p", {}, `The file holds the ${said(space.n)} names of this map, of ${said(vectors.of)} in the space: neighbours are sought among these.`),
    !whole && el("p", {}, `There was room for the vectors of the first ${said(vectors.count)} names: neighbours are sought among these.`),
    vectors.form !== "float32" && el("p", {}, "Vectors are kept in 8 bits a number, so scores are off by about a hundredth, and neighbours that are nearly equally near may change places."),
    leftOut.length > 0 && el("p", {}, `There was no room for these columns: ${leftOut.join(", ")}.`),
    el("p", {}, `Fingerprint of the space: ${space.fingerprint}. Nothing that is asked here leaves this page. To ask the whole space, run `,
      el("code", {}, "vicinal serve FILE"), ".")));
}
