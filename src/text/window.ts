// How much of a long document is read for a place in it.

/**
 * UTF-16 code units. `before`: from the beginning of the window to the place, at least; `most`: the
 * same at most, a millisecond of reading. `settled`: so much before the place the words of the
 * window are those of the document, at the latest; that is enough for a hundred words between
 * markup. `behind`: what is looked at behind the place, for a tag or a formula that ends there.
 */
export const WINDOW = { before: 1 << 14, most: 3 << 13, settled: 1 << 13, behind: 1 << 11 } as const;
