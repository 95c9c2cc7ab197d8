// All of the local platform on the loopback interface, and the environment each process needs to find it.
// Next: services/local/main.ts, the dev server that runs it.
import path from 'node:path';
import { createContainerCredentials } from './container-credentials.ts';
import { createLocalDynamo } from './dynamodb-endpoint.ts';
import { createLocalKms, type LocalKms } from './kms-endpoint.ts';
import { createLambdaEndpoint, type LambdaFunction } from './lambda-endpoint.ts';
import { createLambdaWorker, type LambdaWorker } from './lambda-worker.ts';
import { type AppliedAccount } from './emulated-account.ts';
import { listenLoopback, type LoopbackServer } from './loopback-server.ts';
import { createMeshGateway } from './mesh-gateway.ts';
import { createPlatformSecrets, rotatorName } from './platform-secrets.ts';
import { createPrincipals, type Principals } from './principals.ts';
import { readSynthesizedAccount, type SynthesizedAccount } from './synthesized-account.ts';
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts';

/** Where each part listens; 0 for any free port. */
export interface PlatformPorts {
  readonly axon: number;
  readonly orbit: number;
  readonly mesh: number;
  readonly tokens: number;
  readonly lambda: number;
  readonly kms: number;
  readonly dynamodb: number;
  readonly credentials: number;
  readonly secrets: number;
}

/** What to run, and who is told what the function writes. */
export interface PlatformOptions {
  readonly ports: PlatformPorts;
  readonly policyFolder: string;
  /** The synthesized infra/ whose names, aliases and policies are exercised. @defaultValue the committed one */
  readonly infra?: string;
  /** An account that was applied: tables, keys and secrets are its own. @defaultValue the stand-ins here */
  readonly applied?: AppliedAccount | undefined;
  readonly grantSeconds?: number;
  readonly onLine: (line: string) => void;
  /** Serves instead of the Governance function, in benchmarks. */
  readonly governance?: LambdaFunction;
}

/** The running platform. */
export interface Platform {
  /** What was read of the synthesized environment. */
  readonly synthesized: SynthesizedAccount;
  readonly principals: Principals;
  readonly kms: LocalKms;
  readonly tokens: TokenIssuer;
  readonly governance: LambdaWorker | null;
  readonly urls: Readonly<
    Record<'mesh' | 'tokens' | 'lambda' | 'kms' | 'dynamodb' | 'credentials' | 'secrets', string>
  >;
  readonly environments: { readonly orbit: Record<string, string>; readonly axon: Record<string, string> };
  /** The mesh forwards to Axon here, once Axon has said where it listens. */
  setAxonUrl(url: string): void;
  /** Creates a second signing key that Axon trusts from its next refresh, and has Governance sign with it. */
  rotateSigningKey(): string;
  /** Rotates a service's secret by the real function; the service follows with its next read. */
  rotateSecret(service: 'orbit' | 'axon'): Promise<string>;
  stop(): Promise<void>;
}

/** Twelve digits that are nobody's, and whom tokens are for. */
const account = '000000000000';
const audience = 'agent-runtime';
const committedInfra = path.resolve(import.meta.dirname, '../../infra');

