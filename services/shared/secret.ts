// A service's own secret: read with its role's credentials at start, read again on a schedule, never written anywhere.
// Next: services/shared/secret-value.ts, one read; services/shared/pseudonym.ts, what is made of it.
import type { z } from 'zod';
import { ServiceError } from './errors.ts';
import { createLogKey, parseSecret } from './secret-schemas.ts';
import { readSecretValue, type SecretsManagerAccess } from './secret-value.ts';
import type { Logger } from './log.ts';

/** The secret of the moment. */
export interface SecretReader<Secret> {
  /** @throws ServiceError `unavailable` before the first read */
  current(): Secret;
  /** Whether there is one; what readiness asks. */
  ready(): boolean;
  /** Reads now, one read at a time. Never rejects: a failure is logged, and what was read before stays. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Which secret, what shape it has and how often it is read. */
export interface SecretReaderOptions<Schema extends z.ZodType> extends SecretsManagerAccess {
  /** Name or ARN. */
  readonly secretId: string;
  readonly schema: Schema;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** How long a rotated value may take to arrive here, in seconds. @defaultValue 300 */
  readonly refreshSeconds?: number;
  /** Between tries while there is no value yet, in milliseconds. @defaultValue 1000 */
  readonly retryMs?: number;
}

/**
 * Reads the secret at once, then every `refreshSeconds`; until the first value is there, every `retryMs`. A value that
 * cannot be read again, or that no longer fits the schema, leaves the last good one in place.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
 */
export function createSecretReader<Schema extends z.ZodType>(
  options: SecretReaderOptions<Schema>,
): SecretReader<z.output<Schema>> {
  const { secretId, schema, log, refreshSeconds = 300, retryMs = 1000, ...access } = options;
  let held: { readonly versionId: string; readonly secret: z.output<Schema> } | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  void refresh();
  return {
    current() {
      if (held === undefined) throw new ServiceError('unavailable', 'got no secret yet, try again later');
      return held.secret;
    },
    ready: () => held !== undefined,
    refresh,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };

  function refresh(): Promise<void> {
    running ??= read().finally(() => {
      running = undefined;
      schedule();
    });
    return running;
  }

  async function read(): Promise<void> {
    try {
      const { versionId, text } = await readSecretValue(access, { secretId, stage: 'AWSCURRENT' });
      if (held?.versionId === versionId) return;
      held = { versionId, secret: parseSecret(schema, text, secretId) };
      // The version id is the name of a value, not a value: it says which rotation a task has followed.
      log.info({ secretId, versionId }, 'secret read');
    } catch (error) {
      const kept = held === undefined ? 'there is none yet, so this process is not ready' : 'the last good one stays';
      log.warn({ err: error, secretId }, `secret could not be read; ${kept}`);
    }
  }

  /** A tenth is left to chance, so that the tasks of a service do not all ask at once. */
  function schedule(): void {
    clearTimeout(timer);
    if (stopped) return;
    const waitMs = held === undefined ? retryMs : refreshSeconds * 1000 * (0.9 + Math.random() * 0.1);
    timer = setTimeout(() => void refresh(), waitMs).unref();
  }
}

/**
 * A secret that was never stored: a random `logKey` that ends with the process. For a service that runs without
 * Secrets Manager; its pseudonyms join lines within one process and one run only.
 *
 * @throws ZodError for a schema that wants more than a `logKey`.
 */
export function createEphemeralSecret<Schema extends z.ZodType>(schema: Schema): SecretReader<z.output<Schema>> {
  const secret = schema.parse({ logKey: createLogKey() });
  return { current: () => secret, ready: () => true, refresh: () => Promise.resolve(), stop: () => undefined };
}
