// Which decisions change between two sets of policies, each with the smallest request that shows it.
// Next: governance/policy/samples.ts, where the requests come from; governance/policy/decide.ts, which is asked twice.
import { type CompiledPolicy } from './compile.ts';
import { decide, type PolicyRequest, type Verdict } from './decide.ts';
import { type PolicyDocument } from './document.ts';
import { type AttributeValue } from './operators.ts';
import { type Sample } from './diff/sample.ts';

/** A document with what it compiles to. */
export interface VersionedPolicy {
  readonly document: PolicyDocument;
  readonly policy: CompiledPolicy;
}

/** One side of a comparison. */
export interface PolicyVersion {
  readonly tenants: ReadonlyMap<string, VersionedPolicy>;
  readonly platform: VersionedPolicy | null;
}

/** How a decision changes, the gravest first. */
export const changeKinds = [
  'newly permitted',
  'newly denied',
  'other duties',
  'other quotas',
  'other reason',
  'other rule',
  'shadow',
] as const;
/** One of {@link changeKinds}. */
export type ChangeKind = (typeof changeKinds)[number];

/** What a side answered, as far as it is compared. */
export interface Answer {
  readonly reason: Verdict['reason'];
  readonly rule: string | null;
  readonly obligations: readonly string[];
  readonly quotas: readonly string[];
  readonly shadow: readonly string[];
}

/** A decision that comes out otherwise. */
export interface Change {
  readonly kind: ChangeKind;
  readonly before: Answer;
  readonly after: Answer;
}

/** Equal changes, with the smallest request that was found to show them. */
export interface ChangeGroup extends Change {
  readonly tenant: string;
  readonly service: string;
  readonly intent: string;
  readonly sample: Sample;
  /** How many of the requests asked, and how many of those on record. */
  readonly asked: number;
  readonly recorded: number;
}

/** What a side answers. A tenant it does not have is denied, as the function denies it. */
export function answerOf({ tenants, platform }: PolicyVersion, { request, nowMs }: Sample): Answer {
  const found = tenants.get(request.tenant);
  if (!found) return { reason: 'unknown_tenant', rule: null, obligations: [], quotas: [], shadow: [] };
  const verdict = decide(found.policy, platform?.policy ?? null, request, nowMs);
  return {
    reason: verdict.reason,
    rule: verdict.rule,
    obligations: verdict.obligations.map((obligation) => JSON.stringify(obligation)).sort(),
    // With what they allow: a quota of the same name may be another one.
    quotas: verdict.quotas
      .map(({ id, limit, windowSeconds, window, per }) => `${id} ${limit}/${windowSeconds}s ${window} ${per.join('+')}`)
      .sort(),
    shadow: verdict.shadow.map(({ rule, effect }) => `${effect} ${rule}`).sort(),
  };
}

/** How two answers differ; null when they are the same. */
export function changeOf(before: Answer, after: Answer): Change | null {
  const kind = kindOf(before, after);
  return kind === null ? null : { kind, before, after };
}

function kindOf(before: Answer, after: Answer): ChangeKind | null {
  if (before.reason !== after.reason) {
    if (after.reason === 'permitted') return 'newly permitted';
    return before.reason === 'permitted' ? 'newly denied' : 'other reason';
  }
  if (!isEqual(before.obligations, after.obligations)) return 'other duties';
  if (!isEqual(before.quotas, after.quotas)) return 'other quotas';
  if (before.rule !== after.rule) return 'other rule';
  return isEqual(before.shadow, after.shadow) ? null : 'shadow';
}

function isEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, index) => text === others[index]);
}

/** Gathers changes request by request. */
export interface DiffBuilder {
  /** Asks both sides. */
  ask(sample: Sample, isRecorded?: boolean): void;
  /** What changed, the gravest kind first, each request made as small as it gets. */
  finish(): ChangeGroup[];
  readonly asked: number;
  readonly changed: number;
}

interface OpenGroup extends Change {
  sample: Sample;
  size: number;
  asked: number;
  recorded: number;
}

