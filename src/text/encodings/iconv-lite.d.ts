// The tables of iconv-lite, which its own types do not describe.
declare module 'iconv-lite/encodings/sbcs-data.js' {
  const tables: Record<string, string | SingleByteTable>;
  export default tables;
  /**
   * `chars`: of 0x80 to 0xff, or of all bytes. A string in its place is another name for a table.
   */
  export interface SingleByteTable {
    type: '_sbcs';
    chars: string;
  }
}
declare module 'iconv-lite/encodings/sbcs-data-generated.js' {
  const tables: Record<string, string | import('iconv-lite/encodings/sbcs-data.js').SingleByteTable>;
  export default tables;
}
