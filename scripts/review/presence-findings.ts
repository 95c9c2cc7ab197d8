// What is there or not: an attached policy, a function's permission, a grant, a gateway, a route. What it says in words is all that counts.
// Next: scripts/review/presence-rules.ts, which says it for each type.
import type { Effect, Finding } from './finding.ts';
import { holdsUnknown, type PlannedResource } from './planned-resource.ts';
import type { Presence, PresenceRule } from './presence.ts';
import { presenceRules } from './presence-rules.ts';

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
