// A byte-level byte-pair tokenizer: text to token ids and back. Any text can be encoded and comes
// back to the character, as every byte is a token. Ids: 0 is the end of a document, 1 to 256 are
// the bytes, from 257 on the merges in the order in which they were learned. As a tokenizer.json it
// is read by Hugging Face's tokenizers, which encode alike.

import { nfc } from '../normalize.ts';
import { BYTES, type Merges } from './merges.ts';
import { forEachPretoken, PRETOKEN_PATTERN } from './pretokens.ts';

/** Stands between documents; no text encodes to it. */
export const END_OF_DOCUMENT = 0;
/** Its spelling in a tokenizer.json. */
const END_OF_DOCUMENT_NAME = '<|end|>';
/** The token of byte b is FIRST_BYTE + b. */
const FIRST_BYTE = 1;
/** Bytes of a token; a damaged file may ask for more than there is memory. */
const LONGEST = 4096;
/** Pretokens whose encoding is remembered; when there are so many, it is begun anew. */
const REMEMBERED = 1 << 17;
/** Longer pretokens are rarely met twice. UTF-16 code units. */
const REMEMBERED_LENGTH = 32;

export class BytePairTokenizer {
  readonly merges: Merges;
  /** Tokens there are. */
  readonly size: number;
  /**
   * By pair of tokens, left * size + right: the token that they become. Earlier merges have smaller
   * tokens.
   */
  readonly #joined = new Map<number, number>();
  /** The bytes of each token, one after the other, and where each begins. */
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #encoder = new TextEncoder();
  readonly #remembered = new Map<string, Int32Array>();

