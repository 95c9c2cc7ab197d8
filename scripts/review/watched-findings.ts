// Attributes that change from one value to another, doors that come and go, and the security groups that a resource stands in.
// Next: scripts/review/watched-rules.ts, which attributes.
import { isDeepStrictEqual } from 'node:util';

import type { Effect, Finding } from './finding.ts';
import { code, codes } from './markdown.ts';
import { holdsUnknown, knownAfterApply, type PlannedResource, type Values } from './planned-resource.ts';
import { isSet, text } from './values.ts';
import { watchedRules } from './watched-rules.ts';

/** What changes of what is worth a look. */
export function findWatchedChanges(resource: PlannedResource): Finding[] {
  const { before, after } = resource;
  if (before === null || after === null) return findDoor(resource);
  return [
    ...watchedRules
      .filter(({ types }) => types.test(resource.type))
      .flatMap(({ attributes, kind, loud, bothSet }) =>
        attributes.flatMap((attribute) => {
          const [old, now] = [before[attribute], after[attribute]];
          // What is no longer set, and AWS gives anew, is not in the plan.
          if (!(attribute in after) || isSame(old, now) || (bothSet && !(isSet(old) && isSet(now)))) return [];
          const says = `changes ${code(attribute)}: ${code(text(old))} to ${code(text(now))}`;
          return [finding(resource, kind, holdsUnknown(now) ? 'unknown' : 'changes', loud, says)];
        }),
      ),
    ...findGroups(resource, before, after),
  ];
}

function finding(resource: PlannedResource, kind: string, effect: Effect, loud: boolean, says: string): Finding {
  return { effect, loud, kind, address: resource.address, text: `${code(resource.address)} ${says}` };
}

/** Nothing, an empty text and an empty list are one. */
function isSame(a: unknown, b: unknown): boolean {
  const isNothing = (value: unknown): boolean => !isSet(value) || (Array.isArray(value) && value.length === 0);
  return (isNothing(a) && isNothing(b)) || isDeepStrictEqual(a, b);
}

function findDoor(resource: PlannedResource): Finding[] {
  const { type, before, after } = resource;
  const words = doors.find(({ types }) => types.test(type))?.describe;
  const values = after ?? before;
  if (words === undefined || values === null) return [];
  return after === null
    ? [finding(resource, 'listener', 'narrows', false, `goes: ${words(values)}`)]
    : [finding(resource, 'listener', 'widens', false, `is new: ${words(values)}`)];
}

const doors: readonly { readonly types: RegExp; readonly describe: (values: Values) => string }[] = [
  {
    types: /^aws_(?:a?lb|vpclattice)_listener$/,
    describe: (values) => `${code(text(values['protocol']))} on port ${code(text(values['port']))}`,
  },
  {
    types: /^aws_(?:a?lb|vpclattice)_listener_rule$/,
    describe: (values) => `${code(text(values['condition'] ?? values['match']))} to ${code(text(values['action']))}`,
  },
  {
    types: /^aws_lb_listener_certificate$/,
    describe: (values) => `certificate ${code(text(values['certificate_arn']))}`,
  },
];

/** The security groups that a resource stands in, wherever the type has them. */
function findGroups(resource: PlannedResource, before: Values, after: Values): Finding[] {
  if (/security_group/.test(resource.type)) return [];
  const [old, now] = [collectGroups(before), collectGroups(after)];
  if (now.includes(knownAfterApply) && !isDeepStrictEqual(old, now))
    return [
      finding(resource, 'network', 'unknown', false, 'stands in security groups that are known only after the apply'),
    ];
  const gained = now.filter((each) => !old.includes(each));
  const lost = old.filter((each) => !now.includes(each));
  return [
    ...(gained.length > 0
      ? [finding(resource, 'network', 'widens', false, `now also stands in security group ${codes(gained)}`)]
      : []),
    ...(lost.length > 0
      ? [finding(resource, 'network', 'changes', false, `no longer stands in security group ${codes(lost)}`)]
      : []),
  ];
}

function collectGroups(values: Values): string[] {
  const places = [
    values,
    ...['vpc_config', 'network_configuration', 'network_interfaces'].flatMap((key) => [values[key]].flat()),
  ];
  return places
    .flatMap((place) =>
      typeof place === 'object' && place !== null
        ? ['security_groups', 'security_group_ids', 'vpc_security_group_ids'].map(
            (key) => Reflect.get(place, key) as unknown,
          )
        : [],
    )
    .flatMap((list) => (list === knownAfterApply ? [knownAfterApply] : Array.isArray(list) ? list.map(text) : []))
    .toSorted();
}
