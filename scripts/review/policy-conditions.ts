// Conditions of a policy's statements: which of two asks for more, which ask for nothing, and which say who it is.
// Next: scripts/review/policy-difference.ts, which compares by them; scripts/review/policy-dangers.ts.
import { isWithin, prefixBits } from './addresses.ts';
import { matches } from './wildcards.ts';

/** One test of one key; any of the values meets it, and none of them where the test is negated. */
export interface Condition {
  /** `StringEquals`, `ForAnyValue:StringLike`, `ArnNotLikeIfExists`. */
  readonly test: string;
  readonly key: string;
  /** Sorted. */
  readonly values: readonly string[];
}

/** `StringEquals aws:SourceAccount = 1 or 2`. */
export function describeCondition({ test, key, values }: Condition): string {
  return `${test} ${key} = ${values.join(' or ')}`;
}

/** True when whoever meets all of `tight` meets all of `loose`. */
export function implyAll(tight: readonly Condition[], loose: readonly Condition[]): boolean {
  return loose.every((each) => tight.some((other) => implies(other, each)));
}

/** True for a condition that holds somebody back: not for one that anything meets, or that a request without the key meets. */
export function isLimiting({ test, key, values }: Condition): boolean {
  const { every, optional, negated, operator } = parseTest(test);
  if (every || optional) return false;
  if (operator === 'Null' || negated) return true;
  return !values.some((value) => isAnything(key, value));
}

/** True for a limiting condition that says who calls, from where, or for what. */
export function namesCaller(condition: Condition): boolean {
  return isLimiting(condition) && !parseTest(condition.test).negated && callerKeys.test(condition.key);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: principal, network and source keys. */
const callerKeys =
  /^(?:aws:(?:Principal(?:OrgID|OrgPaths|Account|Arn|ServiceName|Tag\/.+)|Source(?:Arn|Account|OrgID|OrgPaths|Vpc|Vpce|VpcArn|Ip|Identity)|VpcSourceIp|userid|username)|sts:ExternalId|kms:(?:CallerAccount|ViaService)|s3:DataAccessPointAccount|.+:sub)$/i;

interface Test {
  /** `ForAllValues:` is met by a request without the key. */
  readonly every: boolean;
  readonly any: boolean;
  readonly negated: boolean;
  readonly optional: boolean;
  readonly operator: string;
}

function parseTest(test: string): Test {
  const [, quantifier = '', name = '', optional] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w*?)(IfExists)?$/i.exec(test) ?? [];
  const negated = /^(?:String|Arn|Numeric|Date)Not|^NotIp/.test(name);
  const operator = name.replace(/Not/, '').replace(/^ArnEquals$/, 'ArnLike');
  return {
    every: /^ForAll/i.test(quantifier),
    any: /^ForAny/i.test(quantifier),
    negated,
    optional: optional !== undefined,
    operator: operator === '' ? test : operator,
  };
}

function implies(tight: Condition, loose: Condition): boolean {
  if (tight.key.toLowerCase() !== loose.key.toLowerCase()) return false;
  const [a, b] = [parseTest(tight.test), parseTest(loose.test)];
  if (a.every !== b.every || a.any !== b.any || a.negated !== b.negated) return false;
  // Negated tests are met without the key already.
  if (a.optional && !b.optional && !a.negated) return false;
  const [outer, inner] = a.negated ? [a, b] : [b, a];
  const [wide, narrow] = a.negated ? [tight, loose] : [loose, tight];
  if (!canHold(outer.operator, inner.operator)) return false;
  return narrow.values.every((value) => wide.values.some((other) => holdsValue(outer.operator, other, value)));
}

function canHold(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  return inner === 'StringEquals' && (outer === 'StringLike' || outer === 'StringEqualsIgnoreCase');
}

function holdsValue(operator: string, wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (operator === 'StringLike' || operator === 'ArnLike') return matches(wide, narrow);
  if (operator === 'StringEqualsIgnoreCase' || operator === 'Bool') return wide.toLowerCase() === narrow.toLowerCase();
  return operator === 'IpAddress' && isWithin(narrow, wide);
}

/** Text that nearly any value matches: all stars, an ARN of any account, a repository of anyone, half of the internet. */
function isAnything(key: string, value: string): boolean {
  if (/^[*?]*$/.test(value)) return true;
  if (/ip$/i.test(key)) return prefixBits(value) < 8;
  if (value.startsWith('arn:')) {
    const account = value.split(':')[4];
    return account === undefined ? value.includes('*') : /^[*?]+$/.test(account);
  }
  return /:sub$/i.test(key) && /^[\w-]*:?[*?]/.test(value);
}
