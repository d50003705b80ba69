// Why a file, or a folder with all that is in it, was not read, and what each reason is called: in
// the log, in a summary, and above a list of names. A reason to skip a file is added here.

import * as l10n from '@vscode/l10n';

interface Words {
  /** Of a file, in the log. */
  log: () => string;
  /** `files`: a figure and its noun. */
  summary: (files: string) => string;
  heading: () => string;
}

const WORDS = {
  ignored: {
    log: () => l10n.t('ignored by git'),
    summary: (files) => l10n.t('{0} ignored by git', files),
    heading: () => l10n.t('Not read: ignored by git'),
  },
  excluded: {
    log: () => l10n.t('left out by the settings'),
    summary: (files) => l10n.t('{0} left out by the settings', files),
    heading: () => l10n.t('Not read: left out by the settings'),
  },
  /** Lock files, minified code, installed packages. */
  generated: {
    log: () => l10n.t('written by a tool'),
    summary: (files) => l10n.t('{0} written by a tool', files),
    heading: () => l10n.t('Not read: written by a tool, or installed'),
  },
  secret: {
    log: () => l10n.t('it may hold keys or passwords'),
    summary: (files) => l10n.t('{0} that may hold keys or passwords', files),
    heading: () => l10n.t('Never opened: may hold keys or passwords'),
  },
  /** The same as a file that was read. */
  duplicate: {
    log: () => l10n.t('the same as a file before it'),
    summary: (files) => l10n.t('{0} that were there twice', files),
    heading: () => l10n.t('Not read: the same as a file before it'),
  },
  binary: {
    log: () => l10n.t('not a text file'),
    summary: (files) => l10n.t('{0} binary', files),
    heading: () => l10n.t('Not read: not text'),
  },
  tooLarge: {
    log: () => l10n.t('too large'),
    summary: (files) => l10n.t('{0} too large', files),
    heading: () => l10n.t('Not read: too large'),
  },
  unreadable: {
    log: () => l10n.t('cannot be read'),
    summary: (files) => l10n.t('{0} unreadable', files),
    heading: () => l10n.t('Could not be read'),
  },
  empty: {
    log: () => l10n.t('no words in it'),
    summary: (files) => l10n.t('{0} empty', files),
    heading: () => l10n.t('No words in it'),
  },
} satisfies Record<string, Words>;

export type SkipReason = keyof typeof WORDS;

/** Every reason, in the order in which they are told. */
export const SKIP_REASONS = Object.keys(WORDS) as SkipReason[];

/** What a reason is called. */
export const SKIP_WORDS: Readonly<Record<SkipReason, Words>> = WORDS;
