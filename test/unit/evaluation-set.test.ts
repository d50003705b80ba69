// Files of word pairs and analogies in the forms in which sets are published and saved. The forms
// are those of the sets that are named; words and figures are made up.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mulberry32 } from '../../src/numerics/random.ts';
import { type AnalogyQuestions, parseEvaluationSet, type ScoredPairs } from '../../src/word2vec/evaluation-set.ts';

/**
 * Word pairs with scores, some dozens: word0 … against other0 …, the score of a row falls and
 * rises.
 */
const PAIRS = Array.from({ length: 24 }, (_, row) => ({
  first: ['stone', 'lamp', 'river', 'cloud', 'bread', 'tower', 'snow', 'wheel'][row % 8]! + (row < 8 ? '' : `${row}er`),
  second:
    ['harbour', 'candle', 'stream', 'sky', 'oven', 'bell', 'ice', 'cart'][(row * 3) % 8]! +
    (row < 8 ? '' : `${row}ing`),
  score: Number((((row * 7) % 24) / 2.4).toFixed(2)),
}));

type Pair = [string, string, number];

function pairsOf(text: string, score?: string): Pair[] {
  const set = parseEvaluationSet(text, score);
  assert.equal(set?.kind, 'pairs', JSON.stringify(set));
  const { words, pairs, scores } = set;
  return Array.from(scores, (value, row) => [
    words[pairs[2 * row]!]!,
    words[pairs[2 * row + 1]!]!,
    Number(value.toFixed(6)),
  ]);
}

const EXPECTED: Pair[] = PAIRS.map(({ first, second, score }) => [first, second, score]);
const random = mulberry32(11);
/** Scores of ten raters whose mean, rounded as published, is the score of a row. */
const RATERS = PAIRS.map(({ score }) => {
  const given = Array.from({ length: 9 }, () => Math.min(10, Math.max(0, score + (random() - 0.5) * 3)));
  return [...given, 10 * score - given.reduce((sum, value) => sum + value, 0)].map((value) => Number(value.toFixed(3)));
});

/** A file of the pairs: a heading, if any, and a line for each row. */
const file = (heading: string | null, line: (pair: (typeof PAIRS)[number], row: number) => string): string =>
  [...(heading === null ? [] : [heading]), ...PAIRS.map(line), ''].join('\n');

