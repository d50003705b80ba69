// Finds words by what has been typed of them so far: first those that begin with it, then those
// that hold it. Compares decomposed text (NFKD) in lower case, so that a Korean syllable that is
// not yet whole finds the words it may become (하느 finds 하늘, ㅎ finds 하늘), and letters without their
// accents find those with them.

export class WordSearch {
  readonly #words: readonly string[]; // (N)
  readonly #byRank: Uint32Array; // (N)
  #keys: string[] | null = null; // (N), made at the first search

  /** `counts`, (N), says which words come first; without them, their order does. */
  constructor(words: readonly string[], counts: ArrayLike<number> | null) {
    this.#words = words;
    this.#byRank = Uint32Array.from(words.keys());
    if (counts) this.#byRank.sort((a, b) => counts[b]! - counts[a]!);
  }

  /**
   * Indexes of the words that match, at most `limit`: the word itself, then beginnings, then
   * others, each by count.
   */
  find(text: string, limit: number): number[] {
    const query = key(text.trim());
    if (!query) return [];
    this.#keys ??= this.#words.map(key);
    const same: number[] = [];
    const beginnings: number[] = [];
    const others: number[] = [];
    for (const index of this.#byRank) {
      const at = this.#keys[index]!.indexOf(query);
      if (at < 0) continue;
      if (at > 0) {
        if (others.length < limit) others.push(index);
      } else if (this.#keys[index]!.length === query.length) {
        same.push(index);
      } else if (beginnings.length < limit) {
        beginnings.push(index);
      }
    }
    return [...same, ...beginnings, ...others].slice(0, limit);
  }
}

function key(text: string): string {
  return text.normalize('NFKD').toLowerCase();
}
