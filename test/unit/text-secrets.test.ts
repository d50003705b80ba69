import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { DataFilter } from '../../src/text/data-blocks.ts';
import { SecretFilter, SecretScanner } from '../../src/text/secrets.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { LONG_WORDS } from '../long-words.ts';
import { leaksInto, madeUpSecrets } from '../made-up-secrets.ts';

const scanner = new SecretScanner(new TextKernel(await loadKernel(DISTRIBUTION, 'text')));

/**
 * Letters and digits without a pattern, so many; the shapes below are put together here, so that no
 * scanner takes this file for a leak.
 */
const letters = (count: number, alphabet = 'aB3dE6gH9jK2mN5pQ8sT'): string =>
  Array.from({ length: count }, (_, i) => alphabet[(i * 7 + (i >> 2)) % alphabet.length]).join('');
const key = (kind: string, lines = 12): string =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${`${letters(64)}\n`.repeat(lines)}${letters(20)}==\n-----END ${kind}PRIVATE KEY-----`;

const SECRETS: Record<string, string> = {
  'AWS access key': `AKIA${letters(16, 'ABCDEFGH234567')}`,
  'AWS secret key': `aws_secret_access_key = ${letters(40)}`,
  'GitHub token': `ghp_${letters(36)}`,
  'GitHub fine-grained token': `github_pat_${letters(22)}_${letters(59)}`,
  'GitLab token': `glpat-${letters(20)}`,
  'Slack token': `xoxb-${letters(12, '0123456789')}-${letters(24)}`,
  'Slack hook': `hooks.slack.com/services/T${letters(8)}/B${letters(8)}/${letters(24)}`,
  'JSON Web Token': `eyJ${letters(30)}.eyJ${letters(60)}.${letters(43)}`,
  'Google key': `AIza${letters(35)}`,
  'Stripe key': `sk_live_${letters(24)}`,
  'npm token': `npm_${letters(36)}`,
  'PyPI token': `pypi-${letters(80)}`,
  'OpenAI key': `sk-proj-${letters(48)}`,
  'Anthropic key': `sk-ant-api03-${letters(90)}`,
  'SendGrid key': `SG.${letters(22)}.${letters(43)}`,
  'Hugging Face token': `hf_${letters(34)}`,
  'Azure connection string': `AccountKey=${letters(86)}==`,
  'RSA key': key('RSA '),
  'PKCS#8 key': key(''),
  'OpenSSH key': key('OPENSSH ', 30),
  'key in JSON': key('').replaceAll('\n', '\\n'),
};

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));
const textOf = (text: string | Uint8Array): string => (typeof text === 'string' ? text : String.fromCharCode(...text));

/** The name that stands before a value is no secret. */
const nameOf = (secret: string): string => /^[\w]+ ?= ?(?=.{20})/.exec(secret)?.[0] ?? '';

for (const [name, secret] of Object.entries(SECRETS)) {
  test(`${name}: blank, in text and in bytes of ASCII, and nothing around it`, () => {
    for (const [before, after] of [
      ['It is "', '", next'],
      ['url = https://', '\nnext line'],
      ['', ''],
    ] as const) {
      const text = before + secret + after;
      for (const given of [text, bytesOf(text)]) {
        const filter = new SecretFilter();
        const cleaned = filter.clean(given, true);
        assert.equal(filter.count + filter.randomRuns, 1);
        const kept = nameOf(secret);
        assert.equal(textOf(cleaned), before + kept + ' '.repeat(secret.length - kept.length) + after);
        assert.equal(textOf(given), text, 'what was given is as it was');
      }
    }
  });

  test(`${name}: nothing of it is left where a file is parted inside it`, () => {
    const text = `before it ${secret} behind it`;
    for (let cut = 10; cut < text.length - 10; cut += 3) {
      const filter = new SecretFilter();
      const cleaned = textOf(filter.clean(text.slice(0, cut), false)) + textOf(filter.clean(text.slice(cut), true));
      assert.equal(cleaned.length, text.length);
      assert.equal(cleaned, `before it ${nameOf(secret).padEnd(secret.length)} behind it`);
    }
  });
}

test('words that only look a little like secrets stay, and the same object comes back', () => {
  const text = [
    'task-force-with-a-very-long-name, risk-averse people, disk-01234567890123456789',
    'npm_config_registry, ghp_short, eyJustAWord.eyNot, AKIAWORD, hf_model, SG.1.2, sk-learn, sk-SK',
    'https://example.org/a/very/long/path/with-words-and-numbers-2024/index.html',
    '-----BEGIN CERTIFICATE----- is no private key',
    '한국어 글에도 sk- 로 시작하는 말이 있다',
  ].join('\n');
  for (const given of [text, bytesOf(text.slice(0, 300))]) {
    const filter = new SecretFilter();
    assert.equal(filter.clean(given, true), given);
    assert.equal(filter.count, 0);
  }
});

test('the beginning of a key in source code costs no more than what may be one', () => {
  const code = "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) return parse(text, options);\nconst next = 1;";
  const filter = new SecretFilter();
  const cleaned = textOf(filter.clean(code, true));
  assert.equal(cleaned.length, code.length);
  assert.ok(
    cleaned.startsWith("if (text.startsWith('") &&
      cleaned.endsWith("')) return parse(text, options);\nconst next = 1;"),
  );
});

test('many pieces, of which some end in what could be a secret, are whole again where it was none', () => {
  const filter = new SecretFilter();
  const pieces = ['a first piece ', 'of text that goes on ', 'and on.'];
  assert.equal(pieces.map((piece, i) => filter.clean(piece, i === 2)).join(''), pieces.join(''));
  assert.equal(filter.count, 0);
});

test('of made-up secrets of more than 300 kinds at most two in a hundred leak, in text and in bytes of ASCII', () => {
  for (const seed of [1, 2, 3]) {
    const secrets = madeUpSecrets(seed);
    assert.ok(secrets.length >= 300);
    assert.equal(new Set(secrets.map(({ kind }) => kind)).size, secrets.length);
    const leaked = secrets.filter((made) => {
      const text = `The king was near.\n${made.text}\nThe queen was there.\n`;
      const given = /[^\0-\x7f]/.test(text) ? text : bytesOf(text);
      return leaksInto(textOf(new DataFilter().clean(new SecretFilter(scanner).clean(given, true))), made);
    });
    assert.ok(leaked.length <= 0.02 * secrets.length, leaked.map(({ kind }) => kind).join(', '));
  }
});

test('of long words and names at most one in a hundred is taken for a secret, in a sentence and in quotation marks', () => {
  for (const around of [(word: string) => `It is ${word} here.`, (word: string) => `name = "${word}";`]) {
    const lost = LONG_WORDS.filter(({ word }) => new SecretFilter().clean(around(word), true) !== around(word));
    assert.ok(lost.length <= 0.01 * LONG_WORDS.length, lost.map(({ word }) => word).join(', '));
  }
});

test('a named value waits for the piece that it goes on in, wherever a file is parted', () => {
  const value = letters(20);
  for (const before of [`password = "`, `"token": "`, `AccountKey=`, `aws_secret_access_key = '`]) {
    const text = `one line\n  two ${before}${value}" and more\nlast line`;
    for (let cut = 1; cut < text.length; cut++) {
      const filter = new SecretFilter();
      const cleaned = textOf(filter.clean(text.slice(0, cut), false)) + textOf(filter.clean(text.slice(cut), true));
      assert.equal(cleaned, text.replace(value, ' '.repeat(value.length)), `parted at ${cut}`);
    }
  }
});

