// What must hold of every document and every request, on generated ones by the thousand.
// Next: __tests__/support/reference-evaluator.ts, the meaning said plainly; policy-generators.ts, what is generated.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Verdict } from '../../../governance/policy/decide.ts';
import { parsePolicy, printPolicy } from '../../../governance/policy/parse.ts';
import { documentFrom } from '../../support/shipped-policies.ts';
import { compileDraft, type DocumentDraft, noonMs } from '../../support/policy-fixtures.ts';
import { documents, forbids, permits, requests, type World, worlds } from '../../support/policy-generators.ts';
import { decidePlainly, distinct, type PlainVerdict } from '../../support/reference-evaluator.ts';

const seen = { pairs: 0, reasons: new Map<string, number>(), told: 0 };

describe('the engine', () => {
  it('decides as a plain reading of every rule in turn does', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        const { tenant, platform, request, nowMs } = world;
        const verdict = decideIn(world);
        expect(plain(verdict)).toEqual(decidePlainly(read(tenant), platform && read(platform), request, nowMs));
        seen.pairs += 1;
        seen.reasons.set(verdict.reason, (seen.reasons.get(verdict.reason) ?? 0) + 1);
        seen.told += Math.sign(verdict.shadow.length);
      }),
      { numRuns: 2500 },
    );
    // The generators must hit: each kind of answer comes often enough to mean something.
    const shares = ['permitted', 'forbidden_by_rule', 'no_matching_permit'].map(
      (reason) => (seen.reasons.get(reason) ?? 0) / seen.pairs,
    );
    expect(Math.min(...shares)).toBeGreaterThan(0.1);
    expect([...seen.reasons.keys()].sort()).toEqual([
      'forbidden_by_rule',
      'no_matching_permit',
      'permitted',
      'policy_expired',
      'request_invalid',
      'unknown_tenant',
    ]);
    expect(seen.told).toBeGreaterThan(40);
  });

  it('decides alike by what it looks up and by what it walks through: many rules keyed by one attribute', () => {
    const keyed = fc.array(
      fc.tuple(
        fc.boolean(),
        fc.constantFrom('eq', 'in'),
        fc.constantFrom('context.s', 'context.n', 'context.b', 'subject'),
        fc.nat(2),
        fc.boolean(),
      ),
      { minLength: 4, maxLength: 24 },
    );
    const values: Record<string, readonly unknown[]> = {
      'context.s': ['a', 'b', 'ab'],
      'context.n': [0, 1, 2],
      'context.b': [true, false, true],
      subject: ['user:a', 'user:b', 'agent:a'],
    };
    const rules = keyed.map((all) =>
      all.map(([isPermit, operator, attribute, index, inAll], position) => {
        const literal = values[attribute]?.[index];
        const leaf =
          operator === 'in' && attribute !== 'context.b'
            ? { in: [attribute, [literal]] }
            : { eq: [attribute, literal] };
        const when = inAll ? { all: [{ exists: 'service' }, leaf] } : leaf;
        const common = { id: `r${position}`, intents: ['act'], resources: ['axon:/reason'], when };
        return isPermit
          ? { ...common, effect: 'permit', services: ['orbit'] }
          : { ...common, effect: 'forbid', services: ['orbit'] };
      }),
    );
    fc.assert(
      fc.property(documents('t1'), rules, requests(), (tenant, some, request) => {
        const world = { tenant: { ...tenant, rules: some }, platform: null, request, nowMs: noonMs - 1 };
        expect(plain(decideIn(world))).toEqual(decidePlainly(read(world.tenant), null, request, world.nowMs));
      }),
      { numRuns: 600 },
    );
  });
});

describe('the order of rules', () => {
  it('never matters to anything of the verdict', () => {
    fc.assert(
      fc.property(worlds(), fc.infiniteStream(fc.nat()), (world, order) => {
        const shuffled = {
          ...world,
          tenant: shuffle(world.tenant, order),
          platform: world.platform && shuffle(world.platform, order),
        };
        expect(decideIn(shuffled)).toEqual(decideIn(world));
      }),
      { numRuns: 600 },
    );
  });
});

