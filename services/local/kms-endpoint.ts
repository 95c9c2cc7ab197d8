// KMS as far as signing needs it: P-256 keys in this process, aliases, and who may use which key for what.
// Next: services/local/aws-json-endpoint.ts, the protocol around it.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { type RequestListener } from 'node:http';
import { AwsFault, createAwsJsonEndpoint, type Operation } from './aws-json-endpoint.ts';
import { type KnownKey, type Principals } from './principals.ts';

/** The KMS actions a principal can be allowed. */
export type KmsAction = 'Sign' | 'GetPublicKey' | 'DescribeKey';

/** An action on any key, or on those named alone: by ARN, or by an alias, which means the key it points to at the time. */
export type KmsPermission = KmsAction | { readonly action: KmsAction; readonly keys: readonly string[] };

/** The keys there are, and the endpoint in front of them. */
export interface LocalKms {
  readonly handler: RequestListener;
  /** Makes a key; answers its ARN. */
  createKey(): string;
  /**
   * Points an alias at a key: how a signing key is rotated.
   *
   * @param alias - `alias/<name>`
   * @throws Error for another form, or a key that was not created here
   */
  pointAlias(alias: string, keyArn: string): void;
  publicKey(keyArn: string): KeyObject | undefined;
}

/** Where the keys are, and what each role may do with which of them. */
export interface LocalKmsOptions {
  readonly account: string;
  readonly region: string;
  readonly principals: Pick<Principals, 'lookup'>;
  /** By role ARN. A role that is not named may do nothing. */
  readonly allowed: ReadonlyMap<string, readonly KmsPermission[]>;
  readonly nowMs?: () => number;
}

/** Serves `Sign`, `GetPublicKey` and `DescribeKey` (https://docs.aws.amazon.com/kms/latest/APIReference/). */
export function createLocalKms({ account, region, principals, allowed, nowMs }: LocalKmsOptions): LocalKms {
  const keys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  const aliases = new Map<string, string>();
  const prefix = `arn:aws:kms:${region}:${account}`;

  const operations: Record<KmsAction, Operation> = {
    Sign(input, caller) {
      const { arn, key } = use('Sign', input, caller);
      const { Message, MessageType = 'RAW', SigningAlgorithm } = input;
      if (SigningAlgorithm !== 'ECDSA_SHA_256')
        throw new AwsFault('InvalidKeyUsageException', `got ${String(SigningAlgorithm)}, expected ECDSA_SHA_256`);
      if (MessageType !== 'RAW' || typeof Message !== 'string')
        throw new AwsFault('ValidationException', 'got another message type than RAW');
      const message = Buffer.from(Message, 'base64');
      if (message.length === 0 || message.length > 4096)
        throw new AwsFault('ValidationException', 'got a message that is empty or longer than 4096 bytes');
      return { KeyId: arn, Signature: sign('sha256', message, key.privateKey).toString('base64'), SigningAlgorithm };
    },
    GetPublicKey(input, caller) {
      const { arn, key } = use('GetPublicKey', input, caller);
      const spki = key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      return {
        KeyId: arn,
        PublicKey: spki,
        KeySpec: 'ECC_NIST_P256',
        KeyUsage: 'SIGN_VERIFY',
        SigningAlgorithms: ['ECDSA_SHA_256'],
      };
    },
    DescribeKey(input, caller) {
      const { arn } = use('DescribeKey', input, caller);
      return {
        KeyMetadata: {
          Arn: arn,
          KeyId: arn.split('/')[1],
          Enabled: true,
          KeyState: 'Enabled',
          KeySpec: 'ECC_NIST_P256',
          KeyUsage: 'SIGN_VERIFY',
          SigningAlgorithms: ['ECDSA_SHA_256'],
        },
      };
    },
  };

  return {
    handler: createAwsJsonEndpoint({
      service: 'kms',
      region,
      targetPrefix: 'TrentService',
      jsonVersion: '1.1',
      operations,
      principals,
      ...(nowMs ? { nowMs } : {}),
    }),
    createKey() {
      const arn = `${prefix}:key/${randomUUID()}`;
      keys.set(arn, generateKeyPairSync('ec', { namedCurve: 'P-256' }));
      return arn;
    },
    pointAlias(alias, keyArn) {
      if (!alias.startsWith('alias/')) throw new Error(`got alias ${alias}, expected one that begins with alias/`);
      if (!keys.has(keyArn)) throw new Error(`got key ${keyArn}, expected one that was created`);
      aliases.set(alias, keyArn);
    },
    publicKey: (keyArn) => keys.get(keyArn)?.publicKey,
  };

  function use(action: KmsAction, { KeyId }: Readonly<Record<string, unknown>>, { roleArn }: KnownKey) {
    const id = String(KeyId).replace(`${prefix}:alias/`, 'alias/');
    const arn = aliases.get(id) ?? (id.startsWith('arn:') ? id : `${prefix}:key/${id}`);
    // Permission before existence, as KMS has it: a stranger learns nothing of which keys there are.
    if (!allowed.get(roleArn)?.some((permission) => covers(permission, action, arn)))
      throw new AwsFault('AccessDeniedException', `User: ${roleArn} is not authorized to perform: kms:${action}`);
    const key = keys.get(arn);
    if (!key) throw new AwsFault('NotFoundException', `Key '${String(KeyId)}' does not exist`);
    return { arn, key };
  }

  function covers(permission: KmsPermission, action: KmsAction, arn: string): boolean {
    if (typeof permission === 'string') return permission === action;
    return permission.action === action && permission.keys.some((key) => (aliases.get(key) ?? key) === arn);
  }
}
