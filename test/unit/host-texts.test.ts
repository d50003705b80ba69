import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cellsMarkdown } from '../../src/host/cell-text.ts';
import { evaluationMarkdown } from '../../src/host/evaluation-text.ts';
import { explorerPage } from '../../src/host/explorer-page.ts';
import { KnownWindow } from '../../src/host/known-window.ts';
import * as sentences from '../../src/host/sentences.ts';
import * as words from '../../src/host/word-text.ts';
import type { CellReport, TrainingProgress } from '../../src/protocol/engine.ts';
import {
  type ModelSummary,
  PHASES,
  type ReadingReport,
  SKIP_REASONS,
  type Suggestion,
  TEXT_WINDOW,
  type WordDescription,
} from '../../src/protocol/engine.ts';

const HOSTILE = [
  '](command:evil)',
  '<img src=x onerror=alert(1)>',
  '`code`',
  'a|b',
  '**bold**',
  '&lt;b&gt;',
  '$(trash)',
  '[x](http://e.vil)',
  'www.e.vil',
  'a\\|b',
  '# h',
  '1. x',
];
const word = (text: string, neighbours: string[] = []): WordDescription => ({
  known: true,
  word: text,
  count: 1234,
  rank: 56,
  onMap: true,
  neighbours: neighbours.map((neighbour, index) => ({
    word: neighbour,
    count: 2000 - index,
    similarity: 0.9 - index / 8,
  })),
});

/** What a CommonMark reader makes of text in which every sign is escaped: the signs. */
const asRead = (markdown: string): string => markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1');

suite('words in Markdown', () => {
  for (const text of HOSTILE) {
    test(`${text} has no sign left that Markdown or HTML would read`, () => {
      const escaped = words.inMarkdown(text);
      assert.doesNotMatch(escaped.replace(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~]/);
      assert.equal(asRead(escaped), text);
    });
  }

  test('letters of any script stay as they are', () => {
    assert.equal(words.inMarkdown('낱말 été naïve 𝒳'), '낱말 été naïve 𝒳');
  });

  test('line ends become spaces: a word cannot begin a paragraph', () => {
    assert.equal(words.inMarkdown('a\n\nb'), 'a b');
  });

  const links: words.HoverLinks = {
    similar: (of) => words.commandLink('lexiscope.findSimilar', of),
    map: (of) => words.commandLink('lexiscope.showOnMap', of),
  };
  const targets = (markdown: string): string[] =>
    Array.from(markdown.replace(/\\./g, '').matchAll(/\]\(([^)]*)\)/g), ([, target]) => decodeURIComponent(target!));

  test('a hover has one row for each neighbour, and the words of none of them make a cell or a link of their own', () => {
    const markdown = words.hoverMarkdown(word('](command:evil)', HOSTILE), links, 'en');
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
    assert.equal(rows.length, HOSTILE.length + 2);
    for (const row of rows) assert.equal(row.replace(/\\./g, '').split('|').length, 5, row);
    assert.deepEqual(targets(markdown), [
      ...HOSTILE.map((of) => `command:lexiscope.findSimilar?${JSON.stringify([of])}`),
      'command:lexiscope.showOnMap?["](command:evil)"]',
    ]);
  });

  test('a hover is a sentence, and a bar and a count for each near word: no rank, no cosine', () => {
    const markdown = words.hoverMarkdown(word('king', ['queen', 'throne', 'crown']), links, 'en');
    assert.match(markdown, /^\*\*king\*\* · 1\\,234 times in this folder · used like\n/);
    const rows = markdown.split('\n').filter((line) => line.includes('━'));
    assert.deepEqual(
      rows.map((row) => row.replace(/\[(\w+)\]\([^)]*\)/, '$1').replaceAll('\u00a0', '')),
      ['| queen | ━━━━━━━━━ | 2\\,000 |', '| throne | ━━━━━━━━ | 1\\,999 |', '| crown | ━━━━━━╸ | 1\\,998 |'],
    );
    assert.doesNotMatch(markdown.replace(/\([^)]*\)/g, ''), /0\.\d|rank/);
    assert.match(words.hoverMarkdown({ ...word('king'), count: 1 }, links, 'en'), /once in this folder/);
    assert.match(words.hoverMarkdown({ ...word('king'), count: null }, links, 'en'), /^\*\*king\*\*\n/);
    assert.match(words.hoverMarkdown({ ...word('kings'), count: 0, rank: null }, links, 'en'), /from the parts/);
  });

  test('over code a hover is one line of at most four words', () => {
    const line = words.hoverLine(word('](command:evil)', HOSTILE), links, true);
    assert.equal(line.split('\n').length, 1);
    assert.deepEqual(targets(line), [
      ...HOSTILE.slice(0, 4).map((of) => `command:lexiscope.findSimilar?${JSON.stringify([of])}`),
      'command:lexiscope.showOnMap?["](command:evil)"]',
    ]);
    assert.match(words.hoverLine(word('user', ['name']), links, false), /^user ≈ \[name\]/);
    assert.match(words.hoverLine(word('user', ['name']), links, true), /^≈ \[name\]/);
  });

  test('a hover on a word that is not on the map has no link to it', () => {
    assert.doesNotMatch(words.hoverMarkdown({ ...word('king', ['a']), onMap: false }, links, 'en'), /showOnMap/);
    assert.doesNotMatch(words.hoverLine({ ...word('king', ['a']), onMap: false }, links, true), /showOnMap/);
  });

  test('a near word has its cosine and its count', () => {
    assert.equal(words.neighbourFigures({ word: 'queen', count: 1234, similarity: 0.5 }, 'en'), '0.500 · 1,234×');
    assert.equal(words.neighbourFigures({ word: 'queen', count: null, similarity: 0.5 }, 'en'), '0.500');
  });

  test('a command link holds its arguments, and no sign that ends a link', () => {
    for (const text of [...HOSTILE, "')*!", '낱말', '\ud800']) {
      const link = words.commandLink('lexiscope.showOnMap', text);
      assert.match(link, /^command:lexiscope\.showOnMap\?[\w%.~-]*$/);
      assert.deepEqual(JSON.parse(decodeURIComponent(link.split('?')[1]!)), [text]);
    }
  });
});

