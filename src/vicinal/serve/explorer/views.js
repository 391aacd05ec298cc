// The views, in the order of their tabs. A view is {id, title, mount(root, context) → {update(state), unmount()}};
// context is {source, state, spaces, space, announce(text)}: `space` is what /spaces says of the one chosen.

import { lessons } from "./views/lessons.js";

export const VIEWS = [lessons];
