// Which language a document is in: by its file name, by a line that says so at its beginning, or
// prose. A language says how its text is told from its markup (regions.ts), and for code where
// comments, strings and keywords are. The names are VS Code's.

import {
  type Backslash,
  C_ESCAPES,
  CONFIGURATION_ESCAPES,
  JAVA_ESCAPES,
  JAVASCRIPT_ESCAPES,
  JSON_ESCAPES,
  KOTLIN_ESCAPES,
} from './escapes.ts';

/** How a document is taken apart. */
export type Syntax =
  | 'prose'
  | 'code'
  | 'markdown'
  | 'html'
  | 'xml'
  | 'sami'
  | 'latex'
  | 'bibtex'
  | 'notebook'
  | 'subtitles'
  | 'properties';

/** What a code's comments, strings and keywords look like. */
export interface Lexis {
  /** What begins a comment that goes on to the end of the line. */
  lineComments: readonly string[];
  blockComments: readonly (readonly [open: string, close: string])[];
  /** Quotation marks of strings that end with the line at the latest. */
  quotes: readonly string[];
  /** Of strings that go over lines. */
  longQuotes: readonly string[];
  /** What begins code within such a string, up to a closing brace; empty: nothing does. */
  interpolation: string;
  escapes: Backslash;
  /** Of quotation marks that are not like the others. */
  backslashIn: Readonly<Record<string, Backslash>>;
  /** Strings in which a backslash stands for itself, by what stands before their quotation mark. */
  raw: RawStrings | null;
  /** Whether strings with nothing but white space between them are one. */
  joinsStrings: boolean;
  keywords: ReadonlySet<string>;
}

/** Strings such as r'…', R"(…)" and @"…". */
export interface RawStrings {
  /** What stands before the mark, at the end. */
  prefix: RegExp;
  /** Which characters that may end with: quick to ask. */
  last: string;
  /** Behind the mark, what belongs to the opening. */
  opening?: RegExp;
  /**
   * What closes the string, by the mark and what `prefix` and `opening` found in their groups; the
   * mark itself without it.
   */
  close?: (mark: string, found: string) => string;
  /** Whether it goes over lines. */
  isLong: boolean;
  backslash: Backslash;
  /** Whether a doubled mark is one in the string. */
  doubles?: boolean;
}

