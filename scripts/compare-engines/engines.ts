// The engines, each set up as its own documentation has it: load a policy, ask once.
// Next: scripts/compare-engines/cedar.ts, the one that comes in two ways.
import { createMongoAbility, type RawRuleOf, type MongoAbility, subject } from '@casl/ability';
import { ConflictResolutionStrategy, PolicyEngine } from '@microsoft/agent-governance-sdk';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import { Engine as RulesEngine, Rule } from 'json-rules-engine';
import { compilePolicy } from '../../governance/policy/compile.ts';
import { decide } from '../../governance/policy/decide.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';
import { cedarChecked, cedarUnchecked } from './cedar.ts';
import { type Answer, asked, type Engine, type Situation } from './situation.ts';

const ours: Engine = {
  name: 'this runtime',
  answer({ context, forbid, layout }) {
    const names = { services: [asked.service], intents: [asked.intent] };
    const permitText = JSON.stringify({ id: 'permit', effect: 'permit', ...names, resources: [asked.resource] });
    const forbidText = JSON.stringify({ id: 'forbid', effect: 'forbid', ...names, when: forbid.ours });
    const types = { maxTokens: 'number', stream: 'boolean', model: 'string', priority: 'number' };
    const head = {
      format: 1,
      tenant: 'default',
      revision: 1,
      intents: { [asked.intent]: { resource: asked.resource, context: types } },
    };
    const rules = arrange(permitText, effectTwice(forbidText, 'effect', 'permit', layout), layout);
    const reading = parsePolicy(`${JSON.stringify(head).slice(0, -1)},"rules":[${rules.join(',')}]}`);
    if (!reading.ok) return Promise.resolve('refused');
    const request = { service: asked.service, intent: asked.intent, tenant: 'default', context };
    return Promise.resolve(
      allowOrDeny(decide(compilePolicy(reading.document, 'digest'), null, request, Date.now()).allowed),
    );
  },
};

/** Rich policy documents in YAML, with the strategy in which a deny wins whatever its priority. */
const microsoft: Engine = {
  name: 'Microsoft SDK',
  answer: ({ context, forbid, layout }) =>
    loadAndAsk(
      () => {
        const engine = new PolicyEngine([], ConflictResolutionStrategy.DenyOverrides);
        const permit = ['  - name: permit', `    condition: "intent == '${asked.intent}'"`, '    ruleAction: allow'];
        const deny = ['  - name: forbid', `    condition: ${JSON.stringify(forbid.microsoft)}`, '    ruleAction: deny'];
        if (layout === 'effect twice') deny.push('    ruleAction: allow');
        const rules = arrange(permit.join('\n'), deny.join('\n'), layout);
        engine.loadYaml(
          [
            'apiVersion: governance.toolkit/v1',
            'name: limits',
            `rules:${rules.length === 0 ? ' []' : ''}`,
            ...rules,
            'default_action: deny',
          ].join('\n'),
        );
        return engine;
      },
      (engine) => engine.evaluatePolicy(asked.service, { intent: asked.intent, ...context }).allowed,
    ),
};

/** The attribute-based model of its documentation, with the effect in which a deny wins. */
const casbin: Engine = {
  name: 'casbin',
  async answer({ context, forbid, layout }) {
    if (layout === 'effect twice') return 'n/a';
    const names = `p, ${asked.service}, ${asked.resource}, ${asked.intent}`;
    const lines = arrange(`${names}, true, allow`, `${names}, ${forbid.casbin}, deny`, layout);
    const model = newModelFromString(`
[request_definition]
r = sub, obj, act, ctx
[policy_definition]
p = sub, obj, act, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act && eval(p.rule)
`);
    return loadAndAsk(
      () => (lines.length === 0 ? newEnforcer(model) : newEnforcer(model, new StringAdapter(lines.join('\n')))),
      (enforcer) => enforcer.enforce(asked.service, asked.resource, asked.intent, context),
    );
  },
};

/** Rules as JSON, as they are stored in a database. A later rule overrides an earlier one, so the forbid comes last. */
const casl: Engine = {
  name: 'CASL',
  answer({ context, forbid, layout }) {
    const names = { action: asked.intent, subject: 'Reasoning' };
    const permitText = JSON.stringify({ inverted: false, ...names });
    const forbidTexts = forbid.casl.map((conditions) =>
      effectTwice(JSON.stringify({ inverted: true, ...names, conditions }), 'inverted', false, layout),
    );
    const rules = arrange(permitText, forbidTexts.join(','), layout);
    return loadAndAsk(
      () => createMongoAbility(JSON.parse(`[${rules.join(',')}]`) as RawRuleOf<MongoAbility>[]),
      (ability) => ability.can(asked.intent, subject('Reasoning', { ...context })),
    );
  },
};

/** A forbid event beats a permit event, and no event is a deny: that part is ours, the engine only tells which rules hold. */
const jsonRules: Engine = {
  name: 'json-rules-engine',
  answer({ context, forbid, layout }) {
    const conditions = { all: [{ fact: 'intent', operator: 'equal', value: asked.intent }] };
    const permitText = JSON.stringify({ conditions, event: { type: 'permit' } });
    const forbidText = JSON.stringify({ conditions: forbid.rules, event: { type: 'forbid' } });
    const rules = arrange(permitText, effectTwice(forbidText, 'event', { type: 'permit' }, layout), layout);
    return loadAndAsk(
      () => new RulesEngine(rules.map((rule) => new Rule(rule))),
      async (engine) => {
        const { events } = await engine.run({ ...asked, ...context });
        const types = new Set(events.map(({ type }) => type));
        return types.has('permit') && !types.has('forbid');
      },
    );
  },
};

/** All engines, in the order of the columns. */
export const engines: readonly Engine[] = [ours, cedarUnchecked, cedarChecked, microsoft, casbin, casl, jsonRules];

/** The rules of a policy, laid out as the situation has it. */
function arrange(permit: string, forbid: string, layout: Situation['layout']): string[] {
  if (layout === 'empty') return [];
  return layout === 'permit last' ? [forbid, permit] : [permit, forbid];
}

async function loadAndAsk<T>(
  load: () => T | Promise<T>,
  ask: (loaded: T) => boolean | Promise<boolean>,
): Promise<Answer> {
  let loaded: T;
  try {
    loaded = await load();
  } catch {
    return 'refused';
  }
  try {
    return allowOrDeny(await ask(loaded));
  } catch {
    return 'error';
  }
}

/** The same object with a key once more at its end, which only text can have. */
function effectTwice(text: string, key: string, value: unknown, layout: Situation['layout']): string {
  return layout === 'effect twice' ? `${text.slice(0, -1)},${JSON.stringify({ [key]: value }).slice(1)}` : text;
}

function allowOrDeny(allowed: boolean): Answer {
  return allowed ? 'allow' : 'deny';
}