suite('words in labels and notifications', () => {
  test('an icon in a label is text', () => {
    assert.equal(words.inLabel('a $(trash) $x $(y~spin)'), 'a \\$(trash) $x \\$(y~spin)');
  });

  test('a link in a notification is text', () => {
    assert.doesNotMatch(words.inNotification('no word [a](command:evil) here, [b](https://e.vil)'), /\]\(/);
  });
});

suite('completions', () => {
  test('suggestions keep the order of the engine when sorted by their sort text', () => {
    const suggestions = Array.from({ length: 12 }, (_, index) => ({
      word: `w${index}`,
      probability: 0.5 / (index + 1),
    }));
    const texts = words.suggestionTexts(suggestions, 'en');
    assert.deepEqual(
      texts.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1)),
      texts,
    );
    assert.deepEqual(
      texts.slice(0, 3).map(({ probability }) => probability),
      ['50%', '25%', '17%'],
    );
  });

  test('a small probability is not zero', () => {
    assert.equal(words.suggestionTexts([{ word: 'w', probability: 0.00042 }], 'en')[0]!.probability, '0.042%');
  });

  test('what is typed is finished if it is a word, and likelier than what begins with it or in the way of Enter', () => {
    const list = (...probabilities: number[]): Suggestion[] =>
      probabilities.map((probability, index) => ({ word: `garden${'s'.repeat(index)}`, probability }));
    assert.ok(words.isFinished('garden', list(0.6, 0.4), false));
    assert.ok(words.isFinished('garden', list(0.5, 0.5), false));
    assert.ok(words.isFinished('garden', list(1), false));
    assert.ok(!words.isFinished('garden', list(0.3, 0.6), false));
    assert.ok(words.isFinished('garden', list(0.3, 0.6), true));
    assert.ok(words.isFinished('카페'.normalize('NFD'), [{ word: '카페', probability: 1 }], false));
    for (const takes of [false, true]) {
      assert.ok(!words.isFinished('garde', list(0.6, 0.4), takes));
      assert.ok(!words.isFinished('', [{ word: '', probability: 1 }], takes));
      assert.ok(!words.isFinished('garden', [], takes));
    }
  });

  test('a suggestion inserts the word, whatever its label escapes', () => {
    const [text] = words.suggestionTexts([{ word: '$(x)', probability: 1 }], 'en');
    assert.deepEqual([text!.label, text!.insertText, text!.filterText], ['\\$(x)', '$(x)', '$(x)']);
  });

  test('a closest spelling replaces the whole word, not a part of another', () => {
    assert.equal(words.replaceWord('king - in + in', 'in', 'queen'), 'king - queen + queen');
    assert.equal(words.replaceWord("king - don't", "don't", '$&'), 'king - $&');
    assert.equal(words.replaceWord('서울 - 서우'.normalize('NFD'), '서우', '서울').normalize('NFC'), '서울 - 서울');
  });
});

