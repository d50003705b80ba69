// What is said of a value that an option cannot have.

import * as l10n from '@vscode/l10n';
import { choicesOf, type Option, type Unit } from './option.ts';
import { sizeText } from './value.ts';

/** One sentence with the option's name, the value as it was written, and what it may be. */
export function unfitting(name: string, option: Option, written: string): string {
  switch (option.type) {
    case 'boolean':
      return l10n.t('{0} is {1}; it must be true or false.', name, written);
    case 'integer':
    case 'number': {
      const [least, most] = option.range;
      const range = option.unit ? l10n.t('{0} to {1} ({2})', least, most, unitName(option.unit)) : null;
      const values = range ?? l10n.t('{0} to {1}', least, most);
      return option.type === 'integer'
        ? l10n.t('{0} is {1}; it must be a whole number from {2}.', name, written, values)
        : l10n.t('{0} is {1}; it must be a number from {2}.', name, written, values);
    }
    case 'size': {
      const [least, most] = option.range.map(sizeText) as [string, string];
      return l10n.t('{0} is {1}; it must be a size from {2} to {3}, such as 300MB.', name, written, least, most);
    }
    case 'choice':
      return l10n.t('{0} is {1}; it must be one of {2}.', name, written, choicesOf(option).join(', '));
    case 'text':
      return l10n.t('{0} is {1}; it must be a text.', name, written);
    case 'list':
      return l10n.t('{0} is {1}; it must be a list of texts.', name, written);
  }
}

function unitName(unit: Unit): string {
  switch (unit) {
    case 'dimensions':
      return l10n.t('dimensions');
    case 'layers':
      return l10n.t('layers');
    case 'letters':
      return l10n.t('letters');
    case 'measurements':
      return l10n.t('measurements');
    case 'occurrences':
      return l10n.t('occurrences');
    case 'passes':
      return l10n.t('passes');
    case 'samples':
      return l10n.t('samples');
    case 'sequences':
      return l10n.t('sequences');
    case 'share':
      return l10n.t('share');
    case 'steps':
      return l10n.t('steps');
    case 'threads':
      return l10n.t('threads');
    case 'tokens':
      return l10n.t('tokens');
    case 'vectors':
      return l10n.t('vectors');
    case 'words':
      return l10n.t('words');
  }
}
