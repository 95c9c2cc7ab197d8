// The rules of one side, ready to be asked about: by tenant and id, each beside its counterpart on the other side.
// Next: governance/policy/diff/scenes.ts, which finds who could meet a rule.
import { type PolicyDocument, platformTenant, type Rule } from '../document.ts';
import { always } from './solve.ts';
import { type Comparison, comparisonsOf, type ConditionNode, treeOf } from './condition-tree.ts';
import { type PolicyVersion } from '../diff.ts';
import { canonical } from './canonical.ts';

/** A rule and what it is compared with. */
export interface SideRule {
  /** As decisions name it: the platform's behind `platform/`. */
  readonly id: string;
  /** `*` for the platform's. */
  readonly tenant: string;
  readonly rule: Rule;
  readonly tree: ConditionNode;
  readonly comparisons: readonly Comparison[];
  /** The rule of the same id on the other side. */
  readonly twin: SideRule | null;
  /** Whether it differs from its twin in more than its description. */
  readonly isChanged: boolean;
}

/** A side and its rules. */
export interface SideRules {
  readonly side: PolicyVersion;
  /** Tenant or `*` → id → rule. */
  readonly byTenant: ReadonlyMap<string, ReadonlyMap<string, SideRule>>;
  /** Tenant → permits under each `service intent` they name. */
  readonly permits: ReadonlyMap<string, ReadonlyMap<string, readonly SideRule[]>>;
}

type Twinned = { -readonly [K in keyof SideRule]: SideRule[K] };

/** Indexes the rules of both sides. Time and memory grow linearly with them. */
export function pairRules(before: PolicyVersion, after: PolicyVersion): readonly [SideRules, SideRules] {
  const [first, second] = [rulesOf(before), rulesOf(after)];
  for (const [tenant, rules] of first) {
    for (const [id, one] of rules) {
      const other = second.get(tenant)?.get(id);
      if (!other) continue;
      const isChanged = one.text !== other.text;
      Object.assign(one.entry, { twin: other.entry, isChanged });
      Object.assign(other.entry, { twin: one.entry, isChanged });
    }
  }
  return [indexOf(before, first), indexOf(after, second)];
}

/** Every document of a side, the platform's last. */
export function documentsOf({ tenants, platform }: PolicyVersion): PolicyDocument[] {
  return [...tenants.values(), ...(platform ? [platform] : [])].map(({ document }) => document);
}

type Read = ReadonlyMap<string, ReadonlyMap<string, { readonly entry: Twinned; readonly text: string }>>;

function rulesOf(side: PolicyVersion): Read {
  return new Map(
    documentsOf(side).map((document) => [
      document.tenant,
      new Map(
        document.rules.map((rule) => [rule.id, { entry: entryOf(rule, document), text: textOf(rule, document) }]),
      ),
    ]),
  );
}

function entryOf(rule: Rule, { tenant }: PolicyDocument): Twinned {
  const tree = rule.when ? treeOf(rule.when) : always;
  const id = tenant === platformTenant ? `platform/${rule.id}` : rule.id;
  return { id, tenant, rule, tree, comparisons: comparisonsOf(tree), twin: null, isChanged: true };
}

/** Equal for rules that mean the same; the quotas they charge belong to it. */
function textOf({ description: _unread, ...rule }: Rule, { quotas }: PolicyDocument): string {
  return JSON.stringify([rule, (rule.quotas ?? []).map((name) => canonical(quotas[name]))]);
}

function indexOf(side: PolicyVersion, read: Read): SideRules {
  const byTenant = new Map(
    Array.from(read, ([tenant, rules]) => [
      tenant,
      new Map(Array.from(rules.values(), ({ entry }) => [entry.id, entry])),
    ]),
  );
  return { side, byTenant, permits: new Map(Array.from(byTenant, ([tenant, rules]) => [tenant, permitsOf(rules)])) };
}

function permitsOf(rules: ReadonlyMap<string, SideRule>): Map<string, SideRule[]> {
  const permits = new Map<string, SideRule[]>();
  for (const entry of rules.values()) {
    if (entry.rule.effect !== 'permit' || entry.rule.mode !== 'enforce') continue;
    for (const service of entry.rule.services) {
      for (const intent of entry.rule.intents) {
        const key = `${service} ${intent}`;
        const known = permits.get(key);
        if (known) known.push(entry);
        else permits.set(key, [entry]);
      }
    }
  }
  return permits;
}
