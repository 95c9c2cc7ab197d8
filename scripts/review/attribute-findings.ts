// Looks for attributes that open or unprotect a resource, for retentions that shrink, and for guards that go.
// Next: scripts/review/exposure-rules.ts, scripts/review/protection-rules.ts and scripts/review/guard-rules.ts: what is looked for.
import { isDeepStrictEqual } from 'node:util';

import type { AttributeRule } from './attribute-rules.ts';
import type { Configuration } from './configured.ts';
import type { PlanContext } from './plan-context.ts';
import { exposureRules } from './exposure-rules.ts';
import type { Finding } from './finding.ts';
import { guards, retentions } from './guard-rules.ts';
import { code } from './markdown.ts';
import { findMove, goesWithHolder } from './holder.ts';
import { isHidden, knownAfterApply, type PlannedResource, type Values } from './planned-resource.ts';
import { protectionRules } from './protection-rules.ts';

/** What the attributes of a resource mean for who reaches it, and for what it keeps (`kind` is `data` then). */
export function findAttributeChanges(resource: PlannedResource, context: PlanContext): Finding[] {
  if (resource.mode !== 'managed') return [];
  const rules = [...exposureRules, ...protectionRules].filter(({ types }) => types.test(resource.type));
  return [
    ...rules.flatMap((rule) => rule.paths.flatMap((path) => applyRule(rule, path, resource, context.configuration))),
    ...findShorterRetention(resource),
    ...(goesWithHolder(resource, context) ? [] : findLostGuard(resource, context)),
  ];
}

/** The values at a path, one for each element that `*` stands for. */
export function valuesAt(values: Values | null, path: string): unknown[] {
  return path.split('.').reduce<unknown[]>(
    (found, key) =>
      found.flatMap((value) => {
        if (value === knownAfterApply) return [value];
        if (key === '*') return Array.isArray(value) ? (value as unknown[]) : [];
        return typeof value === 'object' && value !== null ? [Reflect.get(value, key) as unknown] : [];
      }),
    [values],
  );
}

function applyRule(
  rule: AttributeRule,
  path: string,
  resource: PlannedResource,
  configuration: Configuration,
): Finding[] {
  const { before, after, address, action } = resource;
  if (after === null) return [];
  const isIn = (values: Values | null): boolean => valuesAt(values, path).some(rule.isBad);
  const attribute = path.split('.')[0] ?? '';
  const found = (effect: Finding['effect'], loud: boolean, says: string): Finding[] => [
    { effect, loud, kind: rule.kind, address, text: `${code(address)} ${says}` },
  ];
  const now = valuesAt(after, path);
  const shownPath = code(path.replaceAll('.*', ''));
  if (now.some(isHidden) && !isDeepStrictEqual(now, valuesAt(before, path)))
    return found('unknown', true, `changes ${shownPath} and cannot be judged: it is sensitive`);
  if (now.includes(knownAfterApply)) {
    const isGiven = configuration.isSet(resource, attribute) === true;
    const isMade = before === null || action === 'replace';
    if (!isGiven && isMade && rule.badUnset(after) && !isIn(before)) return found('widens', rule.loud, rule.says);
    const known = before !== null && !valuesAt(before, path).includes(knownAfterApply);
    // What no one sets is given by AWS; what someone sets, and the plan does not show, someone has to look at.
    return isGiven && (known || rule.onCreate) && !isReference(path)
      ? found('unknown', false, `may change ${shownPath}: it is known only after the apply`)
      : [];
  }
  if (isIn(after)) {
    if (before === null) return rule.onCreate ? found('widens', rule.loud, rule.says) : [];
    // A path that the type does not have is no attribute that went; a block that comes with a bad value is bad.
    const isAbsent =
      valuesAt(before, path).length === 0 && now.every((value) => value === undefined || !rule.isBad(value));
    return isIn(before) || isAbsent ? [] : found('widens', rule.loud, rule.says);
  }
  // A block that held the attribute and is gone leaves what is not set.
  if (
    now.length === 0 &&
    before !== null &&
    valuesAt(before, path).length > 0 &&
    !isIn(before) &&
    rule.isBad(undefined)
  )
    return found('widens', rule.loud, rule.says);
  return before !== null && isIn(before) && now.length > 0 ? found('narrows', false, rule.saysGood) : [];
}

/** An id that the apply gives to a resource of the same plan is set all the same. */
function isReference(path: string): boolean {
  return /(?:_id|_arn|_boundary)$/.test(path);
}

function findShorterRetention({ type, address, before, after }: PlannedResource): Finding[] {
  if (before === null || after === null) return [];
  return retentions
    .filter(({ types }) => types.test(type))
    .flatMap(({ path, unit, zeroIsForever }) => {
      const lowest = (values: Values): number | null => {
        const numbers = valuesAt(values, path).filter((value) => typeof value === 'number');
        const kept = zeroIsForever ? numbers.filter((value) => value > 0) : numbers;
        if (kept.length > 0) return Math.min(...kept);
        return zeroIsForever ? Number.POSITIVE_INFINITY : null;
      };
      const [old, now] = [lowest(before), lowest(after)];
      if (old === null || now === null || now >= old) return [];
      const was = Number.isFinite(old) ? `${old} ${unit}` : 'for ever';
      const text = `${code(address)} keeps what it holds for ${now} ${unit}, before ${was}: what is older is lost`;
      return [{ effect: 'widens' as const, loud: false, kind: 'data', address, text }];
    });
}

function findLostGuard(resource: PlannedResource, context: PlanContext): Finding[] {
  const { type, address, action } = resource;
  const move = findMove(resource, context);
  if (action !== 'delete' && move === null) return [];
  const left = move === null ? 'goes' : `leaves ${code(move.from)} for ${code(move.to)}`;
  return guards
    .filter(({ types }) => types.test(type))
    .map(({ goes }) => ({
      effect: 'widens',
      loud: true,
      kind: 'detection',
      address,
      text: `${code(address)} ${left}: ${goes}`,
    }));
}
