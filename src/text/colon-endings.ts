// Endings that Finnish and Swedish write behind a colon: USA:n, EU:ssa, 5:e, k:a. They are a closed
// class, and stand behind numbers, acronyms and single letters, so that they are told from a key
// and its value.

const ENDINGS = new Set(
  [
    'n an än en in on un yn ön a ä ta tä t na nä ssa ssä sta stä lla llä lta ltä lle ksi tta ttä',
    'han hän hen hin hon hun hyn hön aan ään een iin oon uun yyn öön ia iä ita itä ien iden ina issa issä ista istä',
    'illa illä ilta iltä ille iksi kin kaan kään ko kö lainen läinen laiset läiset nen set',
    's e et er ar or ns ts es na erna arna orna dje nde de are is',
  ]
    .join(' ')
    .split(' '),
);
/** Letters. The kernel knows it, too (src/kernels/text/characters.ts). */
export const LONGEST_ENDING = 6;
/** Numbers; acronyms, which have capitals or else no vowels; a single letter. */
const WITH_ENDINGS = /^(?:\p{N}+|[\p{Lu}\p{N}]{2,}|\p{L}|[bcdfghjklmnpqrstvwxz]{2,4})$/u;

/** Whether such an ending may stand behind `word` and a colon. */
export function takesEnding(word: string, ending: string): boolean {
  return ENDINGS.has(ending) && WITH_ENDINGS.test(word);
}
