// Trainings of the engine whose language model reads byte pairs: English, Korean and code.

import { Tokenizer } from '@huggingface/tokenizers';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkOptions } from '../../src/engine/check-options.ts';
import { Engine } from '../../src/engine/engine.ts';
import {
  BytePairLanguageModel,
  charactersOf,
  pieceText,
  toCorpusIds,
} from '../../src/engine/model/byte-pair-language-model.ts';
import { loadModel } from '../../src/engine/model/model-store.ts';
import { readBytePairs } from '../../src/engine/reading/byte-pair-text.ts';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import { languageModelResult } from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';
import type { TrainRequest } from '../../src/protocol/engine.ts';
import { BytePairTokenizer, END_OF_DOCUMENT } from '../../src/text/byte-pair/tokenizer.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { listen, requestOf } from '../helpers/engine.ts';
import { placeIn } from '../helpers/places.ts';
import { syntheticText } from '../synthetic-text.ts';
import { kernel, OPTIONS } from './language-model-jobs.ts';

const TOKEN = `ghp_${'Ab1'.repeat(12)}`;

let root: string;
let folder: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'byte-pairs-'));
  folder = join(root, 'text');
  await mkdir(folder);
  for (let file = 0; file < 8; file++) {
    await writeFile(join(folder, `${file}.txt`), syntheticText(1500, file + 1));
    await writeFile(join(folder, `${file}.py`), code(file));
  }
  await writeFile(join(folder, 'token.md'), `The token is ${TOKEN} here.\n`);
});
after(() => rm(root, { recursive: true, force: true }));

/** Functions whose last line returns what the second one set. */
function code(seed: number): string {
  const names = ['customer_address', 'invoice_number', 'delivery_date', 'parcel_weight'];
  return Array.from({ length: 60 }, (_, index) => {
    const name = names[(index * 7 + seed * 3) % names.length]!;
    return `def read_${name}(record):\n    ${name} = record[${(index + seed) % 9}]\n    return ${name}\n\n`;
  }).join('');
}

function request(change: Partial<TrainRequest['languageModel']> = {}): TrainRequest {
  const small = { bytePairs: 1000, embeddingSize: 16, hiddenSize: 24, batchSize: 8, steps: 16, epochs: 3 };
  return requestOf(folder, {
    reading: { maximumFileSize: 5_000_000 },
    word2vec: { vectorSize: 16, epochs: 2 },
    projection: { nEpochs: 20 },
    languageModel: { tokens: 'bytePairs', ...small, ...change },
  });
}

/** Of the folder, without the engine. */
async function read(paths: string[], most?: number) {
  const lines: string[] = [];
  const hooks = {
    progress: () => undefined,
    cancelled: () => false,
    log: (_: string, line: string) => void lines.push(line),
  };
  const folders = request().folders;
  const reading = { maximumFileSize: 5_000_000 };
  const text = await readBytePairs({ folders, unsaved: [], reading, paths, size: 1000 }, hooks, most);
  return { text: text!, lines };
}

