// The meaning of a policy once more, as plainly as it can be said: every rule in turn, no index, no closures, no reuse.
// Next: __tests__/governance/policy/properties.test.ts, which holds the engine to it.
import { BlockList, isIP } from 'node:net';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { type Condition, daysOfWeek, type PolicyDocument, type Rule } from '../../governance/policy/document.ts';

/** A verdict without the order of its lists and without the words of its detail. */
export interface PlainVerdict {
  readonly reason: string;
  readonly rule: string | null;
  readonly resource: string | null;
  readonly obligations: readonly string[];
  readonly quotas: readonly string[];
  readonly shadow: readonly string[];
}

interface Asked {
  readonly request: PolicyRequest;
  readonly resource: string;
  readonly nowMs: number;
}

const nothing = { obligations: [], quotas: [], shadow: [] };

/** Decides as contracts say, in time proportional to the number of rules. */
export function decidePlainly(
  tenant: PolicyDocument,
  platform: PolicyDocument | null,
  request: PolicyRequest,
  nowMs: number,
): PlainVerdict {
  const ended = [tenant, platform].some(
    (document) => document?.validUntil !== undefined && nowMs >= Date.parse(document.validUntil),
  );
  if (tenant.tenant !== request.tenant) return { ...nothing, reason: 'unknown_tenant', rule: null, resource: null };
  if (ended) return { ...nothing, reason: 'policy_expired', rule: null, resource: null };
  const intent = Object.entries(tenant.intents).find(([name]) => name === request.intent)?.[1];
  if (!intent) return { ...nothing, reason: 'no_matching_permit', rule: null, resource: null };
  if (Object.keys(request.context).some((key) => !Object.keys(intent.context).includes(key)))
    return { ...nothing, reason: 'request_invalid', rule: null, resource: intent.resource };

  const asked = { request, resource: request.resource ?? intent.resource, nowMs };
  const matched = (document: PolicyDocument | null, effect: string, mode: string) =>
    (document?.rules ?? []).filter((rule) => rule.effect === effect && rule.mode === mode && matches(rule, asked));
  const platformName = ({ id }: Rule) => `platform/${id}`;
  const names = (rules: Rule[]) => rules.map(({ id }) => id).sort();
  const forbidding = [
    ...matched(platform, 'forbid', 'enforce').map(platformName).sort(),
    ...names(matched(tenant, 'forbid', 'enforce')),
  ];
  const [forbid] = forbidding;
  if (forbid !== undefined) return { ...nothing, reason: 'forbidden_by_rule', rule: forbid, resource: asked.resource };

  const permits = matched(tenant, 'permit', 'enforce');
  const [permit] = names(permits);
  if (permit === undefined)
    return {
      ...nothing,
      reason: 'no_matching_permit',
      rule: null,
      resource: asked.resource,
      shadow: names(matched(tenant, 'permit', 'shadow')),
    };
  return {
    reason: 'permitted',
    rule: permit,
    resource: asked.resource,
    obligations: distinct(permits.flatMap(({ obligations = [] }) => obligations.map((each) => JSON.stringify(each)))),
    quotas: distinct([
      ...Object.keys(platform?.quotas ?? {}).map((name) => `*/${name}`),
      ...permits.flatMap(({ quotas = [] }) => quotas.map((name) => `${tenant.tenant}/${name}`)),
    ]),
    shadow: [
      ...matched(platform, 'forbid', 'shadow').map(platformName),
      ...names(matched(tenant, 'forbid', 'shadow')),
    ].sort(),
  };
}

