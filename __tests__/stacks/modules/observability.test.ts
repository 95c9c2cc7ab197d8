// What observability/ declares, as resources: encrypted, retained, told to somebody, and each environment's own.
// Next: stacks/modules/observability.ts.
import { App } from 'cdktf';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { alarms, isUrgent, pages } from '../../../observability/alarms/all.ts';
import { observability } from '../../../stacks/modules/observability.ts';
import { type TerraformBlock } from '../../../stacks/terraform-json.ts';
import { repositoryRoot } from '../../support/repository-files.ts';
import { account, isAllowed, readStatements } from '../../support/synthesized-policy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('observability') });
const configuration = observability.synthesize(app).toConfiguration();
const { resource = {}, variable = {}, output = {} } = configuration;
const blocks = (type: string): TerraformBlock[] => Object.values(resource[type] ?? {});
const ownNamespace = 'AgentRuntime/${var.name_prefix}';
const [pagesTopic, alertsTopic] = ['${aws_sns_topic.pages.arn}', '${aws_sns_topic.alerts.arn}'];

describe('log groups', () => {
  test('are under the logs key and kept as long as the environment says', () => {
    expect(blocks('aws_cloudwatch_log_group')).toHaveLength(6);
    for (const block of blocks('aws_cloudwatch_log_group'))
      expect(block).toMatchObject({
        kms_key_id: '${var.logs_key_arn}',
        retention_in_days: '${var.log_retention_days}',
      });
  });

  test('have the names that roles may write to and the logs key lets encrypt', () => {
    expect(blocks('aws_cloudwatch_log_group').map((block) => block['name'])).toEqual([
      '/ecs/${var.name_prefix}-orbit',
      '/ecs/${var.name_prefix}-axon',
      '/aws/lambda/${var.name_prefix}-governance',
      '/aws/lambda/${var.name_prefix}-secrets-rotation',
      '/aws/lambda/${var.name_prefix}-smoke',
      '/aws/vpc-lattice/${var.name_prefix}-mesh',
    ]);
  });
});

