// A user's pass: the packaged extension, installed into a real VS Code, from the first training to
// forgetting what was learned. The tests go through one window in this order; each begins where the
// one before it ended.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Frame, Locator } from 'playwright-core';
import manifest from '../../package.json' with { type: 'json' };
import { quietSettings, VSCodeServer } from '../../scripts/vscode-server.mjs';
import { colourOf, Pixels } from '../browser/pixels.ts';
import { TOPICS } from '../synthetic-text.ts';
import { CODE, DRAFT, NOTES, SampleFolder, UNREAD } from './sample-folder.ts';
import { launchBrowser, retry, Workbench } from './workbench.ts';

const VSIX = fileURLToPath(new URL(`../../lexiscope-${manifest.version}.vsix`, import.meta.url));
/** Every word of a line can be pointed at. */
const SETTINGS = { ...quietSettings, 'editor.minimap.enabled': false, 'editor.wordWrap': 'on' };
/** Milliseconds that a training of the sample folder may take, on two busy cores. */
const TRAINING = 120_000;
/** What the status bar says while training. */
const RUNNING = /Lexiscope: (starting|finding files|words|saving)/;
/** The last stage, which lasts long enough, on any machine, for a click and a kill. */
const LONG_PHASE = /words ✓ map ✓ suggestions \d+%/;
/** The one notification of a training. */
const LEARNED = /The map of “.+” is ready\. Suggestions follow in about .+\.|Lexiscope has learned from “.+”\./;

/** A count of the text that is so large that its training can be broken off. */
const MANY = /· \d,\d{3} times in this folder/;

/**
 * Words that begin others (sail, king, prince), that are learned and that are not, and most of them
 * at the end of a line. VS Code indents no line of it and closes no bracket or quotation mark.
 */
const PROSE = [
  'the king of the castle was near the palace',
  'a prince',
  'the queen and the sail',
  'in the kitchen with flour and a spoon',
  'the oven was over the',
  'Prince and King and sai',
  'The harbour, the ship; the captain.',
  '',
  'a wav',
  '한국과 서울',
  'an unknown wor',
  'sail',
  'the end',
].join('\n');

/** The explorer's document, once it shows a map. */
const EXPLORER = '.explorer[data-phase="ready"]';

let folder: SampleFolder;
let server: VSCodeServer;
let browser: Browser;
let window: Workbench;

before(async () => {
  if (!existsSync(VSIX)) throw new Error(`There is no ${VSIX}: run “npm run package” first.`);
  folder = await SampleFolder.create();
  server = await VSCodeServer.start({ extensions: [VSIX], settings: SETTINGS });
  browser = await launchBrowser();
  window = await Workbench.open(browser, server.window(folder.path));
});

after(async () => {
  await browser.close();
  await server.stop();
  await folder.remove();
});

/** A test that leaves a picture of the window where it fails. */
function step(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    try {
      await run();
    } catch (error) {
      await window.screenshot(`failed ${name.replaceAll(/[^\w ]/g, '')}`);
      throw error;
    }
  });
}

describe('a folder that nothing was learned from', () => {
  step('commands that need a model are not offered, and Get Started is', async () => {
    const offered = await window.offered('Lexiscope');
    assert.deepEqual(
      offered.filter((title) => /Find|Solve|Compare Words|Export|Evaluate|Forget|Cancel|Continue/.test(title)),
      [],
    );
    for (const title of ['Learn This Folder (Train)', 'Open Map', 'Get Started'])
      assert.ok(offered.includes(`Lexiscope: ${title}`), `${title} is not among ${offered.join('; ')}`);
    await window.command('Lexiscope: Get Started');
    await window.page.getByText('Learn this folder', { exact: true }).first().waitFor();
    await window.screenshot('walkthrough');
  });

  step(
    'training shows one percentage in the status bar, and is told once, in few words, when there is a map',
    async () => {
      await window.command('Lexiscope: Learn This Folder');
      const said = await window.statusTexts(RUNNING, window.notification(LEARNED, TRAINING));
      assert.ok(
        said.some((text) => /words \d+%|words ✓ map \d+%/.test(text)),
        `no percentage in: ${said.join('; ')}`,
      );
      const summary = await window.notification(LEARNED);
      assert.ok(summary.split(/\s+/).length <= 15, summary);
      await window.screenshot('trained');
    },
  );

  step('Details lists the names behind the figures, by reason, and no more than names', async () => {
    await window.answerNotification('Details');
    const name = basename(folder.path);
    const listed = (heading: string, file: string): RegExp =>
      new RegExp(`${heading} \\(1\\)\\s+${name}/${file}(?:\\s|$)`);
    await window.editorText(listed('Not read: ignored by git', 'ignored/'));
    await window.editorText(listed('Never opened: may hold keys or passwords', '.env'));
    await window.editorText(listed('Not read: not text', 'picture.dat'));
    const text = await window.editor().locator('.view-lines').innerText();
    for (const word of Object.values(UNREAD)) assert.ok(!text.includes(word), word);
    await learned();
    await window.editorText(/Perplexity of/);
    await window.screenshot('files');
    await window.press('Control+F4');
    await window.clearNotifications();
  });
});