test('the time of the filter is in proportion to the text, whatever stands in it', () => {
  const hostile = [
    'eyJ',
    'axoxb-',
    'apypi-',
    'ask-proj-',
    'password="',
    "token='",
    'http://a:',
    '-----BEGIN ',
    '&#65',
    'a1',
    '비밀번호: ',
  ];
  for (const part of hostile) {
    const time = (length: number): number => {
      const text = part.repeat(length / part.length);
      const start = performance.now();
      new SecretFilter().clean(text, true);
      new SecretFilter(scanner).clean(text, true);
      return performance.now() - start;
    };
    time(1e5);
    const [short, long] = [2e5, 1.6e6].map((length) => Math.min(time(length), time(length)));
    assert.ok(long! < 24 * short! + 400, `${part}: ${short} ms, eight times as much ${long} ms`);
  }
});

test('the kernel that looks over bytes changes nothing: any secrets, parts of them and what is like them, in any pieces', () => {
  const like = [
    ...[
      'sk-',
      'glass-',
      'xox',
      'AccountKey',
      '-----',
      '-----BEGIN',
      '-----BEGIN ',
      ' PRIVATE KEY-----',
      'eyJ',
      'AIza',
      'SG.',
    ],
    ...[
      letters(14),
      letters(15),
      letters(39),
      letters(40),
      letters(200),
      '/a/b/c',
      'x_'.repeat(60),
      '-'.repeat(70),
      '=',
      '"',
    ],
    ...[' ', '\n', ' = ', '.', ',', 'word ', 'a_long_name_of_something', 'state-of-the-art-and-more', ' '.repeat(45)],
  ];
  const parts = fc.oneof(
    fc.constantFrom(...like),
    fc.constantFrom(...Object.values(SECRETS)),
    fc.tuple(fc.constantFrom(...Object.values(SECRETS)), fc.nat(200)).map(([secret, end]) => secret.slice(0, end)),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), fc.integer({ min: 20, max: 400 }), (found, size) => {
      const text = bytesOf(found.join(''));
      const [plain, fast] = [new SecretFilter(), new SecretFilter(scanner)];
      for (let from = 0; from < text.length; from += size) {
        const piece = text.subarray(from, from + size);
        const last = from + size >= text.length;
        assert.deepEqual(fast.clean(piece, last), plain.clean(piece, last));
      }
      assert.deepEqual([fast.count, fast.randomRuns], [plain.count, plain.randomRuns]);
      const [once, twice] = [new SecretFilter(scanner), new SecretFilter()];
      assert.deepEqual(once.clean(text, true), twice.clean(text, true));
    }),
    { seed: 6, numRuns: 1500 },
  );
});
