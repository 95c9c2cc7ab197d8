// The claims about costs: somebody is told in time, for this environment's costs, and old logs get cheaper.
// Next: stacks/modules/cost.ts.
import { describe, expect, test } from 'vitest';
import { cost } from '../../../stacks/modules/cost.ts';
import { defaultTags } from '../../../stacks/naming.ts';
import { accountId, arn, configurationOf, prefix, region } from '../../support/account-policies.ts';
import { evaluateAccess } from '../../support/iam-evaluator.ts';
import { resolveDocument } from '../../support/policy-documents.ts';

const configuration = configurationOf(cost);
const { resource = {}, variable = {} } = configuration;

describe('the budget', () => {
  const budget = resource['aws_budgets_budget']?.['monthly'];

  test('tells the topic before the limit, at it, and when it is foreseen', () => {
    const told = { subscriber_sns_topic_arns: ['${var.alerts_topic_arn}'], threshold_type: 'PERCENTAGE' };
    expect(budget).toMatchObject({
      budget_type: 'COST',
      time_unit: 'MONTHLY',
      limit_amount: '${var.monthly_limit_usd}',
      notification: [
        { notification_type: 'ACTUAL', threshold: 80, ...told },
        { notification_type: 'ACTUAL', threshold: 100, ...told },
        { notification_type: 'FORECASTED', threshold: 100, ...told },
      ],
    });
  });

  test('counts what carries the tag of this environment, in the words of AWS Budgets: user:KEY$VALUE', () => {
    const tag = Object.entries(
      defaultTags({ project: '', environment: 'the one', service: '', tenant: '', costCenter: '' }),
    ).find(([, value]) => value === 'the one')?.[0];
    expect(budget?.['cost_filter']).toEqual([
      { name: 'TagKeyValue', values: [`\${format("user:${tag}$%s", var.environment)}`] },
    ]);
  });

  test('nothing that should be a reference is text: no dollar sign before one', () => {
    expect(JSON.stringify(configuration)).not.toContain('$${');
  });
});

describe('an anomaly', () => {
  test('is told at once, from the amount asked for, by one monitor over all services where the account has none', () => {
    const optional = { count: '${var.anomaly_monitor ? 1 : 0}' };
    expect(resource['aws_ce_anomaly_monitor']?.['services']).toMatchObject({
      ...optional,
      monitor_type: 'DIMENSIONAL',
      monitor_dimension: 'SERVICE',
    });
    expect(resource['aws_ce_anomaly_subscription']?.['anomalies']).toMatchObject({
      ...optional,
      frequency: 'IMMEDIATE',
      subscriber: [{ type: 'SNS', address: '${var.alerts_topic_arn}' }],
      threshold_expression: {
        dimension: { key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE', values: ['${var.anomaly_usd}'] },
      },
    });
  });
});

describe('the archive', () => {
  const rule = JSON.stringify(resource['aws_s3_bucket_lifecycle_configuration']?.['archive_lifecycle']);
  const moves = [...rule.matchAll(/"days":(\d+),"storage_class":"(\w+)"/g)].map(([, days, name]) => ({
    days: Number(days),
    name,
  }));

  test('moves to cheaper classes, each later than the one before', () => {
    expect(moves).toEqual([
      { days: 30, name: 'STANDARD_IA' },
      { days: 90, name: 'GLACIER' },
      { days: 365, name: 'DEEP_ARCHIVE' },
    ]);
  });

  test('cannot be asked to end before its last move is paid for', () => {
    const least = Number(/>= (\d+)/.exec(JSON.stringify(variable['archive_days']?.['validation']))?.[1]);
    expect(least).toBeGreaterThanOrEqual((moves.at(-1)?.days ?? Infinity) + 180);
  });

  test('takes exports of CloudWatch Logs of this account and region alone', () => {
    const policy = resolveDocument(configuration, 'archive_policy_document', {
      'data.aws_caller_identity.current.account_id': accountId,
      'data.aws_region.current_region.name': region,
      'data.aws_partition.current_partition.partition': 'aws',
      'var.name_prefix': prefix,
    });
    const exports = (service: string, account: string, owner = account) =>
      evaluateAccess(
        {
          caller: { service },
          action: 's3:PutObject',
          resource: `arn:aws:s3:::${prefix}-log-archive-${accountId}/exports/1`,
          context: {
            'aws:SecureTransport': 'true',
            'aws:SourceAccount': account,
            'aws:SourceArn': arn('logs', `log-group:/ecs/${prefix}-orbit:*`).replace(accountId, owner),
          },
        },
        { resource: policy },
      ).allowed;
    expect(exports(`logs.${region}.amazonaws.com`, accountId)).toBe(true);
    // Each condition refuses by itself.
    expect(exports(`logs.${region}.amazonaws.com`, '444455556666', accountId)).toBe(false);
    expect(exports(`logs.${region}.amazonaws.com`, accountId, '444455556666')).toBe(false);
    expect(exports('logs.us-east-1.amazonaws.com', accountId)).toBe(false);
    expect(exports('delivery.logs.amazonaws.com', accountId)).toBe(false);
  });
});