describe('a folder that was learned', () => {
  step('a hover shows the nearest words and the count', async () => {
    await window.openFile('chapter-1.txt');
    await checkHover('king', TOPICS.court);
    await window.screenshot('hover');
  });

  step('a near word in a hover opens its own list', async () => {
    const hover = await window.hover('king', /king · .* used like/);
    const near = await hover.locator('td a').first().innerText();
    await hover.locator('td a').first().click();
    await window.quickRow(/\d\.\d{3} · \d+×$/);
    assert.equal(await (await window.quickInput()).inputValue(), near);
    await window.press('Escape');
  });

  step('over code a hover is one line below what the language server says', async () => {
    await window.openInTree('ignored', CODE.name);
    const hover = await window.hover('king', /≈/);
    await hover.getByText(/const king: string/).waitFor();
    const [server, ours] = await Promise.all(
      [/const king: string/, /≈/].map((text) => hover.getByText(text).last().boundingBox()),
    );
    assert.ok(server!.y < ours!.y, 'ours comes last');
    assert.ok(ours!.height < 40, 'and is one line');
    await window.screenshot('hover over code');
    await window.noHover('const', /≈/);
    await window.openFile('chapter-1.txt');
  });

  step('a hover over a Korean word shows Korean words', async () => {
    await checkHover('서울', TOPICS.korea);
    await window.screenshot('hover Korean');
  });

  step('a word with a character reference is one word, in a hover and for Find Similar Words', async () => {
    await window.openInTree('ignored', NOTES.name);
    await window.hover('&#103;', /^\s*king · /);
    await window.screenshot('hover over a character reference');
    await window.goTo(3, 9);
    await window.command('Lexiscope: Find Similar Words…');
    await window.quickRow(/^king, \d+ times in this folder/);
    await window.quickRow(/\d\.\d{3} · \d+×$/);
    assert.equal(await (await window.quickInput()).inputValue(), 'king');
    await window.screenshot('similar words of a character reference');
    await window.press('Escape');
  });

  step('a file is shown as it is read, in colours and in words', async () => {
    await window.openFile('chapter-7.txt');
    await window.command('Lexiscope: Show How This File Is Read');
    await window.editorText(/Language: plaintext.*Words: [\d,]+\. Sentences: [\d,]+/s);
    await window.screenshot('tokens');
    await window.openFile('chapter-1.txt'); // the view is read-only
  });

  step('words of ignored files and of credentials are not known', async () => {
    for (const word of Object.values(UNREAD)) {
      await window.command('Lexiscope: Find Similar Words…');
      await (await window.quickInput()).fill(word);
      await window.quickRow(/is not a word that was learned/);
      await window.press('Escape');
    }
  });

  step('the suggestion list holds the language model’s words, marked as Lexiscope’s', async () => {
    await window.goTo(1, 1);
    await window.type('the ');
    const next = await window.suggestions(/Lexiscope/);
    assert.ok(next.length >= 3, `suggestions: ${next.join('; ')}`);
    await window.screenshot('suggestions');
    await window.press('Escape');
    await window.type('kni');
    const [best] = await window.suggestions(/Lexiscope/);
    assert.match(best!, /^knight\b.*Lexiscope/);
    await window.press('Enter');
    await window
      .editor()
      .locator('.view-line', { hasText: /^the\sknight/ })
      .waitFor();
    await window.command('File: Revert File');
  });

  step('prose with line breaks is what was typed: no word and no line break is taken', async () => {
    await window.openInTree('ignored', DRAFT);
    await window.goTo(1, 1); // the tree has the focus
    await window.type(PROSE);
    await retry('the last line', 15_000, async () => assert.equal((await window.lines()).at(-1), 'the end'));
    const lines = await window.lines();
    await window.screenshot('prose');
    assert.deepEqual(lines, PROSE.split('\n'));
  });

  step('a list that opens by itself waits for a choice: Tab takes its first word, Enter a chosen one', async () => {
    await window.type('\nthe kni');
    await window.openSuggestions(/knight/);
    await window.screenshot('suggestions while typing');
    await window.press('Tab');
    await window.type(' the pal');
    await window.openSuggestions(/palace/);
    await window.press('ArrowDown');
    await window.press('Enter');
    await window.type('.');
    await retry('the chosen word', 15_000, async () =>
      assert.equal((await window.lines()).at(-1), 'the knight the palace.'),
    );
  });

  step('a word that is typed stands first, and no list opens by itself if it is the likeliest', async () => {
    await window.type('\nthe sail');
    const asked = await window.suggestions(/sail/);
    assert.match(asked[0]!, /^sail\b/);
    await window.press('Escape');
    await window.type('\nthe oven');
    await window.noSuggestions();
    await window.press('Control+Space');
    await window.openSuggestions(/^oven/);
    await window.press('Escape');
    await window.command('File: Revert File');
    await window.press('Control+F4');
  });

  step('Find Similar Words answers while one types', async () => {
    await window.command('Lexiscope: Find Similar Words…');
    await (await window.quickInput()).fill('harbour');
    await window.quickRow(/^harbour, \d+ times in this folder/);
    assertOneOf(await window.quickRow(/\d\.\d{3} · \d+×$/), TOPICS.sea);
    await window.screenshot('similar words');
    await (await window.quickInput()).fill('habour');
    await window.quickRow(/is not a word that was learned/);
    await window.quickRow(/^harbour, similar spelling$/);
    await window.press('Escape');
  });

  step('Solve Analogy answers while one types', async () => {
    await window.command('Lexiscope: Solve Analogy…');
    const example = await window.quickRow(/ : .* = .* : \?$/);
    await window.screenshot('analogy examples');
    await (await window.quickInput()).fill('flour : bread = sugar');
    assertOneOf(await window.quickRow(/\d\.\d{3} · \d+×$/), TOPICS.kitchen);
    await (await window.quickInput()).fill(example);
    await window.quickRow(/\d\.\d{3} · \d+×$/);
    await (await window.quickInput()).fill('flour is to');
    await window.quickRow(/Go on with two words/);
    await (await window.quickInput()).fill('bread - flour + sugar');
    assertOneOf(await window.quickRow(/\d\.\d{3} · \d+×$/), TOPICS.kitchen);
    await window.screenshot('analogy');
    await (await window.quickInput()).fill('bread - nosuchword + sugar');
    await window.quickRow(/nosuchword.*is not a word that was learned/);
    await window.press('Escape');
  });

  step('Solve Analogy takes weights and says what is wrong with one', async () => {
    await window.command('Lexiscope: Solve Analogy…');
    await (await window.quickInput()).fill('bread - 0.5*flour + 2*sugar');
    assertOneOf(await window.quickRow(/\d\.\d{3} · \d+×$/), TOPICS.kitchen);
    await (await window.quickInput()).fill('bread - 0*flour');
    await window.quickRow(/The weight 0 at position 9 must be a number other than 0/);
    await window.press('Escape');
  });

  step('Find the Odd Word Out and Compare Words answer while one types', async () => {
    await window.command('Lexiscope: Find the Odd Word Out…');
    await (await window.quickInput()).fill('king queen');
    await window.quickRow(/three words or more/);
    await (await window.quickInput()).fill('king queen ship throne');
    await window.quickRow(/^ship, -?\d\.\d{3} · \d+× · fits least/);
    await window.screenshot('odd word');
    await window.press('Escape');
    await window.command('Lexiscope: Compare Words…');
    await (await window.quickInput()).fill('king queen');
    await window.quickRow(/“queen” is neighbour \d+ of “king”, of \d+/);
    await (await window.quickInput()).fill('king queen / bread sugar');
    await window.quickRow(/cosine -?\d\.\d{3}.*king, queen · bread, sugar/);
    await (await window.quickInput()).fill('king queen ship');
    await window.quickRow(/^king · queen, 0\.\d{3}/);
    await window.quickRow(/^queen · ship, -?0\.\d{3}/);
    await window.screenshot('compare words');
    await window.press('Escape');
  });

  step('Evaluate Vectors shows the figures of a file as a table', async () => {
    const path = join(folder.path, 'pairs.csv');
    await writeFile(path, 'king,queen,9\nking,bread,1\nship,sugar,2\nking,nosuchword,5\n');
    // the dialog puts the folder into the box once it has listed it, over what is there, and takes
    // Enter only then; now and then it never does
    await retry('the end of the dialog', 60_000, async () => {
      await window.press('Escape');
      await window.command('Lexiscope: Evaluate Vectors…');
      const input = await window.quickInput();
      await retry('the choice of a file', 5000, async () => {
        await input.fill(path);
        await window.press('Enter');
        await input.waitFor({ state: 'hidden', timeout: 2000 });
      });
    });
    const report = await window.webview('table');
    await report.getByText(/Spearman's rank correlation/).waitFor();
    await report.getByText('3 (75.0%)').waitFor();
    await window.screenshot('evaluation');
    await rm(path);
    await window.press('Control+F4');
  });

  step('the explorer draws the map, finds a word and shows what follows a text', async () => {
    await window.command('Lexiscope: Open Map');
    const explorer = await window.webview(EXPLORER);
    assert.ok((await drawnPixels(explorer)) > 200, 'the map is blank');
    await explorer.getByRole('combobox').fill('queen');
    await explorer.getByRole('combobox').press('Enter');
    await explorer.locator('.selection .word', { hasText: /^queen$/ }).waitFor();
    await explorer.locator('.figures', { hasText: `${folder.count('queen')} occurrences` }).waitFor();
    const nearest = await explorer.locator('.selection .bar-word').allInnerTexts();
    for (const word of nearest.slice(0, 3)) assertOneOf(word, TOPICS.court);
    await explorer.locator('#playground-text').fill('the kni');
    await explorer.locator('.playground .bar-word', { hasText: 'knight' }).waitFor();
    await window.screenshot('explorer');
  });

  step('the link of a hover shows its word in the explorer', async () => {
    await window.openFile('chapter-1.txt');
    const hover = await window.hover('king', /king .*Map/s);
    await hover.getByText('Map', { exact: true }).click();
    const explorer = await window.webview(EXPLORER);
    await explorer.locator('.selection .word', { hasText: /^king$/ }).waitFor();
    await window.screenshot('explorer from a hover');
  });

  step('hostile text is shown as text', async () => {
    const dialogs: string[] = [];
    window.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await window.openFile('hostile.txt');
    const hover = await window.hover('onerror', /onerror.*30 times in this folder/s);
    assert.equal(await hover.locator('img').count(), 0);
    await window.screenshot('hostile');
    assert.deepEqual(dialogs, []);
  });

  step('after a reload of the window the model is there without training', async () => {
    await window.command('Lexiscope: Open Map');
    await window.webview(EXPLORER);
    await window.reload();
    await idle();
    // That it keeps its selection and text is tested in test/browser: a VS Code in a browser does
    // not always store the last of what a webview keeps before its window goes.
    const explorer = await window.webview(EXPLORER);
    assert.ok((await drawnPixels(explorer)) > 200, 'the map is blank');
    await window.screenshot('explorer after a reload');
    await window.openFile('chapter-2.txt');
    await checkHover('queen', TOPICS.court);
  });
});

describe('a training that goes on', () => {
  step('Continue Training goes on with what was learned', async () => {
    await window.command('Lexiscope: Continue With Stored Vectors');
    await window.notification(LEARNED, TRAINING);
    await learned();
    await window.clearNotifications();
    await window.openFile('chapter-2.txt');
    await checkHover('queen', TOPICS.court);
  });
});

describe('a training that does not end', () => {
  step('the menu of the status bar cancels it, and what is stored by then stays', async () => {
    await window.openFile('chapter-2.txt');
    await folder.withMuchText(async () => {
      await window.command('Lexiscope: Learn This Folder');
      const progress = await window.statusBar(LONG_PHASE, TRAINING);
      await window.screenshot('training');
      await cancelBy(progress);
    });
    // the words of the large text are stored by then
    await checkHover('queen', TOPICS.court, MANY);
  });

  step('a killed engine is told, what is stored by then stays, and training can start again', async () => {
    await folder.withMuchText(async () => {
      await window.command('Lexiscope: Learn This Folder');
      await window.statusBar(LONG_PHASE, TRAINING);
      process.kill(engineProcess(server.pid), 'SIGKILL');
      await window.notification(/engine stopped unexpectedly/);
      await window.statusBar(/training stopped/);
      await window.screenshot('engine killed');
      await window.clearNotifications();
    });
    await checkHover('queen', TOPICS.court, MANY);
    await window.command('Lexiscope: Learn This Folder');
    await window.notification(LEARNED, TRAINING);
    await learned();
    await window.clearNotifications();
  });
});

describe('the end', () => {
  step('Export Vectors writes a file that other tools read', async () => {
    const path = join(folder.path, `${basename(folder.path)}.vec`);
    await window.command('Lexiscope: Export Vectors…');
    const input = await window.quickInput();
    await retry('the proposed path', 15_000, async () => assert.equal(await input.inputValue(), path));
    await window.press('Enter');
    await window.notification(/The vectors of [\d,]+ words are in .*\.vec/);
    const [header, first] = (await readFile(path, 'utf8')).split('\n');
    const [words, vectorSize] = header!.split(' ').map(Number);
    assert.ok(words! > 40 && first!.trim().split(' ').length === vectorSize! + 1, `header: ${header!}`);
    await rm(path);
    await window.clearNotifications();
  });

  step('Forget Models asks, deletes, and hovers show nothing', async () => {
    await window.command('Lexiscope: Forget What Was Learned Here');
    await window.screenshot('forget');
    await window.answerDialog('Forget');
    await window.notification(/models of this workspace are deleted/);
    await window.clearNotifications();
    await window.noHover('queen', /in this folder/);
  });

  step('an empty folder is answered with one sentence', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'lexiscope-empty-'));
    try {
      await window.page.goto(server.window(empty));
      await window.command('Lexiscope: Learn This Folder');
      await window.notification(/needs about 2000 words to learn from and found no text here/);
      await window.screenshot('empty folder');
    } finally {
      await rm(empty, { recursive: true });
    }
  });

  step('nothing of ours wrote an error to the console', () => {
    assert.deepEqual(window.errors, []);
    return Promise.resolve();
  });
});

