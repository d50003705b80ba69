// How large files may be: prose has one limit, code and data another.

import * as l10n from '@vscode/l10n';
import { sizeText } from '../../options/value.ts';
import { languageOf } from '../../text/languages.ts';
import { READING, type ReadingOptions } from '../options.ts';

/** Tables and logs, which are read as prose. */
const DATA = /\.(?:csv|log|tsv)$/i;

/** The files that one setting left out. */
export interface OverLimit {
  setting: 'maximumFileSize' | 'maximumCodeSize';
  /** Bytes, as the other figures. */
  limit: number;
  total: number;
  largest: number;
}

/** The limit that a file is over; null if it may be read. */
export function limitBelow(
  name: string,
  size: number,
  options: ReadingOptions,
): Omit<OverLimit, 'total' | 'largest'> | null {
  const { maximumFileSize, maximumCodeSize = maximumFileSize } = options;
  const isProse = languageOf(name).syntax !== 'code' && !DATA.test(name);
  const isOfCode = !isProse && maximumCodeSize < maximumFileSize;
  const limit = isOfCode ? maximumCodeSize : maximumFileSize;
  return size > limit ? { setting: isOfCode ? 'maximumCodeSize' : 'maximumFileSize', limit } : null;
}

/** Counts a file that is left out. */
export function addOverLimit(all: OverLimit[], over: Omit<OverLimit, 'total' | 'largest'>, size: number): void {
  const known = all.find(({ setting }) => setting === over.setting);
  if (!known) all.push({ ...over, total: size, largest: size });
  else Object.assign(known, { total: known.total + size, largest: Math.max(known.largest, size) });
}

/**
 * What to say if limits left out more than was read, `bytes`: how much, and which setting to
 * change; null otherwise.
 */
export function limitProblem(all: readonly OverLimit[], bytes: number): string | null {
  const [most] = all.toSorted((a, b) => b.total - a.total);
  if (!most || all.reduce((sum, { total }) => sum + total, 0) <= bytes) return null;
  const { setting, limit, total, largest } = most;
  const [name, highest] = [`lexiscope.reading.${setting}`, READING[setting].range[1]];
  const leftOut = l10n.t(
    'Most of the text was not read: files over {0} ({1}) were left out, {2} in all.',
    name,
    sizeText(limit),
    sizeText(total),
  );
  const toDo =
    limit < highest
      ? l10n.t('The largest has {0}: raise the setting to read it.', sizeText(largest))
      : l10n.t('Cut them into smaller files to have them read.');
  return `${leftOut} ${toDo}`;
}
