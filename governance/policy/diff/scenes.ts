// Who could meet a rule: tenants, services, intents and resources it is for, and a permit that it may stand against.
// Next: governance/policy/diff/rule-questions.ts, which asks there.
import { platformTenant } from '../document.ts';
import { globTest } from '../operators.ts';
import { strangers } from './boundary-values.ts';
import { type SideRule, type SideRules } from './side-rules.ts';

/** Where a question is asked. */
export interface Scene {
  readonly tenant: string;
  readonly service: string;
  readonly intent: string;
  readonly resource: string;
  /** A permit that lets the request through where a forbid does not match; null where none is needed or there is none. */
  readonly companion: SideRule | null;
}

/** How many scenes are looked for: of a rule that changed, of one that did not. */
const mostScenes = { changed: 64, unchanged: 1 } as const;
/** A product of names is walked whole up to here; beyond, each name is met once. */
const wholeProduct = 16;

/** The scenes of a rule on its side, those with a companion first. */
export function scenesOf(entry: SideRule, rules: SideRules): Scene[] {
  const most = entry.isChanged ? mostScenes.changed : mostScenes.unchanged;
  const tenants = entry.tenant === platformTenant ? [...rules.side.tenants.keys()] : [entry.tenant];
  const perTenant = Math.max(1, Math.floor(most / tenants.length));
  const scenes: Scene[] = [];
  for (const tenant of tenants) {
    if (scenes.length >= most) break;
    const against = entry.rule.effect === 'forbid' ? scenesAgainst(entry, tenant, rules, perTenant) : [];
    scenes.push(
      ...against,
      ...(against.length > 0 && !entry.isChanged ? [] : bareScenes(entry, tenant, rules, perTenant)),
    );
  }
  return scenes;
}

/** Where a forbid and a permit meet: each service, intent and resource of both once. */
function scenesAgainst({ rule }: SideRule, tenant: string, { permits }: SideRules, most: number): Scene[] {
  const matches = (rule.resources ?? ['*']).map(globTest);
  const found = new Map<string, Scene>();
  for (const [key, companions] of permits.get(tenant) ?? []) {
    const [service = '', intent = ''] = key.split(' ');
    if (!names(rule.services, service) || !names(rule.intents, intent)) continue;
    for (const companion of companions) {
      for (const resource of companion.rule.resources ?? []) {
        if (found.size >= most) return [...found.values()];
        const at = `${key} ${resource}`;
        if (!found.has(at) && matches.some((fits) => fits(resource)))
          found.set(at, { tenant, service, intent, resource, companion });
      }
    }
  }
  return [...found.values()];
}

/** The rule's own names, with somebody unknown and every declared intent for a `*`. */
function bareScenes({ rule, twin }: SideRule, tenant: string, { side }: SideRules, most: number): Scene[] {
  const declared = side.tenants.get(tenant)?.document.intents ?? {};
  const services = rule.services.flatMap((name) =>
    name === '*' ? [strangers.service, ...(twin?.rule.services ?? [])] : [name],
  );
  const intents = rule.intents.flatMap((name) => (name === '*' ? Object.keys(declared) : [name]));
  const known = distinct(intents.filter((intent) => Object.hasOwn(declared, intent)));
  const exactServices = distinct(services.filter((service) => service !== '*'));
  const [exact, patterns] = [rule.resources ?? [], rule.resources ? [] : ['*']];
  const resourcesFor = (intent: string): string[] => {
    const own = declared[intent]?.resource ?? '';
    return distinct([...exact, ...patterns].map((name) => (name.includes('*') ? instanceOf(name, own) : name)));
  };
  const widest = Math.max(...known.map((intent) => resourcesFor(intent).length), exactServices.length, known.length, 1);
  const product = known.reduce((sum, intent) => sum + resourcesFor(intent).length, 0) * exactServices.length;
  if (product <= wholeProduct)
    return known
      .flatMap((intent) =>
        resourcesFor(intent).flatMap((resource) =>
          exactServices.map((service) => ({ tenant, service, intent, resource, companion: null })),
        ),
      )
      .slice(0, most);
  return Array.from({ length: Math.min(widest, most) }, (_, step) => {
    const intent = known[step % known.length] ?? strangers.intent;
    const resources = resourcesFor(intent);
    const resource = resources[step % resources.length] ?? '';
    return {
      tenant,
      service: exactServices[step % exactServices.length] ?? strangers.service,
      intent,
      resource,
      companion: null,
    };
  });
}

/** A resource that fits a pattern: the preferred one where that does. */
function instanceOf(pattern: string, preferred: string): string {
  if (globTest(pattern)(preferred)) return preferred;
  const [audience = '', path = ''] = pattern.split(':');
  return `${audience.replaceAll('*', audience === '*' ? 'axon' : '')}:${path.replaceAll('*', '')}`;
}

function names(listed: readonly string[], name: string): boolean {
  return listed.includes('*') || listed.includes(name);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
