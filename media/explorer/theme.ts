// The colours and fonts of VS Code's theme, for what is drawn on canvases: style sheets read the
// variables themselves.
// https://code.visualstudio.com/api/extension-guides/webview#theming-webview-content

/** Red, green, blue, alpha, each 0 to 1, alpha not multiplied in. */
export type Rgba = [number, number, number, number];

export interface Theme {
  highContrast: boolean;
  /** CSS colours. */
  background: string;
  foreground: string;
  accent: string;
  font: string; // CSS font family
  /** Colours of points of the smallest and the largest count, without a selection. */
  plain: [Rgba, Rgba];
  /** Colours of points of similarity 0, 1/2 and 1 to the selected word. */
  ramp: [Rgba, Rgba, Rgba];
}

/** Reads the theme as it is now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (...names: string[]) => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value) return value;
    }
    return undefined;
  };
  const kind = document.body.dataset['vscodeThemeKind'] ?? '';
  const highContrast = kind.startsWith('vscode-high-contrast');
  const light = kind === 'vscode-light' || kind === 'vscode-high-contrast-light';

  const foreground = variable('editor-foreground', 'foreground') ?? (light ? '#202020' : '#cccccc');
  const point = rgba(variable('charts-blue', 'textLink-foreground') ?? foreground);
  const ink = rgba(foreground);
  // the warm end of the scale: the light themes' yellows are too pale or too olive to stand out on
  // white
  const warm = rgba(variable(light ? 'charts-red' : 'charts-yellow', 'charts-foreground') ?? foreground);
  return {
    highContrast,
    background: variable('editor-background') ?? (light ? '#ffffff' : '#1f1f1f'),
    foreground,
    accent: variable('focusBorder') ?? foreground,
    font: variable('font-family') ?? 'sans-serif',
    plain: highContrast ? [point, point] : [faded(point, 0.5), faded(mixed(point, ink, 0.25), 0.9)],
    ramp: [faded(ink, highContrast ? 0.4 : 0.11), faded(point, highContrast ? 1 : 0.8), warm],
  };
}

/** Calls back whenever the user has changed the theme, or a colour of it. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  // the variables themselves stand in the style attribute of <html>
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** Whether the user wants no animation, by the system's setting or by VS Code's. */
export function reducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}

let probe: OffscreenCanvasRenderingContext2D | null = null;

/** Any CSS colour in numbers: what one pixel filled with it holds. */
function rgba(colour: string): Rgba {
  probe ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = '#808080'; // stays where `colour` is none
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = probe.getImageData(0, 0, 1, 1).data;
  return [red! / 255, green! / 255, blue! / 255, alpha! / 255];
}

function faded([red, green, blue, alpha]: Rgba, by: number): Rgba {
  return [red, green, blue, alpha * by];
}

function mixed(a: Rgba, b: Rgba, share: number): Rgba {
  return a.map((value, i) => value + (b[i]! - value) * share) as Rgba;
}

/** A colour as CSS writes it. */
export function css([red, green, blue, alpha]: Rgba): string {
  return `rgb(${[red, green, blue].map((value) => Math.round(value * 255)).join(' ')} / ${alpha})`;
}
