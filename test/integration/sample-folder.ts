// The folder that the integration tests open: prose about a few topics in English and Korean, and
// what must not be learned from it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syntheticText } from '../synthetic-text.ts';

/** Words of files that no training may read. */
export const UNREAD = { ignored: 'zeppelin', credentials: 'swordfish' };
/** Text that would do harm where it was taken for HTML or Markdown. */
export const HOSTILE = '<img src=x onerror=alert(1)> [click](command:workbench.action.quit)';

/** A document that no training reads, in which “king” is written with a character reference. */
export const NOTES = { name: 'notes.md', text: '# Notes\n\nThe kin&#103; and the *queen*.\n' };

/** Code that no training reads, with names that are words of the text. */
export const CODE = { name: 'court.ts', text: "const king: string = 'king';\nexport const queen = king;\n" };

/** A document to write in; it is empty, and no training reads it. */
export const DRAFT = 'draft.txt';

const LARGE = 'large.txt';

export class SampleFolder {
  readonly path: string;
  /** Everything that is to be read. */
  readonly text: string;

  private constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** Twelve chapters of 1,300 words each, and the rest. The caller removes it. */
  static async create(): Promise<SampleFolder> {
    const path = await mkdtemp(join(tmpdir(), 'lexiscope-folder-'));
    const chapters = Array.from({ length: 12 }, (_, index) => syntheticText(1300, index + 1));
    const hostile = `${HOSTILE}\n`.repeat(30);
    await mkdir(join(path, 'chapters'));
    await mkdir(join(path, 'ignored'));
    for (const [index, chapter] of chapters.entries())
      await writeFile(join(path, 'chapters', `chapter-${index + 1}.txt`), chapter);
    await writeFile(join(path, 'hostile.txt'), hostile);
    await writeFile(join(path, '.gitignore'), '/ignored/\n');
    await writeFile(join(path, 'ignored', 'ignored.txt'), `the ${UNREAD.ignored} of the king\n`.repeat(50));
    await writeFile(join(path, 'ignored', NOTES.name), NOTES.text);
    await writeFile(join(path, 'ignored', CODE.name), CODE.text);
    await writeFile(join(path, 'ignored', DRAFT), '');
    await writeFile(join(path, '.env'), `PASSWORD=${UNREAD.credentials}\n`.repeat(50));
    await writeFile(join(path, 'picture.dat'), Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 251)));
    return new SampleFolder(path, [...chapters, hostile].join('\n'));
  }

  /** How often the word stands in what is to be read. */
  count(word: string): number {
    return this.text.split(/[^\p{L}]+/u).filter((each) => each === word).length;
  }

  /** Adds so much text that a training takes a while, for as long as `during` runs. */
  async withMuchText(during: () => Promise<void>): Promise<void> {
    await writeFile(join(this.path, LARGE), syntheticText(600_000, 99));
    try {
      await during();
    } finally {
      await rm(join(this.path, LARGE));
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
