// The dashboards of observability/dashboards as resources.
// Next: stacks/modules/observability/dashboard-widgets.ts, what each widget is to CloudWatch.
import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js';
import { type Dashboard } from '../../../observability/dashboard.ts';
import { dashboards } from '../../../observability/dashboards/all.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { properties, type WidgetContext } from './dashboard-widgets.ts';
import { runbookUrl } from './runbook.ts';

/** CloudWatch's grid has 24 columns (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html). */
const columns = 24;
const headerHeight = 2;
const rowHeight = 6;

/** Adds every dashboard. */
export function addDashboards(scope: ModuleStack, context: WidgetContext): void {
  for (const dashboard of dashboards)
    new CloudwatchDashboard(scope, `dashboard_${dashboard.name}`, {
      dashboardName: `${context.prefix}-${dashboard.name}`,
      dashboardBody: JSON.stringify({ widgets: widgetsOf(dashboard, context) }),
    });
}

/** The header, then each row's widgets side by side. */
function widgetsOf({ name, title, about, rows }: Dashboard, context: WidgetContext): object[] {
  const markdown = `# ${title}\n${about} [Runbook](${runbookUrl(name)})`;
  const header = { type: 'text', x: 0, y: 0, width: columns, height: headerHeight, properties: { markdown } };
  const body = rows.flatMap((row, index) => {
    const width = columns / row.length;
    return row.map((widget, column) => ({
      x: column * width,
      y: headerHeight + index * rowHeight,
      width,
      height: rowHeight,
      ...properties(widget, context),
    }));
  });
  return [header, ...body];
}
