// Keeps secrets out of log lines: by the name of a field, and by the shape of a token.
// Next: log.ts, which applies it to every line.

const censored = '[redacted]';
const maxDepth = 6;

/** Names, in lower case without separators, whose values never appear in a log line. */
const secretNames: ReadonlySet<string> = new Set(
  [
    'authorization',
    'proxy-authorization',
    'dpop',
    'governance-grant',
    'governance-certificate',
    'grant',
    'certificate',
    'proof',
    'cookie',
    'set-cookie',
    'x-amz-security-token',
    'prompt',
    'output',
    'secretAccessKey',
    'sessionToken',
    'privateKey',
    'password',
    'secret',
    'token',
    'accessToken',
    'apiKey',
    'openAiApiKey',
    'logKey',
    'secretString',
    'rawHeaders',
  ].map(plainName),
);

/**
 * A copy of log fields with every value under a secret's name replaced by `[redacted]`: at any depth up to 6, in any
 * spelling of the name (`Session-Token`, `session_token`, `sessionToken`). What lies deeper is replaced whole.
 */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactRecord(fields, 1);
}

const jwtPattern = /eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*){0,3}/g;

/**
 * The finished line without anything shaped like a JWS or JWE (`eyJ….….…`), wherever it stands: in a message, a
 * stack, a value under a harmless name. The last guard, not the first.
 */
export function redactLine(line: string): string {
  // Almost no line has one; the search for three characters costs far less than the pattern.
  return line.includes('eyJ') ? line.replaceAll(jwtPattern, censored) : line;
}

/** An error as a log shows it: no field but these, for libraries hang requests, headers and bodies on their errors. */
export interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

const maxCauses = 4;

/** Name, message, code, stack and up to four causes of an error; anything else thrown, by its kind alone. */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'something other than an error was thrown' };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const stack = error.stack === undefined ? {} : { stack: error.stack };
  const cause =
    error.cause instanceof Error && depth < maxCauses ? { cause: serializeError(error.cause, depth + 1) } : {};
  return { type: error.name, message: error.message, ...code, ...stack, ...cause };
}

function redactRecord(record: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    copy[name] = secretNames.has(plainName(name)) ? censored : redactValue(value, depth);
  }
  return copy;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return serializeError(value);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= maxDepth) return censored;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactRecord(value, depth + 1);
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}
