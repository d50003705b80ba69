// The HTML of the explorer's webview: no script but ours, no style but ours, nothing from the
// network.

import type { ExplorerSetup } from '../protocol/explorer.ts';

export interface ExplorerPage {
  /** Display language, for `lang`. */
  language: string;
  title: string;
  /** `webview.cspSource`. */
  cspSource: string;
  /** Fresh for every page. */
  nonce: string;
  scriptUri: string;
  styleUri: string;
  setup: ExplorerSetup;
}

export function explorerPage({ language, title, cspSource, nonce, scriptUri, styleUri, setup }: ExplorerPage): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${inAttribute(language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${inAttribute(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${inAttribute(title)}</title>
    <link rel="stylesheet" href="${inAttribute(styleUri)}">
  </head>
  <body>
    <script type="application/json" id="setup" nonce="${nonce}">${inScript(setup)}</script>
    <script nonce="${nonce}" src="${inAttribute(scriptUri)}"></script>
  </body>
</html>
`;
}

function inAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** JSON that cannot end the script element. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
