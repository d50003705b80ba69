// Reads the settings of a folder, or of the window.

import * as vscode from 'vscode';
import type { Given } from '../settings/request.ts';
import { PREFIX } from '../settings/table.ts';
import { isMade, type ReadSetting } from './settings.ts';

/** Settings by full name, VS Code's among them, with their defaults. */
export function settingsOf(scope: vscode.ConfigurationScope | undefined): ReadSetting {
  const configuration = vscode.workspace.getConfiguration(undefined, scope);
  return (name) => configuration.get(name);
}

/** Our settings, without defaults. */
export function givenIn(scope: vscode.ConfigurationScope | undefined): Given {
  const configuration = vscode.workspace.getConfiguration(undefined, scope);
  return (name) => {
    const setting = PREFIX + name;
    return isMade(configuration.inspect(setting)) ? configuration.get(setting) : undefined;
  };
}