describe('an engine that has trained on byte pairs', () => {
  const events = listen();
  let engine: Engine;
  let directory: string;

  before(async () => {
    directory = join(root, 'model');
    engine = new Engine(DISTRIBUTION, events);
    await engine.open(directory);
    const outcome = await engine.train(request());
    assert.ok(outcome.status === 'done');
    const { perplexity, bitsPerCharacter, vocabulary, heldOutFiles } = outcome.model.languageModel!;
    assert.ok(vocabulary > 256 && vocabulary < 1000, `${vocabulary} byte pairs`);
    assert.ok(perplexity! > 1 && perplexity! < 60, `perplexity ${perplexity!}`);
    assert.ok(bitsPerCharacter! > 0 && bitsPerCharacter! < Math.log2(perplexity!), `${bitsPerCharacter} bits`);
    assert.ok(heldOutFiles >= 1);
  });

  test('tells the phase between the map and the language model', () => {
    const phases = events.heard.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    assert.deepEqual(phases, ['reading', 'counting', 'wordVectors', 'map', 'bytePairs', 'languageModel', 'saving']);
    const fractions = events.heard.filter(({ phase }) => phase === 'bytePairs').map(({ fraction }) => fraction);
    assert.ok(fractions.every((fraction, index) => fraction <= 1 && fraction >= (fractions[index - 1] ?? 0)));
  });

  test('ends words that are typed half, English, Korean and names in code', async () => {
    for (const [text, prefix, word] of [
      ['the king of pal', 'pal', 'palace'],
      ['a 한국 the 서', '서', '서울'],
      ['the 경복', '경복', '경복궁'],
      ['def read_invoice_number(record):\n    invoice_nu', 'invoice_nu', 'invoice_number'],
      ['    return customer_', 'customer_', 'customer_address'],
      ['    return cust', 'cust', 'customer_address'],
      ['\n\ndef read_inv', 'read_inv', 'read_invoice_number'],
      ['x = self._', '_', null],
    ] as const) {
      const completion = await engine.complete(placeIn(text), 3);
      assert.equal(completion.prefix, prefix, text);
      if (word) assert.equal(completion.suggestions[0]?.word, word, text);
      else assert.ok(completion.suggestions.every((each) => each.word.startsWith(prefix) && each.word.length > 1));
      assert.ok(completion.suggestions.length > 0, text);
    }
  });

  test('a prefix is given as it is typed, jamo by jamo too', async () => {
    const typed = '서우'.normalize('NFD');
    assert.equal((await engine.complete(placeIn(`the ${typed}`), 1)).prefix, typed);
    assert.deepEqual((await engine.complete(placeIn(''), 3)).prefix, '');
  });

  test('suggests whole next words with probabilities, the likeliest first', async () => {
    const { prefix, suggestions } = await engine.complete(placeIn('the king '), 12);
    assert.equal(prefix, '');
    assert.ok(suggestions.length >= 8);
    const common = new Set(['the', 'a', 'of', 'and', 'in', 'with', 'to', 'was', 'near', 'over']);
    assert.ok(common.has(suggestions[0]!.word), suggestions[0]!.word);
    assert.ok(suggestions.every(({ probability }, at) => probability <= (suggestions[at - 1]?.probability ?? 1)));
    const sum = suggestions.reduce((total, { probability }) => total + probability, 0);
    assert.ok(sum > 0.5 && sum <= 1.000001, `they sum to ${sum}`);
  });

  test('its probabilities are those of the tokens, one after the other', async () => {
    const { languageModel, tokenizer } = (await loadModel(directory))!;
    const model = new LanguageModel(kernel, languageModel!);
    const { words } = await readWords(new BytePairLanguageModel(model, tokenizer!), 'the queen of the ');
    const context = Array.from(tokenizer!.encode('the queen of the'), (token) => token + 1);
    const after = Array.from({ length: tokenizer!.size }, (_, token) => tokenizer!.decode([token]));
    const spaced = (tokens: readonly number[]) => model.probabilitiesAfter(tokens);
    const mass = spaced(context).reduce((sum, p, at) => (after[at - 1]?.startsWith(' ') ? sum + p : sum), 0);
    for (const word of ['castle', 'island', '서울', 'ship']) {
      let probability = 1 / mass;
      const tokens = [...context];
      for (const token of tokenizer!.encode(` ${word}`)) {
        probability *= spaced(tokens)[token + 1]!;
        tokens.push(token + 1);
      }
      // then comes what is no part of the word
      const next = spaced(tokens);
      probability *= next.reduce(
        (sum, p, at) => (/^[\p{L}\p{N}_\ufffd]/u.test(after[at - 1] ?? '') ? sum : sum + p),
        0,
      );
      const found = words.get(word)!;
      assert.ok(found >= 0.999 * probability && found < 1.2 * probability, `${word}: ${found}, ${probability}`);
    }
  });

  test('shows its pieces, half characters as bytes', async () => {
    const { words, known, topWords, length } = await engine.inspect(placeIn('the 서울 킹'), 4);
    assert.equal(words[0], null);
    assert.ok(known.every(Boolean));
    assert.equal(topWords.length, 4 * length);
    assert.ok(words.includes(' 서울'));
    assert.match(words.slice(1).join(''), /^the 서울 ?(?:킹|.*<0x[0-9A-F]{2}>)/);
    assert.equal(pieceText(Uint8Array.of(0x20, 0xed, 0x95, 0x9c, 0xed, 0x95, 0x41, 0xff)), ' 한<0xED><0x95>A<0xFF>');
    await assert.rejects(engine.inspect(placeIn('a b c '.repeat(5000)), 1), /too long to look at/);
  });

  test("Hugging Face's tokenizer reads the stored file and encodes alike", async () => {
    const name = (await readdir(directory)).find((file) => file.startsWith('tokenizer-'))!;
    const theirs = new Tokenizer(JSON.parse(await readFile(join(directory, name), 'utf8')) as object, {});
    const { tokenizer } = (await loadModel(directory))!;
    const text = `${syntheticText(100, 99)}${code(5)}다른 글 – naïve 😀`;
    assert.deepEqual(theirs.encode(text).ids, Array.from(tokenizer!.encode(text)));
  });

  test('answers the same after it was opened anew', async () => {
    const again = new Engine(DISTRIBUTION, listen());
    assert.deepEqual(await again.open(directory), await engine.open(directory));
    for (const text of ['the ', 'the king of pal', 'the 서']) {
      assert.deepEqual(await again.complete(placeIn(text), 5), await engine.complete(placeIn(text), 5));
    }
    assert.deepEqual(await again.inspect(placeIn('the king'), 3), await engine.inspect(placeIn('the king'), 3));
  });

  test('a damaged tokenizer is named, and nothing is deleted', async () => {
    const name = (await readdir(directory)).find((file) => file.startsWith('tokenizer-'))!;
    const content = await readFile(join(directory, name));
    await writeFile(join(directory, name), content.subarray(1));
    await assert.rejects(loadModel(directory), new RegExp(name));
    await writeFile(join(directory, name), content);
    assert.ok(await loadModel(directory));
  });

  test('keeps its model when it is cancelled while it cuts the text', async () => {
    const kinds = async (): Promise<string[]> =>
      (await readdir(directory)).map((file) => file.replace(/-[0-9a-f]+\./, '.')).sort();
    const before = await kinds();
    const progress = events.progress.bind(events);
    const reached = new Promise<void>((resolve) => {
      events.progress = (told) => {
        progress(told);
        if (told.phase === 'bytePairs') resolve();
      };
    });
    const outcome = engine.train(request());
    await reached;
    assert.equal(await engine.cancel(), true);
    assert.deepEqual(await outcome, { status: 'cancelled' });
    assert.deepEqual(await kinds(), before, 'vectors and map are stored anew, and what suggests stays');
    assert.equal((await engine.complete(placeIn('the king of pal'), 1)).suggestions[0]?.word, 'palace');
  });

  test('a training on words leaves no tokenizer behind', async () => {
    const outcome = await engine.train(request({ tokens: 'words' }));
    assert.ok(outcome.status === 'done');
    assert.ok(outcome.model.languageModel!.bitsPerCharacter! > 0);
    assert.deepEqual(
      (await readdir(directory)).filter((file) => file.startsWith('tokenizer')),
      [],
    );
    assert.equal((await engine.complete(placeIn('the king of pal'), 1)).suggestions[0]?.word, 'palace');
  });
});

