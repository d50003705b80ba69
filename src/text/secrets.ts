// Finds access tokens and private keys in a text by their shape and puts spaces in their place, before any word is cut: a
// model that is shared must not hold them. The shapes are those that the issuers document; a password of no known shape
// is not found.

import { roundUp, type TextKernel } from './text-kernel.ts';
import { CLASSES, CONTINUE } from './tokenizer.ts';

/** Shapes that begin like nothing else, so that one pass at some hundred megabytes a second looks for all of them. */
const SHAPES = [
  String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])`, // AWS access key
  String.raw`gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}`,
  String.raw`gl(?:pat|ptt|dt|rt|cbt|oas|soat)-[\w.-]{20,}`, // GitLab
  String.raw`xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}|hooks\.slack\.com/services/[\w/]{20,}`,
  String.raw`eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?`, // JSON Web Token
  String.raw`AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}`, // Google
  String.raw`(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,}`, // Stripe
  String.raw`npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|hf_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{64}`,
  String.raw`sk-(?:(?:proj|svcacct|admin|ant-\w+|or-\w+)-[\w-]{20,}|[A-Za-z0-9]{32,})`, // OpenAI, Anthropic
  String.raw`SG\.[\w-]{22}\.[\w-]{43}`, // SendGrid
  String.raw`(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|AccountKey|SharedAccessKey)["']?\s{0,4}[=:]\s{0,4}["']?[A-Za-z0-9/+]{40,}=*`,
  String.raw`-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----`,
];
/** What each shape begins with, up to 16 letters; of `AccountKey`, which is short, the run behind it is looked for. */
const PREFIXES =
  'AKIA ASIA ABIA ACCA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glptt- gldt- glrt- glcbt- gloas- glsoat- xox xapp- hooks.slack.com/ eyJ AIza ya29. GOCSPX- sk_ rk_ pk_ whsec_ npm_ pypi- hf_ dop_v1_ sk- SG. aws_secret_acces AWS_SECRET_ACCES SharedAccessKey'.split(
    ' ',
  );
