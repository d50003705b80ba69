// The Encoding standard's two classes (https://encoding.spec.whatwg.org), which every runtime has, for the rooms that are
// checked without Node's and the DOM's types (tsconfig.pure.json).
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
