// Bytes as the characters of Latin-1, one each.

/** A call takes so many arguments: a hundred thousand have no room on the stack. */
const AT_ONCE = 0x1000;

export function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    text += String.fromCharCode.apply(null, bytes.subarray(from, from + AT_ONCE) as unknown as number[]);
  }
  return text;
}