/** Starts a comparison of two sides. @param presentMs - the time that a smallest request has unless the change needs another */
export function createDiff(a: PolicyVersion, b: PolicyVersion, presentMs: number): DiffBuilder {
  const groups = new Map<string, OpenGroup>();
  const totals = { asked: 0, changed: 0 };
  return {
    ask,
    finish,
    get asked() {
      return totals.asked;
    },
    get changed() {
      return totals.changed;
    },
  };

  function ask(sample: Sample, isRecorded = false): void {
    totals.asked += 1;
    const change = compare(sample);
    if (!change) return;
    totals.changed += 1;
    const key = keyOf(change, sample);
    const size = sizeOf(sample);
    const group = groups.get(key) ?? { ...change, sample, size, asked: 0, recorded: 0 };
    groups.set(key, group);
    group.asked += 1;
    if (isRecorded) group.recorded += 1;
    if (size < group.size) Object.assign(group, { ...change, sample, size });
  }

  function compare(sample: Sample): Change | null {
    return changeOf(answerOf(a, sample), answerOf(b, sample));
  }

  function finish(): ChangeGroup[] {
    const found = Array.from(groups, ([key, group]) => {
      const sample = shrink(group.sample, (smaller) => {
        const change = compare(smaller);
        return change !== null && keyOf(change, smaller) === key;
      });
      const { service, intent, tenant } = sample.request;
      const { kind, before, after } = compare(sample) ?? group;
      const { asked, recorded } = group;
      return { kind, before, after, sample, tenant, service, intent, asked, recorded };
    });
    return found.sort(
      (one, two) =>
        changeKinds.indexOf(one.kind) - changeKinds.indexOf(two.kind) ||
        (one.tenant < two.tenant ? -1 : Number(one.tenant > two.tenant)) ||
        two.asked - one.asked,
    );
  }

  /** Tries one smaller request after the other, until none shows the change. */
  function shrink(sample: Sample, shows: (smaller: Sample) => boolean): Sample {
    for (let current = sample; ;) {
      const smaller = smallerSamples(current, presentMs).find(shows);
      if (!smaller) return current;
      current = smaller;
    }
  }
}

/**
 * Changes are one group where the same rules answer in the same way. Where nobody gets more or less than before, the
 * rule that now decides is enough: whose request it was would only repeat it.
 */
function keyOf({ kind, before, after }: Change, { request: { tenant, service, intent } }: Sample): string {
  const outcome = [kind, tenant, before.reason, after.reason, after.rule];
  const isMinor = kind === 'other reason' || kind === 'other rule' || kind === 'shadow';
  return JSON.stringify(isMinor ? outcome : [...outcome, before.rule, service, intent]);
}

function sizeOf({ request }: Sample): number {
  return JSON.stringify(request).length;
}

/** Requests that are smaller by one step, each kind of step in turn. INVARIANT: every step leads to fewer or simpler values. */
function smallerSamples({ request, nowMs }: Sample, presentMs: number): Sample[] {
  const { subject, resource, context, ...named } = request;
  const build = (changed: Partial<PolicyRequest>, atMs = nowMs): Sample => ({
    request: {
      ...named,
      ...(subject === undefined ? {} : { subject }),
      ...(resource === undefined ? {} : { resource }),
      context,
      ...changed,
    },
    nowMs: atMs,
  });
  const without = (name: 'subject' | 'resource'): Sample => {
    const { [name]: _, ...rest } = build({}).request;
    return { request: rest, nowMs };
  };
  const withValue = (key: string, value: AttributeValue | undefined): Sample => {
    const { [key]: _, ...rest } = context;
    return build({ context: value === undefined ? rest : { ...rest, [key]: value } });
  };
  const keys = Object.keys(context);
  return [
    ...(nowMs === presentMs ? [] : [build({}, presentMs)]),
    ...(subject === undefined ? [] : [without('subject')]),
    ...(resource === undefined ? [] : [without('resource')]),
    ...keys.map((key) => withValue(key, undefined)),
    ...(subject === undefined || subject.length <= shortSubject
      ? []
      : ['user:a', 'agent:a'].map((each) => build({ subject: each }))),
    ...keys.flatMap((key) => simpler(context[key]).map((value) => withValue(key, value))),
  ];
}

const shortSubject = 'agent:a'.length;

/** Simpler values of the same type. */
function simpler(value: AttributeValue | undefined): AttributeValue[] {
  if (typeof value === 'string') return value === '' ? [] : [''];
  if (value === true) return [false];
  if (typeof value === 'number') return value === 0 ? [] : [0, ...(Number.isInteger(value) ? [] : [Math.trunc(value)])];
  if (typeof value === 'object')
    return value.length === 0 ? [] : [[], ...(value.length > 1 ? value.map((item) => [item]) : [])];
  return [];
}
