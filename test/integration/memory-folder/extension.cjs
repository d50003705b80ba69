// A virtual file system for the integration tests: `memory:` has the files of the JSON file that
// $LEXISCOPE_MEMORY_FOLDER names, { files: texts by path, links: folders by path }. What is written
// stays in memory. Its command “Hang” lets no text be read until it is run again.
const { readFileSync } = require('node:fs');
const vscode = require('vscode');

const LINKED_FOLDER = vscode.FileType.Directory | vscode.FileType.SymbolicLink;

exports.activate = (context) => {
  const tree = JSON.parse(readFileSync(process.env.LEXISCOPE_MEMORY_FOLDER, 'utf8'));
  const [files, links] = [tree.files, tree.links].map((paths) => new Map(Object.entries(paths)));
  let hangs = false;
  const realPath = (path) => {
    for (const [link, target] of links) {
      if (path === link || path.startsWith(`${link}/`)) return realPath(target + path.slice(link.length));
    }
    return path;
  };
  const changed = new vscode.EventEmitter();
  const missing = (uri) => vscode.FileSystemError.FileNotFound(uri);
  const denied = (uri) => vscode.FileSystemError.NoPermissions(uri);
  const times = { ctime: 1, mtime: Date.now() - 3_600_000 };
  const entriesOf = (path) => {
    const prefix = path === '/' ? '/' : `${path}/`;
    const entries = new Map();
    for (const file of files.keys()) {
      if (!file.startsWith(prefix)) continue;
      const [name, ...rest] = file.slice(prefix.length).split('/');
      entries.set(name, rest.length ? vscode.FileType.Directory : vscode.FileType.File);
    }
    for (const link of links.keys()) {
      const name = link.slice(prefix.length);
      if (link.startsWith(prefix) && !name.includes('/')) entries.set(name, LINKED_FOLDER);
    }
    return entries;
  };
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat(uri) {
      const path = realPath(uri.path);
      const text = files.get(path);
      if (text !== undefined) return { type: vscode.FileType.File, ...times, size: Buffer.byteLength(text) };
      if (path !== '/' && entriesOf(path).size === 0) throw missing(uri);
      return { type: links.has(uri.path) ? LINKED_FOLDER : vscode.FileType.Directory, ...times, size: 0 };
    },
    readDirectory: (uri) => [...entriesOf(realPath(uri.path))],
    readFile(uri) {
      const text = files.get(realPath(uri.path));
      if (text === undefined) throw missing(uri);
      if (hangs && uri.path.endsWith('.txt')) return new Promise(() => undefined);
      return Buffer.from(text);
    },
    writeFile: (uri, content) => void files.set(uri.path, Buffer.from(content).toString()),
    createDirectory: (uri) => {
      throw denied(uri);
    },
    delete: (uri) => {
      throw denied(uri);
    },
    rename: (uri) => {
      throw denied(uri);
    },
  };
  context.subscriptions.push(
    changed,
    vscode.commands.registerCommand('memory-folder.hang', () => void (hangs = !hangs)),
    vscode.workspace.registerFileSystemProvider('memory', provider, { isCaseSensitive: true }),
  );
};
