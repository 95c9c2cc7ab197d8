// Windows of time that never open, or are always open.
// Next: governance/policy/regions/week.ts, the local week.
import { type Condition } from '../document.ts';
import { conditionParts } from '../operators.ts';
import { type FormulaBook, truthBits } from '../regions/formula.ts';
import { type Search } from '../regions/search.ts';

/** Windows that together are open never or always, the outermost that are. */
export interface ConstantWindows {
  readonly path: string;
  readonly isOpen: 'never' | 'always';
}

/** Looks through a condition. @param path - its own */
export function findConstantWindows(
  condition: Condition,
  path: string,
  book: FormulaBook,
  search: Search,
): ConstantWindows[] {
  const parts = conditionParts(condition).flatMap((part): (readonly [Condition, string])[] => {
    if (part.kind === 'not') return [[part.condition, `${path}.not`]];
    if (part.kind !== 'branch') return [];
    return part.conditions.map((each, index) => [each, `${path}.${part.operator}[${index}]`]);
  });
  const windows = parts.map(([each]) => each).filter(isOfTime);
  const ofTime = isOfTime(condition)
    ? condition
    : windows.length === 0
      ? null
      : condition.any
        ? { any: windows }
        : { all: windows };
  if (ofTime) {
    const formula = book.ofCondition(ofTime);
    const comesOut = (allowed: number): boolean =>
      search.find({ goals: [{ formula, allowed }], scope: null }) !== 'none';
    if (!comesOut(truthBits.true)) return [{ path, isOpen: 'never' }];
    if (!comesOut(truthBits.false)) return [{ path, isOpen: 'always' }];
  }
  return parts.flatMap(([each, where]) => findConstantWindows(each, where, book, search));
}

/** Whether it depends on the time alone. */
function isOfTime(condition: Condition): boolean {
  return conditionParts(condition).every((part) => {
    if (part.kind === 'leaf') return false;
    if (part.kind === 'within') return true;
    return part.kind === 'not' ? isOfTime(part.condition) : part.conditions.every(isOfTime);
  });
}
