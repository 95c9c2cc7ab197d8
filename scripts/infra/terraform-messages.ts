// What Terraform says with `-json`: one message per line, read into the few shapes the progress and the checks need.
// Next: scripts/infra/progress.ts, which adds them up.
import { z } from 'zod';

const Diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  summary: z.string(),
  detail: z.string().optional(),
  address: z.string().optional(),
  range: z.object({ filename: z.string(), start: z.object({ line: z.number() }) }).optional(),
});

const Hook = z.object({
  resource: z.object({ addr: z.string(), resource_type: z.string() }),
  action: z.string().optional(),
  elapsed_seconds: z.number().optional(),
});

const Counts = z.object({ add: z.number(), change: z.number(), remove: z.number(), operation: z.string() });

const timed = { '@timestamp': z.iso.datetime({ offset: true }), '@message': z.string() };
const Message = z.discriminatedUnion('type', [
  z.object({ ...timed, type: z.literal('apply_start'), hook: Hook }),
  z.object({ ...timed, type: z.literal('apply_complete'), hook: Hook }),
  z.object({ ...timed, type: z.literal('apply_errored'), hook: Hook }),
  z.object({ ...timed, type: z.literal('refresh_start'), hook: Hook }),
  z.object({ ...timed, type: z.literal('refresh_complete'), hook: Hook }),
  z.object({ ...timed, type: z.literal('change_summary'), changes: Counts }),
  z.object({ ...timed, type: z.literal('diagnostic'), diagnostic: Diagnostic }),
]);

/** An error or a warning of Terraform, with the resource and the place it is about where it says so. */
export type TerraformDiagnostic = z.infer<typeof Diagnostic>;

/** A message that matters here; its `type` tells the shape. {@link https://developer.hashicorp.com/terraform/internals/machine-readable-ui} */
export type TerraformMessage = z.infer<typeof Message>;

/** `terraform validate -json`. {@link https://developer.hashicorp.com/terraform/cli/commands/validate#json-output-format} */
export const ValidationResult = z.object({ valid: z.boolean(), diagnostics: z.array(Diagnostic) });

/**
 * One line of a `-json` stream.
 *
 * @returns null for a line that is no message (Terraform's own early warnings are plain text) or of a type not needed here
 */
export function parseTerraformMessage(line: string): TerraformMessage | null {
  if (!line.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return Message.safeParse(value).data ?? null;
}

/** A diagnostic for a person: the summary, where it is, and the detail indented below. */
export function formatDiagnostic(diagnostic: TerraformDiagnostic): string {
  const { severity, summary, detail = '', address, range } = diagnostic;
  const place = [
    ...(address === undefined ? [] : [`with ${address}`]),
    ...(range === undefined ? [] : [`in ${range.filename}:${range.start.line}`]),
  ].join(' ');
  const lines = [summary, place, ...detail.split('\n')].map((line) => line.trim()).filter((line) => line !== '');
  return `${severity}: ${lines.join('\n  ')}`;
}
