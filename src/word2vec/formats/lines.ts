// Bytes in chunks of any size to lines, without a string for each.

import { fail } from './vector-table.ts';

/** No line of vectors is longer: 20,000 numbers of 25 characters and a word. Bytes. */
const LONGEST_LINE = 1_000_000;
const NEW_LINE = 0x0a;
const RETURN = 0x0d;

/**
 * Takes a line: bytes[start] up to bytes[end], without its end; lines count from 1. `whole`: it has
 * an end, so the file does not stop in it. Gives false where no more lines are wanted.
 */
export type TakeLine = (bytes: Uint8Array, start: number, end: number, line: number, whole: boolean) => boolean;

export class Lines {
  readonly #take: TakeLine;
  /** The beginning of a line whose end is in a chunk to come. */
  #rest = new Uint8Array(1 << 12);
  #restLength = 0;
  #line = 0;
  #done = false;

  constructor(take: TakeLine) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0 && !this.#done; end = bytes.indexOf(NEW_LINE, start)) {
      if (this.#restLength > 0) {
        this.#keep(bytes.subarray(start, end));
        this.#giveRest(true);
      } else this.#give(bytes, start, end, true);
      start = end + 1;
    }
    if (!this.#done) this.#keep(bytes.subarray(start));
  }

  end(): void {
    if (!this.#done && this.#restLength > 0) this.#giveRest(false);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#restLength + bytes.length;
    this.#checkLength(length, this.#line + 1);
    if (length > this.#rest.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = larger;
    }
    this.#rest.set(bytes, this.#restLength);
    this.#restLength = length;
  }

  #giveRest(whole: boolean): void {
    const length = this.#restLength;
    this.#restLength = 0;
    this.#give(this.#rest, 0, length, whole);
  }

  #give(bytes: Uint8Array, from: number, to: number, whole: boolean): void {
    this.#checkLength(to - from, ++this.#line);
    const marked = this.#line === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
    const start = marked ? from + 3 : from; // without the byte order mark
    const end = to > start && bytes[to - 1] === RETURN ? to - 1 : to;
    this.#done = !this.#take(bytes, start, end, this.#line, whole);
  }

  #checkLength(bytes: number, line: number): void {
    if (bytes > LONGEST_LINE) fail({ kind: 'longLine', place: { line }, bytes: LONGEST_LINE });
  }
}
