// A transform of the AssemblyScript compiler that writes what a kernel's module exports as
// TypeScript sees it: its functions with the types that the compiler gave them, its constants with
// their values, and the layout of its classes, each with the comment of the source.
// scripts/build.mjs puts it into src/kernel-interfaces.
//   KERNEL_INTERFACE=FILE node asc.js src/kernels/NAME.ts --transform scripts/kernel-interface.mjs
//   …
import binaryen from 'assemblyscript/binaryen';
import { Transform } from 'assemblyscript/transform';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What the compiler calls them (its `SourceKind` and `ElementKind`). */
const USER_ENTRY = 1;
const [GLOBAL, FUNCTION, CLASS] = [0, 4, 6];

/**
 * What a module exports, as the compiler knows it; its own types are of elements whose kind is not
 * yet told.
 * @typedef {{ exportedAs: string, element: any }} Exported
 */

export default class KernelInterface extends Transform {
  /**
   * @override
   * @param {import('binaryen').default.Module} module
   */
  afterCompile(module) {
    const files = [...this.program.filesByName.values()];
    const entry = files.find(
      ({ source }) => source.sourceKind === USER_ENTRY && source.internalPath.includes('kernels'),
    );
    if (!entry) throw new Error('The compiler was given no file of src/kernels.');
    const name = basename(entry.internalName);
    const exported = [...(entry.exports ?? [])].map(([exportedAs, element]) => ({ exportedAs, element }));
    const of = (/** @type {number} */ kind) => exported.filter(({ element }) => element.kind === kind);
    const text = [
      `// What the module of src/kernels/${name}.ts exports. Written by scripts/build.mjs; not to be edited.`,
      ...of(GLOBAL).map((each) => constantText(each, module)),
      ...of(CLASS).map((each) => layoutText(each, this.program.resolver)),
      `/** Its functions, which take and give numbers; pointers and strides are bytes. */
      export interface ${pascalCase(name)}Exports {
        ${of(FUNCTION).map(functionText).join('\n')}
      }`,
    ];
    writeFileSync(process.env['KERNEL_INTERFACE'] ?? '', text.join('\n\n'));
  }
}

/**
 * @param {Exported} exported
 * @param {import('binaryen').default.Module} module
 */
function constantText({ exportedAs, element }, module) {
  const { init } = binaryen.getGlobalInfo(module.getGlobal(element.internalName));
  const { value } = /** @type {import('binaryen').default.ConstInfo & { value: number }} */ (
    binaryen.getExpressionInfo(init)
  );
  const isUnsigned = element.type.toString().startsWith('u');
  return `${commentOf(element)}export const ${exportedAs} = ${isUnsigned ? value >>> 0 : value};`;
}

/**
 * Where the fields of a class are, bytes from its beginning, and its size.
 * @param {Exported} exported
 * @param {import('assemblyscript').Resolver} resolver
 */
function layoutText({ exportedAs, element }, resolver) {
  const layout = resolver.resolveClass(element, null);
  if (!layout?.members) throw new Error(`${exportedAs} has no fields.`);
  const members = /** @type {Iterable<[string, any]>} */ (layout.members);
  const fields = [...members].flatMap(([name, { instance }]) =>
    instance?.isField ? [`${commentOf(instance)}${name}: ${instance.memoryOffset},`] : [],
  );
  const name = constantCase(exportedAs);
  return `${commentOf(element)}export const ${name} = {
    ${fields.join('\n')}
  } as const;
  export const ${name}_BYTES = ${layout.nextMemoryOffset};`;
}

/** @param {Exported} exported */
function functionText({ exportedAs, element }) {
  const [{ signature }] = element.instances.values();
  const parameters = element.declaration.signature.parameters.map(
    (/** @type {{ name: { text: string } }} */ { name }, /** @type {number} */ index) =>
      `${name.text}: ${typeText(signature.parameterTypes[index])}`,
  );
  return `${commentOf(element)}readonly ${exportedAs}: (${parameters.join(', ')}) => ${typeText(signature.returnType)};`;
}

/**
 * The type of a value that crosses the border between a module and JavaScript.
 * @param {import('assemblyscript').Type} type
 */
function typeText(type) {
  const name = type.toString();
  if (name === 'void') return 'void';
  return name === 'u64' || name === 'i64' ? 'bigint' : 'number';
}

/**
 * The comment that stands directly before a declaration, on lines of its own; else nothing.
 * @param {any} element
 * @returns {string}
 */
function commentOf({ declaration }) {
  const { start, source } = declaration.range;
  const lines = /** @type {string} */ (source.text).slice(0, start).split('\n').slice(0, -1);
  while (/^\s*(\/\/ @ts-ignore|@\w+)/.test(lines.at(-1) ?? '')) lines.pop();
  if (!lines.at(-1)?.endsWith('*/')) return '';
  const first = lines.findLastIndex((line) => line.trimStart().startsWith('/**'));
  return `${lines.slice(first).join('\n')}\n`;
}

/** @param {string} name */
function pascalCase(name) {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
}

/** @param {string} name */
function constantCase(name) {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
