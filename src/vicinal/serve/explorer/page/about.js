// What the file holds and what it cannot do, said at its foot.

import { el, replace } from "../dom.js";

const said = (count) => count.toLocaleString("en");

export function about(root, page) {
  const { space, vectors, left_out: leftOut } = page.about;
  const names = `${said(space.n)}${vectors.of > space.n ? ` of ${said(vectors.of)}` : ""} names × ${space.dim}`;
  const whole = vectors.count === space.n;
  const exact = vectors.form === "float32";
  const short = [names, !exact && "vectors in 8 bits", !whole && `vectors of the first ${said(vectors.count)}`];
  replace(root, el("details", {},
    el("summary", {}, `One file, no server: ${short.filter(Boolean).join(", ")}`),
    vectors.of > space.n && el("p", {},
      `The file holds the ${said(space.n)} names of this map, of ${said(vectors.of)} in the space: neighbours are sought among these.`),
    !whole && el("p", {},
      `There was room for the vectors of the first ${said(vectors.count)} names: neighbours are sought among these.`),
    !exact && el("p", {}, "Vectors are kept in 8 bits a number, so scores are off by up to a hundredth or so, ",
      "and names that are about equally near may change places."),
    leftOut.length > 0 && el("p", {}, `There was no room for these columns: ${leftOut.join(", ")}.`),
    el("p", {}, `Fingerprint of the space: ${space.fingerprint}. Nothing that is asked here leaves this page. To ask the whole space, run `,
      el("code", {}, "vicinal serve FILE"), ".")));
}
