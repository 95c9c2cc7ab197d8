// An exported tenant in the real Cedar: validated strictly, parsed once, asked with the request checked against the schema.
// Next: __tests__/support/cedar-differential.ts, which asks it what ours is asked.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { type CedarExport } from '../../governance/policy/cedar/export-cedar.ts';
import { type CedarRequest, cedarRequests } from '../../governance/policy/cedar/request.ts';

/** What Cedar said: allowed or not, by which policies, or that the request does not fit the schema. */
export interface CedarAnswer {
  readonly allowed: boolean;
  /** The policies that decided; none for "no permit matched" and for a request that was refused. */
  readonly reasons: readonly string[];
  /** Policies that failed and were skipped. */
  readonly failed: readonly string[];
  readonly refused: boolean;
}

/** Policy texts by id. */
export type CedarTexts = Readonly<Record<string, string>>;

const nobody: CedarAnswer = { allowed: false, reasons: [], failed: [], refused: true };

/** The texts of an export, by policy id. */
export function textsOf({ policies }: Pick<CedarExport, 'policies'>): CedarTexts {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
}

/** What Cedar's strict validator has against policies; empty when nothing. */
export function cedarProblems(texts: CedarTexts | string, schema: object): string[] {
  const answer = cedar.validate({
    schema: schema as cedar.Schema,
    policies: { staticPolicies: texts },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  return answer.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
}

/**
 * Parses policies and a schema once. Cedar keeps them by name, so that the next use of a name takes the last one's place.
 *
 * @param schema - null to ask without one: nothing then checks the request
 * @throws Error when Cedar does not take them
 */
export function loadCedar(
  name: string,
  texts: CedarTexts,
  schema: object | null,
): (request: CedarRequest) => CedarAnswer {
  const loaded = [
    cedar.preparsePolicySet(name, { staticPolicies: texts }),
    ...(schema ? [cedar.preparseSchema(name, schema as cedar.Schema)] : []),
  ];
  for (const each of loaded) {
    if (each.type === 'failure')
      throw new Error(`got ${each.errors.map(({ message }) => message).join('; ')}, expected cedar to take the export`);
  }
  const checked = schema ? { preparsedSchemaName: name, validateRequest: true } : {};
  return (request) => {
    const answer = cedar.statefulIsAuthorized({
      ...request,
      context: request.context as cedar.Context,
      entities: [],
      preparsedPolicySetId: name,
      ...checked,
    });
    if (answer.type === 'failure') return nobody;
    const { decision, diagnostics } = answer.response;
    return {
      allowed: decision === 'allow',
      reasons: diagnostics.reason,
      failed: diagnostics.errors.map(({ policyId }) => policyId),
      refused: false,
    };
  };
}

/** An exported tenant that is asked as ours is. */
export function loadExport(
  name: string,
  exported: CedarExport,
  texts: CedarTexts = textsOf(exported),
): (request: PolicyRequest, nowMs: number) => CedarAnswer {
  const ask = loadCedar(name, texts, exported.schema);
  const convert = cedarRequests(exported.vocabulary);
  return (request, nowMs) => {
    const converted = convert(request, nowMs);
    return converted ? ask(converted) : nobody;
  };
}
