// The dashboards as synthesized, with the names of an environment in place of Terraform's references.
// Next: scripts/dashboards/recording.ts, what is drawn on them.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const metricRow = z.array(z.union([z.string(), z.looseObject({})]));
const body = z.object({
  widgets: z.array(
    z.object({
      type: z.enum(['metric', 'text', 'log', 'alarm']),
      x: z.number(),
      y: z.number(),
      width: z.number(),
      height: z.number(),
      properties: z.looseObject({
        title: z.string().optional(),
        markdown: z.string().optional(),
        view: z.string().optional(),
        query: z.string().optional(),
        period: z.number().optional(),
        alarms: z.array(z.string()).optional(),
        metrics: z.array(metricRow).optional(),
        yAxis: z.object({ left: z.looseObject({ label: z.string() }) }).optional(),
        annotations: z.object({ horizontal: z.array(z.object({ label: z.string(), value: z.number() })) }).optional(),
      }),
    }),
  ),
});
const terraform = z.looseObject({
  resource: z.looseObject({
    aws_cloudwatch_dashboard: z.record(
      z.string(),
      z.looseObject({ dashboard_name: z.string(), dashboard_body: z.string() }),
    ),
  }),
});

/** One dashboard's body. */
export type Body = z.infer<typeof body>;
/** One widget of it. */
export type BodyWidget = Body['widgets'][number];

/** The environment whose names the drawn dashboards bear. */
export const shownPrefix = 'agent-runtime-dev';
/** The target group that serves callers in it. */
export const blueGroup = `targetgroup/${shownPrefix}-orbit-b/0123456789abcdef`;

/** Reads every body by its dashboard's name without prefix. @param file - the observability module's `main.tf.json` */
export function readBodies(file: string): Map<string, Body> {
  const { resource } = terraform.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Map(
    Object.values(resource.aws_cloudwatch_dashboard).map(({ dashboard_name: name, dashboard_body: text }) => [
      name.replace('${var.name_prefix}-', ''),
      body.parse(JSON.parse(withNames(text))),
    ]),
  );
}

/** Replaces Terraform's references. @throws Error naming one that is not known */
export function withNames(text: string): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, reference: string) => {
    if (reference === 'var.name_prefix') return shownPrefix;
    if (reference === 'var.load_balancer_arn_suffix') return `app/${shownPrefix}/0123456789abcdef`;
    if (reference === 'var.target_group_arn_suffixes.orbit-blue') return blueGroup;
    if (reference === 'var.target_group_arn_suffixes.orbit-green') return blueGroup.replace('-b/', '-g/');
    if (reference === 'var.runbook_url') return 'docs/runbook.md';
    if (reference === 'var.certificate_arn')
      return 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000';
    if (reference === 'data.aws_region.current_region.name') return 'eu-central-1';
    if (reference === 'data.aws_caller_identity.current.account_id') return '111122223333';
    if (reference === 'data.aws_partition.current_partition.partition') return 'aws';
    throw new Error(
      `got \${${reference}} in a dashboard, expected a reference that scripts/dashboards/bodies.ts knows`,
    );
  });
}
