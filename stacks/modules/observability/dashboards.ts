// The dashboards of observability/dashboards as resources.
// Next: stacks/modules/cicd.ts, whose deployments the alarms roll back.
import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js';
import { type Dashboard, type Graph } from '../../../observability/dashboard.ts';
import { governanceDecisions } from '../../../observability/dashboards/governance-decisions.ts';
import { serviceHealth } from '../../../observability/dashboards/service-health.ts';
import { signals, type Subject } from '../../../observability/signals.ts';
import { type ModuleStack } from '../../module-stack.ts';

const dashboards: readonly Dashboard[] = [serviceHealth, governanceDecisions];
const periodSeconds = 60;
/** CloudWatch's grid has 24 columns (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html). */
const size = { width: 12, height: 6 };

/** Where the metrics are, and whose. */
export interface WidgetContext {
  readonly region: string;
  readonly subjects: Readonly<Record<Subject, string>>;
  /** The environment's own namespace for that of log lines. */
  readonly namespaceOf: (namespace: string) => string;
}

/** Adds every dashboard. */
export function addDashboards(scope: ModuleStack, { prefix, ...context }: WidgetContext & { prefix: string }): void {
  for (const { name, graphs } of dashboards)
    new CloudwatchDashboard(scope, `dashboard_${name}`, {
      dashboardName: `${prefix}-${name}`,
      dashboardBody: JSON.stringify({
        widgets: graphs.map((graph, index) => widget(graph, index, context)),
      }),
    });
}

function widget({ title, lines }: Graph, index: number, { region, subjects, namespaceOf }: WidgetContext): object {
  return {
    type: 'metric',
    x: (index % 2) * size.width,
    y: Math.floor(index / 2) * size.height,
    ...size,
    properties: {
      title,
      region,
      view: 'timeSeries',
      stacked: false,
      period: periodSeconds,
      metrics: lines.map(({ signal, statistic, label }) => {
        const { namespace, name, dimensions } = signals[signal];
        const pairs = Object.entries(dimensions).flatMap(([dimension, subject]) => [dimension, subjects[subject]]);
        return [namespaceOf(namespace), name, ...pairs, { stat: statistic, label }];
      }),
    },
  };
}
