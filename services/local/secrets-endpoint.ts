// Secrets Manager as far as the services and the rotation function use it: versions with labels, and a policy per secret.
// Next: services/shared/secret-value.ts and services/rotation/secret-store.ts, its clients.
import { randomUUID } from 'node:crypto';
import { type RequestListener } from 'node:http';
import { AwsFault, createAwsJsonEndpoint, type Operation } from './aws-json-endpoint.ts';
import { type KnownKey, type Principals } from './principals.ts';
import { createSecretVersions, type SecretVersions } from './secret-versions.ts';

/** One secret, and the two roles its resource policy does not deny. */
export interface LocalSecret {
  readonly name: string;
  /** May read the current value. */
  readonly readerRoleArn: string;
  /** May read and write versions. */
  readonly rotatorRoleArn: string;
}

/** Which secrets there are. */
export interface LocalSecretsOptions {
  readonly account: string;
  readonly region: string;
  readonly principals: Pick<Principals, 'lookup'>;
  readonly secrets: readonly LocalSecret[];
  readonly nowMs?: () => number;
}

/** The endpoint, and what an operator does to a secret. */
export interface LocalSecrets {
  readonly handler: RequestListener;
  /** @throws Error for a name that is no secret, as do all of these */
  arnOf(name: string): string;
  /** Stores a value as the current one. */
  store(name: string, text: string): void;
  enableRotation(name: string): void;
  /** Adds the empty version that `RotateSecret` adds before it calls the function; answers its id. */
  beginRotation(name: string): string;
}

interface HeldSecret extends LocalSecret {
  readonly arn: string;
  readonly versions: SecretVersions;
  rotationEnabled: boolean;
}

const actions = {
  reader: ['GetSecretValue'],
  rotator: ['GetSecretValue', 'DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'],
} as const;

/** Serves the four operations of a rotation (https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html). */
export function createLocalSecrets({ account, region, principals, secrets, nowMs }: LocalSecretsOptions): LocalSecrets {
  const held: readonly HeldSecret[] = secrets.map((secret) => ({
    ...secret,
    arn: `arn:aws:secretsmanager:${region}:${account}:secret:${secret.name}-local1`,
    versions: createSecretVersions(),
    rotationEnabled: false,
  }));
  return {
    handler: createAwsJsonEndpoint({
      service: 'secretsmanager',
      region,
      targetPrefix: 'secretsmanager',
      jsonVersion: '1.1',
      principals,
      ...(nowMs === undefined ? {} : { nowMs }),
      operations: {
        GetSecretValue: allowed('GetSecretValue', ({ arn, name, versions }, input) => {
          const { id, text, stages } = versions.find(optional(input, 'VersionId'), optional(input, 'VersionStage'));
          return { ARN: arn, Name: name, VersionId: id, VersionStages: stages, SecretString: text };
        }),
        DescribeSecret: allowed('DescribeSecret', ({ arn, name, rotationEnabled, versions }) => ({
          ARN: arn,
          Name: name,
          RotationEnabled: rotationEnabled,
          VersionIdsToStages: versions.stages(),
        })),
        PutSecretValue: allowed('PutSecretValue', ({ arn, name, versions }, input) => {
          const id = optional(input, 'ClientRequestToken') ?? randomUUID();
          const text = optional(input, 'SecretString');
          if (text === undefined) throw new AwsFault('InvalidParameterException', 'got no SecretString, expected one');
          const stages = versions.put(id, text, labelsOf(input));
          return { ARN: arn, Name: name, VersionId: id, VersionStages: stages };
        }),
        UpdateSecretVersionStage: allowed('UpdateSecretVersionStage', ({ arn, name, versions }, input) => {
          versions.move(optional(input, 'VersionStage') ?? '', {
            from: optional(input, 'RemoveFromVersionId'),
            to: optional(input, 'MoveToVersionId'),
          });
          return { ARN: arn, Name: name };
        }),
      },
    }),
    arnOf: (name) => known(name).arn,
    store: (name, text) => void known(name).versions.put(randomUUID(), text, ['AWSCURRENT']),
    enableRotation(name) {
      known(name).rotationEnabled = true;
    },
    beginRotation: (name) => known(name).versions.addEmpty(),
  };

  function known(name: string): HeldSecret {
    const secret = held.find((one) => one.name === name);
    if (!secret) throw new Error(`got secret ${name}, expected one of ${held.map((one) => one.name).join(', ')}`);
    return secret;
  }

  /** INVARIANT: only the two roles of a secret get further than this, and each only to its own operations. */
  function allowed(
    action: (typeof actions.rotator)[number],
    operate: (secret: HeldSecret, input: Readonly<Record<string, unknown>>) => object,
  ): Operation {
    return (input, { roleArn }: KnownKey) => {
      const id = optional(input, 'SecretId');
      const secret = held.find(({ name, arn }) => id === name || id === arn);
      const may: readonly string[] =
        roleArn === secret?.readerRoleArn ? actions.reader : roleArn === secret?.rotatorRoleArn ? actions.rotator : [];
      // A secret that does not exist is answered alike: nothing here tells which there are.
      if (!secret || !may.includes(action))
        throw new AwsFault(
          'AccessDeniedException',
          `User: ${roleArn} is not authorized to perform: secretsmanager:${action} on resource: ${String(id)} with an explicit deny in a resource-based policy`,
        );
      return operate(secret, input);
    };
  }
}

function optional(input: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new AwsFault('InvalidParameterException', `got ${name} of another kind, expected text`);
}

function labelsOf({ VersionStages: labels = ['AWSCURRENT'] }: Readonly<Record<string, unknown>>): string[] {
  if (Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string')) return labels;
  throw new AwsFault('InvalidParameterException', 'got VersionStages of another kind, expected labels');
}