/** A secret begins so far before what the kernel finds, at most: the name of a key. Characters. */
const BEFORE = 64;
const SECRET = new RegExp(SHAPES.join('|'), 'g');
/** The beginning of one that a piece of a file may end in. */
const BEGUN =
  /(?<!\w)(?:A[KBC][IC]A|ASIA|gh[pousr]_|github_pat_|gl\w{2,4}-|xox[abeoprs]-|xapp-|eyJ|AIza|ya29\.|GOCSPX-|[srp]k_(?:live|test)_|whsec_|npm_|pypi-|hf_|dop_v1_|sk-|SG\.|hooks\.slack\.com\/)[\w./+-]*$|(?<!\w)(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|AccountKey|SharedAccessKey)["']?\s{0,4}(?:[=:]\s{0,4}["']?[\w/+]*)?$|-----BEGIN[A-Z0-9 ]{0,40}-{0,5}$/;
const LONGEST_BEGUN = 1024;
/** What goes on in the next piece. */
const RUN = /^[\w./+=-]+/;
/** A private key is not longer, characters: a line that only looks like the beginning of one costs no more. */
const LONGEST_KEY = 1 << 15;
const KEY_END = /-----END [A-Z0-9 ]{0,40}-----/;
const KEY_BODY = /^[\w+/=\s\\:,-]*/;

/** Looks over bytes of ASCII, of which hardly any hold a secret, some gigabytes a second. */
export class SecretScanner {
  readonly #kernel: TextKernel;
  readonly #prefixes: number;
  #text = 0;
  #size = 0;

  constructor(kernel: TextKernel) {
    this.#kernel = kernel;
    this.#prefixes = kernel.allocate(16 * (PREFIXES.length + 1));
    const bytes = kernel.bytes(this.#prefixes, 16 * PREFIXES.length);
    for (const [index, prefix] of PREFIXES.entries()) {
      for (let i = 0; i < prefix.length; i++) bytes[16 * index + i] = prefix.charCodeAt(i);
    }
  }

  /** Where the first secret may be, at the earliest; -1 where there is none. */
  find(bytes: Uint8Array): number {
    const { length } = bytes;
    if (length > this.#size) {
      this.#size = roundUp(length);
      this.#text = this.#kernel.allocate(this.#size + BEHIND);
    }
    this.#kernel.bytes(this.#text, length).set(bytes);
    this.#kernel.bytes(this.#text + length, BEHIND).fill(0);
    const found = this.#kernel.run.findSecret(this.#text, length, this.#prefixes);
    return found < 0 ? -1 : Math.max(0, found - BEFORE);
  }
}

/** Zeros that the kernel needs behind the bytes. */
const BEHIND = 256;

type Range = [start: number, end: number];

/** Takes the secrets out of the pieces of one file. */
export class SecretFilter {
  /** Secrets found. */
  count = 0;
  /** What the last piece ended in the middle of. */
  #open: 'key' | 'run' | null = null;
  readonly #scanner: SecretScanner | null;

  /** `scanner`: makes it faster. */
  constructor(scanner: SecretScanner | null = null) {
    this.#scanner = scanner;
  }

  /** Whether the last piece ended in the middle of what may be one. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The text with spaces for secrets; the same object where there are none. Bytes are ASCII. `last`: no piece follows. */
  clean(text: string | Uint8Array, last: boolean): string | Uint8Array {
    const ranges = typeof text === 'string' ? this.#rangesOf(text, last) : this.#rangesOfBytes(text, last);
    if (ranges.length === 0) return text;
    if (typeof text !== 'string') {
      const bytes = text.slice();
      for (const [start, end] of ranges) bytes.fill(SPACE, start, end);
      return bytes;
    }
    let cleaned = '';
    let from = 0;
    for (const [start, end] of ranges) {
      cleaned += text.slice(from, start) + ' '.repeat(end - start);
      from = end;
    }
    return cleaned + text.slice(from);
  }

  #rangesOfBytes(bytes: Uint8Array, last: boolean): Range[] {
    let first = this.#scanner && this.#open === null ? this.#scanner.find(bytes) : 0;
    if (first >= 0) {
      if (!last) first = Math.min(first, Math.max(0, bytes.length - LONGEST_BEGUN));
      while (first > 0 && isWordUnit(bytes[first - 1]!)) first--;
      const ranges = this.#rangesOf(LATIN1.decode(bytes.subarray(first)), last);
      return ranges.map(([start, end]) => [first + start, first + end]);
    }
    return last ? [] : this.#begunIn(LATIN1.decode(bytes.subarray(-LONGEST_BEGUN)), bytes.length);
  }

  #rangesOf(text: string, last: boolean): Range[] {
    const ranges: Range[] = [];
    let end = 0;
    if (this.#open !== null) {
      end = this.#open === 'key' ? endOfKey(text, 0) : (RUN.exec(text)?.[0].length ?? 0);
      if (end > 0) ranges.push([0, end]);
      if (end < text.length) this.#open = null;
    }
    SECRET.lastIndex = end;
    for (let match = SECRET.exec(text); match; match = SECRET.exec(text)) {
      const start = match.index;
      const isKey = text.charCodeAt(start) === HYPHEN;
      if (start > 0 && !isKey && isWordUnit(text.charCodeAt(start - 1))) {
        SECRET.lastIndex = start + 1; // the end of a longer word
        continue;
      }
      end = isKey ? endOfKey(text, SECRET.lastIndex) : SECRET.lastIndex;
      if (end === text.length) this.#open = isKey ? 'key' : 'run';
      ranges.push([start, end]);
      this.count++;
      SECRET.lastIndex = end;
    }
    if (last || this.#open !== null) return ranges;
    return [...ranges, ...this.#begunIn(text.slice(Math.max(end, text.length - LONGEST_BEGUN)), text.length)];
  }

  /** What the end of a piece, a text that ends at `length`, is in the middle of. */
  #begunIn(text: string, length: number): Range[] {
    const begun = BEGUN.exec(text);
    if (!begun) return [];
    this.count++;
    this.#open = begun[0].startsWith('-') ? 'key' : 'run';
    return [[length - text.length + begun.index, length]];
  }
}

/** Where the key ends whose letters go on at `from`. */
function endOfKey(text: string, from: number): number {
  const body = text.slice(from, from + LONGEST_KEY);
  const end = KEY_END.exec(body);
  return from + (end ? end.index + end[0].length : KEY_BODY.exec(body)![0].length);
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const LATIN1 = new TextDecoder('latin1');

function isWordUnit(unit: number): boolean {
  return CLASSES[unit]! >= CONTINUE;
}
