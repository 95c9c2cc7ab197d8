// Reads what Governance is asked: the schema decides, and a plain request is known to fit it without being taken apart.
// Next: governance/contract.ts, the schema; governance/lambda/handler.ts, which answers.
import * as z from 'zod/mini';
import { DecisionRequest, requestLimits, requestPatterns } from '../contract.ts';
import { namePatterns } from '../policy/document.ts';
import { describeIssues, formatIssue } from '../policy/issues.ts';

/** A request, or what keeps the event from being one. */
export type RequestReading = { ok: true; request: DecisionRequest } | { ok: false; detail: string };

const detailMaxLength = 2000;

/**
 * Checks an event against {@link DecisionRequest}. Never throws.
 *
 * @param event - what the caller sent, parsed from JSON
 */
export function readRequest(event: unknown): RequestReading {
  if (isPlainRequest(event)) return { ok: true, request: event };
  const parsed = z.safeParse(DecisionRequest, event);
  if (parsed.success) return { ok: true, request: parsed.data };
  const issues = describeIssues(parsed.error, event).map(formatIssue).join('; ');
  return { ok: false, detail: issues.slice(0, detailMaxLength) };
}

/**
 * Whether an event is a request that the schema would answer unchanged.
 *
 * INVARIANT: says yes only to what the schema accepts as it stands; whatever it says no to, the schema judges. Walking
 * the schema takes several times as long as the decision itself.
 */
export function isPlainRequest(event: unknown): event is DecisionRequest {
  if (!isPlainObject(event)) return false;
  // A request with defaults to fill in has them filled in by the schema.
  if (!('service' in event && 'intent' in event && 'tenant' in event && 'context' in event)) return false;
  for (const key in event) {
    if (!fits(key, event[key])) return false;
  }
  return true;
}

function fits(key: string, value: unknown): boolean {
  switch (key) {
    case 'service':
      return isText(value, namePatterns.service);
    case 'intent':
      return isText(value, namePatterns.intent);
    case 'tenant':
      return isText(value, namePatterns.tenant);
    case 'subject':
      return isText(value, namePatterns.subject);
    case 'resource':
      return isText(value, namePatterns.resource);
    case 'correlationId':
      return isText(value, requestPatterns.correlationId);
    case 'context':
      return isPlainContext(value);
    case 'binding':
      return isPlainBinding(value);
    default:
      return false;
  }
}

/** A character takes at most six bytes as JSON (`\u0000`), a key or value some more around it. */
const bytesPerCharacter = 6;
const bytesPerValue = 32;

function isPlainContext(context: unknown): boolean {
  if (!isPlainObject(context)) return false;
  let [keys, bytes] = [0, 0];
  for (const key in context) {
    keys += 1;
    const size = sizeOf(context[key]);
    if (size === undefined || !namePatterns.attributeKey.test(key)) return false;
    bytes += size + key.length * bytesPerCharacter + bytesPerValue;
  }
  return keys <= requestLimits.contextKeys && bytes <= requestLimits.contextBytes;
}

/** How long a value may become as JSON, at most; undefined for what is no attribute. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : undefined;
  if (typeof value === 'boolean') return 0;
  if (typeof value === 'string') return sizeOfText(value);
  if (!Array.isArray(value) || value.length > requestLimits.listItems) return undefined;
  let bytes = 0;
  for (const item of value as unknown[]) {
    const size = typeof item === 'string' ? sizeOfText(item) : undefined;
    if (size === undefined) return undefined;
    bytes += size + bytesPerValue;
  }
  return bytes;
}

function sizeOfText(text: string): number | undefined {
  return text.length <= requestLimits.textLength ? text.length * bytesPerCharacter : undefined;
}

function isPlainBinding(binding: unknown): boolean {
  if (!isPlainObject(binding)) return false;
  let keys = 0;
  for (const key in binding) {
    const value = binding[key];
    keys += 1;
    if (key === 'method' ? value !== 'GET' && value !== 'POST' : !isText(value, bindingPatterns.get(key))) return false;
  }
  return keys === 4;
}

const bindingPatterns: ReadonlyMap<string, RegExp> = new Map([
  ['path', requestPatterns.path],
  ['bodySha256', requestPatterns.sha256],
  ['jkt', requestPatterns.sha256],
]);

function isText(value: unknown, pattern: RegExp | undefined): boolean {
  return typeof value === 'string' && pattern !== undefined && pattern.test(value);
}

/** An object as `JSON.parse` makes it, or a literal: no prototype of its own, no accessors to run. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
