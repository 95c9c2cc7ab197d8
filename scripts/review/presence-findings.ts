// What is there or not: an attached policy, a function's permission, a grant, a gateway, a route. What it says in words is all that counts.
// Next: scripts/review/presence-rules.ts, which says it for each type.
import type { Effect, Finding } from './finding.ts';
import { holdsUnknown, type PlannedResource, type Values } from './planned-resource.ts';
import { presenceRules } from './presence-rules.ts';

/** The words for something that is there or not; Markdown. */
export interface Presence {
  readonly subject: string;
  readonly gains: string;
  readonly loses: string;
  readonly loud: boolean;
}

/** What a type's resources are there for: none, one or several things each. */
export interface PresenceRule {
  readonly kind: string;
  /** It holds back rather than lets in: its end widens. */
  readonly guards?: true;
  readonly list: (values: Values, address: string) => readonly Presence[];
}

/** What comes and goes with a resource, or with a change of it. */
export function findPresences(resource: PlannedResource): Finding[] {
  return (presenceRules[resource.type] ?? []).flatMap((rule) => compare(rule, resource));
}

function compare({ kind, guards, list }: PresenceRule, { before, after, address }: PlannedResource): Finding[] {
  const [old, now] = [before, after].map((values) => (values === null ? [] : list(values, address)));
  const finding = (effect: Effect, loud: boolean, text: string): Finding => ({ effect, loud, kind, address, text });
  const gained = ({ subject, gains, loud }: Presence): Finding => {
    const text = `${subject} ${gains}`;
    const effect = holdsUnknown(text) ? 'unknown' : guards === true ? 'narrows' : 'widens';
    return finding(effect, guards !== true && loud, text);
  };
  const lost = ({ subject, loses }: Presence): Finding =>
    finding(guards === true ? 'widens' : 'narrows', guards === true, `${subject} ${loses}`);
  // Who takes down the door itself lets nobody in by it.
  const gone = guards === true && after === null ? [] : without(old, now);
  return [...without(now, old).map(gained), ...gone.map(lost)];
}

function without(all: readonly Presence[] = [], others: readonly Presence[] = []): Presence[] {
  const known = new Set(others.map(({ subject, gains }) => `${subject} ${gains}`));
  return all.filter(({ subject, gains }) => !known.has(`${subject} ${gains}`));
}
