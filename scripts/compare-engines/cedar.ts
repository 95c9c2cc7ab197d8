// Cedar twice: asked without a schema, and with one by which policies and requests are validated.
// Next: scripts/compare-engines/stricter.ts, where ours is stricter than policies written by hand.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { type Answer, asked, type Engine, type Situation } from './situation.ts';

const scope = `principal == Service::"${asked.service}", action == Action::"${asked.intent}", resource == Resource::"${asked.resource}"`;

/** Without a schema, which Cedar allows. */
export const cedarUnchecked: Engine = {
  name: 'Cedar',
  answer: ({ context, forbid, layout }) =>
    Promise.resolve(askCedar(policyText(forbid.cedar, layout), context, null, layout)),
};

/** With a schema in which every attribute is required, as policies without `has` need it. */
export const cedarChecked: Engine = {
  name: 'Cedar, schema',
  answer: ({ context, forbid, layout }) =>
    Promise.resolve(askCedar(policyText(forbid.cedar, layout), context, schemaOf(situationTypes, true), layout)),
};

const situationTypes = { maxTokens: 'Long', stream: 'Boolean', model: 'String', priority: 'Long' } as const;

/** Cedar's types of context attributes by name. */
export type CedarTypes = Readonly<Record<string, 'Long' | 'Boolean' | 'String' | 'Set' | 'ipaddr'>>;

/** A schema with one action, whose context has these attributes, required or optional. */
export function schemaOf(types: CedarTypes, required: boolean): cedar.Schema {
  const attributes = Object.entries(types).map(([name, type]) => [name, { ...typeOf(type), required }]);
  return {
    '': {
      entityTypes: { Service: {}, Resource: {} },
      actions: {
        [asked.intent]: {
          appliesTo: {
            principalTypes: ['Service'],
            resourceTypes: ['Resource'],
            context: { type: 'Record', attributes: Object.fromEntries(attributes) as Record<string, { type: 'Long' }> },
          },
        },
      },
    },
  };
}

function typeOf(type: CedarTypes[string]): object {
  if (type === 'Set') return { type, element: { type: 'String' } };
  return type === 'ipaddr' ? { type: 'Extension', name: type } : { type };
}

/** A permit for the whole intent and a forbid under a condition. */
export function policyText(condition: string, layout?: Situation['layout']): string {
  const [permit, forbid] = [`permit(${scope});`, `forbid(${scope}) when { ${condition} };`];
  if (layout === 'empty') return '';
  return layout === 'permit last' ? `${forbid}\n${permit}` : `${permit}\n${forbid}`;
}

/** Asks Cedar once. With a schema the policies are validated strictly, and so is the request. */
export function askCedar(
  text: string,
  context: cedar.Context,
  schema: cedar.Schema | null,
  layout?: Situation['layout'],
): Answer {
  if (layout === 'effect twice') return 'n/a';
  const policies = { staticPolicies: text };
  if (cedar.checkParsePolicySet(policies).type === 'failure') return 'refused';
  if (schema) {
    const validation = cedar.validate({ schema, policies, validationSettings: { mode: 'strict' } });
    if (validation.type === 'failure' || validation.validationErrors.length > 0) return 'refused';
  }
  const answer = cedar.isAuthorized({
    principal: { type: 'Service', id: asked.service },
    action: { type: 'Action', id: asked.intent },
    resource: { type: 'Resource', id: asked.resource },
    context,
    policies,
    entities: [],
    ...(schema ? { schema, validateRequest: true } : {}),
  });
  return answer.type === 'failure' ? 'error' : answer.response.decision;
}