/** Every word that is found, by its probability. */
async function readWords(model: BytePairLanguageModel, text: string): Promise<{ words: Map<string, number> }> {
  const { suggestions } = model.complete(placeIn(text), 1000, 0);
  return Promise.resolve({ words: new Map(suggestions.map(({ word, probability }) => [word, probability])) });
}

test('the text is that of the files that were read, to the character, without what is secret', async () => {
  const { text } = await read(['text/0.txt', 'text/3.py', 'text/token.md', 'text/gone.txt']);
  assert.deepEqual(text.paths, ['text/0.txt', 'text/3.py', 'text/token.md']);
  const tokenizer = new BytePairTokenizer(text.merges);
  const documents = Array.from(text.documents, (start, index) => {
    const tokens = text.tokens.subarray(start, text.documents[index + 1] ?? text.tokens.length);
    assert.equal(tokens.at(-1), END_OF_DOCUMENT);
    assert.equal(tokens.indexOf(END_OF_DOCUMENT), tokens.length - 1);
    return tokenizer.decode(tokens);
  });
  assert.equal(documents[0], syntheticText(1500, 1));
  assert.equal(documents[1], code(3));
  assert.match(documents[2]!, /^The token is .* here\.\n$/);
  assert.ok(!documents[2]!.includes(TOKEN));
  const ids = toCorpusIds(text.tokens);
  assert.equal(ids.filter((id) => id === -1).length, 3);
  const characters = charactersOf(tokenizer);
  const count = ids.reduce((sum, id) => sum + (id < 0 ? 0 : characters[id]!), 0);
  assert.equal(count, Array.from(documents.join('')).length);
});

