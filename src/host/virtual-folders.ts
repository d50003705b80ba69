// Folders that are not on this machine's disk, as VS Code reads them: what the engine asks for
// while it reads one. Each question is one directory, some sizes or one file, so that neither
// memory nor the extension host is ever full of them.

import * as vscode from 'vscode';
import type { VirtualEntry, VirtualFiles } from '../protocol/engine.ts';

export const virtualFolders: VirtualFiles = {
  async listFolder(folder, path) {
    const entries = await vscode.workspace.fs.readDirectory(uriOf(folder, path));
    return entries.map(([name, type]) => ({ name, kind: kindOf(type) }));
  },
  measureFiles(folder, paths) {
    return Promise.all(
      paths.map(async (path) => {
        try {
          const { size, mtime } = await vscode.workspace.fs.stat(uriOf(folder, path));
          return { size, modified: mtime };
        } catch (error) {
          return { problem: (error as Error).message };
        }
      }),
    );
  },
  async readFile(folder, path) {
    return vscode.workspace.fs.readFile(uriOf(folder, path));
  },
};

/**
 * The path that the engine knows a document by: on the disk its own, else as `UnsavedText.path`;
 * undefined outside of the folders.
 */
export function enginePath(uri: vscode.Uri): string | undefined {
  if (uri.scheme === 'file') return uri.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  if (!folder) return undefined;
  const path = uri.path.slice(folder.path.length).replace(/^\//, '');
  return `${folder.toString().replace(/\/$/, '')}/${path}`;
}

function uriOf(folder: string, path: string): vscode.Uri {
  const root = vscode.Uri.parse(folder, true);
  return path === '' ? root : vscode.Uri.joinPath(root, path);
}

function kindOf(type: vscode.FileType): VirtualEntry['kind'] {
  if (type & vscode.FileType.Directory) return type & vscode.FileType.SymbolicLink ? 'linkedFolder' : 'folder';
  return type & vscode.FileType.File ? 'file' : 'other';
}
