// A text as the numbers of its pretokens: it is cut once, and gives how often each comes, from
// which merges are learned, and then, pretoken by pretoken, its tokens.

import { forEachPretoken, LONGEST_COUNTED } from './pretokens.ts';
import { type BytePairTokenizer, END_OF_DOCUMENT } from './tokenizer.ts';

/** Numbers that are kept in one piece of memory. */
const BLOCK = 1 << 18;
/** The number that ends a document. */
const END = 0;
/** Different pretokens there is room for, some 500 MB while merges are learned. */
const MOST_DIFFERENT = 1 << 22;
/** V8 keeps the whole text of which a part so long is kept, UTF-16 code units. */
const COPIED = 13;

export interface EncodedText {
  /** Tokens, END_OF_DOCUMENT after each document. */
  tokens: Int32Array<SharedArrayBuffer>;
  /** Where each document begins. */
  documents: Int32Array;
}

export class PretokenSequence {
  /** By pretoken, from 1 on. */
  readonly #numbers = new Map<string, number>();
  /** By number. */
  readonly #counts: number[] = [0];
  readonly #blocks: Int32Array[] = [];
  #length = 0;
  /** Where the document begins that is being added. */
  #start = 0;
  readonly #most: number;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** `most`: pretokens and documents that are kept; once they are there, nothing is added. */
  constructor(most: number) {
    this.#most = most;
  }

  isFull(): boolean {
    return this.#length >= this.#most || this.#counts.length >= MOST_DIFFERENT;
  }

  /** Adds some of a document, in NFC, not parted inside of a character. */
  add(text: string): void {
    forEachPretoken(text, (pretoken) => {
      if (this.isFull()) return;
      let number = this.#numbers.get(pretoken);
      if (number === undefined) {
        number = this.#counts.length;
        const kept = pretoken.length < COPIED ? pretoken : this.#decoder.decode(this.#encoder.encode(pretoken));
        this.#numbers.set(kept, number);
        this.#counts.push(0);
      }
      this.#counts[number]!++;
      this.#push(number);
    });
  }

  /** False where there was nothing in it: then it is none. */
  endDocument(): boolean {
    if (this.#length === this.#start) return false;
    this.#push(END);
    this.#start = this.#length;
    return true;
  }

  /** How often each pretoken comes; those that are data are left out. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [pretoken, number] of this.#numbers) {
      if (pretoken.length <= LONGEST_COUNTED) counts.set(pretoken, this.#counts[number]!);
    }
    return counts;
  }

  /**
   * The text's tokens, `most` at most: a document that goes on beyond them is cut off there. Yields
   * how far it is, 0 to 1.
   */
  *encode(tokenizer: BytePairTokenizer, most: number): Generator<number, EncodedText & { complete: boolean }> {
    const spellings: Int32Array[] = [Int32Array.of(END_OF_DOCUMENT)];
    let total = 0;
    for (const [pretoken, number] of this.#numbers) {
      spellings.push(tokenizer.encodePretoken(pretoken));
      if (number % 4096 === 0) yield (0.8 * number) / this.#counts.length;
    }
    for (let at = 0; at < this.#length; at++) total += spellings[this.#at(at)]!.length;
    const tokens = new Int32Array(new SharedArrayBuffer(4 * Math.min(most, total)));
    const documents = this.#length > 0 ? [0] : [];
    let written = 0;
    for (let at = 0; at < this.#length && written < tokens.length; at++) {
      if (at % BLOCK === 0) yield 0.8 + (0.2 * at) / this.#length;
      const number = this.#at(at);
      for (const token of spellings[number]!) {
        if (written < tokens.length) tokens[written++] = token;
      }
      if (number === END && at + 1 < this.#length && written < tokens.length) documents.push(written);
    }
    return { tokens, documents: Int32Array.from(documents), complete: total <= most };
  }

  #push(number: number): void {
    const block = Math.floor(this.#length / BLOCK);
    if (block === this.#blocks.length) this.#blocks.push(new Int32Array(BLOCK));
    this.#blocks[block]![this.#length++ % BLOCK] = number;
  }

  #at(index: number): number {
    return this.#blocks[Math.floor(index / BLOCK)]![index % BLOCK]!;
  }
}
