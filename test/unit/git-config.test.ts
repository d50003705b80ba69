import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { findFiles } from '../../src/engine/files/find-files.ts';
import { excludesFile } from '../../src/engine/files/git-config.ts';

let root: string;
let homes = 0;
/** A repository without a configuration. */
const bare = { own: '/no/such/.git', common: '/no/such/.git' };
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
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PWD: cwd, ...environment },
    });
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
    assert.equal(await excludesFile(bare, environment), expected, JSON.stringify(files));
  }
});

test('what is included where a condition holds counts where git says that it does', async (t) => {
  if (git(['--version'], {}, root) === null) {
    t.skip('git is not installed');
    return;
  }
  const { home, environment } = await homeWith({ 'mine/list': '[core]\nexcludesFile = /included\n' });
  // a repository, one in a worktree, and one that is reached through a link
  const places = ['work/Project/code', 'work/tree', 'other (1)/{a,b}/x[1]', 'linked/code'];
  for (const place of places) await mkdir(join(home, place), { recursive: true });
  await symlink(join(home, 'work'), join(home, 'link'));
  const repositories = ['work/Project/code', 'other (1)/{a,b}/x[1]'].map((place) => join(home, place));
  for (const repository of repositories) git(['init', '-q', '-b', 'feature/one', repository], environment, home);
  const [code, other] = repositories as [string, string];
  const author = ['-c', 'user.name=x', '-c', 'user.email=x@y'];
  git([...author, 'commit', '-q', '--allow-empty', '-m', 'x'], environment, code);
  git(['worktree', 'add', '-q', '-b', 'main', join(home, 'work/tree')], environment, code);
  const directories = [
    [code, { own: join(code, '.git'), common: join(code, '.git') }],
    [other, { own: join(other, '.git'), common: join(other, '.git') }],
    [join(home, 'work/tree'), { own: join(code, '.git/worktrees/tree'), common: join(code, '.git') }],
    [
      join(home, 'link/Project/code'),
      { own: join(home, 'link/Project/code/.git'), common: join(home, 'link/Project/code/.git') },
    ],
  ] as const;
  const conditions = [
    'gitdir:~/work/',
    'gitdir:~/work',
    'gitdir:~/work/**',
    'gitdir:~/WORK/',
    'gitdir/i:~/WORK/',
    'gitdir:~/link/',
    'gitdir:Project/',
    'gitdir:code/.git',
    'gitdir:*/code/.git',
    'gitdir:**/code/.git',
    'gitdir:c?de/',
    'gitdir:/',
    'gitdir:./work/',
    'gitdir:./',
    'gitdir:../',
    `gitdir:${home}/work/`,
    `gitdir:${home}/*/.git`,
    'gitdir:{a,b}/',
    'gitdir:x[1]/',
    'gitdir:x[[]1]/',
    'gitdir:(1)/',
    'gitdir:other (1)/',
    'gitdir:!work/',
    'gitdir:worktrees/',
    'gitdir:a**e/',
    'gitdir:w[!o]rk/',
    'gitdir:w[a-p]rk/',
    'gitdir:.git',
    'gitdir:',
    'onbranch:main',
    'onbranch:feature/',
    'onbranch:feature/*',
    'onbranch:feature*',
    'onbranch:f*/o?e',
    'onbranch:**',
    'onbranch:Main',
    'hasconfig:remote.*.url:https://x/**',
    'GitDir:~/work/',
    'other:x',
  ];
  const configOf = (condition: string, path: string): string =>
    `[includeIf "${condition.replaceAll(/["\\]/g, String.raw`\$&`)}"]\npath = ${path}\n`;
  let config = '';
  for (const [index, condition] of conditions.entries()) {
    await writeFiles(home, { [`told/${index}`]: `[held]\nc${index} = true\n` });
    config += configOf(condition, `told/${index}`);
  }
  await writeFiles(home, { '.gitconfig': config });
  const told = directories.map(([folder]) => git(['config', '--get-regexp', '^held'], environment, folder) ?? '');
  let held = 0;
  for (const [index, condition] of conditions.entries()) {
    const text = `[core]\nexcludesFile = /plain\n${configOf(condition, 'mine/list')}`;
    await writeFiles(home, { '.gitconfig': text });
    for (const [place, [folder, repository]] of directories.entries()) {
      const holds = new RegExp(`^held\\.c${index} `, 'm').test(told[place]!);
      held += Number(holds);
      const found = await excludesFile(repository, environment);
      assert.equal(found, holds ? '/included' : '/plain', `${condition} in ${folder}`);
    }
  }
  assert.ok(held > 30, String(held));
  // the repository's own configuration, which its worktrees share, counts before the user's
  await writeFile(join(code, '.git/config'), '[core]\nexcludesFile = /own\n', { flag: 'a' });
  for (const [, repository] of directories) {
    const expected = repository.common === join(other, '.git') ? '/plain' : '/own';
    assert.equal(await excludesFile(repository, environment), expected);
  }
});

test('without a word in the configuration it is at git’s own place, and an empty word switches it off', async () => {
  const { home, environment } = await homeWith({});
  assert.equal(await excludesFile(bare, environment), join(home, '.config/git/ignore'));
  const elsewhere = { ...environment, XDG_CONFIG_HOME: join(home, 'xdg') };
  assert.equal(await excludesFile(bare, elsewhere), join(home, 'xdg/git/ignore'));
  await writeFiles(home, { '.gitconfig': '[core]\nexcludesFile =\n', other: '[core]\nexcludesFile = /other\n' });
  assert.equal(await excludesFile(bare, environment), null);
  assert.equal(await excludesFile(bare, { ...environment, GIT_CONFIG_GLOBAL: join(home, 'other') }), '/other');
  const system = { HOME: home, GIT_CONFIG_SYSTEM: join(home, 'other'), GIT_CONFIG_GLOBAL: join(home, 'none') };
  assert.equal(await excludesFile(bare, system), '/other');
  await writeFiles(home, { circle: '[include]\npath = circle\n[core]\nexcludesFile = /circle\n' });
  assert.equal(await excludesFile(bare, { ...environment, GIT_CONFIG_GLOBAL: join(home, 'circle') }), '/circle');
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
      'repository/.gitignore',
      'repository/b.log',
      'repository/kept.tmp',
      'repository/deep/out/x.txt',
    ]);
    assert.deepEqual(await names('repository/deep'), ['deep/out/x.txt'], 'opened below the root');
    assert.deepEqual(await names('notes'), ['notes/a.tmp'], 'no repository');
    await writeFiles(home, {
      '.gitconfig': '[includeIf "gitdir:repository/deep/"]\npath = deep.config\n',
      'deep.config': '[core]\nexcludesFile = ~/deep-list\n',
      'deep-list': '*.log\n*.txt\n',
      'repository/deep/.git/HEAD': 'ref: refs/heads/main\n',
    });
    assert.deepEqual(await names('repository'), ['repository/.gitignore', 'repository/b.log', 'repository/kept.tmp']);
  } finally {
    process.env = before;
  }
});
