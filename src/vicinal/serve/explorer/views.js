// The views, in the order of their tabs. A view is {id, title, mount(root, context) → {update(state), unmount()}};
// context is {source, state, spaces, space, announce(text)}: `space` is what /spaces says of the one chosen.

import { ASK } from "./views/ask.js";
import { COMPARE } from "./views/compare.js";
import { lessons } from "./views/lessons.js";
import { POINTS } from "./views/points.js";
import { understand } from "./views/understand.js";

export const VIEWS = [POINTS, ASK, COMPARE, understand, lessons];
