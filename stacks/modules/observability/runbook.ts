// Where a section of the runbook is.
// Next: stacks/modules/observability/alarms.ts and stacks/modules/observability/dashboards.ts, which link there.

/** The address of a section, as Terraform text. @param section - the heading, as GitHub anchors it */
export function runbookUrl(section: string): string {
  return `\${var.runbook_url}#${section}`;
}