describe('one rule more', () => {
  it('that forbids never allows, in either document', () => {
    fc.assert(
      fc.property(worlds(), forbids(), fc.boolean(), (world, forbid, ofPlatform) => {
        const platform = ofPlatform && world.platform ? withRule(world.platform, forbid) : world.platform;
        const more = { ...world, platform, tenant: ofPlatform ? world.tenant : withRule(world.tenant, forbid) };
        const kept = decideIn(world).allowed || !decideIn(more).allowed;
        expect(kept).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it('that permits never denies what was allowed, and takes no duty away', () => {
    let allowed = 0;
    fc.assert(
      fc.property(worlds(), permits(), (world, permit) => {
        const before = decideIn(world);
        const after = decideIn({ ...world, tenant: withRule(world.tenant, permit) });
        if (!before.allowed) return true;
        allowed += 1;
        const kept = (key: 'obligations' | 'quotas') =>
          plain(before)[key].every((each) => plain(after)[key].includes(each));
        return after.allowed && kept('obligations') && kept('quotas');
      }),
      { numRuns: 600 },
    );
    expect(allowed).toBeGreaterThan(30);
  });

  it('in shadow changes nothing but what is told', () => {
    fc.assert(
      fc.property(worlds(), fc.oneof(permits(), forbids()), (world, rule) => {
        const more = { ...world, tenant: withRule(world.tenant, { ...rule, mode: 'shadow' }) };
        expect({ ...decideIn(more), shadow: [] }).toEqual({ ...decideIn(world), shadow: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('in shadow is told of exactly when enforcing it would turn the answer around', () => {
    fc.assert(
      fc.property(worlds(), fc.oneof(permits(), forbids()), (world, rule) => {
        const shadowed = decideIn({ ...world, tenant: withRule(world.tenant, { ...rule, mode: 'shadow' }) });
        const enforced = decideIn({ ...world, tenant: withRule(world.tenant, { ...rule, mode: 'enforce' }) });
        expect(shadowed.shadow.some(({ rule: id }) => id === 'one-more')).toBe(enforced.allowed !== shadowed.allowed);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an intent that no document declares', () => {
  it('is always denied', () => {
    fc.assert(
      fc.property(
        worlds(),
        fc.oneof(fc.string(), fc.constantFrom('*', '__proto__', 'constructor', 'ACT', 'act ')),
        (world, intent) => {
          fc.pre(!['act', 'see', 'bare'].includes(intent));
          const verdict = decideIn({ ...world, request: { ...world.request, intent } });
          expect([verdict.allowed, verdict.resource]).toEqual([false, null]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a deny', () => {
  it('never comes with duties, quotas or a reason to think otherwise', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        const { allowed, reason, obligations, quotas } = decideIn(world);
        const bare = obligations.length === 0 && quotas.length === 0;
        expect(allowed ? reason === 'permitted' : reason !== 'permitted' && bare).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('printing', () => {
  it('and reading again gives the same document', () => {
    fc.assert(
      fc.property(fc.oneof(documents('t1'), documents('*')), (drafted) => {
        const document = read(drafted);
        expect(documentFrom(printPolicy(document))).toEqual(document);
        expect(printPolicy(documentFrom(printPolicy(document)))).toBe(printPolicy(document));
      }),
      { numRuns: 500 },
    );
  });
});

describe('no input throws', () => {
  it('as a policy: any text, any JSON', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '0', '1', ' ', 'a') }),
      fc.json({ maxDepth: 8 }),
    );
    fc.assert(
      fc.property(text, (each) => {
        expect(isAnswered(each)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('as a policy: a valid document with something else in some place', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        '',
        '*',
        '__proto__',
        'constructor',
        -1,
        1e308,
        [],
        {},
        null,
        'context.toString',
        '\ud800',
      ),
    );
    fc.assert(
      fc.property(documents('t1'), fc.infiniteStream(fc.nat()), odd, fc.string(), (document, choices, value, key) => {
        const spoilt: unknown = JSON.parse(JSON.stringify(document));
        replaceSomewhere(spoilt, choices, value, key);
        expect(isAnswered(JSON.stringify(spoilt))).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('as a request: any names, any JSON as context', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('orbit', 'act', 't1', 'axon:/reason', '__proto__', '*'));
    const key = fc.oneof(fc.string(), fc.constantFrom('n', 's', 'b', 't', 'toString', '__proto__', 'constructor'));
    const request = fc.record(
      {
        service: name,
        intent: name,
        tenant: name,
        subject: name,
        resource: name,
        context: fc.dictionary(key, fc.jsonValue()),
      },
      { requiredKeys: ['service', 'intent', 'tenant', 'context'] },
    );
    fc.assert(
      fc.property(worlds(), request, (world, odd) => {
        const asked = {
          ...odd,
          tenant: odd.tenant.length > 3 ? 't1' : odd.tenant,
          intent: odd.intent.length > 3 ? 'act' : odd.intent,
        };
        const verdict = decideIn({ ...world, request: asked as World['request'] });
        expect(typeof verdict.allowed).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

function decideIn({ tenant, platform, request, nowMs }: World): Verdict {
  return decide(compileDraft(tenant), platform && compileDraft(platform), request, nowMs);
}

function read(document: DocumentDraft) {
  return documentFrom(JSON.stringify(document));
}

function plain({ reason, rule, resource, obligations, quotas, shadow }: Verdict): PlainVerdict {
  return {
    reason,
    rule,
    resource,
    obligations: distinct(obligations.map((each) => JSON.stringify(each))),
    quotas: distinct(quotas.map(({ id }) => id)),
    shadow: shadow.map((each) => each.rule),
  };
}

function withRule(document: DocumentDraft, rule: object): DocumentDraft {
  return { ...document, rules: [...(document['rules'] as unknown[]), { ...rule, id: 'one-more' }] };
}

function shuffle(document: DocumentDraft, order: Iterator<number>): DocumentDraft {
  const keyed = (document['rules'] as unknown[]).map((rule) => ({ rule, at: Number(order.next().value) }));
  return { ...document, rules: keyed.sort((a, b) => a.at - b.at).map(({ rule }) => rule) };
}

function isAnswered(text: string): boolean {
  const reading = parsePolicy(text);
  return (
    reading.ok ||
    (reading.issues.length > 0 &&
      reading.issues.every(({ path, got, expected }) =>
        [path, got, expected].every((each) => typeof each === 'string'),
      ))
  );
}

/** Walks down at random and puts `value` there, under a key that is there or one that is not. */
function replaceSomewhere(node: unknown, choices: Iterator<number>, value: unknown, key: string): void {
  if (typeof node !== 'object' || node === null) return;
  const keys = Object.keys(node);
  const next = () => Number(choices.next().value);
  // An array's length is not ours to define; its items and anything else are.
  const stray = Array.isArray(node) && key === 'length' ? '0' : key;
  const chosen = next() % 10 === 0 ? stray : (keys[next() % Math.max(1, keys.length)] ?? stray);
  // Only what the node itself holds is walked into: under `__proto__` lies what all objects share.
  const inner = Object.hasOwn(node, chosen) ? (node as Record<string, unknown>)[chosen] : undefined;
  if (typeof inner === 'object' && inner !== null && next() % 4 > 0)
    return replaceSomewhere(inner, choices, value, key);
  Object.defineProperty(node, chosen, { value, enumerable: true, configurable: true, writable: true });
}
