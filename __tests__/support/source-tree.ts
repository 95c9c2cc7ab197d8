// Reads TypeScript the way the compiler does, for checks that must not be fooled by comments and strings.
// Next: __tests__/repository/process-env.test.ts, the simplest such check.
import ts from 'typescript';

import type { RepositoryFile } from './repository-files.ts';

/** Parses one file without resolving its imports; parent links are set. */
export function parseSource(file: RepositoryFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
}

/** Calls `visit` for every node of the file, outermost first. */
export function visitNodes(source: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, descend);
  };
  descend(source);
}

/** The line, from 1, on which a node starts, its comments left out. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}
