// What the command line says of itself. What it says of settings stands in their table.

import type { Option } from '../options/option.ts';
import { toSetting, valuesText } from '../options/value.ts';
import type { NamedOption } from '../settings/table.ts';
import { SETTINGS } from './arguments.ts';

const COMMANDS = `lexiscope: word vectors, a map and a language model of a folder's text, trained on this machine

  lexiscope train FOLDER|FILE... --out DIR    train on the text of folders and files and store the model in DIR
  lexiscope import FILE --out DIR         take word vectors that others trained: word2vec text or binary, GloVe, .vec or
                                          .bin of fastText, safetensors, the Embedding Projector's vectors.tsv with
                                          metadata.tsv; compressed by gzip or not
  lexiscope similar WORD --model DIR      the words used alike
  lexiscope analogy EXPRESSION --model DIR [--method cosmul]
                                          such as "king - man + 0.5*woman" or "man : woman = king : ?"
  lexiscope similarity A B --model DIR    cosine of two words, or of the means of two lists in quotes
  lexiscope odd WORD WORD WORD... --model DIR    the word that fits the others least
  lexiscope rank WORD OTHER --model DIR   the place of OTHER among the neighbours of WORD
  lexiscope evaluate FILE --model DIR [--restrict N] [--method cosmul] [--score COLUMN]
                                          agreement with people's scores of word pairs, or accuracy on analogies
  lexiscope complete TEXT --model DIR     how the text may go on
  lexiscope tokens FILE [--model DIR] [--encoding NAME]
                                          the file as it is read: language, encoding, words by sentence, what was left out;
                                          with a model, particles of Korean separated as in its training
  lexiscope inspect TEXT --model DIR      what the language model does at every word of the text; --json: all its gates and states
  lexiscope compare-cells FOLDER... [--equal parameters]
                                          trains RNN, GRU, LSTM and LSTM with attention on the text, and measures each
  lexiscope map --model DIR [--out FILE]  the map as tab-separated word, count, x, y
  lexiscope export FILE --model DIR       vectors as .vec or .txt (word2vec text), .bin (word2vec binary), .glove.txt,
                                          .safetensors, or .tsv (the Embedding Projector's pair)
  lexiscope settings [NAME]               all settings, or those with NAME in theirs: values, default, what they do
`;

const OPTIONS = `
  --json              answers, and progress of train (on standard error), as JSON
  --count N           how many answers (10)
  --neighbours.minimumCount N
                      similar, analogy and rank leave out words that were seen fewer than N times in the text, if 8 are
                      left; 0: as many as its length asks for, 1: none is left out (0)
  --method NAME       of analogies: cosadd (3CosAdd) or cosmul (3CosMul)
  --restrict N        evaluate with the N most frequent words only; 0: all (analogies 30000, word pairs all)
  --score COLUMN      of word pairs: the name or the number of the column of scores (told by its name or contents)
  --continue          train goes on with the word vectors of the model in DIR: more passes over the same text, or new text
  --only vectors      train or import word vectors only: no map, no language model
  --tensorflow FOLDER train the language model with the @tensorflow/tfjs-node that is installed in FOLDER
  --most N            import only the first N words of the file (all)
  --language NAME     that the text of complete and inspect is read as: html, markdown, python... (prose)
  --encoding NAME     of files that are not UTF-8, as VS Code's files.encoding names it (detected)
  --quiet             no progress

Every setting of a training is an option of the same name and with the same values; lists are given one by one. Those to
try first (threads: all cores, where none are given):

`;

/** Where descriptions begin, and how long their lines are. */
const [COLUMN, WIDTH] = [22, 98];

export function helpText(): string {
  const basic = SETTINGS.filter(({ option }) => option.tier === 'basic');
  return COMMANDS + OPTIONS + basic.flatMap(settingLines).join('\n') + '\n';
}

/** Name, values and default of a setting, what it does, and what each choice means. */
export function settingLines({ name, option }: NamedOption): string[] {
  const head = `  --${name} ${placeholder(option)}`;
  const value = toSetting(option, option.default);
  const about = [`${valuesText(option)} (${typeof value === 'string' && value ? value : JSON.stringify(value)})`];
  about.push(plain(option.sentence));
  if (option.type === 'choice') {
    for (const [choice, sentence] of option.choices) about.push(`${choice}: ${plain(sentence)}`);
  }
  const lines = about.flatMap(wrapped).map((line) => ' '.repeat(COLUMN) + line);
  return head.length < COLUMN ? [head.padEnd(COLUMN) + lines[0]!.trimStart(), ...lines.slice(1)] : [head, ...lines];
}

/** The lines of a text. */
function wrapped(text: string): string[] {
  return text.match(new RegExp(`\\S.{0,${WIDTH - 1}}(?= |$)`, 'gu')) ?? [];
}

function placeholder({ type }: Option): string {
  return { boolean: 'BOOLEAN', integer: 'N', number: 'X', size: 'SIZE', choice: 'NAME', text: 'TEXT', list: 'GLOB' }[
    type
  ];
}

/** Without Markdown, and with the names that options have here. */
function plain(sentence: string): string {
  return sentence
    .replace(/#([\w.]+)#/g, '$1')
    .replace(/\blexiscope\.(?=\w)/g, '')
    .replaceAll('`', '');
}
