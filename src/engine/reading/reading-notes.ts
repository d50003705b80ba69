// What there is to say of a reading: figures, and names of files by reason. Each thread keeps its
// own, and they are put together in the order of the files. Names, never text.

import * as l10n from '@vscode/l10n';
import type { LogLevel, ReadingReport } from '../../protocol/engine.ts';
import { SKIP_REASONS, SKIP_WORDS, type SkipReason } from '../../protocol/skip-reasons.ts';
import type { Encoding } from '../../text/encodings.ts';
import { languageOf } from '../../text/languages.ts';
import { limitProblem, type OverLimit } from './size-limits.ts';

/** Names that are kept for each reason; the others are counted. */
const NAMES = 300;
/** Names in the log for each reason. */
const LOGGED = 50;

type Kind = SkipReason | 'guessed' | 'repaired' | 'secrets' | 'data' | 'partial';

interface Note {
  name: string;
  detail: string | null;
}

/** Plain: it survives a structured clone. */
export interface ReadingNotes extends Pick<
  ReadingReport,
  'files' | 'bytes' | 'languages' | 'encodings' | 'unknownEncodings' | 'secrets' | 'data'
> {
  counts: Record<Kind, number>;
  notes: Record<Kind, Note[]>;
  /** Files that limits of their size left out. */
  overLimits: OverLimit[];
}

export function newNotes(): ReadingNotes {
  const kinds: Kind[] = [...SKIP_REASONS, 'guessed', 'repaired', 'secrets', 'data', 'partial'];
  return {
    files: 0,
    bytes: 0,
    languages: {},
    encodings: {},
    unknownEncodings: [],
    secrets: { files: 0, found: 0 },
    data: { files: 0, found: 0 },
    counts: Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>,
    notes: Object.fromEntries(kinds.map((kind) => [kind, [] as Note[]])) as Record<Kind, Note[]>,
    overLimits: [],
  };
}

export function note(notes: ReadingNotes, kind: Kind, name: string, detail: string | null = null): void {
  if (++notes.counts[kind] <= NAMES) notes.notes[kind].push({ name: plain(name), detail: detail && plain(detail) });
}

/** A file that became part of the text. */
export interface ReadDocument {
  /** Of its file among all that were found. */
  place: number;
  /** The name of its folder and its path in it, with slashes. */
  name: string;
  /** Bytes. */
  size: number;
  /** Of a part of a file (cut-points.ts), where it begins; absent of a whole one. */
  from?: number;
  /** Of its content; null of a large file that no other has the size of. */
  digest: string | null;
  encoding: Encoding;
  /** Whether it could be another one. */
  guessed: boolean;
  /** Whether broken bytes were replaced. */
  repaired: boolean;
  /** Access tokens and keys that were left out. */
  secrets: number;
  /** Blocks of data that were left out. */
  data: number;
  /** Why the rest of it was not read; null where it was. */
  failure: string | null;
}

export function noteRead(notes: ReadingNotes, file: ReadDocument): void {
  notes.files++;
  notes.bytes += file.size;
  notes.encodings[file.encoding] = (notes.encodings[file.encoding] ?? 0) + 1;
  const language = (notes.languages[languageOf(file.name).name] ??= { files: 0, names: [] });
  const name = file.encoding === 'utf-8' ? file.name : `${file.name} (${file.encoding})`;
  if (++language.files <= NAMES) language.names.push(plain(name));
  if (file.guessed) note(notes, 'guessed', file.name, file.encoding);
  if (file.repaired) note(notes, 'repaired', file.name);
  if (file.failure !== null) note(notes, 'partial', file.name, file.failure);
  for (const kind of ['secrets', 'data'] as const) {
    if (file[kind] === 0) continue;
    note(notes, kind, file.name);
    notes[kind].files++;
    notes[kind].found += file[kind];
  }
}