describe('the topics', () => {
  test('are under the alerts key', () => {
    const encrypted = expect.objectContaining({ kms_master_key_id: '${var.alerts_key_arn}' }) as object;
    expect(blocks('aws_sns_topic')).toEqual([encrypted, encrypted]);
  });

  test.each([
    ['pages', ['cloudwatch.amazonaws.com']],
    ['alerts', ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com', 'costalerts.amazonaws.com']],
  ])('%s takes what these services of this account tell by TLS: %j', (id, services) => {
    const topicArn = `arn:aws:sns:${account.region}:${account.id}:${account.prefix}-${id}`;
    const statements = readStatements(configuration, `${id}_policy_document`, {
      [`aws_sns_topic.${id}.arn`]: topicArn,
    });
    const publish = (context: Record<string, string>) =>
      isAllowed(statements, { action: 'sns:Publish', resource: topicArn, context });
    expect(publish({ 'aws:SourceAccount': account.id })).toBe(true);
    expect(publish({ 'aws:SourceAccount': '999988887777' })).toBe(false);
    expect(publish({ 'aws:SourceAccount': account.id, 'aws:SecureTransport': 'false' })).toBe(false);
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow').map(({ Principal = {} }) => Principal);
    expect(allowed).toEqual([
      { Service: expect.toSatisfy((each: string[]) => isDeepStrictEqual(each.toSorted(), services)) },
    ]);
  });

  test('are read by e-mail; what wakes somebody, by option, by PagerDuty, whose URL stays out of plans', () => {
    for (const id of ['pages', 'alerts'])
      expect(resource['aws_sns_topic_subscription']?.[`${id}_email`]).toMatchObject({
        for_each: '${toset(var.emails)}',
        topic_arn: `\${aws_sns_topic.${id}.arn}`,
        protocol: 'email',
      });
    expect(resource['aws_sns_topic_subscription']?.['pager_duty']).toMatchObject({
      topic_arn: pagesTopic,
      count: '${nonsensitive(var.pager_duty_url != null) ? 1 : 0}',
      protocol: 'https',
    });
    expect(variable['pager_duty_url']).toMatchObject({ sensitive: true, default: null });
  });
});

describe('alarms', () => {
  const id = (name: string) => `alarm_${name.replaceAll('-', '_')}`;
  const ofType = (type: string): Record<string, TerraformBlock> => resource[type] ?? {};
  const metricAlarms = ofType('aws_cloudwatch_metric_alarm');
  const composites = ofType('aws_cloudwatch_composite_alarm');
  const windowed = alarms.filter(({ confirmedOverSeconds }) => confirmedOverSeconds !== undefined);
  const made = (name: string) => metricAlarms[id(name)] ?? composites[id(name)] ?? {};

  test('are all made: two for one that is judged over two windows, which ring together', () => {
    expect(Object.keys(metricAlarms)).toHaveLength(alarms.length + windowed.length);
    expect(Object.keys(composites)).toHaveLength(windowed.length + pages.length);
  });

  test.each(windowed.map((alarm) => [alarm.name, alarm] as const))('%s rings with both windows', (name, alarm) => {
    const reference = (window: string) => `ALARM("\${aws_cloudwatch_metric_alarm.${id(name)}_${window}.alarm_name}")`;
    expect(composites[id(name)]?.['alarm_rule']).toBe(`${reference('long')} AND ${reference('short')}`);
    for (const [window, seconds] of [
      ['long', alarm.periodSeconds],
      ['short', alarm.confirmedOverSeconds],
    ] as const) {
      const block = metricAlarms[`${id(name)}_${window}`];
      expect(block).toMatchObject({ threshold: alarm.threshold, alarm_actions: [], ok_actions: [] });
      const queries = block?.['metric_query'] as { metric?: { period: number } }[];
      expect([...new Set(queries.flatMap(({ metric }) => metric?.period ?? []))]).toEqual([seconds]);
    }
  });

  test.each(alarms.map((alarm) => [alarm.name, alarm] as const))('%s reaches somebody, once', (name, alarm) => {
    const paging = pages.map((page) => composites[page.name] ?? {});
    const behind = paging.filter((block) => String(block['alarm_rule']).includes(`.${id(name)}.`));
    expect(made(name)['alarm_description']).toContain(`${alarm.severity}: `);
    expect(made(name)['alarm_description']).toMatch(new RegExp(` [$][{]var[.]runbook_url[}]#${name}$`));
    if (isUrgent(alarm)) {
      expect(made(name)['alarm_actions']).toEqual([]);
      expect(behind).toHaveLength(1);
      expect(behind[0]?.['alarm_actions']).toEqual([pagesTopic]);
    } else {
      expect(made(name)['alarm_actions']).toEqual([alertsTopic]);
      expect(behind).toEqual([]);
    }
  });

  test.each(pages)('$name pages, and links its section of the runbook', ({ name }) => {
    expect(composites[name]).toMatchObject({ alarm_actions: [pagesTopic], ok_actions: [pagesTopic] });
    expect(composites[name]?.['alarm_description']).toMatch(new RegExp(` [$][{]var[.]runbook_url[}]#${name}$`));
  });

  test('what looks like an attack pages apart from failures', () => {
    const rule = String(resource['aws_cloudwatch_composite_alarm']?.['intrusion']?.['alarm_rule']);
    expect(rule.split(' OR ')).toHaveLength(alarms.filter(({ sign }) => sign === 'intrusion').length);
    expect(rule).toContain('alarm_identity_mismatch.');
    expect(rule).not.toContain('alarm_error_rate.');
  });

  test('of tasks are made for each target group', () => {
    expect(made('unhealthy-tasks')).toMatchObject({ for_each: '${var.target_group_arn_suffixes}' });
    expect(JSON.stringify(made('unhealthy-tasks'))).toContain('"TargetGroup":"${each.value}"');
  });

  test('that roll back are as many as a deployment group watches, at most', () => {
    const targetGroups = 4;
    const reference = String(output['rollback_alarm_names']?.['value']);
    const several = reference.match(/for alarm in/g)?.length ?? 0;
    const single = reference.match(/\[aws_cloudwatch_metric_alarm/g)?.length ?? 0;
    expect(single + several).toBe(alarms.filter(({ rollsBack }) => rollsBack === true).length);
    expect(single + several * targetGroups).toBeLessThanOrEqual(10);
  });
});

describe('metrics of log lines', () => {
  test('are in a namespace of the environment, so that one does not ring for another', () => {
    for (const block of blocks('aws_cloudwatch_log_metric_filter'))
      expect(block['metric_transformation']).toMatchObject({ namespace: ownNamespace });
    const everywhere = JSON.stringify([blocks('aws_cloudwatch_metric_alarm'), blocks('aws_cloudwatch_dashboard')]);
    expect(everywhere).toContain(ownNamespace);
    expect(everywhere).not.toMatch(/AgentRuntime(?!\/\$\{var[.]name_prefix\})/);
  });
});

describe('dashboards', () => {
  // What is in them is held against CloudWatch's schema in __tests__/observability/dashboards.test.ts.
  test.each(Object.entries(resource['aws_cloudwatch_dashboard'] ?? {}))('%s shows the region it is in', (_, block) => {
    const { widgets } = JSON.parse(String(block['dashboard_body'])) as {
      widgets: { type: string; properties: Record<string, unknown> }[];
    };
    const drawn = widgets.filter(({ type }) => type === 'metric' || type === 'log');
    expect(drawn.length).toBeGreaterThan(2);
    for (const { properties } of drawn) expect(properties['region']).toBe('${data.aws_region.current_region.name}');
  });

  test('there are six', () => {
    expect(blocks('aws_cloudwatch_dashboard')).toHaveLength(6);
  });
});

test('saved queries look at groups of this environment', () => {
  for (const block of blocks('aws_cloudwatch_query_definition')) {
    expect(block['name']).toMatch(/^\$\{var[.]name_prefix\}\//);
    for (const group of block['log_group_names'] as string[]) expect(group).toContain('${var.name_prefix}-');
  }
});

test.each(['dev', 'staging', 'prod'])('links of %s lead to the repository that its pipeline is of', (name) => {
  const file = path.join(repositoryRoot, 'infra/environments', name, 'main.tf.json');
  const { module } = JSON.parse(readFileSync(file, 'utf8')) as {
    module: { observability: Record<string, unknown>; cicd: Record<string, unknown> };
  };
  expect(module.observability['runbook_url']).toBe(
    `https://github.com/${String(module.cicd['repository'])}/blob/main/docs/runbook.md`,
  );
});
