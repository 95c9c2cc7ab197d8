#!/usr/bin/env bash
# Checks task 6, observability: signals, alarms, dashboards, queries, traces, and all of them in an account.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 6: observability' "$@"
tests 'what alarms, dashboards and queries name is really written' __tests__/observability
tests 'dashboards can be drawn' __tests__/scripts/dashboards
tests 'one trace through every hop' __tests__/flow/tracing.test.ts

account 'six dashboards' '6' cloudwatch list-dashboards --dashboard-name-prefix "$prefix-" --query 'length(DashboardEntries)'
account 'alarms on metrics' '2[0-9]|[3-9][0-9]' cloudwatch describe-alarms --alarm-types MetricAlarm --alarm-name-prefix "$prefix-" --query 'length(MetricAlarms)'
account 'alarms that page once for one cause' "$prefix-[a-z-]+( $prefix-[a-z-]+)+" cloudwatch describe-alarms --alarm-types CompositeAlarm --alarm-name-prefix "$prefix-" --query 'CompositeAlarms[].AlarmName'
for topic in pages alerts; do
  account "the topic $topic" ".*:$prefix-$topic" sns list-topics --query "Topics[?ends_with(TopicArn, ':$prefix-$topic')].TopicArn"
done
for group in "/ecs/$prefix-orbit" "/ecs/$prefix-axon" "/aws/lambda/$prefix-governance"; do
  account "log group $group has a key" 'arn:aws:kms:.*' logs describe-log-groups --log-group-name-prefix "$group" --query 'logGroups[].kmsKeyId'
done
account 'saved queries' '[1-9][0-9]' logs describe-query-definitions --query 'length(queryDefinitions)'

finish