/** Puts what was left out later behind what was before. */
export function addNotes(into: ReadingNotes, more: ReadingNotes): void {
  for (const kind of Object.keys(into.counts) as Kind[]) {
    into.counts[kind] += more.counts[kind];
    into.notes[kind] = [...into.notes[kind], ...more.notes[kind]].slice(0, NAMES);
  }
}

/** The notes as they are told. */
export function reportOf(
  notes: ReadingNotes,
): Pick<
  ReadingReport,
  | 'files'
  | 'bytes'
  | 'languages'
  | 'encodings'
  | 'unknownEncodings'
  | 'secrets'
  | 'data'
  | 'skipped'
  | 'guessed'
  | 'repaired'
  | 'names'
  | 'limitProblem'
> {
  const { files, bytes, languages, encodings, unknownEncodings, secrets, data, counts } = notes;
  const { guessed, repaired } = counts;
  const skipped = Object.fromEntries(SKIP_REASONS.map((reason) => [reason, counts[reason]])) as Record<
    SkipReason,
    number
  >;
  const names: ReadingReport['names'] = {};
  for (const kind of [...SKIP_REASONS, 'guessed', 'repaired', 'secrets', 'data'] as const) {
    if (counts[kind] > 0) names[kind] = notes.notes[kind].map(({ name }) => name).sort();
  }
  const problem = limitProblem(notes.overLimits, bytes);
  return {
    files,
    bytes,
    languages,
    encodings,
    unknownEncodings,
    secrets,
    data,
    skipped,
    guessed,
    repaired,
    names,
    ...(problem !== null && { limitProblem: problem }),
  };
}

/**
 * Writes the names into the log, how many are not named, and encodings of the settings that nobody
 * knows. What is left out by rule, of which there is much, is counted only.
 */
export function logNotes(notes: ReadingNotes, log: (level: LogLevel, message: string) => void): void {
  for (const name of notes.unknownEncodings) log('warn', unknownEncoding(name));
  for (const [kind, named] of Object.entries(notes.notes) as [Kind, Note[]][]) {
    if (kind === 'ignored' || kind === 'excluded') continue;
    for (const { name, detail } of named.slice(0, LOGGED)) log(...lineOf(kind, name, detail));
    const more = notes.counts[kind] - LOGGED;
    if (more > 0 && isReason(kind))
      log('info', l10n.t('{0} more files were skipped: {1}', more, SKIP_WORDS[kind].log()));
  }
  for (const kind of ['ignored', 'excluded'] as const) {
    const count = notes.counts[kind];
    if (count > 0) log('info', l10n.t('{0} files and folders were skipped: {1}', count, SKIP_WORDS[kind].log()));
  }
}

/** That a setting names no encoding. */
function unknownEncoding(name: string): string {
  return l10n.t('No encoding has the name “{0}”: encodings were detected', plain(name));
}

function isReason(kind: Kind): kind is SkipReason {
  return (SKIP_REASONS as readonly string[]).includes(kind);
}

function lineOf(kind: Kind, name: string, detail: string | null): [LogLevel, string] {
  switch (kind) {
    case 'guessed':
      return ['info', l10n.t('{0}: its encoding is a guess: {1}', name, detail ?? '')];
    case 'repaired':
      return ['warn', l10n.t('{0}: broken characters were replaced', name)];
    case 'secrets':
      return ['info', l10n.t('{0}: access tokens or private keys were left out', name)];
    case 'data':
      return ['info', l10n.t('{0}: data that is no text was left out', name)];
    case 'partial':
      return ['warn', l10n.t('{0} was read only in part: {1}', name, detail ?? '')];
    default: {
      const reason = SKIP_WORDS[kind].log();
      const why = detail === null || detail === '' ? reason : `${reason} (${detail})`;
      return [kind === 'unreadable' ? 'warn' : 'info', l10n.t('{0} was skipped: {1}', name, why)];
    }
  }
}

/** A file name on one line of the log, whatever is in it. */
function plain(name: string): string {
  return name.replace(/\p{Cc}/gu, '\ufffd');
}