test('what is more than there is room for is left out, and that is said', async () => {
  const { text, lines } = await read(['text/0.txt', 'text/1.txt', 'text/2.txt'], 2000);
  assert.equal(text.tokens.length, 2000);
  assert.equal(text.paths.length, text.documents.length);
  assert.ok(text.documents.every((start) => start < 2000));
  assert.ok(lines.some((line) => /first 2000 byte pairs/.test(line)));
});

test('one word, repeated, is learned', async () => {
  await writeFile(join(folder, 'same.txt'), 'same '.repeat(3000));
  const { text } = await read(['text/same.txt']);
  await rm(join(folder, 'same.txt'));
  const tokenizer = new BytePairTokenizer(text.merges);
  const [same] = tokenizer.encode(' same');
  assert.ok(text.tokens.length < 3010);
  const job = createLanguageModelJob(
    kernel,
    toCorpusIds(text.tokens),
    text.documents,
    Uint8Array.of(0),
    { ...OPTIONS, tokens: 'bytePairs', epochs: 4 },
    1,
    1,
    { characters: charactersOf(tokenizer), vocabulary: tokenizer.size - 1 },
  );
  const thread = new LanguageModelThread(job, 0);
  while (thread.step());
  const { tensors, perplexity, bitsPerCharacter, heldOutTokens } = languageModelResult(job);
  assert.ok(perplexity < 3, `perplexity ${perplexity}`);
  // the last tokens are " same", a space and the end
  assert.ok(
    Math.abs(bitsPerCharacter! / ((Math.log2(perplexity) * heldOutTokens) / (5 * (heldOutTokens - 2) + 1)) - 1) < 1e-9,
  );
  const model = new LanguageModel(kernel, tensors);
  const probabilities = model.probabilitiesAfter([same! + 1, same! + 1]);
  assert.equal(probabilities.indexOf(Math.max(...probabilities)), same! + 1);
  assert.deepEqual(
    new BytePairLanguageModel(model, tokenizer).complete(placeIn('same sa'), 3, 0).suggestions[0]?.word,
    'same',
  );
});

test('how many byte pairs there are is within a range', () => {
  assert.throws(() => checkOptions(request({ bytePairs: 999 })), /bytePairs is 999; .* from 1000 to 16384/);
  assert.throws(() => checkOptions(request({ tokens: 'letters' as 'words' })), /must be one of words, bytePairs/);
});

test('a model of byte pairs may begin with Skip-gram vectors of its byte pairs', async () => {
  const events = listen();
  const engine = new Engine(DISTRIBUTION, events);
  await engine.open(join(root, 'start-vectors'));
  const outcome = await engine.train(request({ input: 'word2vec', epochs: 1 }));
  assert.ok(outcome.status === 'done' && outcome.languageModelProblem === undefined);
  assert.ok(events.lines.some((line) => line.includes('Skip-gram vectors of its tokens')));
});
