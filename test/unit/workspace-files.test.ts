import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { OnSkipped } from '../../src/engine/files/file-source.ts';
import { findFiles } from '../../src/engine/files/find-files.ts';
import type { FolderRequest, SkipReason } from '../../src/protocol/engine.ts';

let root: string;
let folders = 0;
before(async () => (root = await mkdtemp(join(tmpdir(), 'workspace-files-'))));
after(() => rm(root, { recursive: true, force: true }));

/** A new folder `w` with these files; a value is a file's text. */
async function folderWith(files: Record<string, string> | string[], name = 'w'): Promise<string> {
  const path = join(root, String(++folders), name);
  await mkdir(path, { recursive: true });
  for (const [file, text] of Array.isArray(files)
    ? files.map((file) => [file, 'text'] as const)
    : Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

/** The names found, what could not be read, and what was left out by reason. */
async function find(
  ...requests: (string | FolderRequest)[]
): Promise<{ names: string[]; unreadable: string[]; skipped: Partial<Record<SkipReason, string[]>> }> {
  const names: string[] = [];
  const unreadable: string[] = [];
  const skipped: Partial<Record<SkipReason, string[]>> = {};
  const folders = requests.map((request) => (typeof request === 'string' ? { path: request, exclude: [] } : request));
  const onSkipped: OnSkipped = (reason, name, detail) => {
    if (reason === 'unreadable') unreadable.push(`${name}: ${detail}`);
    else (skipped[reason] ??= []).push(name.replace(/^w\//, ''));
  };
  for await (const files of findFiles(folders, onSkipped)) names.push(...files.map(({ name }) => name));
  return { names, unreadable, skipped };
}

async function names(...requests: Parameters<typeof find>): Promise<string[]> {
  const { names, unreadable } = await find(...requests);
  assert.deepEqual(unreadable, []);
  return names.map((name) => name.replace(/^w\//, ''));
}

test('files are found in sorted order, those of a folder before those of its subfolders', async () => {
  const path = await folderWith(['b.txt', 'a/z.txt', 'a.txt', 'a/b/c.txt', 'B.txt', '.hidden', 'ä.txt', 'c/1']);
  assert.deepEqual(await names(path), ['.hidden', 'B.txt', 'a.txt', 'b.txt', 'ä.txt', 'a/z.txt', 'a/b/c.txt', 'c/1']);
});

test('a file comes with its absolute path and its size', async () => {
  const path = await folderWith({ 'a/b.txt': 'four' });
  const found = [];
  for await (const files of findFiles([{ path, exclude: [] }], (...skipped) => assert.fail(skipped.join())))
    found.push(...files);
  const modified = Math.floor((await stat(join(path, 'a', 'b.txt'))).mtimeMs * 1000);
  assert.ok(Math.abs(found[0]!.modified - modified) <= 1);
  assert.deepEqual(
    found.map((file) => ({ ...file, modified: 0 })),
    [{ path: join(path, 'a', 'b.txt'), name: 'w/a/b.txt', size: 4, modified: 0, encoding: null }],
  );
});

test('.gitignore files hold at every level, from their own folder down', async () => {
  const path = await folderWith({
    '.gitignore': '*.log\n/top.txt\nbuild/\n# comment\n\ndocs/*.md\n',
    'top.txt': '',
    'a/top.txt': '',
    'a.log': '',
    'a/b/c.log': '',
    'build/out.txt': '',
    'a/build/out.txt': '',
    'docs/x.md': '',
    'docs/deep/x.md': '',
    'a/.gitignore': '!keep.log\n/only-here\nlocal*\n',
    'a/keep.log': '',
    'keep.log': '',
    'a/only-here': '',
    'a/b/only-here': '',
    'a/b/local.txt': '',
    'local.txt': '',
  });
  assert.deepEqual(await names(path), [
    ...['.gitignore', 'local.txt', 'a/.gitignore', 'a/keep.log', 'a/top.txt', 'a/b/only-here', 'docs/deep/x.md'],
  ]);
});

test('a folder that a deeper .gitignore takes back is read, under the other rules', async () => {
  const path = await folderWith({
    '.gitignore': 'build/\n*.log\n',
    'a b/.gitignore': '!build/\n',
    'a b/build/kept.txt': '',
    'a b/build/deep/kept.txt': '',
    'a b/build/no.log': '',
    'build/a b/build/no.txt': '',
    '!#[a] *?/.gitignore': '!build/\n',
    '!#[a] *?/build/kept.txt': '',
  });
  assert.deepEqual(await names(path), [
    '.gitignore',
    '!#[a] *?/.gitignore',
    '!#[a] *?/build/kept.txt',
    'a b/.gitignore',
    'a b/build/kept.txt',
    'a b/build/deep/kept.txt',
  ]);
});

test('the files left are those that git sees', async (t) => {
  const files: Record<string, string> = {
    '.gitignore':
      'node_modules\n*.o\n!important.o\n/out\n**/cache/**\nfoo/**/bar\ntemp?\n[ab].md\n\\!bang\ntrailing \n',
    'src/.gitignore': '*.txt\n!notes.txt\nsub/\n!/sub/y\n',
    'src/deep/.gitignore': '!*.txt\n',
  };
  for (const folder of ['', 'src/', 'src/deep/', 'src/sub/', 'foo/', 'foo/1/2/', 'x/cache/', 'x/y/out/', 'out/']) {
    for (const file of [
      'a.md',
      'c.md',
      'm.o',
      'important.o',
      'notes.txt',
      'other.txt',
      'bar',
      'temp1',
      'temp',
      '!bang',
      'y',
    ]) {
      files[folder + file] = 'text';
    }
  }
  const path = await folderWith(files);
  let expected: string[];
  try {
    execFileSync('git', ['init', '-q'], { cwd: path, stdio: 'ignore' });
    const output = execFileSync('git', ['ls-files', '--others', '--exclude-standard', '-z'], {
      cwd: path,
      encoding: 'utf8',
    });
    expected = output.split('\0').filter((name) => name !== '');
  } catch {
    t.skip('git is not installed');
    return;
  }
  assert.deepEqual((await names(path)).sort(), expected.sort());
});

test('globs leave out files, and a folder with all that is below', async () => {
  const files = [
    'a.txt',
    'b.md',
    'out/a.txt',
    'x/out/b.txt',
    'x/c.html',
    'x/c.css',
    'x/(d).txt',
    'x/1.txt',
    'x/e+f',
    'x/!g',
    '.x/h',
  ];
  const path = await folderWith(files);
  const without = async (...exclude: string[]) => {
    const found = await names({ path, exclude });
    return files.filter((file) => !found.includes(file));
  };
  assert.deepEqual(await without('**/out'), ['out/a.txt', 'x/out/b.txt']);
  assert.deepEqual(await without('out'), ['out/a.txt'], 'from the root');
  assert.deepEqual(await without('./out/'), ['out/a.txt']);
  assert.deepEqual(await without('**/out/**'), ['out/a.txt', 'x/out/b.txt']);
  assert.deepEqual(await without('*.txt'), ['a.txt'], 'a star stays in its folder');
  assert.deepEqual(await without('**/*.{html,css}', '**/*.md'), ['b.md', 'x/c.html', 'x/c.css']);
  assert.deepEqual(await without('{**/*.html,**/*.css}'), ['x/c.html', 'x/c.css']);
  assert.deepEqual(await without('x/?.txt', 'x/[!0-9]*.css'), ['x/c.css', 'x/1.txt']);
  assert.deepEqual(await without('**/(d).txt'), ['x/(d).txt']);
  assert.deepEqual(await without('x/e+f'), ['x/e+f']);
  assert.deepEqual(await without('x/!g'), ['x/!g']);
  assert.deepEqual(await without('!a.txt'), []);
  assert.deepEqual(await without('**/.x'), ['.x/h']);
  assert.deepEqual(await without('**/h'), ['.x/h'], 'a star matches a leading dot');
  assert.deepEqual(await without('', '/'), []);
  assert.deepEqual(await without('**'), files);
});

test(
  'upper and lower case differ where the file system tells them apart',
  { skip: process.platform !== 'linux' },
  async () => {
    const path = await folderWith({ '.gitignore': 'Drop\n', drop: '', Drop: '', 'a.TXT': '', 'a.txt': '' });
    assert.deepEqual(await names({ path, exclude: ['*.txt'] }), ['.gitignore', 'a.TXT', 'drop']);
  },
);

test('files that may hold secrets are never read, nor version control and installed packages', async () => {
  const never = [
    ...[
      '.env',
      '.env.local',
      '.envrc',
      'production.env',
      'server.pem',
      'a.KEY',
      'a.p12',
      'a.pfx',
      'a.crt',
      'a.cer',
      'a.der',
    ],
    ...['a.jks', 'a.keystore', 'a.kdbx', 'id_rsa', 'id_rsa.pub', 'id_ed25519', 'id_ecdsa', 'id_dsa', 'my_id_rsa'],
    ...[
      '.npmrc',
      '.yarnrc.yml',
      '.pypirc',
      '.netrc',
      '_netrc',
      '.git-credentials',
      '.htpasswd',
      '.pgpass',
      '.bash_history',
    ],
    ...[
      'credentials',
      'credentials.json',
      'aws-credentials.ini',
      'secrets.yaml',
      'secret.json',
      '.secrets',
      'app-secrets.toml',
    ],
    ...[
      'passwords.txt',
      'client_secret_123.apps.json',
      'service-account.json',
      'prod.tfvars',
      'x.tfstate',
      'x.tfstate.backup',
    ],
    ...[
      '.ssh/config',
      '.aws/config',
      '.gnupg/x',
      '.kube/config',
      '.docker/config.json',
      '.git/HEAD',
      '.hg/x',
      '.svn/x',
      'CVS/Entries',
      'deep/_darcs/x',
    ],
    ...['node_modules/a/index.js', 'deep/node_modules/x.txt', 'deep/.ssh/known', 'deep/.env', 'secrets/database.txt'],
    ...[
      'package-lock.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'Cargo.lock',
      'jquery.min.js',
      'style.min.css',
      'app.js.map',
    ],
  ];
  const read = [
    ...['.docker/notes.txt', '.eslintrc', '.github/workflows/ci.yml', 'Credentials.ts', 'admin.js', 'config.json'],
    ...['deep/environment.ts', 'env.ts', 'id_card.txt', 'keyboard.ts', 'monkey', 'password-hashing.md'],
    ...['secrets-of-the-sea.txt', 'site.map', 'the.env.md', 'cvs/miller.txt', 'deep/Cvs/weaver.txt'],
  ];
  const found = await names(await folderWith([...never, ...read]));
  assert.deepEqual(found.sort(), read.sort());
});

test('no folder is left out without a word: of version control by its old names, and curricula vitae are read', async () => {
  const { names: found, skipped } = await find(
    await folderWith(['cvs/ada.txt', 'Cvs/b.txt', 'CVS/Entries', '_darcs/x']),
  );
  assert.deepEqual(found.sort(), ['w/Cvs/b.txt', 'w/cvs/ada.txt']);
  assert.deepEqual(skipped, { generated: ['CVS/', '_darcs/'] });
});

test('a folder inside node_modules can be opened; a folder of keys cannot', async () => {
  const modules = await folderWith(['a/index.js'], 'node_modules');
  assert.deepEqual(await names(modules), ['node_modules/a/index.js']);
  const { names: none, skipped } = await find(await folderWith(['notes.txt'], '.ssh'));
  assert.deepEqual(none, []);
  assert.deepEqual(skipped, { secret: ['.ssh/'] });
});

test('symbolic links in a circle end, and a place inside the folder is read once', async () => {
  const path = await folderWith(['a/b/x.txt', 'z/y.txt']);
  await symlink('..', join(path, 'a', 'b', 'up'));
  await symlink(path, join(path, 'a', 'self'));
  await symlink('../z', join(path, 'a', 'z-again'));
  await symlink(join(path, 'z', 'y.txt'), join(path, '0.txt'));
  await symlink('/', join(path, 'everything'));
  assert.deepEqual(await names(path), ['a/b/x.txt', 'z/y.txt']);
});

test('a link out of the folder is followed if the setting says so, each place once, also in a circle', async () => {
  const outside = await folderWith(['o.txt', 'p/q.txt'], 'outside');
  await symlink(outside, join(outside, 'p', 'circle'));
  const path = await folderWith(['x.txt']);
  await symlink(outside, join(path, 'b'));
  await symlink(outside, join(path, 'a'));
  await symlink(join(outside, 'o.txt'), join(path, 'z.txt'));
  await symlink(join(outside, 'p'), join(path, 'p'));
  assert.deepEqual(await names(path), ['x.txt']);
  const followed: string[] = [];
  for await (const files of findFiles([{ path, exclude: [] }], () => undefined, true)) {
    followed.push(...files.map(({ name }) => name.replace(/^w\//, '')));
  }
  assert.deepEqual(followed, ['x.txt', 'z.txt', 'a/p/q.txt']);
});

test('a link does not lead to secrets, whatever it is called', async () => {
  const outside = await folderWith(['.ssh/config', '.env', 'server.pem'], 'outside');
  const path = await folderWith(['x.txt']);
  await symlink(join(outside, '.ssh'), join(path, 'settings'));
  await symlink(join(outside, '.ssh', 'config'), join(path, 'config.txt'));
  await symlink(join(outside, '.env'), join(path, 'notes.txt'));
  await symlink(join(outside, 'server.pem'), join(path, 'server.txt'));
  assert.deepEqual(await names(path), ['x.txt']);
});

test('a file with two names is read once', async () => {
  const path = await folderWith(['b.txt']);
  await link(join(path, 'b.txt'), join(path, 'c.txt'));
  assert.deepEqual(await names(path), ['b.txt']);
});

test('pipes are not opened', { skip: process.platform === 'win32' }, async () => {
  const path = await folderWith(['x.txt']);
  execFileSync('mkfifo', [join(path, 'pipe')]);
  assert.deepEqual(await names(path), ['x.txt']);
});

test('several roots are read in their order; one inside another, or given twice, is read once and with its own globs', async () => {
  const outer = await folderWith(['a.txt', 'inner/b.txt', 'inner/c.md', 'z.txt']);
  const other = await folderWith(['o.txt'], 'other');
  const inner = join(outer, 'inner');
  assert.deepEqual(await names(other, { path: outer, exclude: ['**/*.md'] }, inner, outer), [
    ...['other/o.txt', 'a.txt', 'z.txt', 'inner/b.txt', 'inner/c.md'],
  ]);
  assert.deepEqual(await names(inner, outer), ['inner/b.txt', 'inner/c.md', 'a.txt', 'z.txt']);
});

test('what cannot be read is told, and the rest is found', async () => {
  const path = await folderWith(['x.txt']);
  await symlink(join(path, 'nowhere'), join(path, 'dangling'));
  await symlink('loop', join(path, 'loop'));
  const { names, unreadable } = await find(join(root, 'missing'), path);
  assert.deepEqual(names, ['w/x.txt']);
  assert.equal(unreadable.length, 3);
  assert.match(unreadable[0]!, /^missing: ENOENT/);
  assert.match(unreadable.join('\n'), /w\/dangling: ENOENT[^]*w\/loop: ELOOP/);
});

test('a folder without permission is told, and the rest is found', { skip: process.getuid?.() === 0 }, async () => {
  const path = await folderWith(['a/x.txt', 'b/y.txt']);
  await chmod(join(path, 'a'), 0);
  const { names, unreadable } = await find(path);
  await chmod(join(path, 'a'), 0o700);
  assert.deepEqual(names, ['w/b/y.txt']);
  assert.match(unreadable.join(), /^w\/a\/: EACCES/);
});

test('a search can be left at any directory, also at one without files', async () => {
  const path = await folderWith(Array.from({ length: 30 }, (_, i) => `${i}/deep/x.txt`));
  let batches = 0;
  for await (const files of findFiles([{ path, exclude: ['**/*.txt'] }], () => undefined)) {
    assert.deepEqual(files, []);
    if (++batches === 20) break;
  }
  assert.equal(batches, 20);
});

test('what is left out is told by its reason, a folder as one and with a slash', async () => {
  const path = await folderWith({
    ...Object.fromEntries(['.git/HEAD', 'a.txt', 'b.log', 'out/x.txt', 'out/y.txt'].map((name) => [name, 'text'])),
    ...Object.fromEntries(
      ['node_modules/x/y.js', 'yarn.lock', 'deep/.env', '.ssh/id', 'c.bak'].map((name) => [name, '']),
    ),
    '.gitignore': '*.log\n/out/\n',
  });
  const { names, skipped } = await find({ path, exclude: ['**/*.bak'] });
  assert.deepEqual(names, ['w/.gitignore', 'w/a.txt']);
  assert.deepEqual(skipped, {
    ignored: ['b.log', 'out/'],
    excluded: ['c.bak'],
    generated: ['node_modules/', 'yarn.lock'],
    secret: ['.ssh/', 'deep/.env'],
  });
});

test('where globs say what is read, it is that and nothing else, a folder standing for all that is in it', async () => {
  const path = await folderWith([
    'a.md',
    'b.txt',
    'docs/c.txt',
    'docs/deep/d.js',
    'src/docs/e.txt',
    'src/f.md',
    'src/g.ts',
  ]);
  const found = (include: string[], exclude: string[] = []) => names({ path, include, exclude });
  assert.deepEqual(await found(['**/*.md']), ['a.md', 'src/f.md']);
  assert.deepEqual(await found(['docs', 'src/*.ts']), ['docs/c.txt', 'docs/deep/d.js', 'src/g.ts']);
  assert.deepEqual(await found(['**/docs/**'], ['**/deep']), ['docs/c.txt', 'src/docs/e.txt']);
  assert.deepEqual(await found(['nothing']), []);
  const { skipped } = await find({ path, include: ['**/*.md'], exclude: [] });
  assert.equal(skipped.excluded?.length, 5);
});

test('rules above the opened folder hold up to the root of the repository, and its list of excludes does', async () => {
  const repository = await folderWith({
    '.gitignore': '*.log\n/packages/app/build/\n/packages/app/sub/*.tmp\n',
    '.git/info/exclude': 'private.txt\n',
    'packages/.gitignore': 'drafts/\n!keep.log\n',
    ...Object.fromEntries(
      ['a.txt', 'a.log', 'keep.log', 'build/b.txt', 'drafts/c.txt', 'private.txt', 'sub/x.tmp', 'x.tmp'].map((name) => [
        `packages/app/${name}`,
        'text',
      ]),
    ),
  });
  await writeFile(join(repository, '..', '.gitignore'), '*.txt\n'); // outside of it
  const app = ['app/a.txt', 'app/keep.log', 'app/x.tmp'];
  assert.deepEqual(await names(join(repository, 'packages', 'app')), app);
  const whole = (await names(repository)).filter((name) => name.startsWith('packages/app/'));
  assert.deepEqual(
    whole,
    app.map((name) => `packages/${name}`),
  );
});

test('a folder that git ignores is read where it is the one that is opened, under the other rules', async () => {
  const repository = await folderWith(['.git/HEAD', 'out/a.txt', 'out/b.log', 'out/deep/c.txt']);
  await writeFile(join(repository, '.gitignore'), 'out/\n*.log\n');
  assert.deepEqual(await names(repository), ['.gitignore']);
  assert.deepEqual(await names(join(repository, 'out')), ['out/a.txt', 'out/deep/c.txt']);
});

test('a worktree, whose .git is a file, has the excludes of its repository', async () => {
  const outer = await folderWith({
    'main/.git/info/exclude': '*.tmp\n',
    'main/.git/worktrees/tree/commondir': '../..\n',
    'tree/.git': '',
    'tree/a.txt': 'text',
    'tree/b.tmp': 'text',
    'tree/sub/c.tmp': 'text',
    'tree/sub/d.txt': 'text',
  });
  await writeFile(join(outer, 'tree', '.git'), `gitdir: ${join(outer, 'main', '.git', 'worktrees', 'tree')}\n`);
  assert.deepEqual(await names(join(outer, 'tree')), ['tree/a.txt', 'tree/sub/d.txt']);
  assert.deepEqual(await names(join(outer, 'tree', 'sub')), ['sub/d.txt']);
});

test('names in decomposed Korean, with spaces and with quotes are found, and rules for them hold', async () => {
  const korean = '한국어 노트.txt';
  const path = await folderWith({
    [korean.normalize('NFD')]: 'text',
    ['자료'.normalize('NFD') + '/x.txt']: 'text',
    ['비밀'.normalize('NFD') + '/y.txt']: 'text',
    ' a "b" \'c\'.txt': 'text',
    '.gitignore': '자료/\n',
  });
  const found = await names({ path, exclude: ['**/비밀'] });
  assert.deepEqual(found.sort(), [' a "b" \'c\'.txt', '.gitignore', korean]);
});

test('a name that is not Unicode is told, and the rest is found', { skip: process.platform !== 'linux' }, async () => {
  const path = await folderWith(['x.txt']);
  await writeFile(Buffer.concat([Buffer.from(`${path}/b`), Buffer.of(0xff), Buffer.from('.txt')]), 'text');
  const { names, unreadable } = await find(path);
  assert.deepEqual(names, ['w/x.txt']);
  assert.match(unreadable.join(), /^w\/b\ufffd\.txt: ENOENT/);
});

test('patterns with more wildcards than anyone writes are refused by their names, and the search goes on', async () => {
  const deep = 'a/'.repeat(60);
  const path = await folderWith({
    '.gitignore': 'a/**/a/**/a/**/a/**/b\n*.log\n',
    [`${deep}x.txt`]: '',
    [`${'a'.repeat(40)}.txt`]: '',
    'y.log': '',
  });
  const start = performance.now();
  const { names: found, unreadable, skipped } = await find({ path, exclude: ['*a*a*a*a*a*a*a*a*b'] });
  assert.ok(performance.now() - start < 2000);
  assert.deepEqual(found.length, 3); // .gitignore itself, too
  assert.deepEqual(skipped['ignored'], ['y.log']);
  assert.equal(unreadable.length, 2, unreadable.join('\n'));
});

test(
  'pipes and devices that are named like rules of git are not opened',
  { skip: process.platform === 'win32' },
  async () => {
    const path = await folderWith(['x.txt', 'a/y.txt', 'b/z.txt']);
    execFileSync('mkfifo', [join(path, '.gitignore'), join(path, 'a', '.git')]);
    await symlink('/dev/zero', join(path, 'b', '.gitignore'));
    const { names: found } = await find(path);
    assert.deepEqual(
      found.map((name) => name.replace(/^w\//, '')),
      ['x.txt', 'a/y.txt', 'b/z.txt'],
    );
  },
);

const NAMED_SECRETS = `auth.json deploy_key my-deploy-key.txt pgpass .pgpass pgpass.conf session.har .bash_history .zsh_history zsh_history
  .psql_history .node_repl_history fish_history ConsoleHost_history.txt .lesshst id_ed25519 id_rsa.old ssh_host_rsa_key known_hosts
  authorized_keys cookies.txt cookies.sqlite logins.json key4.db tokens.json api_keys.txt rclone.conf filezilla.xml WinSCP.ini
  sftp-config.json wp-config.php .netrc _netrc kubeconfig .kubeconfig master.key .htdigest application_default_credentials.json
  project-firebase-adminsdk-ab12.json terraform.tfstate prod.tfvars .env.local server.pem vault.kdbx`;
const NAMED_OTHERS = `authors.json author.ts history.md HISTORY CHANGELOG tokenizer.json tokens.ts keyboard.json deploy.sh deploy.ts cookie.ts
  cookies.md harness.ts shadow.css known.txt password-strength.ts secret-garden.txt public_keys.md keys.ts sharp.txt apikeys.ts
  passport.ts credentials.ts historyOfRome.txt history-of-art.md`;

test('files that their names give away are never opened, and those with like names are', async () => {
  const [secret, others] = [NAMED_SECRETS, NAMED_OTHERS].map((names) => names.split(/\s+/));
  const { names: found, skipped } = await find(await folderWith([...secret!, ...others!]));
  assert.deepEqual(new Set(skipped['secret']), new Set(secret));
  assert.deepEqual(new Set(found), new Set(others!.map((name) => `w/${name}`)));
});
