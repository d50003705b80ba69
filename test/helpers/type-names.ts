// Which names are those of several types.

import ts from 'typescript';

/** Each such name of which one type is exported, with the files: `name: file, file`. */
export function sharedNames(texts: ReadonlyMap<string, string>): string[] {
  const declared = new Map<string, { files: Set<string>; isExported: boolean }>();
  for (const [file, text] of texts) {
    for (const { name, isExported } of typesOf(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))) {
      const known = declared.get(name) ?? { files: new Set(), isExported: false };
      known.files.add(file);
      declared.set(name, { ...known, isExported: known.isExported || isExported });
    }
  }
  return [...declared]
    .filter(([, { files, isExported }]) => files.size > 1 && isExported)
    .map(([name, { files }]) => `${name}: ${[...files].join(', ')}`);
}

/** The types that a file declares for all of it. */
function typesOf({ statements }: ts.SourceFile): { name: string; isExported: boolean }[] {
  const exported = new Set(statements.flatMap(exportedNames));
  return statements.filter(isTypeDeclaration).map((statement) => {
    const name = statement.name?.text ?? 'default';
    const hasKeyword = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    return { name, isExported: hasKeyword || exported.has(name) };
  });
}

function isTypeDeclaration(
  node: ts.Node,
): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration | ts.EnumDeclaration {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node)
  );
}

/** What `export { A, B as C }` and `export default A` export of what the file declares. */
function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return ts.isIdentifier(statement.expression) ? [statement.expression.text] : [];
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause) return [];
  if (!ts.isNamedExports(statement.exportClause)) return [];
  return statement.exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
