import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { globalExcludesFile } from '../../src/engine/git-config.ts';
import { findFiles } from '../../src/engine/workspace-files.ts';

let root: string;
let homes = 0;
before(async () => (root = await mkdtemp(join(tmpdir(), 'git-config-'))));
after(() => rm(root, { recursive: true, force: true }));

/** A home with these files, and the environment of a user who lives there. */
async function homeWith(files: Record<string, string>): Promise<{ home: string; environment: NodeJS.ProcessEnv }> {
  const home = join(root, String(++homes));
  await mkdir(home);
  await writeFiles(home, files);
  return { home, environment: { HOME: home, GIT_CONFIG_NOSYSTEM: '1' } };
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

function git(args: string[], environment: NodeJS.ProcessEnv, cwd: string): string | null {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment } });
  } catch {
    return null;
  }
}

test('the list is where the configuration says, as git reads it', async (t) => {
  if (git(['--version'], {}, root) === null) {
    t.skip('git is not installed');
    return;
  }
  const configurations: Record<string, string>[] = [
    { '.gitconfig': '[core]\n\texcludesFile = ~/mine\n' },
    { '.gitconfig': '[CORE]\nexcludesfile=/a/b # a comment\n[user]\nname = x\n' },
    { '.gitconfig': '[core] excludesFile = "/with # and ; signs/a b"  ; a comment\n' },
    { '.gitconfig': '[core]\nexcludesFile = /a\\\\b\\"c\n[core "sub"]\nexcludesFile = /no\n' },
    { '.gitconfig': '[core]\n# excludesFile = /no\nautocrlf\nexcludesFile = /first\nexcludesFile = /se\\\ncond\n' },
    { '.gitconfig': '[core]\nexcludesFile = /home', '.config/git/config': '[core]\nexcludesFile = /xdg\n' },
    { '.config/git/config': '[core]\r\nexcludesFile = /xdg\r\n' },
    {
      '.gitconfig': '[include]\npath = more/config\n[include]\npath = ~/not-there\n',
      'more/config': '[core]\nexcludesFile = ~/included\n[include]\npath = ../.gitconfig2\n',
      '.gitconfig2': '[user]\nname = x\n',
    },
  ];
  for (const files of configurations) {
    const { home, environment } = await homeWith(files);
    const expected = git(['config', '--path', 'core.excludesFile'], environment, home)!.trimEnd();
    assert.equal(await globalExcludesFile(environment), expected, JSON.stringify(files));
  }
});

test('without a word in the configuration it is at git’s own place, and an empty word switches it off', async () => {
  const { home, environment } = await homeWith({});
  assert.equal(await globalExcludesFile(environment), join(home, '.config/git/ignore'));
  const elsewhere = { ...environment, XDG_CONFIG_HOME: join(home, 'xdg') };
  assert.equal(await globalExcludesFile(elsewhere), join(home, 'xdg/git/ignore'));
  await writeFiles(home, { '.gitconfig': '[core]\nexcludesFile =\n', other: '[core]\nexcludesFile = /other\n' });
  assert.equal(await globalExcludesFile(environment), null);
  assert.equal(await globalExcludesFile({ ...environment, GIT_CONFIG_GLOBAL: join(home, 'other') }), '/other');
  const system = { HOME: home, GIT_CONFIG_SYSTEM: join(home, 'other'), GIT_CONFIG_GLOBAL: join(home, 'none') };
  assert.equal(await globalExcludesFile(system), '/other');
  await writeFiles(home, { circle: '[include]\npath = circle\n[core]\nexcludesFile = /circle\n' });
  assert.equal(await globalExcludesFile({ ...environment, GIT_CONFIG_GLOBAL: join(home, 'circle') }), '/circle');
});

test('what the list names is left out in repositories, unless their own rules take it back', async () => {
  const { home, environment } = await homeWith({ '.config/git/ignore': '*.tmp\n/out/\n*.log\n' });
  await writeFiles(home, {
    'repository/.git/HEAD': 'ref: refs/heads/main\n',
    'repository/.git/info/exclude': '!b.log\n',
    'repository/.gitignore': '!kept.tmp\n',
    'repository/a.tmp': '',
    'repository/kept.tmp': '',
    'repository/b.log': '',
    'repository/deep/c.log': '',
    'repository/deep/out/x.txt': '',
    'repository/out/x.txt': '',
    'notes/a.tmp': '',
    'notes/nested/.git/HEAD': '',
    'notes/nested/a.tmp': '',
  });
  const names = async (folder: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const files of findFiles([{ path: join(home, folder), exclude: [] }], () => undefined)) {
      found.push(...files.map(({ name }) => name));
    }
    return found;
  };
  const before = { ...process.env };
  for (const name of ['XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL']) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  try {
    assert.deepEqual(await names('repository'), [
      ...['repository/.gitignore', 'repository/b.log', 'repository/kept.tmp', 'repository/deep/out/x.txt'],
    ]);
    assert.deepEqual(await names('repository/deep'), ['deep/out/x.txt'], 'opened below the root');
    assert.deepEqual(await names('notes'), ['notes/a.tmp'], 'no repository');
  } finally {
    process.env = before;
  }
});
