// A virtual file system for the integration tests: `memory:` has the files of the JSON file that $LEXISCOPE_MEMORY_FOLDER
// names, texts by path. What is written stays in memory.
const { readFileSync } = require('node:fs');
const vscode = require('vscode');

exports.activate = (context) => {
  const files = new Map(Object.entries(JSON.parse(readFileSync(process.env.LEXISCOPE_MEMORY_FOLDER, 'utf8'))));
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
    return entries;
  };
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat(uri) {
      const text = files.get(uri.path);
      if (text !== undefined) return { type: vscode.FileType.File, ...times, size: Buffer.byteLength(text) };
      if (uri.path !== '/' && entriesOf(uri.path).size === 0) throw missing(uri);
      return { type: vscode.FileType.Directory, ...times, size: 0 };
    },
    readDirectory: (uri) => [...entriesOf(uri.path)],
    readFile(uri) {
      const text = files.get(uri.path);
      if (text === undefined) throw missing(uri);
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
    vscode.workspace.registerFileSystemProvider('memory', provider, { isCaseSensitive: true }),
  );
};