  constructor(merges: Merges) {
    this.merges = merges;
    this.size = FIRST_BYTE + BYTES + merges.left.length;
    this.#starts = new Uint32Array(this.size + 1);
    this.#starts.fill(0, 0, FIRST_BYTE + 1);
    const spellings: number[][] = Array.from({ length: BYTES }, (_, byte) => [byte]);
    merges.left.forEach((left, i) => {
      const [first, second] = [spellings[left], spellings[merges.right[i]!]];
      if (!first || !second) throw new RangeError(`byte pairs: merge ${i} joins a symbol that does not come before it`);
      if (first.length + second.length > LONGEST) throw new RangeError(`byte pairs: merge ${i} makes too long a token`);
      spellings.push([...first, ...second]);
      const pair = (FIRST_BYTE + left) * this.size + FIRST_BYTE + merges.right[i]!;
      // learned twice, the first counts
      if (!this.#joined.has(pair)) this.#joined.set(pair, FIRST_BYTE + BYTES + i);
    });
    spellings.forEach(({ length }, i) => (this.#starts[FIRST_BYTE + i + 1] = this.#starts[FIRST_BYTE + i]! + length));
    this.#bytes = Uint8Array.from(spellings.flat());
  }

  /** The tokens of a text, which is brought into NFC. */
  encode(text: string): Int32Array {
    const tokens: number[] = [];
    forEachPretoken(nfc(text), (pretoken) => {
      for (const token of this.encodePretoken(pretoken)) tokens.push(token);
    });
    return Int32Array.from(tokens);
  }

  /** The tokens of one pretoken; the array is not the caller's to change. */
  encodePretoken(pretoken: string): Int32Array {
    if (pretoken.length > REMEMBERED_LENGTH) return this.#encodeBytes(this.#encoder.encode(pretoken));
    const known = this.#remembered.get(pretoken);
    if (known) return known;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    const tokens = this.#encodeBytes(this.#encoder.encode(pretoken));
    this.#remembered.set(pretoken, tokens);
    return tokens;
  }

  /**
   * The text of tokens; bytes that are no UTF-8, such as half a character, become U+FFFD. An end of
   * a document is nothing.
   */
  decode(tokens: ArrayLike<number>): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytesOf(tokens));
  }

  /** The bytes of tokens. Throws a RangeError where one is no token of this tokenizer. */
  bytesOf(tokens: ArrayLike<number>): Uint8Array {
    let length = 0;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (!(token >= 0 && token < this.size)) {
        throw new RangeError(`byte pairs: expected tokens from 0 to ${this.size - 1}, got ${token}`);
      }
      length += this.#starts[token + 1]! - this.#starts[token]!;
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      bytes.set(this.#bytes.subarray(this.#starts[token], this.#starts[token + 1]), at);
      at += this.#starts[token + 1]! - this.#starts[token]!;
    }
    return bytes;
  }

  /** As many bytes as the token stands for: bits per character are counted with it. */
  byteLength(token: number): number {
    return this.#starts[token + 1]! - this.#starts[token]!;
  }

  /**
   * Joins pairs, those learned first before others and the leftmost first. The waiting pairs are in
   * a heap, so that a run of a megabyte without a space does not take the square of its length.
   */
  #encodeBytes(bytes: Uint8Array): Int32Array {
    const length = bytes.length;
    const tokens = Int32Array.from(bytes, (byte) => FIRST_BYTE + byte);
    const before = Int32Array.from(bytes, (_, i) => i - 1);
    const after = Int32Array.from(bytes, (_, i) => i + 1);
    // heap of token * length + place, by which the order is the one above
    const waiting: number[] = [];
    const offer = (place: number): void => {
      const next = place < 0 ? length : after[place]!;
      if (next >= length) return;
      const joined = this.#joined.get(tokens[place]! * this.size + tokens[next]!);
      if (joined !== undefined) pushLeast(waiting, joined * length + place);
    };
    for (let place = 0; place < length; place++) offer(place);
    for (let least = popLeast(waiting); least >= 0; least = popLeast(waiting)) {
      const place = least % length;
      const joined = Math.floor(least / length);
      const next = after[place]!;
      // the pair may have changed since it was offered
      if (tokens[place]! < 0 || next >= length) continue;
      if (this.#joined.get(tokens[place]! * this.size + tokens[next]!) !== joined) continue;
      tokens[place] = joined;
      tokens[next] = -1;
      after[place] = after[next]!;
      if (after[next]! < length) before[after[next]!] = place;
      offer(before[place]!);
      offer(place);
    }
    return tokens.filter((token) => token >= 0);
  }

  /** As Hugging Face's tokenizers write it. */
  toJson(): string {
    const names = Array.from({ length: this.size }, (_, token) => this.#name(token));
    const { left, right } = this.merges;
    return JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: PRETOKEN_PATTERN }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(names.map((name, token) => [name, token])),
        merges: Array.from(left, (symbol, i) => [names[FIRST_BYTE + symbol], names[FIRST_BYTE + right[i]!]]),
      },
    });
  }

  /** Reads what `toJson` wrote. Throws a RangeError that says what is not as it writes it. */
  static fromJson(text: string): BytePairTokenizer {
    const { pre_tokenizer: cut, model } = JSON.parse(text) as {
      pre_tokenizer?: { pretokenizers?: { pattern?: { Regex?: string } }[] };
      model?: { type?: string; vocab?: Record<string, number>; merges?: [string, string][] };
    };
    if (model?.type !== 'BPE' || !model.vocab || !Array.isArray(model.merges)) {
      throw new RangeError(`byte pairs: expected a model of type BPE with a vocabulary, got ${String(model?.type)}`);
    }
    if (cut?.pretokenizers?.[0]?.pattern?.Regex !== PRETOKEN_PATTERN) {
      throw new RangeError('byte pairs: the tokenizer cuts text by another pattern than this version does');
    }
    const { vocab } = model;
    const symbol = (name: string): number => (vocab[name] ?? Number.NaN) - FIRST_BYTE;
    const left = model.merges.map(([name]) => symbol(name));
    const right = model.merges.map(([, name]) => symbol(name));
    if ([...left, ...right].some((each) => !(each >= 0))) {
      throw new RangeError('byte pairs: a merge names a token that is not in the vocabulary');
    }
    return new BytePairTokenizer({ left: Int32Array.from(left), right: Int32Array.from(right) });
  }

  #name(token: number): string {
    if (token === END_OF_DOCUMENT) return END_OF_DOCUMENT_NAME;
    return Array.from(this.bytesOf([token]), (byte) => BYTE_LETTERS[byte]!).join('');
  }
}

/**
 * The letters that stand for bytes in a tokenizer.json (GPT-2): printable ones of Latin-1 for
 * themselves, the others, in order, those from U+0100 on.
 */
const BYTE_LETTERS: readonly string[] = (() => {
  let others = 0x100;
  return Array.from({ length: BYTES }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : others++);
  });
})();

function pushLeast(heap: number[], value: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

/** -1 where the heap is empty. */
function popLeast(heap: number[]): number {
  if (heap.length === 0) return -1;
  const least = heap[0]!;
  const value = heap.pop()!;
  const length = heap.length;
  for (let at = 0; length > 0;) {
    let child = 2 * at + 1;
    if (child + 1 < length && heap[child + 1]! < heap[child]!) child++;
    if (child >= length || heap[child]! >= value) {
      heap[at] = value;
      break;
    }
    heap[at] = heap[child]!;
    at = child;
  }
  return least;
}
