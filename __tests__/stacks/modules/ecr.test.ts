// The repositories: tags that stay, images that are scanned and encrypted, and who pulls them.
// Next: stacks/modules/ecr.ts.
import { describe, expect, test } from 'vitest';
import { services } from '../../../stacks/naming.ts';
import {
  accountId,
  arn,
  configurations,
  open,
  prefix,
  repositoryPolicyOf,
  roleArn,
} from '../../support/account-policies.ts';
import { evaluateAccess } from '../../support/iam-evaluator.ts';

const { resource = {} } = configurations.ecr;

describe.each(services)('the repository of %s', (service) => {
  const repository = arn('ecr', `repository/${prefix}/${service}`);

  test('has immutable tags, scans on push, and is encrypted with the key of its service', () => {
    expect(resource['aws_ecr_repository']?.[service]).toMatchObject({
      name: `\${var.name_prefix}/${service}`,
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: { scan_on_push: true },
      encryption_configuration: [{ encryption_type: 'KMS', kms_key: `\${var.${service}_key_arn}` }],
      force_delete: '${var.force_delete}',
    });
  });

  test('lets untagged images go after a week, and keeps the newest of the rest', () => {
    const { policy, repository: name } = resource['aws_ecr_lifecycle_policy']?.[`${service}_lifecycle`] ?? {};
    expect(name).toBe(`\${aws_ecr_repository.${service}.name}`);
    // A number that Terraform fills in stands bare in the JSON.
    const { rules } = JSON.parse(String(policy).replace('${var.kept_images}', '50')) as { rules: object[] };
    expect(rules).toMatchObject([
      { selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 } },
      { selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 50 } },
    ]);
  });

  test('is pulled by its own execution role, and by its policy by no other', () => {
    const policy = repositoryPolicyOf(service);
    for (const role of ['execution-orbit', 'execution-axon', 'orbit', 'governance']) {
      const request = { caller: { role: roleArn(role) }, action: 'ecr:BatchGetImage', resource: repository };
      expect(evaluateAccess(request, { identity: [open], resource: policy }).allowed).toBe(true);
      // The policy names the account, so each role still needs an allow of its own.
      expect(evaluateAccess(request, { identity: [], resource: policy })).toMatchObject({ by: 'identity' });
    }
    const allowed = [policy.Statement].flat().filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Condition }) => Condition)).toEqual([
      { ArnEquals: { 'aws:PrincipalArn': [roleArn(`execution-${service}`)] } },
    ]);
  });

  test('is shut to every other account, though its IAM and a policy opened it', () => {
    const opened = { Statement: [repositoryPolicyOf(service).Statement, openToAll].flat() };
    const stranger = `arn:aws:iam::444455556666:role/Administrator`;
    for (const action of ['BatchGetImage', 'PutImage', 'DescribeImages', 'SetRepositoryPolicy', 'DeleteRepository'])
      expect(
        evaluateAccess(
          { caller: { role: stranger }, action: `ecr:${action}`, resource: repository },
          { identity: [open], resource: opened },
        ),
        action,
      ).toEqual({ allowed: false, denial: 'explicit', by: 'resource', sid: 'NobodyFromOutside' });
    const own = {
      caller: { role: `arn:aws:iam::${accountId}:role/Builder` },
      action: 'ecr:PutImage',
      resource: repository,
    };
    expect(evaluateAccess(own, { identity: [open], resource: opened })).toEqual({ allowed: true });
  });
});

const openToAll = { Effect: 'Allow', Principal: '*', Action: 'ecr:*' } as const;
