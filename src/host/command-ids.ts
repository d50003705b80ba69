// The commands of the extension by name: package.json contributes each of them, commands.ts says
// what each does.

export const COMMANDS = {
  train: 'lexiscope.train',
  continueTraining: 'lexiscope.continueTraining',
  cancelTraining: 'lexiscope.cancelTraining',
  forgetModels: 'lexiscope.forgetModels',
  openExplorer: 'lexiscope.openExplorer',
  findSimilar: 'lexiscope.findSimilar',
  solveAnalogy: 'lexiscope.solveAnalogy',
  importVectors: 'lexiscope.importVectors',
  findOddWord: 'lexiscope.findOddWord',
  compareWords: 'lexiscope.compareWords',
  compareCells: 'lexiscope.compareCells',
  evaluateVectors: 'lexiscope.evaluateVectors',
  exportVectors: 'lexiscope.exportVectors',
  showTokens: 'lexiscope.showTokens',
  showLog: 'lexiscope.showLog',
  openWalkthrough: 'lexiscope.openWalkthrough',
  /** Takes a word, else the one at the cursor. */
  showOnMap: 'lexiscope.showOnMap',
  /** What a click on the status bar opens while something is learned; not in the palette. */
  trainingMenu: 'lexiscope.trainingMenu',
} as const;

export type CommandName = keyof typeof COMMANDS;
