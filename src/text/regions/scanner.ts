// The scanner of each syntax.

import type { Language } from '../languages.ts';
import { BibtexScanner } from './bibtex.ts';
import { CodeScanner } from './code.ts';
import { MixedContentBreaks, NamedBreaks } from './element-breaks.ts';
import { HtmlScanner } from './html.ts';
import { LatexScanner } from './latex.ts';
import { MarkdownScanner } from './markdown.ts';
import { NotebookScanner } from './notebook.ts';
import { PropertiesScanner } from './properties.ts';
import type { Scanner } from './regions.ts';
import { SubtitleScanner } from './subtitles.ts';

/** Finds the regions of a document in this language; null for prose, which is one region. */
export function scannerOf(language: Language): Scanner | null {
  switch (language.syntax) {
    case 'prose':
      return null;
    case 'code':
      return new CodeScanner(language);
    case 'markdown':
      return new MarkdownScanner();
    case 'html':
      return new HtmlScanner(NamedBreaks.ofHtml());
    case 'xml':
      return new HtmlScanner(new MixedContentBreaks(), true);
    case 'sami':
      return new HtmlScanner(NamedBreaks.ofSami());
    case 'latex':
      return new LatexScanner();
    case 'bibtex':
      return new BibtexScanner();
    case 'properties':
      return new PropertiesScanner();
    case 'notebook':
      return new NotebookScanner();
    case 'subtitles':
      return new SubtitleScanner();
  }
}