/** The status bar's entry when a model is there and nothing goes on. */
async function idle(): Promise<Locator> {
  return window.statusBar(/^\s*Lexiscope(: learned)?\s*$/);
}

/** The status bar's entry when all stages of a training are stored. */
async function learned(): Promise<Locator> {
  return window.statusBar(/^\s*Lexiscope: learned\s*$/, TRAINING);
}

/** Cancels the training by the menu of the status bar's entry. */
async function cancelBy(progress: Locator): Promise<void> {
  await progress.click();
  await window.quickRow(/Cancel/);
  await window.press('Enter');
  await window.statusBar(/training cancelled/);
}

/**
 * The word's hover names its count in the folder, or a given one, and, nearest first, words of its
 * topic.
 */
async function checkHover(word: string, topic: readonly string[], figures?: RegExp): Promise<void> {
  const hover = await window.hover(word, new RegExp(`^\\s*${word} · `));
  const seen = folder.count(word).toLocaleString('en');
  assert.match(
    await hover.innerText(),
    figures ?? new RegExp(`^\\s*${word} · ${seen} times in this folder · used like`),
  );
  const rows = await hover
    .locator('tbody tr')
    .evaluateAll((elements) =>
      elements.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent.trim())),
    );
  assert.ok(rows.length >= 5, `the hover shows ${rows.length} words`);
  for (const [neighbour, bar, count] of rows.slice(0, 3)) {
    assertOneOf(neighbour!, topic);
    assert.match(bar!, /^━+╸?$/);
    if (!figures) assert.equal(count, folder.count(neighbour!).toLocaleString('en'));
  }
}

