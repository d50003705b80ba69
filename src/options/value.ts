// Values of options as people write them, in a settings file or on a command line.

import { choicesOf, type Option } from './option.ts';

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** Whether an option may have the value. */
export function fits(option: Option, value: unknown): boolean {
  switch (option.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number':
    case 'size': {
      const [least, most] = option.range;
      const isNumber = typeof value === 'number' && value >= least && value <= most;
      return isNumber && (option.type !== 'integer' || Number.isInteger(value));
    }
    case 'choice':
      return choicesOf(option).some((choice) => choice === value);
    case 'text':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value) && value.every((each) => typeof each === 'string');
  }
}

/**
 * The value that a settings file has: a size becomes bytes. What cannot be meant stays as it is,
 * for the check to name.
 */
export function fromSetting(option: Option, value: unknown): unknown {
  return option.type === 'size' ? (bytesOf(value) ?? value) : value;
}

/** What a settings file would have for a text on a command line. */
export function fromText(option: Option, text: string): unknown {
  switch (option.type) {
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'integer':
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    default:
      return text;
  }
}

/** From here on, numbers without a unit are bytes, as the command line of 0.1 had them. */
const BYTES = 100_000;

/** Bytes of a size: megabytes if no unit is given. Null for what is none. */
function bytesOf(written: unknown): number | null {
  const [, figure, unit] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([KMG]?B)?\s*$/i.exec(sizeWritten(written)) ?? [];
  if (figure === undefined) return null;
  const number = Number(figure);
  return Math.round(number * UNITS[(unit ?? (number < BYTES ? 'MB' : 'B')).toUpperCase()]!);
}

function sizeWritten(written: unknown): string {
  return typeof written === 'string' || typeof written === 'number' ? String(written) : '';
}

/** “200 MB”, as people may write it. */
export function sizeText(bytes: number): string {
  const [unit, factor] = Object.entries(UNITS).findLast(([, factor]) => bytes >= factor) ?? ['B', 1];
  return `${Number((bytes / factor).toFixed(1))} ${unit.replace('K', 'k')}`;
}

/** What may be written as an option's value, in short: “1 to 100 words”, “keep, fold”. */
export function valuesText(option: Option): string {
  switch (option.type) {
    case 'boolean':
      return 'true, false';
    case 'integer':
    case 'number': {
      const range = option.range.join(' to ');
      if (option.unit === 'share') return `share of ${range}`;
      return option.unit ? `${range} ${option.unit}` : range;
    }
    case 'size':
      return option.range.map(sizeText).join(' to ');
    case 'choice':
      return choicesOf(option).join(', ');
    case 'text':
      return 'text';
    case 'list':
      return 'list of texts';
  }
}

/** A value of an option as a settings file has it. */
export function toSetting(option: Option, value: unknown): unknown {
  return option.type === 'size' ? sizeText(value as number) : value;
}
