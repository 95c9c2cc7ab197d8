// One step of a rotation: who may be rotated, whether this version may be, and then the step itself.
// Next: services/rotation/steps.ts, the four steps.
import * as z from 'zod';
import type { SecretOwner } from '../shared/secret-schemas.ts';
import { zodIssues } from '../shared/zod-issues.ts';
import type { SecretState, SecretStore } from './secret-store.ts';
import { rotationSteps, type RotationStep } from './steps.ts';

/** What Secrets Manager sends; fields beyond these are not needed. */
const RotationEvent = z.object({
  /** The ARN of the secret. */
  SecretId: z.string().min(1).max(2048),
  /** The id of the version this rotation makes. */
  ClientRequestToken: z.string().regex(/^[\w-]{32,64}$/, '32 to 64 letters, digits, - and _'),
  Step: z.enum(Object.keys(rotationSteps) as [RotationStep, ...RotationStep[]]),
});

/** What the handler acts through. */
export interface RotationRuntime {
  /** The ARN of every secret that may be rotated, and whose it is. */
  readonly secrets: ReadonlyMap<string, SecretOwner>;
  readonly store: SecretStore;
  readonly report: (level: 'info' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * Makes the Lambda handler. It throws for everything it cannot do: Secrets Manager then leaves AWSCURRENT where it is,
 * tries again, and the alarm on the function's errors rings.
 *
 * @returns the handler; its answer is nothing. INVARIANT: no message, no line and no answer holds a value.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export function createRotationHandler(runtime: RotationRuntime): (event: unknown) => Promise<void> {
  const { secrets, store, report } = runtime;
  return async function rotate(event) {
    const { SecretId: secretId, ClientRequestToken: versionId, Step: step } = parseEvent(event);
    const about = { secretId, versionId, step };
    try {
      const owner = secrets.get(secretId);
      if (owner === undefined) throw new Error('got a secret that is not among ROTATION_SECRETS, expected one of them');
      const state = await store.describe(secretId);
      const standing = standingOf(state, { secretId, versionId });
      if (standing === 'current') return report('info', 'version is current already; nothing to do', about);
      const said = await rotationSteps[step]({ store, secretId, versionId, owner, state });
      report('info', said, about);
    } catch (error) {
      report('error', 'rotation step failed', {
        ...about,
        cause: error instanceof Error ? error.message : typeof error,
      });
      throw error;
    }
  };
}

function parseEvent(event: unknown): z.output<typeof RotationEvent> {
  const parsed = RotationEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  const issues = zodIssues(parsed.error, event).map(
    ({ path, got, expected }) => `${path}: got ${got}, expected ${expected}`,
  );
  throw new Error(`got an event that is no step of a rotation: ${issues.join('; ')}`);
}

/** Whether the version may be worked on, or is where the rotation would bring it. */
function standingOf(
  { arn, rotationEnabled, stages }: SecretState,
  { secretId, versionId }: { readonly secretId: string; readonly versionId: string },
): 'pending' | 'current' {
  if (arn !== secretId) throw new Error('got the description of another secret, expected that of the one asked for');
  if (!rotationEnabled) throw new Error('got a secret without rotation, expected it enabled; configure its rotation');
  const labels = stages.get(versionId);
  if (labels === undefined)
    throw new Error('got a version that the secret does not have, expected the one to rotate to');
  if (labels.includes('AWSCURRENT')) return 'current';
  if (labels.includes('AWSPENDING')) return 'pending';
  throw new Error(`got a version labelled ${labels.join(', ') || 'not at all'}, expected AWSPENDING`);
}
