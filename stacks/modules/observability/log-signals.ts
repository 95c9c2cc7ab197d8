// What is read out of log lines: metrics, and the questions that are asked most.
// Next: stacks/modules/observability/topic.ts.
import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js';
import { CloudwatchQueryDefinition } from '@cdktf/provider-aws/lib/cloudwatch-query-definition/index.js';
import { queries } from '../../../observability/queries.ts';
import { countedLines, type LogSource, signals } from '../../../observability/signals.ts';
import { type ModuleStack } from '../../module-stack.ts';

type Groups = Readonly<Record<LogSource, string>>;

/** Adds a filter per counted line. */
export function addMetricFilters(scope: ModuleStack, namespaceOf: (namespace: string) => string): void {
  for (const { signal, source, pattern } of countedLines) {
    const { name, namespace, unit } = signals[signal];
    new CloudwatchLogMetricFilter(scope, `count_${name.toLowerCase()}`, {
      name,
      logGroupName: `\${aws_cloudwatch_log_group.${source}_logs.name}`,
      pattern,
      // Between lines there is a zero, so that an alarm has something to look at.
      metricTransformation: { name, namespace: namespaceOf(namespace), value: '1', defaultValue: '0', unit },
    });
  }
}

/** Adds the saved queries of CloudWatch Logs Insights. */
export function addQueries(scope: ModuleStack, { prefix, groups }: { prefix: string; groups: Groups }): void {
  for (const { name, sources, query } of queries)
    new CloudwatchQueryDefinition(scope, `query_${name}`, {
      name: `${prefix}/${name}`,
      logGroupNames: sources.map((source) => groups[source]),
      queryString: query,
    });
}
