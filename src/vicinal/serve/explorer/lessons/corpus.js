// A tiny text with a clear order: people of a court, fruits, colours and animals, each kind in company of its own.

const COURT = [
  "the king wears a golden crown", "the queen wears a golden crown", "the king sits on the throne", "the queen sits on the throne",
  "the king rules the land", "the queen rules the land", "the king lives in the palace", "the queen lives in the palace",
  "the king is a man of the palace", "the queen is a woman of the palace",
];
const VILLAGE = [
  "the man works in the village", "the woman works in the village", "the man goes to the market", "the woman goes to the market",
  "the boy plays in the village", "the girl plays in the village", "the boy goes to school", "the girl goes to school",
  "the man and the boy walk home", "the woman and the girl walk home",
];
const FRUITS = [
  "the apple is sweet and ripe", "the pear is sweet and ripe", "the plum is sweet and ripe", "the cherry is sweet and ripe",
  "she eats a ripe apple", "he eats a ripe pear", "he eats a ripe plum", "she eats a ripe cherry",
  "a sweet apple fell from the tree", "a sweet pear fell from the tree", "a sweet plum fell from the tree",
  "a sweet cherry fell from the tree",
];
const COLOURS = [
  "paint the wall red", "paint the wall blue", "paint the wall green", "paint the wall yellow",
  "her dress is red today", "her dress is blue today", "her dress is green today", "her dress is yellow today",
  "a red flag", "a blue flag", "a green flag", "a yellow flag",
];
const ANIMALS = [
  "the dog chases the cat", "the cat chases the mouse", "the dog sleeps by the fire", "the cat sleeps by the fire",
  "a mouse sleeps in the barn", "a dog barks in the barn",
];

export const CORPUS = [COURT, VILLAGE, FRUITS, COLOURS, ANIMALS].map((group) => group.join("\n")).join("\n");

// The words that the picture names, by group; of another text, its most frequent words are shown.
export const GROUPS = [
  { label: "court", words: ["king", "queen", "crown", "throne", "palace"] },
  { label: "village", words: ["man", "woman", "boy", "girl", "village"] },
  { label: "fruits", words: ["apple", "pear", "plum", "cherry"] },
  { label: "colours", words: ["red", "blue", "green", "yellow"] },
  { label: "animals", words: ["dog", "cat", "mouse"] },
];