suite('word pairs in the form of', () => {
  const forms: Record<string, string> = {
    'WordSim-353, combined.csv': file('Word 1,Word 2,Human (mean)', (p) => `${p.first},${p.second},${p.score}`),
    'WordSim-353, combined.tab': file('Word 1\tWord 2\tHuman (mean)', (p) => `${p.first}\t${p.second}\t${p.score}`),
    'WordSim-353, set1.csv with its raters': file(
      'Word 1,Word 2,Human (mean),1,2,3,4,5,6,7,8,9,10',
      (p, row) => `${p.first},${p.second},${p.score},${RATERS[row]!.join(',')}`,
    ),
    'WordSim-353 annotated: remarks, and a relation before the words': file(
      '# i: identical\n# t: topical\n# Relation\tWord 1\tWord 2\tHuman (mean)',
      (p, row) => `${'itShMs'[row % 6]!}\t${p.first}\t${p.second}\t${p.score}`,
    ),
    'WordSim-353, similarity and relatedness': file(null, (p) => `${p.first}\t${p.second}\t${p.score}`),
    'SimLex-999': file(
      'word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)',
      (p, row) =>
        `${p.first}\t${p.second}\t${'NVA'[row % 3]!}\t${p.score}\t${row / 7}\t4.9\t2\t${row % 5}.3\t1\t0.${row}`,
    ),
    'SimVerb-3500: a relation behind the score, no heading': file(
      null,
      (p, row) =>
        `${p.first}\t${p.second}\tV\t${p.score}\t${['SYNONYMS', 'NONE', 'HYPER/HYPONYMS', 'COHYPONYMS'][row % 4]!}`,
    ),
    'MEN, natural form': file(null, (p) => `${p.first} ${p.second} ${p.score.toFixed(6)}`),
    'MEN, lemmas': file(null, (p, row) => `${p.first}-${'nvj'[row % 3]!} ${p.second}-n ${p.score.toFixed(6)}`),
    'RW: mean and raters, no heading': file(
      null,
      (p, row) => `${p.first}\t${p.second}\t${p.score}\t${RATERS[row]!.join('\t')}`,
    ),
    'Multi-SimLex: numbers of the pairs, parts of speech, raters and their mean': file(
      'ID,POS,Word1,Word2,Annotator 1,Annotator 2,Annotator 3,Average',
      (p, row) =>
        `${row + 1},${'NVAR'[row % 4]!},${p.first},${p.second},${row % 7},${(row * 2) % 7},${(row * 3) % 7},${p.score}`,
    ),
    'Multi-SimLex with raters only: their mean is the score': file(
      'ID,Word 1,Word 2,POS,Annotator 1,Annotator 2,Annotator 3',
      (p, row) =>
        `${row + 1},${p.first},${p.second},N,${[p.score + 1, p.score - 1, row % 2 ? '' : p.score].map((score) => (score === '' ? '' : Number(score).toFixed(2))).join(',')}`,
    ),
    'KoSimLex, headings in Korean': file(
      '번호,단어1,단어2,품사,유사도 점수,표준편차',
      (p, row) => `${row + 1},${p.first},${p.second},${row % 2 ? '명사' : '동사'},${p.score},0.${row}`,
    ),
    'pandas: an index without a name': file(
      ',word1,word2,similarity',
      (p, row) => `${row},${p.first},${p.second},${p.score}`,
    ),
    'pandas, tabs, an index that does not begin at 0': file(
      '\tword_1\tword_2\tscore',
      (p, row) => `${412 - row}\t${p.first}\t${p.second}\t${p.score}`,
    ),
    'numbers of the pairs, no heading': file(null, (p, row) => `${row + 1} ${p.first} ${p.second} ${p.score}`),
    'write.csv of R, with numbers of rows': file(
      '"","word1","word2","score"',
      (p, row) => `"${row + 1}","${p.first}","${p.second}",${p.score}`,
    ),
    'write.table of R, whose heading is one name shorter': file(
      '"word1" "word2" "score"',
      (p, row) => `"${row + 1}" "${p.first}" "${p.second}" ${p.score}`,
    ),
    'a German Excel': file(
      'sep=;\r\nWort1;Wort2;Bewertung',
      (p) => `${p.first};${p.second};${String(p.score).replace('.', ',')}\r`,
    ),
    'a French table, with tabs and decimal commas': file(
      'mot1\tmot2\tnote',
      (p) => `${p.first}\t${p.second}\t${p.score.toFixed(2).replace('.', ',')}`,
    ),
    'commas, and decimal commas in quotation marks': file(
      'word1,word2,mean',
      (p) => `${p.first},${p.second},"${p.score.toFixed(2).replace('.', ',')}"`,
    ),
    'RG-65: semicolons': file(null, (p) => `${p.first};${p.second};${p.score}`),
    'a score before the words': file('score word1 word2', (p) => `${p.score} ${p.first} ${p.second}`),
    'a score and how many gave it': file(
      'word1\tword2\tscore\tstd\tn',
      (p, row) => `${p.first}\t${p.second}\t${p.score}\t0.${row}\t${15 + (row % 3)}`,
    ),
    'Stanford’s contextual pairs, without their contexts': file(
      null,
      (p, row) => `${row + 1}\t${p.first}\tn\t${p.second}\tv\t${p.score}\t${RATERS[row]!.join('\t')}`,
    ),
  };
  for (const [form, text] of Object.entries(forms)) {
    test(form, () => {
      assert.deepEqual(pairsOf(text), EXPECTED);
      const lines = text.split(/\r?\n/).filter((line) => line !== '' && !/^(#|sep=)/.test(line));
      assert.equal((parseEvaluationSet(text) as ScoredPairs).passedOver, lines.length - PAIRS.length);
    });
  }

  test('any of them behind a byte order mark, with line ends of Windows, of few rows', () => {
    for (const [form, text] of Object.entries(forms)) {
      assert.deepEqual(pairsOf(`\ufeff${text.replace(/\r?\n/g, '\r\n')}`), EXPECTED, form);
      const lines = text.trimEnd().split('\n');
      const few = [
        ...lines.slice(0, lines.length - PAIRS.length),
        ...lines.slice(lines.length - PAIRS.length).slice(0, 6),
      ];
      assert.deepEqual(pairsOf(few.join('\n')), EXPECTED.slice(0, 6), form);
    }
  });
});

suite('a column that is not clear is never guessed', () => {
  const unclear: [string, string, 'unclearScore' | 'unclearWords'][] = [
    ['two columns of numbers', file(null, (p, row) => `${p.first}\t${p.second}\t${p.score}\t${row}`), 'unclearScore'],
    [
      'SimLex without its heading',
      file(null, (p, row) => `${p.first}\t${p.second}\tN\t${p.score}\t${row / 7}\t0.${row}`),
      'unclearScore',
    ],
    [
      'commas that are decimal',
      file(null, (p) => `${p.first},${p.second},${p.score.toFixed(2).replace('.', ',')}`),
      'unclearScore',
    ],
    [
      'two scores by name',
      file('word1,word2,similarity,relatedness', (p, row) => `${p.first},${p.second},${p.score},${row}`),
      'unclearScore',
    ],
    [
      'numbers that are named and no score',
      file('word1,word2,sd,freq', (p, row) => `${p.first},${p.second},0.${row},${row * 3}`),
      'unclearScore',
    ],
    [
      'words and the numbers of the rows',
      file(null, (p, row) => `${p.first}\t${p.second}\t${row + 1}`),
      'unclearScore',
    ],
    [
      'languages side by side',
      file('word1,word2,EN,DE,FR', (p, row) => `${p.first},${p.second},${p.score},${row},${24 - row}`),
      'unclearScore',
    ],
    [
      'pairs in two languages',
      file('word1,word2,kor_word1,kor_word2,score', (p, row) => `${p.first},${p.second},말${row},글${row},${p.score}`),
      'unclearWords',
    ],
    [
      'four columns of words and a number',
      file(null, (p, row) => `${p.first}\t${p.second}\tx${row}\ty${row}\t${p.score}`),
      'unclearWords',
    ],
  ];
  for (const [what, text, kind] of unclear) {
    test(what, () => {
      const set = parseEvaluationSet(text);
      assert.equal(set?.kind, kind, JSON.stringify(set));
    });
  }

  test('who knows the column can say so, by its name or its number', () => {
    const text = file('word1,word2,similarity,relatedness', (p, row) => `${p.first},${p.second},${row},${p.score}`);
    assert.deepEqual(pairsOf(text, 'relatedness'), EXPECTED);
    assert.deepEqual(pairsOf(text, '4'), EXPECTED);
    assert.deepEqual(parseEvaluationSet(text, 'mean'), {
      kind: 'unclearScore',
      columns: [
        { number: 3, name: 'similarity' },
        { number: 4, name: 'relatedness' },
      ],
    });
  });

  test('the column of the score is told if there are others', () => {
    const simLex = parseEvaluationSet(
      'word1\tword2\tPOS\tSimLex999\tSD(SimLex)\na\tb\tN\t3\t.1\nc\td\tV\t4\t.2',
    ) as ScoredPairs;
    assert.deepEqual(simLex.column, { number: 4, name: 'SimLex999' });
    assert.equal((parseEvaluationSet('a b 1\nc d 2') as ScoredPairs).column, null);
  });

  test('lines that do not fit are passed over and counted', () => {
    const text = 'word1,word2,score\nking,queen,8.5\nNew York,city,7\nbread,butter\none,two,three,4\nstone,moon,n/a\n';
    const set = parseEvaluationSet(text) as ScoredPairs;
    assert.deepEqual(pairsOf(text), [
      ['king', 'queen', 8.5],
      ['New York', 'city', 7],
    ]);
    assert.equal(set.passedOver, 4);
    // of spaces nothing tells where a phrase ends
    assert.deepEqual(pairsOf('king queen 8\nNew York city 7\nmoon sun 3\n'), [
      ['king', 'queen', 8],
      ['moon', 'sun', 3],
    ]);
  });
});

suite('analogies', () => {
  const questionsOf = (text: string): { questions: string[][]; sections: [string, number][]; passedOver: number } => {
    const set = parseEvaluationSet(text) as AnalogyQuestions;
    assert.equal(set.kind, 'analogies', JSON.stringify(set));
    const words = Array.from(set.questions, (place) => set.words[place]!);
    return {
      questions: Array.from({ length: words.length / 4 }, (_, at) => words.slice(4 * at, 4 * at + 4)),
      sections: set.sections.map(({ name, end }) => [name, end]),
      passedOver: set.passedOver,
    };
  };
  const FOUR = [
    ['athens', 'greece', 'oslo', 'norway'],
    ['man', 'woman', 'king', 'queen'],
    ['good', 'better', 'bad', 'worse'],
  ];

  test('in sections with a colon, between spaces, tabs or commas', () => {
    for (const between of [' ', '\t', ',', ';', ', ']) {
      const text = [
        ': capitals',
        FOUR[0]!.join(between),
        ': family',
        FOUR[1]!.join(between),
        FOUR[2]!.join(between),
      ].join('\n');
      assert.deepEqual(questionsOf(text), {
        questions: FOUR,
        sections: [
          ['capitals', 1],
          ['family', 3],
        ],
        passedOver: 0,
      });
    }
  });

  test('with phrases between tabs or commas, and in quotation marks', () => {
    const phrases = ['New York', 'United States', 'Seoul', 'South Korea'];
    for (const line of [phrases.join('\t'), phrases.join(','), phrases.map((phrase) => `"${phrase}"`).join(' ')]) {
      assert.deepEqual(questionsOf(`: cities\n${line}\nRome\tItaly\n`).questions, [phrases]);
      assert.deepEqual(questionsOf(`${line}\n${line}`).questions, [phrases, phrases]);
    }
  });

  test('as a table with an index, a type and headings', () => {
    const text = [
      ',type,word1,word2,word3,target',
      ...FOUR.map((four, row) => `${row},${row ? 'other' : 'capital'},${four.join(',')}`),
    ].join('\n');
    assert.deepEqual(questionsOf(text), {
      questions: FOUR,
      sections: [
        ['capital', 1],
        ['other', 3],
      ],
      passedOver: 1,
    });
  });
});

test('what is neither is said to be neither', () => {
  for (const text of [
    '',
    '# nothing',
    'one two',
    ': heading only',
    'a b c\nd e f',
    'It was a dark and stormy night.\nThe rain fell.',
  ])
    assert.equal(parseEvaluationSet(text), null, text);
});