const summary: ModelSummary = {
  trained: '2026-01-02T03:04:05Z',
  vocabulary: 24_310,
  vectorSize: 100,
  words: 1_204_400,
  files: 1210,
  mapWords: 5000,
  languageModel: { vocabulary: 4096, perplexity: 133.24, heldOutFiles: 60, heldOutTokens: 60_000 },
};
const NONE = Object.fromEntries(SKIP_REASONS.map((reason) => [reason, 0])) as ReadingReport['skipped'];
const reading: ReadingReport = {
  files: 1210,
  bytes: 7_000_000,
  words: 1_204_400,
  skipped: { ...NONE, binary: 3, tooLarge: 1 },
  languages: { markdown: { files: 1210, names: [] } },
  encodings: { 'utf-8': 1210 },
  unknownEncodings: [],
  guessed: 0,
  repaired: 0,
  secrets: { files: 0, found: 0 },
  data: { files: 0, found: 0 },
  names: { binary: ['w/a.png', 'w/b.png'], tooLarge: ['w/c.txt'] },
  pruned: { words: 0, upTo: 0 },
  phrases: 0,
};
const seconds = { reading: 1, counting: 1, wordVectors: 60, map: 20, languageModel: 40, saving: 1 };

suite('the status bar and the notifications', () => {
  test('progress names the phase and its percentage', () => {
    assert.equal(sentences.progressText({ phase: 'reading', fraction: 0.4267 }, 'en'), 'reading 42%');
    assert.equal(sentences.progressText({ phase: 'wordVectors', fraction: 0.9999 }, 'en'), 'word vectors 99%');
    assert.equal(sentences.progressText({ phase: 'map', fraction: 1.2 }, 'en'), 'map 100%');
  });

  test('every phase has a name of its own', () => {
    assert.equal(new Set(PHASES.map(sentences.phaseName)).size, PHASES.length);
  });

  test('speed and time left are told where they are known', () => {
    const progress = { phase: 'wordVectors', fraction: 0.5 } as const;
    assert.deepEqual(sentences.progressDetails(progress, 'en'), ['Click for more.']);
    assert.deepEqual(
      sentences.progressDetails({ ...progress, wordsPerSecond: 812_345.6, secondsLeft: 75 }, 'en').slice(0, 2),
      ['about 1 min left', 'word vectors: 812,346 words per second'],
    );
  });

  test('a training is one percentage, with what works already', () => {
    const at = (running: number, fraction: number): TrainingProgress => ({
      fraction,
      secondsLeft: 191,
      steps: [
        { step: 'words', isDone: running > 0, spent: 8, expected: 8 },
        { step: 'map', isDone: running > 1, spent: running > 0 ? 11.6 : 0, expected: 19.5 },
        { step: 'suggestions', isDone: running > 2, spent: running > 1 ? 70 : 0, expected: 178 },
      ],
    });
    const text = (running: number, fraction: number): string =>
      sentences.progressText({ phase: 'map', fraction: 0.5, training: at(running, fraction) }, 'en');
    assert.equal(text(0, 0.029), 'words 2%');
    assert.equal(text(1, 0.1), 'words ✓ map 10%');
    assert.equal(text(2, 0.401), 'words ✓ map ✓ suggestions 40%');
    assert.equal(text(3, 1), 'words ✓ map ✓ suggestions ✓ saving');
    assert.equal(sentences.stepsDetails(at(1, 0.1)), 'words ✓ · map 12 of 20 s · suggestions about 3 min');
    assert.equal(sentences.stepsDetails(at(2, 0.4)), 'words ✓ · map ✓ · suggestions 1 min 10 s of about 3 min');
    assert.equal(sentences.stepsDetails(at(3, 1)), 'words ✓ · map ✓ · suggestions ✓');
    assert.deepEqual(
      sentences
        .progressDetails({ phase: 'map', fraction: 0.5, secondsLeft: 8, training: at(1, 0.1) }, 'en')
        .slice(0, 2),
      ['words ✓ · map 12 of 20 s · suggestions about 3 min', 'about 3 min left'],
    );
  });

  test('a training is told in at most fifteen words', () => {
    const name = 'a folder';
    for (const told of [sentences.mapReady(name, 7000), sentences.mapReady(name, 4), sentences.learnedFrom(name)])
      assert.ok(told.split(/\s+/).length <= 15, told);
    assert.equal(sentences.mapReady('novels', 190), 'The map of “novels” is ready. Suggestions follow in about 3 min.');
    assert.equal(sentences.goesOnFrom(0.389, 'en'), 'The next learning goes on from 38%.');
  });

  test('durations', () => {
    assert.deepEqual([0, 59.4, 59.6, 125, 3780].map(sentences.duration), [
      '0 s',
      '59 s',
      '1 min 0 s',
      '2 min 5 s',
      '1 h 3 min',
    ]);
  });

  test('the end of a training tells words, text, time, perplexity and what was skipped', () => {
    assert.equal(
      sentences.trainingDone({ reading, model: summary, seconds }, 'en'),
      'Lexiscope learned 24,310 words from 1,204,400 words of text in 2 min 3 s (1,210 files). ' +
        'Perplexity of the language model on held-out text: 133. Skipped files: 3 binary, 1 too large.',
    );
    const languageModel = { ...summary.languageModel!, bitsPerCharacter: 1.9876 };
    assert.match(
      sentences.trainingDone({ reading, model: { ...summary, languageModel }, seconds }, 'en'),
      /held-out text: 133 \(1\.99 bits per character\)\./,
    );
    const measured = { ...summary.languageModel!, unigramPerplexity: 640.4 };
    const said = 'Perplexity of the language model on held-out text: 133. Counting words alone: 640.';
    assert.ok(
      sentences
        .modelDetails({ ...summary, languageModel: measured }, 'en')
        .join(' ')
        .includes(said),
    );
  });

  test('nothing is said of skipped files, repairs and perplexity where there are none', () => {
    const none = { ...reading, skipped: NONE, names: {} };
    assert.deepEqual(sentences.readingDetails(none, 'en'), []);
    assert.deepEqual(sentences.readingDetails({ ...none, repaired: 2 }, 'en'), ['Files with broken characters: 2.']);
    const model = { ...summary, languageModel: { ...summary.languageModel!, perplexity: Number.NaN } };
    assert.doesNotMatch(
      sentences.trainingDone({ reading: none, model, seconds }, 'en'),
      /Perplexity|NaN|Skipped|went on/,
    );
    assert.match(
      sentences.trainingDone({ reading: none, model, seconds, resumedAt: 0.618 }, 'en'),
      /The word vectors went on from 61%, where they had been broken off\./,
    );
    assert.match(
      sentences.trainingDone({ reading: none, model, seconds, resumedAt: 1, languageModelResumedAt: 0.25 }, 'en'),
      /The word vectors had been learned already, before .*\. The language model went on from 25%, where it had been/,
    );
    const languageModelProblem = 'Its loss became NaN. Its weights after step 300 are kept as the language model.';
    const { languageModel } = summary;
    const kept = { ...summary, languageModel: { ...languageModel!, perplexity: null } };
    assert.ok(
      sentences
        .trainingDone({ reading: none, model: kept, seconds, languageModelProblem }, 'en')
        .endsWith(` ${languageModelProblem}`),
    );
    const vectorsOnly = { ...summary, languageModel: null };
    assert.doesNotMatch(
      sentences.trainingDone({ reading: none, model: vectorsOnly, seconds }, 'en'),
      /Perplexity|NaN|null/,
    );
  });

  test('encodings, and secrets that were left out, are told', () => {
    const other = {
      ...reading,
      skipped: { ...NONE, ignored: 1234, secret: 2, duplicate: 3 },
      encodings: { 'utf-8': 1000, 'euc-kr': 1200, shift_jis: 1, 'utf-16le': 2, 'windows-1252': 7 },
      secrets: { files: 2, found: 5 },
      data: { files: 1, found: 9 },
    };
    assert.deepEqual(sentences.readingDetails(other, 'en'), [
      'Skipped files: 1,234 ignored by git, 2 that may hold keys or passwords, 3 that were there twice.',
      'Files in other encodings than UTF-8: 1,200 CP949, 1 Shift_JIS, 2 UTF-16le, 7 windows-1252.',
      'Access tokens and private keys that were left out of the text: 5.',
      'Blocks of data that were left out of the text, such as pictures: 9.',
    ]);
  });

  test('languages are told where there are several, those of most files first', () => {
    const one = { files: 1, names: [] };
    const languages = { c: one, go: { files: 7, names: [] }, sql: one, css: one, php: one, lua: one, rust: one };
    assert.deepEqual(sentences.readingDetails({ ...reading, skipped: NONE, languages }, 'en'), [
      'Files by language: 7 go, 1 c, 1 sql, 1 css, 1 php, 2 of other languages.',
    ]);
  });

  test('every reason has a sentence of its own, and a heading in the list of names', () => {
    const all = SKIP_REASONS.map((reason) => {
      const report = { ...reading, skipped: { ...NONE, [reason]: 2 }, names: { [reason]: [`w/${reason}`] } };
      return [...sentences.readingDetails(report, 'en'), sentences.readingNames(report, 'en')].join('\n');
    });
    assert.equal(new Set(all.map((text) => text.replace(/w\/\w+/, ''))).size, SKIP_REASONS.length);
    assert.ok(all.every((text, index) => text.includes(`    w/${SKIP_REASONS[index]}\n    and 1 more`)));
  });

  test('the list of names stands under its reasons, and is empty where there is nothing to say', () => {
    const languages = {
      markdown: { files: 2, names: ['w/e.md', 'w/f.md (euc-kr)'] },
      typescript: { files: 1208, names: ['w/g.ts'] },
    };
    const names = { ...reading.names, repaired: ['w/d.txt'] };
    assert.equal(
      sentences.readingNames({ ...reading, languages, repaired: 1, names }, 'en'),
      `Not read: not text (3)
    w/a.png
    w/b.png
    and 1 more

Not read: too large (1)
    w/c.txt

Read, with replacement characters for broken ones (1)
    w/d.txt

Read as typescript (1,208)
    w/g.ts
    and 1,207 more

Read as markdown (2)
    w/e.md
    w/f.md (euc-kr)
`,
    );
    assert.equal(sentences.readingNames({ ...reading, languages: {}, skipped: NONE, names: {} }, 'en'), '');
  });

  test('of imported vectors it is told where they come from, and no figure that is unknown', () => {
    const imported = { ...summary, words: null, files: null, languageModel: null, imported: 'glove.6B.txt' };
    const details = sentences.modelDetails(imported, 'en');
    assert.equal(details[1], 'Imported from glove.6B.txt');
    assert.doesNotMatch(details.join(), /Learned|Trained|null|Perplexity/);
    const report = {
      format: 'glove',
      rows: 400_001,
      duplicates: 1,
      model: imported,
      seconds: { importing: 7 },
    } as const;
    assert.equal(
      sentences.importDone(report, 'en'),
      'Lexiscope imported the vectors of 24,310 words with 100 dimensions in 7 s. ' +
        '1 of 400,001 rows were left out, because their words had been there before.',
    );
    assert.doesNotMatch(sentences.importDone({ ...report, duplicates: 0 }, 'en'), /left out/);
    assert.equal(words.frequency({ ...word('king'), count: null }, 'en'), 'rank 56');
  });

  test('words that there was no room for are told', () => {
    const pruned = { ...reading, pruned: { words: 1_200_000, upTo: 2 } };
    assert.match(
      sentences.trainingDone({ reading: pruned, model: summary, seconds }, 'en'),
      /Too many different words: 1,200,000 that had come up to 2 times were left out\.$/,
    );
  });

  test('one file is no plural, and no sentence ends twice', () => {
    const one = { ...summary, files: 1 };
    assert.ok(sentences.modelDetails(one, 'en').includes('Learned from 1,204,400 words in 1 file'));
    assert.match(
      sentences.trainingDone({ reading: { ...reading, files: 1 }, model: one, seconds }, 'en'),
      / \(1 file\)\./,
    );
    const lines = ['Lexiscope', ...sentences.modelDetails(one, 'en'), 'What next?'];
    assert.doesNotMatch(sentences.spoken(lines), /\.\.|\?\./);
    assert.match(sentences.spoken(lines), /^Lexiscope\. 24,310 words .* map\. Learned .* What next\?$/);
  });

  test('figures follow the display language', () => {
    assert.match(sentences.modelDetails(summary, 'de')[0]!, /^24\.310 /);
  });
});

