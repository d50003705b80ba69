// Import Vectors, Export Vectors, Compare RNN, GRU and LSTM, and Forget What Was Learned Here.

import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { type CellsAreEqualIn, exportFormat } from '../protocol/engine.ts';
import { cellsMarkdown } from './cell-text.ts';
import { showResult } from './notices.ts';
import type { ReportDocuments } from './report-documents.ts';
import { figure, TRAINING_RUNS } from './sentences.ts';
import type { Training } from './training.ts';
import type { WorkspaceModel } from './workspace-model.ts';

/**
 * Asks for a file and, where a model is stored, whether it may be replaced; then imports it. Throws
 * one sentence where it cannot begin.
 */
export async function importVectors(model: WorkspaceModel, training: Training): Promise<void> {
  model.engine();
  if (training.state.kind === 'running') throw new Error(TRAINING_RUNS());
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import Vectors'),
      openLabel: vscode.l10n.t('Import'),
      filters: {
        [vscode.l10n.t('Word vectors')]: ['vec', 'bin', 'txt', 'tsv', 'safetensors', 'gz'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  if (!file) return;
  if (file.scheme !== 'file') throw new Error(vscode.l10n.t('Vectors are imported from files of this machine only.'));
  if (await model.exists()) {
    const replace = vscode.l10n.t('Replace');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Replace what was learned from this workspace?'),
      {
        modal: true,
        detail: vscode.l10n.t(
          'The vectors of “{0}” take the place of the word vectors and the map. A file of vectors has no language model: completions end. Your files stay as they are.',
          nameOf(file),
        ),
      },
      replace,
    );
    if (answer !== replace) return;
  }
  await training.import(file.fsPath);
}

/** Asks where to, writes the vectors there and says so. Throws one sentence where that fails. */
export async function exportVectors(model: WorkspaceModel): Promise<void> {
  const engine = await model.required();
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = folders.find(({ uri }) => uri.scheme === 'file') ?? {
    uri: vscode.Uri.file(homedir()),
    name: 'vectors',
  };
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Vectors'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(folder.uri, `${folder.name}.vec`),
    filters: {
      [vscode.l10n.t('word2vec, text')]: ['vec'],
      [vscode.l10n.t('word2vec, binary')]: ['bin'],
      [vscode.l10n.t('GloVe, text')]: ['glove.txt'],
      [vscode.l10n.t('Embedding Projector, two files')]: ['tsv'],
      [vscode.l10n.t('safetensors')]: ['safetensors'],
    },
  });
  if (!target) return;
  const format = exportFormat(target.path);
  if (!format)
    throw new Error(
      vscode.l10n.t(
        'Vectors are exported as .vec, .bin, .glove.txt, .tsv or .safetensors; got the file name “{0}”.',
        nameOf(target),
      ),
    );
  if (target.scheme !== 'file') throw new Error(vscode.l10n.t('Vectors are exported to files of this machine only.'));

  const { words, bytes } = await engine.exportVectors(target.fsPath, format);
  const { language } = vscode.env;
  const megabytes = (bytes / 1e6).toLocaleString(language, { maximumFractionDigits: 1 });
  const sentence = vscode.l10n.t(
    'The vectors of {0} words are in {1} ({2} MB).',
    figure(words, language),
    nameOf(target),
    megabytes,
  );
  if ((await showResult(sentence, [vscode.l10n.t('Copy Path')])) === 0)
    await vscode.env.clipboard.writeText(target.fsPath);
}

/**
 * Deletes the stored model, once the user has said so. Throws one sentence where there is none, or
 * while training runs.
 */
export async function forgetModels(model: WorkspaceModel, training: Training): Promise<void> {
  const engine = model.engine();
  if (training.state.kind === 'running') throw new Error(TRAINING_RUNS());
  if (!(await model.exists())) {
    await showResult(vscode.l10n.t('No model of this workspace is stored.'), []);
    return;
  }
  const forget = vscode.l10n.t('Forget');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Forget what was learned from this workspace?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The word vectors, the map and the language model are deleted. Your files stay as they are.',
      ),
    },
    forget,
  );
  if (answer !== forget) return;
  await engine.forget();
  await showResult(vscode.l10n.t('The models of this workspace are deleted.'), []);
}

function nameOf(file: vscode.Uri): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1);
}

/** Asks what the cells shall have in common, compares them and shows the figures. */
export async function compareCells(training: Training, documents: ReportDocuments): Promise<void> {
  const choices: (vscode.QuickPickItem & { equal: CellsAreEqualIn })[] = [
    {
      label: vscode.l10n.t('Equal hidden size'),
      description: vscode.l10n.t('RNN, GRU, LSTM and LSTM with attention, each with as many units'),
      equal: 'hiddenSize',
    },
    {
      label: vscode.l10n.t('Equal number of parameters'),
      description: vscode.l10n.t('each with as many parameters as the LSTM'),
      equal: 'parameters',
    },
  ];
  const title = vscode.l10n.t('Compare RNN, GRU and LSTM');
  const placeHolder = vscode.l10n.t('Each cell is trained on the text of this workspace; the stored model stays');
  const choice = await vscode.window.showQuickPick(choices, { title, placeHolder });
  const reports = choice && (await training.compareCells(choice.equal));
  if (reports) await documents.show(title, cellsMarkdown(reports, choice.equal, vscode.env.language));
}
