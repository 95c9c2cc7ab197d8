// What the rotation function takes from its environment, and what stops it.
// Next: services/rotation/config.ts.
import { describe, expect, it } from 'vitest';
import { RotationEnvironment } from '../../../services/rotation/config.ts';
import { readEnvironment } from '../../../services/shared/environment.ts';

const orbit = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:agent-runtime-dev/orbit-a1B2c3';
const axon = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:agent-runtime-dev/axon-d4E5f6';
const base = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'canary-of-the-key',
  AWS_SESSION_TOKEN: 'canary-of-the-token',
};
const read = (env: Record<string, string>) =>
  readEnvironment(RotationEnvironment, { ...base, ...env }, { service: 'secrets-rotation' });

describe('ROTATION_SECRETS', () => {
  it('names whose each secret is', () => {
    const { ROTATION_SECRETS } = read({ ROTATION_SECRETS: `orbit=${orbit}, axon=${axon}` });
    expect(ROTATION_SECRETS).toEqual(
      new Map([
        [orbit, 'orbit'],
        [axon, 'axon'],
      ]),
    );
  });

  it.each([
    ['nothing', ''],
    ['a service that has no secret', `governance=${orbit}`],
    ['a name instead of an arn', 'orbit=agent-runtime-dev/orbit'],
    ['a wildcard', 'orbit=arn:aws:secretsmanager:eu-central-1:111122223333:secret:*'],
    ['an arn of something else', 'orbit=arn:aws:ssm:eu-central-1:111122223333:parameter/orbit'],
    ['a service twice', `orbit=${orbit},orbit=${axon}`],
    ['a secret of two services', `orbit=${orbit},axon=${orbit}`],
    ['no service', orbit],
    ['an empty entry', `orbit=${orbit},`],
  ])('is refused with %s, and nothing of the environment is shown', (_, ROTATION_SECRETS) => {
    expect(() => read({ ROTATION_SECRETS })).toThrow('secrets-rotation cannot start: ROTATION_SECRETS');
    expect(() => read({ ROTATION_SECRETS })).not.toThrow(/canary|111122223333/);
  });

  it('is refused without credentials to sign with', () => {
    expect(() => read({ ROTATION_SECRETS: `orbit=${orbit}`, AWS_SECRET_ACCESS_KEY: '' })).toThrow(
      'AWS_SECRET_ACCESS_KEY',
    );
  });
});