suite('comparisons', () => {
  test('words or two lists are compared, and nothing else', () => {
    assert.deepEqual(words.compared('king queen'), { words: ['king', 'queen'] });
    assert.deepEqual(words.compared(' king , queen，여왕 '), { words: ['king', 'queen', '여왕'] });
    assert.deepEqual(words.compared('king queen / bread "and/or"'), { sides: ['king queen', 'bread "and/or"'] });
    assert.deepEqual(words.compared('"new york" “south korea” "and/or"'), {
      words: ['"new york"', '“south korea”', '"and/or"'],
    });
    for (const input of ['king', 'king /', '/', 'a / b / c', '"new york"', ''])
      assert.equal(words.compared(input), null, input);
  });

  test('a place among neighbours is told with figures of the language', () => {
    const rank = { status: 'ranked', word: 'king', other: 'queen', rank: 1234, of: 24_309, similarity: 0.5 } as const;
    assert.equal(words.neighbourPlace(rank, 'en'), '“queen” is neighbour 1,234 of “king”, of 24,309');
  });
});

suite('the report of an evaluation', () => {
  const unescaped = (markdown: string): string => markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  const section = (name: string, questions: number, asked: number, right: number) => {
    return { name, questions, asked, right, accuracy: right / asked };
  };

  test('word pairs: both correlations and the coverage', () => {
    const pairs = { kind: 'pairs', vocabulary: 24_310, passedOver: 1, pairs: 353, known: 339 } as const;
    const report = unescaped(
      evaluationMarkdown('wordsim.tsv', [{ ...pairs, pearson: 0.60149, spearman: 0.625 }], 'en'),
    );
    assert.match(report, /^# wordsim\.tsv\n/);
    assert.match(report, /among 24,310 words/);
    assert.match(report, /\| Pearson's correlation \| 0\.601 \|\n\| Spearman's rank correlation \| 0\.625 \|/);
    assert.match(report, /\| of which both words are known \| 339 \(96\.0%\) \|/);
    assert.match(report, /passed over: 1\./);
    const column = { number: 4, name: 'SimLex999' };
    const named = evaluationMarkdown('w', [{ ...pairs, pearson: 0.1, spearman: 0.1, column }], 'en');
    assert.match(unescaped(named), /\| Column of the scores \| 4: SimLex999 \|/);
    const few = { ...pairs, known: 0, pearson: Number.NaN, spearman: Number.NaN, passedOver: 0 };
    assert.match(evaluationMarkdown('w', [few], 'en'), /none\\: too few/);
    assert.doesNotMatch(evaluationMarkdown('w', [few], 'en'), /NaN|passed over/);
  });

  test('analogies: a row for each section and one for all, a column for each method', () => {
    const evaluations = (['3CosAdd', '3CosMul'] as const).map((method, at) => ({
      ...({ kind: 'analogies', method, vocabulary: 30_000, passedOver: 0 } as const),
      ...section('', 2006, 1506, 451 + at),
      sections: [
        section('', 506, 506, 400 + at),
        section('a|b](command:evil)', 1500, 1000, 51),
        section('none', 0, 0, 0),
      ],
    }));
    const report = evaluationMarkdown('questions.txt', evaluations, 'en');
    const rows = report.split('\n').filter((line) => line.startsWith('| '));
    assert.deepEqual(rows.map(unescaped).slice(2), [
      '| without a heading | 506 | 506 | 79.1% | 79.2% |',
      '| a|b](command:evil) | 1,500 | 1,000 | 5.1% | 5.1% |',
      '| none | 0 | 0 | – | – |',
      '| total | 2,006 | 1,506 | 29.9% | 30.0% |',
    ]);
    for (const row of rows) assert.equal(row.replace(/\\./g, '').split('|').length, 7, row);
    assert.doesNotMatch(report.replace(/\\./g, ''), /\]\(/);
  });
});

suite("the explorer's page", () => {
  const page = (l10n: Record<string, string>): string =>
    explorerPage({
      language: 'en',
      title: 'Lexiscope Explorer',
      cspSource: 'https://csp.example',
      nonce: 'NONCE',
      scriptUri: 'https://csp.example/explorer.js',
      styleUri: 'https://csp.example/explorer.css',
      setup: { l10n },
    });

  test('allows scripts by nonce only, and nothing else from anywhere', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page({}))![1]!;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'nonce-NONCE'$/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(page({}).match(/<script /g)?.length, page({}).match(/<script [^>]*nonce="NONCE"/g)?.length);
  });

  test('strings of the setup cannot end their script element', () => {
    const l10n = { '</script><script>alert(1)</script>': '<!--' };
    const json = /id="setup"[^>]*>(.*?)<\/script>/s.exec(page(l10n))![1]!;
    assert.doesNotMatch(json, /</);
    assert.deepEqual(JSON.parse(json), { l10n });
  });
});

