// The four steps of a rotation: make a new version, set it, test it, make it the current one.
// Next: services/shared/secret-schemas.ts, what a version must hold.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { createPseudonymizer } from '../shared/pseudonym.ts';
import {
  createLogKey,
  parseSecret,
  type SecretOwner,
  secretSchemas,
  type ServiceSecret,
} from '../shared/secret-schemas.ts';
import type { SecretState, SecretStore } from './secret-store.ts';

/** The version in hand: of whose secret, and where that stands. */
export interface RotationTask {
  readonly store: SecretStore;
  readonly secretId: string;
  /** The version to rotate to; it has the label AWSPENDING and not AWSCURRENT. */
  readonly versionId: string;
  readonly owner: SecretOwner;
  readonly state: SecretState;
}

/** A step by the name Secrets Manager gives it. */
export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

/**
 * The steps. Each may come twice and then changes nothing the second time; each says in one line what it did.
 *
 * @throws Error, with no value in it, when the step cannot be done
 */
export const rotationSteps: Readonly<Record<RotationStep, (task: RotationTask) => Promise<string>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

/**
 * Gives the pending version its value: the current one with a new `logKey`, everything else as it is. A secret without
 * a current version gets its first value here, so that no value ever stands in Terraform's state.
 */
async function createSecret(task: RotationTask): Promise<string> {
  const { store, secretId, versionId, owner } = task;
  if ((await readPending(task)) !== null) return 'pending version has its value already';
  const current = await readCurrent(task);
  const text = JSON.stringify({ ...current?.secret, logKey: createLogKey() });
  parsePending(owner, text);
  await store.putPending(secretId, versionId, text);
  return current === null ? 'first version made' : 'pending version made from the current one';
}

/**
 * There is nobody to tell: a `logKey` is known to its own service alone, which reads the current version by itself, and
 * `openAiApiKey` is carried over, not renewed. What this step is for elsewhere (changing a password at a database) has
 * no counterpart here; so it only makes sure that there is something to change to.
 */
async function setSecret(task: RotationTask): Promise<string> {
  const [pending, current] = [await needPending(task), await readCurrent(task)];
  if (current?.secret['logKey'] === pending.logKey)
    throw new Error('got a pending version with the key of the current one, expected a new key');
  return 'pending version has a new key; there is nowhere else to set it';
}

/**
 * Tests what a service would do with the version: it has the shape, makes pseudonyms, and has lost nothing that
 * somebody else issued. The key may be the current one: a test of the configuration (`RotateImmediately` false) brings
 * a copy of it.
 */
async function testSecret(task: RotationTask): Promise<string> {
  const pending = await needPending(task);
  const pseudonymize = createPseudonymizer(() => pending.logKey);
  const [one, again, other] = ['a', 'a', 'b'].map((value) => pseudonymize('test', value));
  if (one !== again || one === other)
    throw new Error('got pseudonyms that do not tell two values apart, expected a usable key');
  expectCarriedOver(pending, await readCurrent(task));
  return 'pending version can be used';
}

/** Makes the pending version the current one; the services follow with their next read. */
async function finishSecret(task: RotationTask): Promise<string> {
  const { store, secretId, versionId } = task;
  // INVARIANT: whatever came before, nothing becomes current that its service could not read, and nothing that an
  // operator stored meanwhile is lost: the label moves from the version that was compared, or not at all.
  const [pending, current] = [await needPending(task), await readCurrent(task)];
  expectCarriedOver(pending, current);
  await store.makeCurrent(secretId, { from: current?.versionId ?? null, to: versionId });
  return 'pending version made current';
}

function expectCarriedOver(pending: ServiceSecret, current: CurrentVersion | null): void {
  if (current === null || isDeepStrictEqual(withoutLogKey(pending), withoutLogKey(current.secret))) return;
  throw new Error(
    'got other values beside logKey than the current version has, expected the same; take AWSPENDING off and rotate again',
  );
}

function withoutLogKey(secret: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(secret).filter(([name]) => name !== 'logKey'));
}

async function needPending(task: RotationTask): Promise<ServiceSecret> {
  const pending = await readPending(task);
  if (pending !== null) return pending;
  throw new Error('got a pending version without a value, expected createSecret to have made it');
}

async function readPending({ store, secretId, versionId, owner }: RotationTask): Promise<ServiceSecret | null> {
  const value = await store.read({ secretId, versionId, stage: 'AWSPENDING' });
  return value === null ? null : parsePending(owner, value.text);
}

function parsePending(owner: SecretOwner, text: string): ServiceSecret {
  return parseSecret(secretSchemas[owner], text, `the pending version of the secret of ${owner}`);
}

/** Any object: a value that an operator stored without a `logKey`, or with a broken one, is mended by a rotation. */
const AnyObject = z.record(z.string(), z.unknown());

interface CurrentVersion {
  readonly versionId: string;
  readonly secret: Readonly<Record<string, unknown>>;
}

async function readCurrent({ store, secretId, owner, state }: RotationTask): Promise<CurrentVersion | null> {
  const value = await store.read({ secretId, stage: 'AWSCURRENT' });
  if (value !== null) {
    const secret = parseSecret(AnyObject, value.text, `the current version of the secret of ${owner}`);
    return { versionId: value.versionId, secret };
  }
  // INVARIANT: a current version that cannot be read is never taken for none, for then its values would be lost.
  if ([...state.stages.values()].some((labels) => labels.includes('AWSCURRENT')))
    throw new Error('got no value of the version labelled AWSCURRENT, expected one to carry over');
  return null;
}
