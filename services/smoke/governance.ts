// Asks Governance for a decision as the caller `smoke`, by one signed Lambda invocation.
// Next: governance/lambda/handler.ts, which answers.
import { request } from 'undici';
import { type DecisionRequest } from '../../governance/contract.ts';
import { awsEndpoint, type CredentialSource, signRequest } from '../shared/aws.ts';
import { readBounded } from '../shared/read-bounded.ts';

/** Asks for a decision; the answer is unchecked. @throws Error when none came */
export type AskGovernance = (question: DecisionRequest, signal: AbortSignal) => Promise<unknown>;

/** Where Governance is and who asks. */
export interface GovernanceAccess {
  readonly functionName: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
}

const answerMaxBytes = 131_072;

/** By Lambda `Invoke` of the alias `smoke` (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export function createAskGovernance({ functionName, region, endpoint, credentials }: GovernanceAccess): AskGovernance {
  const base = awsEndpoint({ service: 'lambda', region, endpoint });
  const url = `${base}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations?Qualifier=smoke`;
  return async function askGovernance(question, signal) {
    const body = JSON.stringify(question);
    const signed = await signRequest({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body,
      service: 'lambda',
      region,
      credentials: await credentials(),
      payload: 'signed',
    });
    const response = await request(signed.url, { method: 'POST', headers: signed.headers, body, signal });
    const text = await readBounded(response.body, answerMaxBytes);
    if (response.statusCode !== 200 || response.headers['x-amz-function-error'] !== undefined)
      throw new Error(`got ${response.statusCode} from the governance function, expected a decision`);
    return JSON.parse(text);
  };
}