suite('cells compared', () => {
  const report = (name: string, cell: CellReport['cell']): CellReport => ({
    ...{ name, cell, attention: false, hiddenSize: 128, parameters: 1_234_567, multiplyAddsPerToken: 654_321 },
    ...{ perplexity: 81.26, bitsPerCharacter: null, trainedTokens: 1e6, seconds: 50, tokensPerSecond: 20_000 },
    perplexityByContext: [
      { context: 1, perplexity: 300.04 },
      { context: 512, perplexity: 80 },
    ],
    gradientByDistance: [1, 0.25],
    copyTask: [
      { distance: 4, accuracy: 1, loss: 0.04, steps: 123 },
      ...(cell === 'rnn' ? [] : [{ distance: 8, accuracy: 0.25, loss: 1.9, steps: 600 }]),
    ],
  });

  test('a column each, and a dash for what is not known', () => {
    const text = cellsMarkdown([report('RNN', 'rnn'), report('<b>|LSTM', 'lstm')], 'parameters', 'en');
    assert.match(text, /as many parameters as the LSTM/);
    assert.ok(text.includes('|  | RNN | \\<b\\>\\|LSTM |'), text);
    assert.ok(text.includes('| Parameters | 1\\,234\\,567 | 1\\,234\\,567 |'));
    assert.ok(text.includes('| Bits a character | – | – |'));
    assert.ok(text.includes('| 1 token | 300\\.0 | 300\\.0 |'));
    assert.ok(text.includes('| 1 step | 2\\.5e\\-1 | 2\\.5e\\-1 |') && text.includes('| 2 steps | – | – |'));
    assert.ok(text.includes('| 4 steps | 100\\%\\, 123 | 100\\%\\, 123 |'), text);
    assert.ok(text.includes('| 8 steps | – | 25\\%\\, 600 |'));
  });
});

test('a window of a long document serves for places near by until the text before it changes', () => {
  const { before, most, settled } = TEXT_WINDOW;
  const window = new KnownWindow(100_000, 100_000 + before, true);
  for (const length of [before, before + 1000, most]) assert.ok(window.servesFor(100_000 + length), String(length));
  for (const length of [0, settled, most + 1, -before]) assert.ok(!window.servesFor(100_000 + length), String(length));
  assert.ok(window.outlives([{ rangeOffset: 100_000 }, { rangeOffset: 200_000 }]));
  assert.ok(!window.outlives([{ rangeOffset: 200_000 }, { rangeOffset: 99_999 }]));
  const whole = new KnownWindow(0, 500_000, false);
  assert.ok(whole.servesFor(500_000 + settled) && !whole.servesFor(500_000 + settled + 1) && !whole.servesFor(most));
});
