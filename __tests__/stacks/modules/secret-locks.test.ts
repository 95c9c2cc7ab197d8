// Four locks between each service and the other's secret: each holds by itself, with the other three opened.
// Next: stacks/modules/secrets.ts, the resource policy; stacks/modules/kms/data-keys.ts, the key policy.
import { describe, expect, test } from 'vitest';
import { type Service } from '../../../stacks/naming.ts';
import {
  accountId,
  keyArn,
  keyPolicyOf,
  may,
  ofSecret,
  open,
  policiesOf,
  roleArn,
  secretArn,
  secretPolicyOf,
  via,
} from '../../support/account-policies.ts';
import { type AccessPolicies, evaluateAccess, type Verdict } from '../../support/iam-evaluator.ts';

const yes: Verdict = { allowed: true };

describe.each<[Service, Service]>([
  ['axon', 'orbit'],
  ['orbit', 'axon'],
])("%s cannot read %s's secret, by each lock alone, every other lock opened", (service, other) => {
  const caller = { role: roleArn(service) };
  const read = { caller, action: 'secretsmanager:GetSecretValue', resource: secretArn(other) };
  const decrypt = { caller, action: 'kms:Decrypt', resource: keyArn(other), context: ofSecret(secretArn(other)) };
  const { identity, boundary } = policiesOf(service);

  test('identity policy', () => {
    const refused = { allowed: false, denial: 'implicit', by: 'identity' };
    expect(evaluateAccess(read, { identity, boundary: open })).toEqual(refused);
    expect(evaluateAccess(decrypt, { identity, boundary: open, key: openKey })).toEqual(refused);
  });

  test('permissions boundary', () => {
    const refused = { allowed: false, denial: 'implicit', by: 'boundary' };
    expect(evaluateAccess(read, { identity: [open], boundary })).toEqual(refused);
    expect(evaluateAccess(decrypt, { identity: [open], boundary, key: openKey })).toEqual(refused);
  });

  test('resource policy', () => {
    expect(evaluateAccess(read, { identity: [open], boundary: open, resource: secretPolicyOf(other) })).toEqual({
      allowed: false,
      denial: 'explicit',
      by: 'resource',
      sid: 'ReadByItsServiceAlone',
    });
  });

  test('key policy', () => {
    const refused = { allowed: false, denial: 'implicit', by: 'key' };
    const opened = { identity: [open], boundary: open };
    expect(evaluateAccess(decrypt, { ...opened, key: keyPolicyOf(other) })).toEqual(refused);
    // Nor with the other's key and its own secret's name, nor without Secrets Manager.
    for (const context of [ofSecret(secretArn(service)), via('secretsmanager'), {}])
      expect(evaluateAccess({ ...decrypt, context }, { ...opened, key: keyPolicyOf(other) })).toEqual(refused);
  });

  test('opened all at once, the same request goes through: the four tests above test something', () => {
    const opened: AccessPolicies = { identity: [open], boundary: open };
    expect(evaluateAccess(read, opened)).toEqual(yes);
    expect(evaluateAccess(decrypt, { ...opened, key: openKey })).toEqual(yes);
  });

  test('its own secret it reads through all four', () => {
    const own = { ...read, resource: secretArn(service) };
    const ownKey = { ...decrypt, resource: keyArn(service), context: ofSecret(secretArn(service)) };
    expect(evaluateAccess(own, { identity, boundary, resource: secretPolicyOf(service) })).toEqual(yes);
    expect(evaluateAccess(ownKey, { identity, boundary, key: keyPolicyOf(service) })).toEqual(yes);
    expect(may(service, 'secretsmanager:PutSecretValue', secretArn(service))).toBe(false);
  });
});

/** A key that leaves every decision to IAM. */
const openKey = {
  Statement: { Effect: 'Allow', Principal: { AWS: accountId }, Action: '*', Resource: '*' },
} as const;
