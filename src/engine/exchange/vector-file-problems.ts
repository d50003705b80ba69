// What is wrong with a file of word vectors, as sentences for the user.

import * as l10n from '@vscode/l10n';
import type { ForeignFormat, Place, VectorFileProblem } from '../../word2vec/formats/vector-table.ts';

export function problemSentence(name: string, problem: VectorFileProblem): string {
  return l10n.t('“{0}” was not imported: {1}', name, problemReason(problem));
}

/** What is wrong, as the end of a sentence. */
export function problemReason(problem: VectorFileProblem): string {
  switch (problem.kind) {
    case 'empty':
      return l10n.t('it is empty.');
    case 'unknownFormat':
      return l10n.t(
        'it holds no word vectors in a format that Lexiscope reads (word2vec text or binary, GloVe, fastText .vec or .bin, safetensors, or the Embedding Projector’s vectors.tsv with metadata.tsv).',
      );
    case 'noWords':
      return l10n.t('it has no words.');
    case 'notUtf8':
      return l10n.t('it is in UTF-16; save it as UTF-8.');
    case 'gzip':
      return l10n.t('it is compressed, and damaged or cut off; load or copy it again.');
    case 'foreign':
      return foreignReason(problem.what);
    case 'header':
      return l10n.t('{0} should hold two whole numbers, words and dimensions.', placeName(problem.place));
    case 'vectorSize':
      return l10n.t('its vectors have {0} dimensions; 1 to 20000 can be read.', problem.vectorSize);
    case 'shorterThanHeader':
      return l10n.t(
        'its header promises {0} words with {1} numbers each, more than its {2} bytes can hold. It is cut off, or the header is wrong.',
        problem.rows,
        problem.vectorSize,
        problem.bytes,
      );
    case 'tooFewRows':
      return l10n.t(
        'its header promises {0} words, and {1} are there. It is cut off, or the header is wrong.',
        problem.expected,
        problem.found,
      );
    case 'tooManyRows':
      return l10n.t(
        '{0} is one more than the {1} words that the header promises.',
        placeName(problem.place),
        problem.expected,
      );
    case 'rowLength':
      return l10n.t(
        '{0} has {1} numbers, expected {2} as in the others.',
        placeName(problem.place),
        problem.found,
        problem.expected,
      );
    case 'notANumber':
      return l10n.t('{0}: number {1} is not a number.', placeName(problem.place), problem.number);
    case 'notFinite':
      return l10n.t(
        '{0}: number {1} is NaN, infinite or too large for 32 bits.',
        placeName(problem.place),
        problem.number,
      );
    case 'noWord':
      return l10n.t('{0} should begin with a word and does not.', placeName(problem.place));
    case 'blankLine':
      return l10n.t('{0} is blank, and more lines follow.', placeName(problem.place));
    case 'truncated':
      return l10n.t('it is cut off in {0}.', placeName(problem.place));
    case 'longLine':
      return l10n.t(
        '{0} has more than {1} bytes, too long for a word and its vector.',
        placeName(problem.place),
        problem.bytes,
      );
    case 'tooLarge':
      return l10n.t(
        'about {0} words with {1} numbers each do not fit into memory. Import only the first words (at most {2}).',
        problem.rows,
        problem.vectorSize,
        problem.most,
      );
    case 'words':
      return wordsReason(problem.rows, problem.words);
    case 'safetensors':
      return `${problem.reason}.`;
  }
}

function wordsReason(rows: number, words: number): string {
  return rows > words
    ? l10n.t('it has more vectors than the {0} words that belong to them.', words)
    : l10n.t('it has {0} vectors, and {1} words belong to them.', rows, words);
}

function foreignReason(what: ForeignFormat): string {
  switch (what) {
    case 'compressed':
      return l10n.t('it is compressed in a way that Lexiscope does not read (only gzip, .gz, is); unpack it first.');
    case 'fastTextSupervised':
      return l10n.t(
        'it is a classifier of fastText (supervised). Its vectors tell labels, not words; take a model that was trained with “skipgram” or “cbow”.',
      );
    case 'fastTextQuantized':
      return l10n.t(
        'it is a quantized model of fastText (.ftz), which no longer has its vectors; take the .vec file of the model that it was made from.',
      );
    case 'fastTextVersion':
      return l10n.t(
        'it is a model of another version of fastText (11 and 12 are read); take the .vec file that is beside it.',
      );
    case 'pickle':
      return l10n.t('it is a file of Python objects; save it with gensim’s save_word2vec_format.');
    case 'pytorch':
      return l10n.t(
        'it is a file of PyTorch, which has no words that can be read; write a line for each word, the word and its numbers, to a text file, or save the vectors as safetensors with the words in its metadata.',
      );
    case 'numpy':
      return l10n.t('it is a NumPy array without words; save the vectors with gensim’s save_word2vec_format.');
    case 'numpyArchive':
      return l10n.t(
        'it is an archive of NumPy arrays (.npz); write a line for each word, the word and its numbers, to a text file, or save the vectors with gensim’s save_word2vec_format.',
      );
    case 'floret':
      return l10n.t(
        'it is a table of floret: vectors of hashed pieces of words, and no words. Save a .vec file of words from the same model.',
      );
    case 'commas':
      return l10n.t('its numbers are parted by commas or semicolons; save it with spaces or tabs between them.');
    case 'brackets':
      return l10n.t(
        'its vectors stand in brackets, as Python prints them; write a line for each word, the word and its numbers with spaces between.',
      );
  }
}

function placeName(place: Place): string {
  return 'line' in place
    ? l10n.t('line {0}', place.line)
    : l10n.t('the row at byte {0} (row {1})', place.byte, place.row);
}
