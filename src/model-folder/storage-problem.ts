// Why something could not be stored, as a sentence that says what to do.

import * as l10n from '@vscode/l10n';

/**
 * The sentence for an error of the file system that has one of its own; else the error as it is.
 */
export function storageProblem(error: unknown, directory: string): Error {
  const reason = reasonOf((error as NodeJS.ErrnoException).code, directory);
  return reason === null ? (error as Error) : new Error(reason, { cause: error });
}

function reasonOf(code: string | undefined, directory: string): string | null {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return l10n.t('The disk of {0} is full. Make room there and learn again; what was stored stays.', directory);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return l10n.t('Nothing can be written in {0}. Make that folder writable and learn again.', directory);
    case 'ENOTDIR':
    case 'EEXIST':
      return l10n.t('{0} is no folder, so no model can be stored there. Move that file away.', directory);
    default:
      return null;
  }
}
