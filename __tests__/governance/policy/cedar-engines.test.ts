// The tables of docs/policy-engines.md are what the engines answer, and what the text around them says is so.
// Next: scripts/compare-engines/render.ts, which asks them.
import { readFileSync } from 'node:fs';
import { ConflictResolutionStrategy, PolicyEngine } from '@microsoft/agent-governance-sdk';
import { Engine } from 'json-rules-engine';
import { describe, expect, it } from 'vitest';
import { engines } from '../../../scripts/compare-engines/engines.ts';
import { documentFile, renderDocument } from '../../../scripts/compare-engines/render.ts';
import { situations } from '../../../scripts/compare-engines/situations.ts';
import { answerStricter, stricterPlaces } from '../../../scripts/compare-engines/stricter.ts';

const [ours] = engines;

describe('docs/policy-engines.md', () => {
  it('holds what "node scripts/compare-engines.ts" writes', async () => {
    const text = readFileSync(documentFile, 'utf8');
    expect(await renderDocument(text)).toBe(text);
  });
});

describe('the engines', () => {
  it.each(situations.slice(0, 2))('all answer as meant when $name', async (situation) => {
    const answers = await Promise.all(engines.map((engine) => engine.answer(situation)));
    expect(new Set(answers)).toEqual(new Set([situation.meant]));
  });

  it.each(situations.slice(2))('leave ours shut when $name', async (situation) => {
    expect(['deny', 'refused']).toContain(await ours?.answer(situation));
  });

  const limited = (rules: string): string => `name: limits\ndefault_action: deny\nrules:\n${rules}`;
  const permit = '  - {name: permit, condition: "intent == \'act\'", ruleAction: allow}';
  const deny = '  - {name: forbid, condition: "maxTokens > 10", ruleAction: deny}';
  const request = { intent: 'act', maxTokens: 11 };

  it('of Microsoft takes the first of two rules of one priority by its default strategy, and a deny by the one we compare', () => {
    const allows = (rules: readonly string[], strategy?: ConflictResolutionStrategy): boolean => {
      const engine = new PolicyEngine([], strategy);
      engine.loadYaml(limited(rules.join('\n')));
      return engine.evaluatePolicy('orbit', request).allowed;
    };
    expect(allows([permit, deny])).toBe(true);
    expect(allows([deny, permit])).toBe(false);
    expect(allows([permit, deny], ConflictResolutionStrategy.DenyOverrides)).toBe(false);
  });

  it('of Microsoft takes the second of two like keys from JSON', () => {
    const engine = new PolicyEngine([], ConflictResolutionStrategy.DenyOverrides);
    engine.loadJson('{"name":"limits","rules":[{"name":"r","ruleAction":"deny","ruleAction":"allow"}]}');
    expect(engine.evaluatePolicy('orbit', request).allowed).toBe(true);
  });

  it('of Microsoft understands what its documentation lists', () => {
    const denies = (condition: string, context: Record<string, unknown>): boolean => {
      const engine = new PolicyEngine([], ConflictResolutionStrategy.DenyOverrides);
      engine.loadYaml(
        limited(`${permit}\n  - {name: forbid, condition: ${JSON.stringify(condition)}, ruleAction: deny}`),
      );
      return !engine.evaluatePolicy('orbit', { ...request, ...context }).allowed;
    };
    expect(denies("env not in ['prod']", { env: 'dev' })).toBe(true);
    expect(denies("name == 'a or b'", { name: 'a or b' })).toBe(true);
    expect(denies("user.role == 'guest' and maxTokens >= 11", { user: { role: 'guest' } })).toBe(true);
  });

  it('of rules answers for a missing fact when it may', async () => {
    const conditions = { all: [{ fact: 'maxTokens', operator: 'greaterThan', value: 1 }] };
    const rule = { conditions, event: { type: 'forbid' } };
    await expect(new Engine([rule]).run({})).rejects.toThrow('Undefined fact');
    expect((await new Engine([rule], { allowUndefinedFacts: true }).run({})).events).toEqual([]);
  });
});

describe('where ours is stricter than Cedar by hand', () => {
  it.each(stricterPlaces)('$name', (place) => {
    const { ours: answer, byHand, exported } = answerStricter(place);
    expect(answer).toBe('deny');
    expect(byHand).toBe('allow');
    // A key that nobody declares does not fit the schema, which is Cedar's way to refuse it.
    expect(exported).toBe('max_tokens' in place.context ? 'error' : 'deny');
  });

  it('a schema leaves two of them open', () => {
    const open = stricterPlaces.filter((place) => {
      const { required, optional } = answerStricter(place);
      return required === 'allow' || optional === 'allow';
    });
    expect(open.map(({ name }) => name)).toEqual([
      'a network and an IPv4-mapped address, passed as an address',
      'a forbid with the guard that the validator asks for',
    ]);
  });
});