/** Each once, in order of text. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function matches(rule: Rule, asked: Asked): boolean {
  const named =
    rule.services.some((service) => service === '*' || service === asked.request.service) &&
    rule.intents.some((intent) => intent === '*' || intent === asked.request.intent) &&
    (rule.resources ?? ['*']).some((pattern) => wildcard(pattern, asked.resource));
  if (!named) return false;
  const truth = rule.when ? evaluate(rule.when, asked) : true;
  return rule.effect === 'permit' ? truth === true : truth !== false;
}

/** True, false, or undefined where it cannot be known. */
function evaluate(condition: Condition, asked: Asked): boolean | undefined {
  if (condition.all) {
    const parts = new Set(condition.all.map((each) => evaluate(each, asked)));
    if (parts.has(false)) return false;
    return parts.has(undefined) ? undefined : true;
  }
  if (condition.any) {
    const parts = new Set(condition.any.map((each) => evaluate(each, asked)));
    if (parts.has(true)) return true;
    return parts.has(undefined) ? undefined : false;
  }
  if (condition.not) {
    const part = evaluate(condition.not, asked);
    return part === undefined ? undefined : !part;
  }
  if (condition.within) return isWithin(condition.within, asked.nowMs);
  if (condition.exists !== undefined) return valueOf(condition.exists, asked) !== undefined;
  return compare(condition, asked);
}

function compare(condition: Condition, asked: Asked): boolean | undefined {
  const [operator, operand] = Object.entries(condition).find(([, each]) => each !== undefined) ?? [];
  const [attribute, literal] = operand as [string, never];
  const value = valueOf(attribute, asked);
  const text = typeof value === 'string' ? value : undefined;
  const number = typeof value === 'number' ? value : undefined;
  const sample: unknown = Array.isArray(literal) ? literal[0] : literal;
  switch (operator) {
    case 'eq':
      return typeof value === typeof sample ? value === literal : undefined;
    case 'ne':
      return typeof value === typeof sample ? value !== literal : undefined;
    case 'in':
      return typeof value === typeof sample ? (literal as unknown[]).some((each) => each === value) : undefined;
    case 'lt':
      return number === undefined ? undefined : number < literal;
    case 'lte':
      return number === undefined ? undefined : number <= literal;
    case 'gt':
      return number === undefined ? undefined : number > literal;
    case 'gte':
      return number === undefined ? undefined : number >= literal;
    case 'contains':
      return Array.isArray(value) ? value.some((each) => each === literal) : undefined;
    case 'startsWith':
      return text === undefined ? undefined : text.slice(0, String(literal).length) === literal;
    case 'glob':
      return text === undefined ? undefined : wildcard(literal, text);
    case 'cidr':
      return text === undefined || isIP(text) === 0 ? undefined : inNetwork(literal, text);
    default:
      throw new Error(`got operator ${String(operator)}, expected one that the reference knows`);
  }
}

function valueOf(attribute: string, { request, resource }: Asked): unknown {
  if (attribute === 'resource') return resource;
  if (!attribute.startsWith('context.')) return Object.entries(request).find(([name]) => name === attribute)?.[1];
  return Object.entries(request.context).find(([key]) => `context.${key}` === attribute)?.[1];
}

function wildcard(pattern: string, text: string): boolean {
  const literal = (part: string) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(`^${pattern.split('*').map(literal).join('[^]*')}$`).test(text);
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', prefix] = network.split('/');
  const list = new BlockList();
  list.addSubnet(base, Number(prefix), isIP(base) === 4 ? 'ipv4' : 'ipv6');
  // An IPv4 address, also an IPv4-mapped one, lies in no IPv6 network; Node would map the address and say yes.
  if (isIP(base) === 6 && (isIP(address) === 4 || address.startsWith('::ffff:'))) return false;
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function isWithin(
  { days = [...daysOfWeek], from, to, timezone }: NonNullable<Condition['within']>,
  nowMs: number,
): boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const part = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const time = `${part['hour']}:${part['minute']}`;
  const today = daysOfWeek.findIndex((day) => day === part['weekday']?.toLowerCase());
  const on = (index: number) => days.some((day) => day === daysOfWeek[index]);
  if (from < to) return on(today) && from <= time && time < to;
  return (on(today) && from <= time) || (on((today + 6) % 7) && time < to);
}
