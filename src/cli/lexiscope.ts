// Starts the command line (command-line.ts), or says in one sentence that this Node is too old. It
// comes before everything that an old Node cannot read, so it is a bundle of its own.

import { engines } from '../../package.json';

const numbers = (version: string): number[] => version.match(/\d+/g)!.map(Number);
const [oldest, here] = [numbers(engines.node), numbers(process.versions.node)];

if (here[0]! > oldest[0]! || (here[0] === oldest[0] && here[1]! >= oldest[1]!)) {
  void import(new URL('command-line.mjs', import.meta.url).href);
} else {
  process.stderr.write(`Lexiscope needs Node ${oldest.join('.')} or later; this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
}
