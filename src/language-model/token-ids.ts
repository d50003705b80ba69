// Ids of the language model's tokens. Word rank r of the corpus, counted from 0, is token
// FIRST_WORD + r.

/** The token of every word that the model does not know. */
export const UNKNOWN = 0;
export const END_OF_SENTENCE = 1;
export const FIRST_WORD = 2;
