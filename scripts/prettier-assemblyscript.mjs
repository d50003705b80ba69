// Prettier for AssemblyScript: TypeScript, but for decorators on functions (`@inline`), which
// Prettier's parser refuses. Each stands on a line of its own: it is read as a comment and written
// as it was.
import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';

/** @type {import('prettier').Printer} */
const printer = estree.printers.estree;
/** What a comment begins with that stands for a decorator. */
const MARK = '\u0000';

/** @type {Record<string, import('prettier').Parser>} */
export const parsers = {
  assemblyscript: {
    ...typescript.parsers.typescript,
    astFormat: 'assemblyscript',
    preprocess: (text) => text.replace(/^@(?=\w+(?:\(.*\))?$)/gm, `//${MARK}@`),
  },
};

/** @type {Record<string, import('prettier').Printer>} */
export const printers = {
  assemblyscript: {
    ...printer,
    printComment: (path, options) => {
      const { value } = path.node;
      return value.startsWith(MARK) ? value.slice(MARK.length) : (printer.printComment?.(path, options) ?? '');
    },
  },
};
