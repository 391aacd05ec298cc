// The first module of the explorer as one file: it reads what the file holds and starts the explorer on it.

import { Page } from "./source.js";
import { about } from "./about.js";

globalThis.vicinalPage = true; // app.js does not start on a server
const { start, fail } = await import("../app.js");
try {
  const page = new Page(document);
  about(document.getElementById("about"), page);
  await start(page);
} catch (error) {
  fail(document.getElementById("main"), error);
}
