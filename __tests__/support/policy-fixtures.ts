// Small policy documents for tests: written as objects, read through the real parser, so that none is impossible.
// Next: __tests__/governance/policy/decide.test.ts, which asks them.
import { compilePolicy, type CompiledPolicy } from '../../governance/policy/compile.ts';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { documentFrom } from './shipped-policies.ts';

/** A document as a security engineer would write it; what is left out is the fixture's own. */
export type DocumentDraft = Readonly<Record<string, unknown>>;

/** An instant on a Wednesday noon, UTC. Epoch milliseconds. */
export const noonMs = Date.parse('2026-03-11T12:00:00Z');

const intents = {
  act: { resource: 'axon:/reason', context: { n: 'number', s: 'string', b: 'boolean', t: 'string[]' } },
  look: { resource: 'axon:/look' },
};

/** A document of tenant `t1` with the intents `act` (context n, s, b, t) and `look`. */
export function draft(rules: readonly unknown[], more: DocumentDraft = {}): DocumentDraft {
  return { format: 1, tenant: 't1', revision: 1, intents, rules, ...more };
}

/** The platform's counterpart of {@link draft}. */
export function platformDraft(rules: readonly unknown[], more: DocumentDraft = {}): DocumentDraft {
  return draft(rules, { tenant: '*', ...more });
}

/** A rule that permits Orbit to `act`. */
export function permit(id: string, more: object = {}): object {
  return { id, effect: 'permit', services: ['orbit'], intents: ['act'], resources: ['axon:/reason'], ...more };
}

/** A rule that forbids everyone to `act`. */
export function forbid(id: string, more: object = {}): object {
  return { id, effect: 'forbid', services: ['*'], intents: ['act'], ...more };
}

/** Parses and compiles. @throws Error naming every issue when the draft is not valid */
export function compileDraft(document: DocumentDraft): CompiledPolicy {
  return compilePolicy(documentFrom(JSON.stringify(document)), 'digest');
}

/** Orbit's request to `act` in tenant `t1`. */
export function ask(context: PolicyRequest['context'] = {}, more: Partial<PolicyRequest> = {}): PolicyRequest {
  return { service: 'orbit', intent: 'act', tenant: 't1', context, ...more };
}
