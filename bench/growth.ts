// Whether time grows with the text and no faster: scanners, filters and patterns on hostile texts.
// Each text comes at 1x, 2x, 4x and 8x; a subject is linear if eight times the text takes at most
// LINEAR times as long, the least of some rounds.
//   --size N   UTF-16 code units of 1x (10,000)   --rounds N (3)   --names: of all subjects with times

import { parseArgs } from 'node:util';
import { lastPlace } from '../src/engine/files/cut-points.ts';
import { isGeneratedText } from '../src/engine/files/generated-text.ts';
import { loadKernel } from '../src/engine/kernels.ts';
import { BYTES, MergeLearner } from '../src/text/byte-pair/merges.ts';
import { PretokenSequence } from '../src/text/byte-pair/sequence.ts';
import { DataFilter } from '../src/text/data-blocks.ts';
import { Decoder } from '../src/text/decode.ts';
import { DocumentReader } from '../src/text/document.ts';
import { CODES, type Language, languageOf } from '../src/text/languages.ts';
import { nfc } from '../src/text/normalize.ts';
import { TEXT_DEFAULTS } from '../src/text/options.ts';
import { SecretFilter, SecretScanner } from '../src/text/secrets.ts';
import { TextKernel } from '../src/text/text-kernel.ts';
import { SPAN } from '../src/text/tokenizer.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    names: { type: 'boolean', default: false },
  },
});
const size = Number(values.size);
const rounds = Number(values.rounds);
/** Times as long as eight times the text may take. */
const LINEAR = 16;
/** Below so many milliseconds a time is noise. */
const NOISE = 20;

/** What is repeated to make a hostile text of. */
const PARTS = [
  ['a', 'A', '1', '_', '-', '.', ',', '!', '"', "'", '`', '*', '#', '&', '<', '>', '[', ']', '(', ')', '{', '}'],
  ['\\', '/', '$', '%', '=', ':', ';', '|', '~', '^', '@', '+', ' ', '\n', '\t', '\r\n', '\u00ad', '\u0301'],
  ['**a', '_a', '[a](', '![', '[a]', '<a ', '<!--', '<![CDATA[', '&eacute;', '&#233;', '&amp', '</a>', '<p>', '${'],
  ['`${', '"""', "'''", '/*', '*/', '//', '# ', '> ', '- ', '1. ', '    ', '```\n', '~~~\n', '---\n', '| a |\n'],
  ['\\begin{a}', '\\end{a}', '\\verb|', '$$', '\\(', "\\'e", '\\%', '@a{b,', 'a={b', '\\u00e9', '\\x41', 'eyJ'],
  ['axoxb-', 'ask-proj-', 'password="', "token='", 'http://a:', '-----BEGIN ', 'data:a/b;base64,', '\u001b['],
  ['a.b', '1,2', '1:', "a'", 'don’t ', '가', '가나 ', '漢', '漢字。', 'กำ', 'א"א', '𝒳', 'A1b2', 'deadbeef', '00 ff '],
  ['{"cells":[{"source":["', '\\n', '"source": ["x\\u00e9 a&eacute; "],', '%2F', 'x\\u00e9 a&eacute; '],
].flat();

const texts = PARTS.map((part) => ({
  part,
  text: (length: number) => part.repeat(Math.ceil(length / part.length)).slice(0, length),
}));
/** Names of files of every language that is told apart, and of each syntax. */
const files: (string | Language)[] = [
  'a.txt a.md a.html a.xml a.smi a.tex a.bib a.properties a.ipynb a.srt a.json'.split(' '),
  CODES,
].flat();

type Subject = [name: string, run: (text: string) => void];
const scanner = new SecretScanner(new TextKernel(await loadKernel(new URL('../dist/', import.meta.url), 'text')));
const encoder = new TextEncoder();
const subjects: Subject[] = [
  ['secrets', (text) => void new SecretFilter().clean(text, true)],
  ['secrets, by the kernel', (text) => void new SecretFilter(scanner).clean(text, true)],
  ['data', (text) => void new DataFilter().rangesOf(text)],
  ['NFC', (text) => void nfc(text)],
  ['detection', (text) => decode(encoder.encode(text))],
  ['detection of old bytes', (text) => decode(Uint8Array.from(text, (unit) => unit.charCodeAt(0) | 0x80))],
  ['generated', (text) => void isGeneratedText('a.js', encoder.encode(text))],
  ['places of cuts', (text) => void lastPlace(encoder.encode(text), languageOf('a.ts'))],
  ['byte pairs', learnPairs],
  ...files.map((file): Subject => [
    `reading ${typeof file === 'string' ? file : file.name}`,
    (text) => read(file, text),
  ]),
];

function decode(bytes: Uint8Array): void {
  Decoder.of(bytes, bytes.length)?.decode(bytes, true);
}

function learnPairs(text: string): void {
  const sequence = new PretokenSequence(1 << 22);
  sequence.add(text);
  sequence.endDocument();
  const learner = new MergeLearner(sequence.counts(), 500 - BYTES - 1);
  while (learner.step());
}

function read(language: string | Language, text: string): void {
  const reader = new DocumentReader(TEXT_DEFAULTS);
  const spans = new Int32Array(SPAN << 10);
  reader.begin(language);
  reader.append(text);
  while (reader.read(spans) > 0);
  if (reader.end()) while (reader.read(spans) > 0);
}

const found: { subject: string; part: string; milliseconds: number[] }[] = [];
let measured = 0;
for (const [subject, run] of subjects) {
  let slowest = 0;
  for (const { part, text } of texts) {
    const given = [1, 2, 4, 8].map((times) => text(times * size));
    const milliseconds = given.map(() => Infinity);
    const measure = (index: number): void => {
      const start = performance.now();
      run(given[index]!);
      milliseconds[index] = Math.min(milliseconds[index]!, performance.now() - start);
    };
    measure(0);
    for (let index = 0; index < given.length; index++) measure(index);
    const isLinear = (): boolean => milliseconds[3]! < NOISE + LINEAR * milliseconds[0]!;
    // noise makes a time longer, never shorter
    for (let round = 1; round < rounds && !isLinear(); round++) {
      for (let index = 0; index < given.length; index++) measure(index);
    }
    measured++;
    slowest = Math.max(slowest, milliseconds[3]!);
    if (!isLinear()) found.push({ subject, part, milliseconds });
  }
  if (values.names) console.log(`${subject.padEnd(32)} ${slowest.toFixed(0).padStart(6)} ms at 8x`);
}
for (const { subject, part, milliseconds } of found) {
  const times = milliseconds.map((time) => time.toFixed(1)).join(', ');
  console.log(`not linear: ${subject} on ${JSON.stringify(part)}: ${times} ms`);
}
console.log(JSON.stringify({ subjects: subjects.length, measured, notLinear: found.length }));
process.exitCode = found.length > 0 ? 1 : 0;
