// Words that are spelt alike, for a word that is not known: the optimal string alignment distance
// (insert, delete, replace, swap neighbours; Damerau 1964), over Hangul taken apart into letters,
// so that 한국 and 한굮 differ by one of six.

/** Longer differences are no slips of the pen. */
const FARTHEST = 3;

/**
 * Up to `count` of `words` (the most frequent first) that are closest to `word` in spelling, best
 * first; words that begin with it, or that it begins with, count as close. Case counts little.
 */
export function closestSpellings(words: readonly string[], word: string, count: number): string[] {
  const wanted = letters(word);
  if (wanted.length === 0) return [];
  const limit = Math.min(FARTHEST, Math.max(1, Math.floor(wanted.length / 3)));
  const found: { word: string; distance: number }[] = [];
  for (const candidate of words) {
    // a letter of Hangul is up to three of its parts, so no candidate of fewer than a third of the
    // length is close
    if (candidate.length * 3 + limit < wanted.length) continue;
    const parts = letters(candidate);
    const begins = parts.length > wanted.length && wanted.length > 2 && parts.startsWith(wanted);
    if (!begins && Math.abs(parts.length - wanted.length) > limit) continue;
    const distance = begins ? limit : alignment(wanted, parts, limit);
    if (distance <= limit) found.push({ word: candidate, distance });
  }
  // the sort is stable: equal distances stay in the order of frequency
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ word: close }) => close);
}

/** In lower case, Hangul syllables as their letters. */
function letters(word: string): string {
  return word.toLowerCase().normalize('NFD');
}

/**
 * Optimal string alignment distance of two words, or a number above `limit` where it exceeds it.
 */
function alignment(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
