// Words and names of files as a terminal may show them: what would move its cursor, colour it,
// answer for the user or turn the direction of writing is written as an escape of JSON. Line breaks
// and tabs are as they are.

const DANGEROUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function harmless(text: string): string {
  return text.replace(DANGEROUS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