export interface Language {
  name: string;
  syntax: Syntax;
  /** Of code; null for what is not. */
  lexis: Lexis | null;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** String.raw`…` */
const JAVASCRIPT_RAW: RawStrings = { last: 'w', prefix: /String\.raw$/, isLong: true, backslash: 'keeps' };

const C_COMMENTS = { lineComments: ['//'], blockComments: [['/*', '*/']] as const };
const C_LIKE: Lexis = {
  ...C_COMMENTS,
  quotes: ['"', "'"],
  longQuotes: [],
  interpolation: '',
  escapes: C_ESCAPES,
  backslashIn: {},
  raw: null,
  joinsStrings: false,
  keywords: new Set(),
};
const HASHED: Lexis = { ...C_LIKE, lineComments: ['#'], blockComments: [] };

const C_KEYWORDS =
  'auto break case char const continue default do double else enum extern float for goto if inline int long register return short signed sizeof static struct switch typedef union unsigned void volatile while define include ifdef ifndef endif';
const JAVASCRIPT_KEYWORDS =
  'await async break case catch class const continue debugger default delete do else export extends false finally for from function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while with yield';

const CODE: Record<string, [extensions: string, lexis: Lexis]> = {
  javascript: [
    'js mjs cjs jsx',
    {
      ...C_LIKE,
      longQuotes: ['`'],
      interpolation: '${',
      escapes: JAVASCRIPT_ESCAPES,
      raw: JAVASCRIPT_RAW,
      keywords: words(JAVASCRIPT_KEYWORDS),
    },
  ],
  typescript: [
    'ts mts cts tsx',
    {
      ...C_LIKE,
      longQuotes: ['`'],
      interpolation: '${',
      escapes: JAVASCRIPT_ESCAPES,
      raw: JAVASCRIPT_RAW,
      keywords: words(
        `${JAVASCRIPT_KEYWORDS} abstract any as boolean declare enum implements interface is keyof namespace never number override private protected public readonly satisfies string type unknown`,
      ),
    },
  ],
  python: [
    'py pyi pyw',
    {
      ...HASHED,
      longQuotes: ['"""', "'''"],
      escapes: { controls: 'abfnrtv', codes: 'xuUoN' },
      // r'…', rb'…'; the backslash before a quotation mark keeps it from closing
      raw: { last: 'rRbBfFtT', prefix: /(?:^|[^\w])(?:[bftu]?r|r[bft])$/i, isLong: false, backslash: 'keeps' },
      keywords: words(
        'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return self try while with yield',
      ),
    },
  ],
  java: [
    'java',
    {
      ...C_LIKE,
      longQuotes: ['"""'],
      escapes: JAVA_ESCAPES,
      keywords: words(
        'abstract boolean break byte case catch char class const continue default do double else enum extends final finally float for if implements import instanceof int interface long native new null package private protected public record return short static super switch synchronized this throw throws transient true false try var void volatile while',
      ),
    },
  ],
  c: ['c h', { ...C_LIKE, keywords: words(C_KEYWORDS) }],
  cpp: [
    'cc cpp cxx hh hpp hxx ipp cu',
    {
      ...C_LIKE,
      // R"delimiter(…)delimiter"
      raw: {
        last: 'R',
        prefix: /(?:^|\W)(?:u8|[uUL])?R$/,
        opening: /^([^\s()\\]{0,16})\(/,
        close: (mark, found) => `)${found}${mark}`,
        isLong: true,
        backslash: 'nothing',
      },
      keywords: words(
        `${C_KEYWORDS} bool catch class constexpr const_cast decltype delete dynamic_cast explicit false final friend mutable namespace new noexcept nullptr operator override private protected public static_cast std template this throw true try typename using virtual`,
      ),
    },
  ],
  rust: [
    'rs',
    {
      ...C_LIKE,
      quotes: ['"'], // 'a is a lifetime
      escapes: { controls: 'nrt', codes: 'x{o' },
      // r"…", r#"…"#
      raw: {
        last: 'r#',
        prefix: /(?:^|\W)[bc]?r(#*)$/,
        close: (mark, found) => mark + found,
        isLong: true,
        backslash: 'nothing',
      },
      keywords: words(
        'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while',
      ),
    },
  ],
  go: [
    'go',
    {
      ...C_LIKE,
      longQuotes: ['`'],
      escapes: { controls: 'abfnrtv', codes: 'xuUo', bytes: true },
      backslashIn: { '`': 'nothing' },
      keywords: words(
        'break case chan const continue default defer else fallthrough false for func go goto if import interface map nil package range return select struct switch true type var',
      ),
    },
  ],
  csharp: [
    'cs',
    {
      ...C_LIKE,
      longQuotes: ['"""'],
      escapes: { controls: 'abefnrtv', codes: 'CuU' },
      backslashIn: { '"""': 'nothing' },
      // @"…", $@"…"
      raw: { last: '@$', prefix: /@\$?$/, isLong: true, backslash: 'nothing', doubles: true },
      keywords: words(
        'abstract as async await base bool break byte case catch char class const continue decimal default delegate do double else enum event explicit false finally float for foreach get if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sealed set short static string struct switch this throw true try typeof uint using var virtual void volatile where while yield',
      ),
    },
  ],
  kotlin: [
    'kt kts',
    {
      ...C_LIKE,
      longQuotes: ['"""'],
      escapes: KOTLIN_ESCAPES,
      backslashIn: { '"""': 'nothing' },
      keywords: words(
        'as break by class companion continue data do else false for fun if import in interface internal is null object open override package private protected public return super this throw true try typealias val var when while',
      ),
    },
  ],
  swift: [
    'swift',
    {
      ...C_LIKE,
      quotes: ['"'],
      longQuotes: ['"""'],
      escapes: { controls: 'nrt', codes: '{o' },
      // #"…"#
      raw: { last: '#', prefix: /(#+)$/, close: (mark, found) => mark + found, isLong: false, backslash: 'nothing' },
      keywords: words(
        'as break case catch class continue default defer do else enum extension false for func guard if import in init inout internal is let nil private protocol public return self static struct super switch throw throws true try var where while',
      ),
    },
  ],
  php: [
    'php',
    {
      ...C_LIKE,
      lineComments: ['//', '#'],
      escapes: { controls: 'efnrtv', codes: 'x{o', bytes: true },
      backslashIn: { "'": 'keeps' },
      keywords: words(
        'abstract array as break case catch class const continue default do echo else elseif extends false final finally for foreach function global if implements interface namespace new null private protected public return static switch this throw true try use var while',
      ),
    },
  ],
  ruby: [
    'rb',
    {
      ...HASHED,
      escapes: { controls: 'abefnrstv', codes: 'xu{o', bytes: true },
      backslashIn: { "'": 'keeps' },
      keywords: words(
        'and begin break case class def do else elsif end ensure false for if in module next nil not or redo require rescue return self super then true unless until when while yield',
      ),
    },
  ],
  shellscript: [
    'sh bash zsh',
    {
      ...HASHED,
      backslashIn: { "'": { ...C_ESCAPES, closes: true } },
      keywords: words('case do done elif else esac export fi for function if in local return then while'),
    },
  ],
  lua: [
    'lua',
    {
      ...C_LIKE,
      lineComments: ['--'],
      blockComments: [['--[[', ']]']],
      longQuotes: ['[['],
      escapes: { controls: 'abfnrtvz', codes: 'x{d', bytes: true },
      backslashIn: { '[[': 'nothing' },
      keywords: words(
        'and break do else elseif end false for function if in local nil not or repeat return then true until while',
      ),
    },
  ],
  sql: [
    'sql',
    {
      ...C_LIKE,
      lineComments: ['--'],
      escapes: 'keeps',
      keywords: words(
        'AND AS BY CREATE DELETE FROM GROUP HAVING IN INSERT INTO IS JOIN LEFT NOT NULL ON OR ORDER SELECT SET TABLE UPDATE VALUES WHERE and as by create delete from group having in insert into is join left not null on or order select set table update values where',
      ),
    },
  ],
  r: [
    'r',
    {
      ...HASHED,
      escapes: { controls: 'abfnrtv', codes: 'xu{Uo' },
      raw: {
        last: 'rR',
        prefix: /(?:^|\W)r$/i,
        opening: /^(-*)\(/,
        close: (mark, found) => `)${found}${mark}`,
        isLong: true,
        backslash: 'nothing',
      },
      keywords: words('FALSE NA NULL TRUE break else for function if in next repeat return while'),
    },
  ],
  julia: [
    'jl',
    {
      ...HASHED,
      quotes: ['"'], // a' is a transposed matrix
      longQuotes: ['"""'],
      blockComments: [['#=', '=#']],
      raw: { last: 'w', prefix: /\braw$/, isLong: true, backslash: 'keeps' },
      keywords: words(
        'abstract baremodule begin break catch const continue do else elseif end export false finally for function global if import in let local macro module mutable nothing quote return struct true try type using where while',
      ),
    },
  ],
  scala: [
    'scala sc',
    {
      ...C_LIKE,
      quotes: ['"'],
      longQuotes: ['"""'],
      escapes: JAVA_ESCAPES,
      backslashIn: { '"""': 'nothing' },
      raw: { last: 'w', prefix: /\braw$/, isLong: false, backslash: 'keeps' },
      keywords: words(
        'abstract case catch class def do else enum export extends extension false final finally for given if implicit import lazy match new null object override package private protected return sealed super then this throw trait true try type using val var while with yield',
      ),
    },
  ],
  css: ['css scss less', { ...C_LIKE, lineComments: [], escapes: { controls: '', codes: 'h' } }],
  glsl: ['glsl vert frag wgsl', { ...C_LIKE, quotes: [], keywords: words(C_KEYWORDS) }],
  json: [
    'json jsonc json5 jsonl ndjson jsonld geojson webmanifest xcstrings arb',
    { ...C_LIKE, quotes: ['"'], escapes: JSON_ESCAPES, keywords: words('false null true') },
  ],
  yaml: ['yaml yml', { ...HASHED, quotes: ['"'], escapes: CONFIGURATION_ESCAPES }],
  toml: [
    'toml',
    {
      ...HASHED,
      longQuotes: ['"""', "'''"],
      escapes: CONFIGURATION_ESCAPES,
      backslashIn: { "'": 'nothing', "'''": 'nothing' },
    },
  ],
  // catalogues of translations: gettext's, and Apple's
  po: [
    'po pot',
    {
      ...HASHED,
      quotes: ['"'],
      joinsStrings: true,
      keywords: words('msgctxt msgid msgid_plural msgstr'),
    },
  ],
  strings: ['strings', { ...C_LIKE, quotes: ['"'], escapes: { controls: 'abefnrtv', codes: 'xuAo' } }],
};

const MARKUP: [name: string, syntax: Syntax, extensions: string][] = [
  ['markdown', 'markdown', 'md markdown mdx'],
  ['html', 'html', 'html htm xhtml vue svelte'],
  [
    'xml',
    'xml',
    'xml svg xsl xslt xsd rss atom xliff xlf tei odd resx fb2 opml tmx xaml plist kml gpx nxml dbk dita ditamap rdf owl wsdl sgm sgml ttml dfxp',
  ],
  ['sami', 'sami', 'smi sami'],
  ['properties', 'properties', 'properties'],
  ['latex', 'latex', 'tex ltx sty cls'],
  ['bibtex', 'bibtex', 'bib'],
  ['jupyter', 'notebook', 'ipynb'],
  ['srt', 'subtitles', 'srt'],
  ['vtt', 'subtitles', 'vtt'],
];

export const PROSE_LANGUAGE: Language = { name: 'plaintext', syntax: 'prose', lexis: null };

const LANGUAGES = new Map<string, Language>();
const BY_EXTENSION = new Map<string, Language>();
/** Code of a language that is not known: nothing in it is told apart. */
const ANY_CODE: Lexis = { ...C_LIKE, lineComments: [], blockComments: [], quotes: [] };
LANGUAGES.set('code', { name: 'code', syntax: 'code', lexis: ANY_CODE });
for (const [name, [extensions, lexis]] of Object.entries(CODE)) add({ name, syntax: 'code', lexis }, extensions);
for (const [name, syntax, extensions] of MARKUP) add({ name, syntax, lexis: null }, extensions);

function add(language: Language, extensions: string): void {
  LANGUAGES.set(language.name, language);
  for (const extension of extensions.split(' ')) BY_EXTENSION.set(extension, language);
}

/** The codes, whose place here stands for them in a list of regions. */
export const CODES: readonly Language[] = [...LANGUAGES.values()].filter(({ lexis }) => lexis);

/** Characters at the beginning of a document that may tell its language. */
export const BEGINNING = 400;

const INTERPRETERS: Record<string, string> = {
  node: 'javascript',
  deno: 'typescript',
  bun: 'typescript',
  python: 'python',
  python3: 'python',
  ruby: 'ruby',
  php: 'php',
  lua: 'lua',
  sh: 'shellscript',
  bash: 'shellscript',
  zsh: 'shellscript',
};

/** An attribute of a tag. */
const ATTRIBUTE = String.raw`\s+[\p{L}_][\p{L}\p{N}_.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*')`;
const BEGINNINGS: [RegExp, string][] = [
  [/^\s*<(?:!doctype html|html)\b/i, 'html'],
  [/^\s*<(?:\?xml|!doctype)\s/i, 'xml'],
  // tags of a corpus: <doc id="1" …>, <text>…</text>
  [new RegExp(String.raw`^\s*<[\p{L}_][\p{L}\p{N}_.:-]*(?:${ATTRIBUTE})+\s*/?>`, 'u'), 'xml'],
  [/^\s*<([\p{L}_][\p{L}\p{N}_.:-]*)\s*>[^]*<\/\1\s*>/u, 'xml'],
  [/^\s*<sami\b/i, 'sami'],
  [/^\s*\\documentclass\b/, 'latex'],
  [/^WEBVTT\b/, 'vtt'],
];

/**
 * The language of a document by its file name, or path, and by its first characters where the name
 * does not tell.
 */
export function languageOf(name: string, beginning = ''): Language {
  const file = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const dot = file.lastIndexOf('.');
  const byName = dot >= 0 ? BY_EXTENSION.get(file.slice(dot + 1)) : undefined;
  // what names are for, XML may be all the same: Qt's .ts, for example
  if (byName) return byName.syntax !== 'html' && /^\s*<\?xml\s/i.test(beginning) ? LANGUAGES.get('xml')! : byName;
  const isTold = beginning.startsWith('<') || /^\s+</.test(beginning);
  if (!isTold && dot > 0 && file.slice(dot) !== '.txt') return PROSE_LANGUAGE;
  const interpreter = /^#!\s*(?:\S*\/env\s+)?(?:\S*\/)?([a-z]+[0-9]?)/.exec(beginning)?.[1];
  if (interpreter) return LANGUAGES.get(INTERPRETERS[interpreter] ?? '') ?? PROSE_LANGUAGE;
  const found = BEGINNINGS.find(([pattern]) => pattern.test(beginning));
  return found ? LANGUAGES.get(found[1])! : PROSE_LANGUAGE;
}

/**
 * The language that a fence of Markdown or an editor names: a name, an extension or a common alias;
 * null for an unknown one.
 */
export function languageNamed(name: string): Language | null {
  const wanted = name.toLowerCase();
  const alias: Record<string, string> = {
    'c++': 'cpp',
    'c#': 'csharp',
    golang: 'go',
    shell: 'shellscript',
    tex: 'latex',
    ipython: 'python',
    javascriptreact: 'javascript',
    typescriptreact: 'typescript',
  };
  return LANGUAGES.get(alias[wanted] ?? wanted) ?? BY_EXTENSION.get(wanted) ?? null;
}
