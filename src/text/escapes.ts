// What a backslash in a string may stand for with what follows it, by language. Strings are read by
// regions/strings.ts.

/** What may stand behind a backslash. */
export interface Escapes {
  /** Letters that stand for control characters and spaces. */
  controls: string;
  /**
   * Codes of characters that are written out: x of two hexadecimal digits (`C` of one to four, as
   * C# has them), u of four, U of eight (`A` of four, as Apple has them), { of u and braces, o of
   * up to three octal digits, d of up to three decimal ones, N of a name in braces, h of up to six
   * hexadecimal digits and nothing before them, as CSS has them.
   */
  codes: string;
  /** What is written with x, o or d is a byte, of UTF-8, and no character. */
  bytes?: boolean;
  /** A quotation mark ends the string behind a backslash, too. */
  closes?: boolean;
}

/**
 * What a backslash does in a string: it begins an escape; it keeps the next sign from ending the
 * string, and stands for itself; or nothing.
 */
export type Backslash = Escapes | 'keeps' | 'nothing';

export const JSON_ESCAPES: Escapes = { controls: 'bfnrt', codes: 'u' };
export const C_ESCAPES: Escapes = { controls: 'abefnrtv', codes: 'xuUo', bytes: true };
export const JAVASCRIPT_ESCAPES: Escapes = { controls: 'bfnrtv', codes: 'xu{o' };
export const JAVA_ESCAPES: Escapes = { controls: 'bfnrst', codes: 'uo' };
export const KOTLIN_ESCAPES: Escapes = { controls: 'bnrt', codes: 'u' };
export const CONFIGURATION_ESCAPES: Escapes = { controls: 'abefnrtv', codes: 'xuU' };
