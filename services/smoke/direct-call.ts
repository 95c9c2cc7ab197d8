// A governed call of the function's own: a grant from Governance by the alias `smoke`, bound to a key made for this run.
// Next: services/smoke/checks.ts, which sends it, sends it again, and sends it spoilt.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Decision, governedHeaders, type ProofClaims, tokenTypes } from '../../governance/contract.ts';
import { publicJwk, sha256Base64url, signToken, thumbprint } from '../../governance/token.ts';
import { type AskGovernance } from './governance.ts';

/** The tenant whose policy permits what the smoke function does, and nothing else. */
export const smokeTenant = 'smoke';

/** A call that Axon should accept once. */
export interface DirectCall {
  readonly method: 'GET' | 'POST';
  readonly path: '/reason';
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes calls for one run. @throws Error naming the reason when Governance denies */
export type MakeDirectCall = (method: 'GET' | 'POST', body: string, signal: AbortSignal) => Promise<DirectCall>;

/** What the calls are made with. */
export interface DirectCallOptions {
  readonly askGovernance: AskGovernance;
  /** The function's own role. */
  readonly roleArn: string;
  readonly correlationId: string;
}

/** Makes a key that ends with the run, and calls under it. */
export function createDirectCalls({ askGovernance, roleArn, correlationId }: DirectCallOptions): MakeDirectCall {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = publicJwk(privateKey);
  return async function makeDirectCall(method, body, signal) {
    const path = '/reason';
    const bodySha256 = sha256Base64url(body);
    const answer = await askGovernance(
      {
        service: 'smoke',
        intent: method === 'GET' ? 'check_reasoning' : 'call_reasoning',
        tenant: smokeTenant,
        subject: 'agent:smoke',
        context: {},
        binding: { method, path, bodySha256, jkt: thumbprint(jwk) },
        correlationId,
      },
      signal,
    );
    const decision = Decision.safeParse(answer);
    if (!decision.success) throw new Error('got an answer from governance that is no decision');
    const { reason, grant, certificate } = decision.data;
    if (grant === undefined || certificate === undefined)
      throw new Error(`got ${reason} from governance, expected permitted with a grant`);
    const claims: ProofClaims = {
      htm: method,
      htu: path,
      ath: sha256Base64url(grant),
      bsh: bodySha256,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
    };
    return {
      method,
      path,
      body,
      headers: {
        [governedHeaders.grant]: grant,
        [governedHeaders.certificate]: certificate,
        [governedHeaders.proof]: signToken({ typ: tokenTypes.proof, jwk }, claims, privateKey),
        'x-tenant': smokeTenant,
        'x-amzn-lattice-identity': meshIdentityOf(roleArn),
      },
    };
  };
}

/** As Lattice would name this role; the test listener is not behind it. A grant to another service does not fit it. */
function meshIdentityOf(roleArn: string): string {
  const [, partition, , , account, role] = roleArn.split(':');
  const name = role?.split('/').at(-1);
  return `Principal=arn:${partition}:sts::${account}:assumed-role/${name}/smoke;SessionName=smoke;Type=AWS_IAM`;
}
