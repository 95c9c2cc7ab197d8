// Where in a file an issue is: line and column of the value, the key, or the place where something is missing.
// Next: governance/policy/issues.ts, which says what is wrong.
import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type Issue, pathKeys } from '../policy/issues.ts';

/** Both counted from 1; a column counts UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Makes a finder for the issues of one text.
 *
 * @param text - the JSON text; one that is none is looked at up to its first error
 * @returns the place of the value that the issue names, of its key where the key is too much, of what should hold it
 * where it is missing, of the first syntax error where the text is no JSON
 */
export function createPlaceFinder(text: string): (issue: Issue) => Place {
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  let parsed: { tree: Node | undefined; errors: ParseError[] } | undefined;
  return ({ path, offset }) => placeOf(offset ?? offsetOf(pathKeys(path)));

  function offsetOf(keys: readonly (string | number)[]): number {
    // Only now: nesting that no parser survives is told by its offset.
    parsed ??= parse(text);
    const [error] = parsed.errors;
    if (error) return error.offset;
    let node = parsed.tree;
    let offset = node?.offset ?? 0;
    for (const key of keys) {
      const [found, from] = step(node, key);
      if (!found) break;
      [node, offset] = [found, from];
    }
    return offset;
  }

  function placeOf(offset: number): Place {
    let [low, high] = [0, lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  }
}

function parse(text: string): { tree: Node | undefined; errors: ParseError[] } {
  const errors: ParseError[] = [];
  return { tree: parseTree(text, errors, { disallowComments: true, allowTrailingComma: false }), errors };
}

/** A member's value and where to point: at an element itself, at a property's key. A key that is there twice: the second. */
function step(node: Node | undefined, key: string | number): [Node | undefined, number] {
  if (node?.type === 'array') {
    const element = node.children?.[Number(key)];
    return [element, element?.offset ?? 0];
  }
  const property = node?.children?.findLast(({ children }) => children?.[0]?.value === key);
  return [property?.children?.[1], property?.offset ?? 0];
}
