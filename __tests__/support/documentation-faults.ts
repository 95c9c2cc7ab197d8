// Reads a source file with the compiler and says which exports lack TSDoc and whether its header leads anywhere.
// Next: __tests__/repository/documented-exports.test.ts, which plants every fault.
import path from 'node:path';
import ts from 'typescript';

import type { Finding, RepositoryFile } from './repository-files.ts';
import { lineOf, parseSource } from './source-tree.ts';

/** The longest a file may be, in lines. */
export const maxLines = 300;
const sourceOrData = /\.(?:ts|cjs|mjs|js|json|md|sh|ya?ml)$/;

/**
 * Exports without a TSDoc description, default exports, `export *`, a missing or misleading header, too many lines.
 *
 * @param paths - every file of the repository, relative to its root; a header may name these and their folders
 */
export function findDocumentationFaults(file: RepositoryFile, paths: readonly string[]): Finding[] {
  return [...findUndocumentedExports(file), ...findHeaderFaults(file, paths), ...findLengthFaults(file)];
}

function findUndocumentedExports(file: RepositoryFile): Finding[] {
  const source = parseSource(file);
  const seen = new Set<string>();
  return source.statements.flatMap((statement) => {
    const names = exportedNames(statement).filter((name) => {
      const isOverload = seen.has(name) && ts.isFunctionDeclaration(statement);
      seen.add(name);
      return !isOverload;
    });
    const faults = names
      .filter((name) => !isDocumented(source, statement, name))
      .map((name) => `export "${name}" has no TSDoc description`);
    if (ts.isExportAssignment(statement) || hasModifier(statement, ts.SyntaxKind.DefaultKeyword))
      faults.push('default export: give it a name');
    if (ts.isExportDeclaration(statement) && !isNamedExport(statement)) {
      faults.push('export of everything: name what is exported, or import from the file that defines it');
    }
    return faults.map((message) => ({ path: file.path, line: lineOf(source, statement), message }));
  });
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    if (!isNamedExport(statement) || isFromOwnFile(statement)) return [];
    return statement.exportClause.elements.map((element) => (element.propertyName ?? element.name).text);
  }
  return hasModifier(statement, ts.SyntaxKind.ExportKeyword) ? declaredNames(statement) : [];
}

function isNamedExport(
  statement: ts.ExportDeclaration,
): statement is ts.ExportDeclaration & { exportClause: ts.NamedExports } {
  return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
}

/** What another file of ours exports is documented there, and that file is checked as well. */
function isFromOwnFile(statement: ts.ExportDeclaration): boolean {
  const from = statement.moduleSpecifier;
  return from !== undefined && ts.isStringLiteral(from) && from.text.startsWith('.');
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.getText()] : [];
}

/** `export { name }` is documented where this file declares `name`; everything else on its own statement. */
function isDocumented(source: ts.SourceFile, statement: ts.Statement, name: string): boolean {
  const isLocal = ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined;
  const declaring = isLocal ? source.statements.find((other) => declaredNames(other).includes(name)) : statement;
  if (declaring === undefined) return false;
  return ts
    .getJSDocCommentsAndTags(declaring)
    .some((doc) => ts.isJSDoc(doc) && (ts.getTextOfJSDocComment(doc.comment) ?? '').trim().length >= 3);
}

function findHeaderFaults(file: RepositoryFile, paths: readonly string[]): Finding[] {
  const [first = '', second = ''] = file.text.split('\n');
  if (!/^\/\/ \S.{9,}/.test(first) || first.startsWith('// Next:')) {
    return [{ path: file.path, line: 1, message: 'line 1 does not say what this file is: // <what this is>' }];
  }
  if (!/^\/\/ Next: \S/.test(second)) {
    return [{ path: file.path, line: 2, message: 'line 2 does not say what to read next: // Next: <file>, <why>' }];
  }
  return namedFiles(second)
    .filter((named) => !isKnown(named, file, paths))
    .map((named) => ({ path: file.path, line: 2, message: `line 2 names ${named}, which does not exist` }));
}

/** The first word after `Next:` when it looks like a path, and every later word that ends like a file. A glob names its folder. */
function namedFiles(header: string): string[] {
  const words = header
    .slice('// Next:'.length)
    .split(/[\s,;()]+/)
    .map((word) => word.replace(/^[`'"]+|[`'".:]+$/g, ''))
    .filter((word) => word !== '');
  return words
    .filter((word, index) => sourceOrData.test(word) || (index === 0 && word.includes('/')))
    .map((word) => (word.includes('*') ? path.posix.dirname(word) : word));
}

/** True for a file or folder named from the root or from beside this file, and for a bare name that some file has. */
function isKnown(named: string, file: RepositoryFile, paths: readonly string[]): boolean {
  const places = [named, path.posix.join(path.posix.dirname(file.path), named)].map((place) =>
    place.replace(/\/$/, ''),
  );
  return paths.some((known) => {
    if (!named.includes('/') && path.posix.basename(known) === named) return true;
    return places.some((place) => known === place || known.startsWith(`${place}/`));
  });
}

function findLengthFaults(file: RepositoryFile): Finding[] {
  const lines = file.text.trimEnd().split('\n').length;
  if (lines <= maxLines) return [];
  return [
    {
      path: file.path,
      line: maxLines + 1,
      message: `has ${lines} lines, expected at most ${maxLines}; split it by concern`,
    },
  ];
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}
