// Finds every place that reads the process environment, however it is spelled.
// Next: __tests__/repository/process-env.test.ts, which allows it in entry files alone.
import ts from 'typescript';

import type { Finding, RepositoryFile } from './repository-files.ts';
import { lineOf, parseSource, visitNodes } from './source-tree.ts';

/** Where the environment may be read: entry files, scripts, and tests. */
const entryFile = /(?:^|\/)main\.ts$|^(?:scripts|__tests__)\//;

/** Reads of the environment outside the entry files. */
export function findStrayEnvironmentReads(files: readonly RepositoryFile[]): Finding[] {
  return files.filter((file) => !entryFile.test(file.path)).flatMap(findEnvironmentReads);
}

/** Reads of the environment in one file: `process.env`, `process['env']`, `{ env } = process` and `import { env }`. */
export function findEnvironmentReads(file: RepositoryFile): Finding[] {
  const source = parseSource(file);
  const findings: Finding[] = [];
  visitNodes(source, (node) => {
    if (!readsEnvironment(node)) return;
    const message = 'reads the environment; take the value as an argument from main.ts';
    findings.push({ path: file.path, line: lineOf(source, node), message });
  });
  return findings;
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) {
    // A computed key could be 'env' as well, so only a literal other than 'env' is let through.
    const key = node.argumentExpression;
    return isProcess(node.expression) && !(ts.isStringLiteralLike(key) && key.text !== 'env');
  }
  if (ts.isVariableDeclaration(node) || ts.isParameter(node)) {
    return node.initializer !== undefined && isProcess(node.initializer) && takesEnv(node.name);
  }
  if (ts.isBinaryExpression(node)) {
    return (
      isProcess(node.right) && ts.isObjectLiteralExpression(node.left) && /\benv\b|\.\.\./.test(node.left.getText())
    );
  }
  return ts.isImportDeclaration(node) && importsEnv(node);
}

/** `process`, `globalThis.process`, `(process as …)`. */
function isProcess(expression: ts.Expression): boolean {
  const inner = unwrap(expression);
  if (ts.isIdentifier(inner)) return inner.text === 'process';
  return ts.isPropertyAccessExpression(inner) && inner.name.text === 'process';
}

function unwrap(expression: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression);
  return isWrapped ? unwrap(expression.expression) : expression;
}

/** True for a pattern that binds `env` or the rest, and for a plain name: an alias of `process` would hide later reads. */
function takesEnv(name: ts.BindingName): boolean {
  if (ts.isIdentifier(name)) return true;
  return name.elements.some((element) => {
    if (ts.isOmittedExpression(element)) return false;
    const property = element.propertyName ?? element.name;
    return element.dotDotDotToken !== undefined || (ts.isIdentifier(property) && property.text === 'env');
  });
}

function importsEnv(node: ts.ImportDeclaration): boolean {
  if (!ts.isStringLiteral(node.moduleSpecifier) || !/^(?:node:)?process$/.test(node.moduleSpecifier.text)) return false;
  const bindings = node.importClause?.namedBindings;
  const isRenamed = node.importClause?.name !== undefined && node.importClause.name.text !== 'process';
  if (bindings === undefined) return isRenamed;
  if (ts.isNamespaceImport(bindings)) return bindings.name.text !== 'process';
  return isRenamed || bindings.elements.some((element) => (element.propertyName ?? element.name).text === 'env');
}
