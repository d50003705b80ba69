// The display language of VS Code, for the sentences of the engine's process and of its threads,
// each of which is told for itself.

import * as l10n from '@vscode/l10n';

/** Takes sentences from the catalogue that LEXISCOPE_L10N names; without one they stay English. */
export function speakDisplayLanguage(): void {
  const catalogue = process.env['LEXISCOPE_L10N'];
  if (catalogue) l10n.config({ fsPath: catalogue });
}
