// A transform of the AssemblyScript compiler that writes what a kernel's module exports as TypeScript sees it: its functions
// with the types that the compiler gave them, its constants with their values, and the layout of its classes, each with the
// comment of the source. scripts/build.mjs puts it into src/kernel-interfaces.
//   KERNEL_INTERFACE=FILE node asc.js src/kernels/NAME.ts --transform scripts/kernel-interface.mjs …
import binaryen from 'assemblyscript/binaryen';
import { Transform } from 'assemblyscript/transform';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What the compiler calls them (its `SourceKind` and `ElementKind`). */
const USER_ENTRY = 1;
const [GLOBAL, FUNCTION, CLASS] = [0, 4, 6];

export default class KernelInterface extends Transform {
  afterCompile(module) {
    const files = [...this.program.filesByName.values()];
    const entry = files.find(
      ({ source }) => source.sourceKind === USER_ENTRY && source.internalPath.includes('kernels'),
    );
    const name = basename(entry.internalName);
    const exported = [...(entry.exports ?? [])].map(([exportedAs, element]) => ({ exportedAs, element }));
    const of = (kind) => exported.filter(({ element }) => element.kind === kind);
    const text = [
      `// What the module of src/kernels/${name}.ts exports. Written by scripts/build.mjs; not to be edited.`,
      ...of(GLOBAL).map((each) => constantText(each, module)),
      ...of(CLASS).map((each) => layoutText(each, this.program.resolver)),
      `/** Its functions, which take and give numbers; pointers and strides are bytes. */
      export interface ${pascalCase(name)}Exports {
        ${of(FUNCTION).map(functionText).join('\n')}
      }`,
    ];
    writeFileSync(process.env['KERNEL_INTERFACE'], text.join('\n\n'));
  }
}

function constantText({ exportedAs, element }, module) {
  const { init } = binaryen.getGlobalInfo(module.getGlobal(element.internalName));
  const { value } = binaryen.getExpressionInfo(init);
  const isUnsigned = element.type.toString().startsWith('u');
  return `${commentOf(element)}export const ${exportedAs} = ${isUnsigned ? value >>> 0 : value};`;
}

/** Where the fields of a class are, bytes from its beginning, and its size. */
function layoutText({ exportedAs, element }, resolver) {
  const layout = resolver.resolveClass(element, null);
  const fields = [...layout.members].flatMap(([name, { instance }]) =>
    instance?.isField ? [`${commentOf(instance)}${name}: ${instance.memoryOffset},`] : [],
  );
  const name = constantCase(exportedAs);
  return `${commentOf(element)}export const ${name} = {
    ${fields.join('\n')}
  } as const;
  export const ${name}_BYTES = ${layout.nextMemoryOffset};`;
}

function functionText({ exportedAs, element }) {
  const [{ signature }] = element.instances.values();
  const parameters = element.declaration.signature.parameters.map(
    ({ name }, index) => `${name.text}: ${typeText(signature.parameterTypes[index])}`,
  );
  return `${commentOf(element)}readonly ${exportedAs}: (${parameters.join(', ')}) => ${typeText(signature.returnType)};`;
}

/** The type of a value that crosses the border between a module and JavaScript. */
function typeText(type) {
  const name = type.toString();
  if (name === 'void') return 'void';
  return name === 'u64' || name === 'i64' ? 'bigint' : 'number';
}

/** The comment that stands directly before a declaration, on lines of its own; else nothing. */
function commentOf({ declaration }) {
  const { start, source } = declaration.range;
  const lines = source.text.slice(0, start).split('\n').slice(0, -1);
  while (/^\s*(\/\/ @ts-ignore|@\w+)/.test(lines.at(-1) ?? '')) lines.pop();
  if (!lines.at(-1)?.endsWith('*/')) return '';
  const first = lines.findLastIndex((line) => line.trimStart().startsWith('/**'));
  return `${lines.slice(first).join('\n')}\n`;
}

function pascalCase(name) {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
}

function constantCase(name) {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
