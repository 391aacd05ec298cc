// From a sentence to training pairs, as skip-gram makes them with a fixed window.

// words: a list of anything → [{centre, context}] positions in the sentence, from left to right
export function pairsOf(words, window) {
  const pairs = [];
  for (let centre = 0; centre < words.length; centre += 1) {
    for (let context = Math.max(0, centre - window); context <= Math.min(words.length - 1, centre + window); context += 1) {
      if (context !== centre) pairs.push({ centre, context });
    }
  }
  return pairs;
}

// How many pairs a sentence of n words makes: 2 × window a word, less what the two ends lack.
export function pairCount(n, window) {
  const reach = Math.min(window, Math.max(0, n - 1));
  return 2 * reach * n - reach * (reach + 1);
}

// → Map of each word to how often it occurs
export function counted(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

// Shares by which negatives are drawn: counts to the power 0.75 (Mikolov et al. 2013), made to add up to 1.
export function noiseShares(counts, exponent = 0.75) {
  const raised = Array.from(counts, (count) => count ** exponent);
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / sum);
}

// The chance that one occurrence of a word of share f of the text is kept: √(t/f) + t/f, at most 1.
export function keepChance(share, threshold = 1e-3) {
  return share > 0 ? Math.min(1, Math.sqrt(threshold / share) + threshold / share) : 1;
}

// A place of a list of shares, drawn by them; random() is from 0 to 1.
export function drawn(shares, random) {
  let left = random();
  for (let i = 0; i < shares.length; i += 1) {
    left -= shares[i];
    if (left < 0) return i;
  }
  return shares.length - 1;
}
