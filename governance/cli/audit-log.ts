// Decisions from an audit log, as far as they can be made again.
// Next: governance/lambda/audit-fields.ts, which put them on record.
import * as z from 'zod/mini';
import { reasons } from '../contract.ts';
import { type PolicyRequest } from '../policy/decide.ts';
import { type CliContext } from './command.ts';
import { openLog } from './log-lines.ts';
import { createProgress } from './progress.ts';

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const optionalText = z.pipe(
  z.nullable(z.string()),
  z.transform((text) => text ?? undefined),
);
const DecisionRecord = z.object({
  message: z.literal('decision'),
  decisionId: z.string(),
  reason: z.enum(reasons),
  rule: z.nullable(z.string()),
  issuedAt: z.iso.datetime(),
  obligations: z.array(z.looseObject({ type: z.string(), fields: z.optional(z.unknown()) })),
  shadow: z.array(z.object({ rule: z.string(), effect: z.string() })),
  request: z.nullable(
    z.object({
      service: z.string(),
      intent: z.string(),
      tenant: z.string(),
      subject: optionalText,
      resource: optionalText,
      context: values,
    }),
  ),
});
type DecisionRecord = z.infer<typeof DecisionRecord>;

/** A decision on record. */
export interface RecordedDecision {
  readonly line: number;
  readonly record: DecisionRecord;
  /** As it was asked; null where it could not be read then. */
  readonly request: PolicyRequest | null;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Attributes that were kept off the record, so that the decision cannot be made again by them. */
  readonly redacted: readonly string[];
}

/** One line that is about a decision: the decision, or what is wrong with the line. */
export type LogEntry = { ok: true; decision: RecordedDecision } | { ok: false; line: number; problem: string };

/**
 * Reads the decisions of a log; lines about anything else are passed over.
 *
 * @param name - a file, or `-` for stdin
 * @throws Error when there is no such file
 */
export async function* readDecisions(name: string, context: CliContext): AsyncGenerator<LogEntry> {
  const { size, lines } = await openLog(name, context);
  const progress = createProgress(context, name, size);
  for await (const { number, text, read } of lines) {
    progress.advance(read);
    const entry = readEntry(number, text);
    if (entry) yield entry;
  }
  progress.end();
}

function readEntry(line: number, text: string): LogEntry | null {
  if (!text.includes('"decision"')) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, line, problem: 'got a line that is no json, expected a record' };
  }
  if (typeof value !== 'object' || value === null || !('message' in value) || value.message !== 'decision') return null;
  const parsed = z.safeParse(DecisionRecord, value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    return {
      ok: false,
      line,
      problem: `got a record whose ${where} is missing or wrong, expected what the function writes`,
    };
  }
  const { request, issuedAt, obligations } = parsed.data;
  const redacted = obligations.flatMap(({ type, fields }) =>
    type === 'redact' && Array.isArray(fields) ? fields.map(String) : [],
  );
  return { ok: true, decision: { line, record: parsed.data, request, atMs: Date.parse(issuedAt), redacted } };
}