/** Starts everything. @throws Error in one line when a port is taken; what was started before is stopped again */
export async function startPlatform({
  ports,
  policyFolder,
  infra = committedInfra,
  applied,
  grantSeconds = 30,
  onLine,
  governance: substitute,
}: PlatformOptions): Promise<Platform> {
  const synthesized = readSynthesizedAccount({
    infra,
    environment: 'dev',
    account,
    serviceArn: (region) => `arn:aws:vpc-lattice:${region}:${account}:service/svc-axon`,
  });
  const { region, prefix, functionName, signingAlias, metricsNamespace, grantsTable } = synthesized;
  const principals = createPrincipals({
    account,
    prefix,
    names: ['orbit', 'axon', 'governance', 'smoke', rotatorName],
  });
  const [orbitRole, axonRole, governanceRole] = [
    principals.roleArn('orbit'),
    principals.roleArn('axon'),
    principals.roleArn('governance'),
  ];
  const kms = createLocalKms({
    account,
    region,
    principals,
    allowed: new Map([
      [governanceRole, [{ action: 'Sign', keys: [signingAlias] }]],
      [axonRole, ['GetPublicKey']],
    ]),
  });
  const signingKey = kms.createKey();
  const nextSigningKey = kms.createKey();
  kms.pointAlias(signingAlias, signingKey);
  const tokens = await createTokenIssuer({ audience });
  const credentials = createContainerCredentials(principals);
  const secrets = createPlatformSecrets({ account, region, prefix, principals, onLine });
  const servers: LoopbackServer[] = [];
  let axonUrl = `http://127.0.0.1:${ports.axon}`;

  try {
    const listen = async (name: keyof PlatformPorts, handler: Parameters<typeof listenLoopback>[0]) => {
      const server = await listenLoopback(handler, ports[name], { name, setting: `LOCAL_${name.toUpperCase()}_PORT` });
      servers.push(server);
      return server.url;
    };
    const kmsUrl = await listen('kms', kms.handler);
    const dynamodbUrl = await listen(
      'dynamodb',
      createLocalDynamo({ table: grantsTable, writerRoleArn: axonRole, region, principals }),
    );
    const tokensUrl = await listen('tokens', tokens.handler);
    tokens.setIssuer(tokensUrl);
    const credentialsUrl = await listen('credentials', credentials.handler);
    const secretsUrl = await listen('secrets', secrets.handler);
    const worker = substitute
      ? null
      : createLambdaWorker({
          entry: new URL('../../governance/lambda/main.ts', import.meta.url),
          env: {
            ...governanceEnvironment(kmsUrl),
            ...(applied ? appliedGovernance(applied) : policiesOf(policyFolder)),
          },
          onLine,
        });
    const hosted: LambdaFunction = substitute ?? {
      aliases: synthesized.aliases,
      invoke: (event, context) => (worker ?? never()).invoke(event, context),
    };
    const lambdaUrl = await listen(
      'lambda',
      createLambdaEndpoint({
        account,
        region,
        principals,
        functions: { [functionName]: hosted },
        mayInvoke: synthesized.mayInvoke,
      }),
    );
    const meshUrl = await listen(
      'mesh',
      createMeshGateway({
        target: () => axonUrl,
        region,
        serviceArn: synthesized.serviceArn,
        policies: synthesized.authPolicies,
        principals,
      }),
    );

    return {
      synthesized,
      principals,
      kms,
      tokens,
      governance: worker,
      urls: {
        mesh: meshUrl,
        tokens: tokensUrl,
        lambda: lambdaUrl,
        kms: kmsUrl,
        dynamodb: dynamodbUrl,
        credentials: credentialsUrl,
        secrets: secretsUrl,
      },
      environments: {
        orbit: {
          ...credentials.environmentFor('orbit', credentialsUrl),
          ...secrets.environmentFor('orbit', secretsUrl),
          AWS_REGION: region,
          METRICS_NAMESPACE: metricsNamespace,
          AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
          GOVERNANCE_FUNCTION: functionName,
          AXON_URL: meshUrl,
          TOKEN_ISSUER: tokensUrl,
          TOKEN_AUDIENCE: audience,
          TOKEN_JWKS_URL: `${tokensUrl}/jwks.json`,
          ORBIT_HOST: '127.0.0.1',
          ORBIT_PORT: String(ports.orbit),
          ...(applied && { ORBIT_SECRET: applied.orbit_secret_arn, AWS_ENDPOINT_URL_SECRETS_MANAGER: applied.url }),
        },
        axon: {
          ...credentials.environmentFor('axon', credentialsUrl),
          ...secrets.environmentFor('axon', secretsUrl),
          AWS_REGION: region,
          METRICS_NAMESPACE: metricsNamespace,
          AWS_ENDPOINT_URL_KMS: kmsUrl,
          AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
          GOVERNANCE_TRUSTED_KEYS: `${signingKey},${nextSigningKey}`,
          AXON_CALLERS: `orbit=${orbitRole},smoke=${principals.roleArn('smoke')}`,
          AXON_GRANTS_TABLE: grantsTable,
          AXON_HOST: '127.0.0.1',
          AXON_PORT: String(ports.axon),
          ...(applied && appliedAxon(applied)),
        },
      },
      setAxonUrl(url) {
        axonUrl = url;
      },
      rotateSigningKey() {
        kms.pointAlias(signingAlias, nextSigningKey);
        return nextSigningKey;
      },
      rotateSecret: (service) => secrets.rotate(service, secretsUrl),
      async stop() {
        await worker?.stop();
        await Promise.all(servers.map((server) => server.close()));
      },
    };
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }

  function governanceEnvironment(kmsUrl: string): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = principals.credentialsOf('governance');
    return {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL_KMS: kmsUrl,
      GOVERNANCE_SIGNING_KEY: signingAlias,
      METRICS_NAMESPACE: metricsNamespace,
      GOVERNANCE_GRANT_SECONDS: String(grantSeconds),
    };
  }
}

function policiesOf(folder: string): Record<string, string> {
  return { POLICY_FOLDER: folder };
}

/** Policies, counters and the signing key of the account. */
function appliedGovernance(applied: AppliedAccount): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KMS: applied.url,
    AWS_ENDPOINT_URL_DYNAMODB: applied.url,
    GOVERNANCE_SIGNING_KEY: applied.governance_signing_key_arn,
    POLICY_TABLE: applied.policies_table_name,
    POLICY_PUBLISHER_KEYS: applied.policy_publisher_key_arn,
    QUOTA_TABLE: applied.quotas_table_name,
  };
}

/** The key Axon trusts, the table of spent grants and Axon's secret, of the account. */
function appliedAxon(applied: AppliedAccount): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KMS: applied.url,
    AWS_ENDPOINT_URL_DYNAMODB: applied.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: applied.url,
    GOVERNANCE_TRUSTED_KEYS: applied.governance_signing_key_arn,
    AXON_GRANTS_TABLE: applied.grants_table_name,
    AXON_SECRET: applied.axon_secret_arn,
  };
}

function never(): never {
  throw new Error('got an invocation without a function');
}
