// What a rule about an attribute looks like, and how one is written in a line.
// Next: scripts/review/exposure-rules.ts and scripts/review/protection-rules.ts, the rules.
import type { Values } from './planned-resource.ts';

/** One attribute of some types. */
export interface AttributeRule {
  readonly types: RegExp;
  /** `access_logs.*.enabled`: `*` for each element of a list. Several for one thing that types call differently. */
  readonly paths: readonly string[];
  /** True for a value that is worth saying; undefined where the attribute is not set. */
  readonly isBad: (value: unknown) => boolean;
  /** What follows the address: "`a` <says>". */
  readonly says: string;
  /** When it goes back to good. */
  readonly saysGood: string;
  readonly kind: 'exposure' | 'encryption' | 'identity' | 'detection' | 'data';
  readonly loud: boolean;
  /** Also when the resource is new: false for what is merely the default. */
  readonly onCreate: boolean;
  /** True for a resource that AWS makes so when no one sets the attribute, of which a plan says no more than that. */
  readonly badUnset: (values: Values) => boolean;
}

/** True for these values alone; `undefined` where the attribute is not set. */
export const is =
  (...bad: readonly unknown[]) =>
  (value: unknown): boolean =>
    bad.includes(value);

/** True for what is not set. */
export const isUnset = (value: unknown): boolean => value === undefined || value === null || value === '';

/** True for what is off or not set. */
export const isOff = (value: unknown): boolean => value === false || isUnset(value);

/** A rule; loud, and for new resources too, unless it says otherwise. */
export function rule(
  kind: AttributeRule['kind'],
  types: RegExp,
  paths: string | readonly string[],
  isBad: AttributeRule['isBad'],
  [says, saysGood]: readonly [string, string],
  {
    loud = true,
    onCreate = true,
    badUnset = () => false,
  }: { loud?: boolean; onCreate?: boolean; badUnset?: AttributeRule['badUnset'] } = {},
): AttributeRule {
  return { types, paths: [paths].flat(), isBad, says, saysGood, kind, loud, onCreate, badUnset };
}
