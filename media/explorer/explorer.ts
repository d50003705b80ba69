// The explorer's webview: builds the page, and joins the map, the search box, the side panel and
// the playground with the extension host. Every word it shows comes from the user's text and is
// shown as text only.

import * as l10n from '@vscode/l10n';
import type { WordDescription, WordMap } from '../../src/protocol/engine.ts';
import type { ExplorerSetup, Learning } from '../../src/protocol/explorer.ts';
import { element, iconButton } from './dom.ts';
import { connect, errorMessage, loadState, saveState } from './host.ts';
import { LearningStrip } from './learning-strip.ts';
import { Legend } from './legend.ts';
import { MapView } from './map-view.ts';
import { Notice } from './notice.ts';
import { Playground } from './playground.ts';
import { SearchBox } from './search.ts';
import { SidePanel } from './side-panel.ts';
import { onThemeChange } from './theme.ts';

const NEIGHBOURS = 10;
const SAVE_PAUSE = 150; // milliseconds

// before anything asks for a text
const setup = JSON.parse(document.getElementById('setup')?.textContent ?? '{}') as ExplorerSetup;
if (setup.l10n) l10n.config({ contents: setup.l10n });

class Explorer {
  readonly #host = connect({
    modelChanged: () => void this.#loadMap(),
    learningChanged: (learning) => this.#showLearning(learning),
    show: (word) => this.#show(word),
  });
  readonly #state = loadState();
  #saving: ReturnType<typeof setTimeout> | undefined;
  #map: WordMap | null = null;
  readonly #indexes = new Map<string, number>(); // of the map's words
  #loads = 0; // the latest request for a map; the answer to an earlier one is dropped
  #selections = 0; // likewise
  #restored = false; // a map has been shown, with what was kept of an earlier time
  #flyOnceLoaded = false;

  readonly #mapView = new MapView({
    clicked: (index) => void this.#select(this.#map!.words[index]!, false),
    viewChanged: (view) => {
      this.#state.view = view;
      this.#save();
    },
    graphicsLost: (lost) => {
      if (lost) this.#notice.show({ text: l10n.t('The graphics device was reset. The map comes back with it.') });
      else this.#notice.hide();
    },
  });
  readonly #search = new SearchBox((word) => void this.#select(word, true));
  readonly #panel = new SidePanel({
    chosen: (word) => void this.#select(word, true),
    pointed: (word) => this.#mapView.highlight(word === null ? null : (this.#indexes.get(word) ?? null)),
    showOnMap: () => this.#mapView.flyToSelected(),
    clear: () => this.#clear(),
    rareToo: (isRareToo) => {
      this.#state.isRareToo = isRareToo;
      this.#save();
      if (this.#state.selected !== null) void this.#select(this.#state.selected, false);
    },
  });
  readonly #playground = new Playground({
    complete: (text) => this.#host.complete(text),
    textChanged: (text) => {
      this.#state.text = text;
      this.#save();
    },
    explain,
  });
  readonly #notice = new Notice();
  readonly #legend = new Legend();
  readonly #learningStrip = new LearningStrip(() => void this.#host.cancel());
  #learning: Learning | null = null;
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  readonly #page = element(
    'main',
    { class: 'explorer' },
    element(
      'div',
      { class: 'stage' },
      this.#search.element,
      this.#mapView.element,
      element(
        'div',
        { class: 'zoom-buttons' },
        iconButton('plus', l10n.t('Zoom in'), () => this.#mapView.zoomBy(1.6)),
        iconButton('minus', l10n.t('Zoom out'), () => this.#mapView.zoomBy(1 / 1.6)),
        iconButton('fit', l10n.t('Show the whole map'), () => this.#mapView.fitAll()),
      ),
      this.#legend.element,
      this.#learningStrip.element,
      this.#notice.element,
    ),
    element('div', { class: 'side' }, this.#panel.element, this.#playground.element),
    this.#live,
  );

  start(): void {
    document.body.append(this.#page);
    onThemeChange(() => {
      this.#mapView.updateTheme();
      this.#showLegend();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) this.#clear();
    });
    // the timer may not fire any more once the page is hidden
    window.addEventListener('pagehide', () => this.#saveNow());
    document.addEventListener('visibilitychange', () => this.#saveNow());
    void this.#loadMap();
  }

  /** Asks for the map and shows it: the first one in the view that was kept, another one whole. */
  async #loadMap(): Promise<void> {
    const load = ++this.#loads;
    if (!this.#map) {
      this.#setPhase('loading');
      this.#notice.show({ text: l10n.t('Loading the map…'), busy: true });
    }
    let map: WordMap | null;
    try {
      [map, this.#learning] = await Promise.all([this.#host.map(), this.#host.learning()]);
    } catch (error) {
      if (load !== this.#loads) return;
      this.#map = null;
      this.#setPhase('message');
      const retry = { label: l10n.t('Retry'), run: () => void this.#loadMap() };
      this.#notice.show({ title: l10n.t('The map could not be loaded'), text: explain(error), action: retry });
      return;
    }
    if (load !== this.#loads) return;
    this.#map = map;
    this.#indexes.clear();
    if (!map) {
      this.#setPhase('message');
      if (this.#learning) this.#showLearning(this.#learning);
      else this.#offerTraining();
      return;
    }
    this.#learningStrip.show(this.#learning);
    map.words.forEach((word, index) => this.#indexes.set(word, index));
    this.#setPhase('ready');
    if (this.#mapView.works) this.#notice.hide();
    else
      this.#notice.show({
        text: l10n.t('This window has no WebGL2, which draws the map. Search and lists work without.'),
      });
    this.#search.setWords(map.words, map.counts);
    this.#mapView.setMap(map, this.#restored ? null : this.#state.view);
    this.#showLegend();
    const { selected, text, isRareToo = false } = this.#state;
    this.#panel.setRareToo(isRareToo, map.minimumCount);
    if (selected === null) this.#panel.showNothing();
    else void this.#select(selected, this.#flyOnceLoaded);
    this.#flyOnceLoaded = false;
    if (this.#restored) this.#playground.refresh();
    else this.#playground.setText(text);
    this.#restored = true;
  }

  #offerTraining(): void {
    this.#notice.show({
      title: l10n.t('Nothing is trained yet'),
      text: l10n.t(
        'Lexiscope learns word vectors and a language model from the files of this workspace, on this machine.',
      ),
      action: {
        label: l10n.t('Learn This Folder'),
        run: () => {
          this.#notice.show({ text: l10n.t('Starting…'), busy: true });
          this.#host.train().then(
            () => {
              if (!this.#map) void this.#loadMap();
            },
            (error: unknown) => {
              if (!this.#map)
                this.#notice.show({
                  text: explain(error),
                  action: { label: l10n.t('Retry'), run: () => this.#offerTraining() },
                });
            },
          );
        },
      },
    });
  }

  /** In the place of the map while there is none, else below it. */
  #showLearning(learning: Learning | null): void {
    const hasEnded = this.#learning !== null && learning === null;
    this.#learning = learning;
    this.#learningStrip.show(this.#map ? learning : null);
    if (this.#map) return;
    if (hasEnded) void this.#loadMap();
    if (!learning) return;
    const { title, steps, fraction, isOurs } = learning;
    this.#notice.show({
      title,
      text: steps,
      progress: fraction,
      ...(isOurs && {
        action: { label: l10n.t('Cancel'), run: () => void this.#host.cancel() },
        note: l10n.t('You can go on later: what is done is kept.'),
      }),
    });
  }

  /** The host wants a word shown. */
  #show(word: string): void {
    if (this.#map) {
      void this.#select(word, true);
    } else {
      this.#state.selected = word;
      this.#flyOnceLoaded = true;
      this.#save();
    }
  }

  /** Selects a word that the map may or may not have and the model may or may not know. */
  async #select(word: string, fly: boolean): Promise<void> {
    const selection = ++this.#selections;
    this.#state.selected = word;
    this.#save();
    this.#panel.showLoading(word);
    this.#mark(word, null, []);
    try {
      const [description, similarities] = await Promise.all([
        this.#host.describe(word, NEIGHBOURS, this.#state.isRareToo ?? false),
        this.#host.similaritiesOnMap(word),
      ]);
      if (selection !== this.#selections) return;
      if (!description.known) {
        this.#mark(word, null, []);
        this.#panel.showUnknown(description);
        this.#say(l10n.t('{0} is not known. {1} similar spellings.', word, description.spellings.length));
        return;
      }
      this.#state.selected = description.word; // as the model spells it
      this.#save();
      this.#showDescription(description, similarities);
      if (fly) this.#mapView.flyToSelected();
    } catch (error) {
      if (selection !== this.#selections) return;
      this.#panel.showError(word, explain(error), () => void this.#select(word, fly));
    }
  }

  #showDescription(description: WordDescription, similarities: Float32Array | null): void {
    const neighbours = description.neighbours.flatMap(({ word }) => this.#indexes.get(word) ?? []);
    // of another model than this map, when one has just been trained: modelChanged comes next
    const fitting = similarities?.length === this.#map?.words.length ? similarities : null;
    this.#mark(description.word, fitting, neighbours);
    this.#panel.showWord(description, (word) => this.#indexes.has(word), this.#indexes.size);
    this.#say(l10n.t('Selected {0}, {1} nearest words.', description.word, description.neighbours.length));
  }

  #mark(word: string, similarities: Float32Array | null, neighbours: number[]): void {
    this.#mapView.select({ word, index: this.#indexes.get(word) ?? null, similarities, neighbours });
    this.#showLegend();
  }

  #clear(): void {
    this.#selections++;
    if (this.#state.selected === null) return;
    this.#state.selected = null;
    this.#save();
    this.#mapView.select(null);
    this.#panel.showNothing();
    this.#showLegend();
    this.#say(l10n.t('Nothing is selected.'));
  }

  #showLegend(): void {
    const closest = this.#mapView.closestSimilarity;
    if (this.#state.selected !== null && closest !== null) this.#legend.showSimilarity(this.#state.selected, closest);
    else this.#legend.showSize(this.#indexes.size);
  }

  /** `ready`: all is shown; else the notice alone, or with the map it is about. */
  #setPhase(phase: 'loading' | 'message' | 'ready'): void {
    this.#page.dataset['phase'] = phase;
    this.#page.classList.toggle('without-map', !this.#mapView.works);
  }

  #say(text: string): void {
    this.#live.textContent = text;
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#saveNow(), SAVE_PAUSE);
  }

  #saveNow(): void {
    clearTimeout(this.#saving);
    saveState(this.#state);
  }
}

function explain(error: unknown): string {
  return errorMessage(error) ?? l10n.t('The extension did not answer.');
}

new Explorer().start();
