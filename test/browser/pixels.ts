// Decodes the screenshots of Chromium, so that tests can look at pixels: PNG, 8 bits a channel, RGB
// or RGBA, not interlaced. https://www.w3.org/TR/png-3/

import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

export type Colour = [red: number, green: number, blue: number];

export class Pixels {
  readonly width: number;
  readonly height: number;
  readonly #channels: number;
  readonly #data: Uint8Array; // (height, width, channels)

  constructor(png: Buffer) {
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    this.width = png.readUInt32BE(16);
    this.height = png.readUInt32BE(20);
    assert.equal(png[24], 8, 'bits a channel');
    assert.ok(png[25] === 2 || png[25] === 6, `colour type ${png[25]}`);
    assert.equal(png[28], 0, 'interlaced');
    this.#channels = png[25] === 6 ? 4 : 3;
    const parts: Buffer[] = [];
    for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
      if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
        parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
    this.#data = this.#unfilter(inflateSync(Buffer.concat(parts)));
  }

  at(x: number, y: number): Colour {
    const [column, row] = [Math.round(x), Math.round(y)];
    assert.ok(
      column >= 0 && column < this.width && row >= 0 && row < this.height,
      `(${x}, ${y}) is outside the picture`,
    );
    const at = (row * this.width + column) * this.#channels;
    return [this.#data[at]!, this.#data[at + 1]!, this.#data[at + 2]!];
  }

  /** Pixels of a box that are unlike the colour. */
  countUnlike(colour: Colour, left: number, top: number, right: number, bottom: number): number {
    let count = 0;
    for (let y = Math.ceil(top); y < bottom; y++) {
      for (let x = Math.ceil(left); x < right; x++) if (difference(this.at(x, y), colour) > 24) count++;
    }
    return count;
  }

  #unfilter(raw: Buffer): Uint8Array {
    const stride = this.width * this.#channels;
    const data = new Uint8Array(this.height * stride);
    for (let row = 0; row < this.height; row++) {
      const filter = raw[row * (stride + 1)]!;
      for (let i = 0; i < stride; i++) {
        const at = row * stride + i;
        const left = i >= this.#channels ? data[at - this.#channels]! : 0;
        const up = row > 0 ? data[at - stride]! : 0;
        const upLeft = row > 0 && i >= this.#channels ? data[at - stride - this.#channels]! : 0;
        const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter]!;
        data[at] = raw[row * (stride + 1) + 1 + i]! + predicted;
      }
    }
    return data;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  return a <= b && a <= c ? left : b <= c ? up : upLeft;
}

/** The largest difference of a channel. */
export function difference(a: Colour, b: Colour): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** `#rrggbb` in numbers. */
export function colourOf(hex: string): Colour {
  assert.match(hex, /^#[0-9a-f]{6}$/);
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Colour;
}
