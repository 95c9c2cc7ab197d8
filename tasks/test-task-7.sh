#!/usr/bin/env bash
# Checks task 7, documentation: pages, commands, links, and that an account's alarms lead to their sections.
# Next: tasks/checks.sh, what the checks are made of.
# shellcheck source=tasks/checks.sh
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

begin 'Task 7: documentation' "$@"
tests 'commands, links, alarm sections, generated pages' __tests__/docs
tests 'every export is documented' __tests__/repository/documented-exports.test.ts

for alarm in error-rate governance-errors grants-refused; do
  account "alarm $alarm names its section" ".*docs/runbook[.]md#$alarm" cloudwatch describe-alarms --alarm-names "$prefix-$alarm" --query 'MetricAlarms[].AlarmDescription'
done

finish