/** How many pixels of the explorer's map are dots: unlike the background, labels apart. */
async function drawnPixels(explorer: Frame): Promise<number> {
  const background = await explorer
    .locator('body')
    .evaluate((body) => getComputedStyle(body).getPropertyValue('--vscode-editor-background'));
  const labels = explorer.locator('.map .labels');
  await labels.evaluate((canvas) => (canvas.style.visibility = 'hidden'));
  const picture = new Pixels(await explorer.locator('.map .points').screenshot());
  await labels.evaluate((canvas) => (canvas.style.visibility = ''));
  // search box, buttons and legend lie over the edges
  const { width, height } = picture;
  return picture.countUnlike(colourOf(background), 0, height * 0.08, width * 0.93, height * 0.92);
}

function assertOneOf(row: string, words: readonly string[]): void {
  assert.ok(words.includes(/^[^,]*/.exec(row)![0]), `“${row}” is none of ${words.join(', ')}`);
}

/** The process id of the engine among the descendants of a process. */
function engineProcess(ancestor: number): number {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command! }));
  const descendants = new Set([ancestor]);
  for (let size = 0; size !== descendants.size;) {
    size = descendants.size;
    for (const { pid, parent } of processes) if (descendants.has(parent)) descendants.add(pid);
  }
  const engines = processes.filter(({ pid, command }) => descendants.has(pid) && /dist[/\\]engine\.mjs/.test(command));
  assert.equal(engines.length, 1, `engines: ${engines.map(({ command }) => command).join('; ')}`);
  return engines[0]!.pid;
}
