// What each intent means over HTTP: Axon's method and path, the body, and the attributes read from that body.
// Next: services/orbit/dispatch.ts, which has the decision bound to exactly this call.
import { type Context, type Binding } from '../../governance/contract.ts';
import { HeartbeatResponse, ReasonRequest, ReasonResponse } from '../axon/contract.ts';
import { type Issue, ServiceError } from '../shared/errors.ts';
import { zodIssues } from '../shared/zod-issues.ts';
import { derivedAttributes, type DispatchRequest } from './contract.ts';

/** One call to Axon, ready to be bound and sent. */
export interface PreparedCall {
  readonly method: Binding['method'];
  readonly path: string;
  readonly body: Uint8Array;
  /** The caller's attributes with those derived from the body. */
  readonly context: Context;
  /** Checks Axon's answer. */
  readonly parseAnswer: (value: unknown) => Record<string, unknown> | undefined;
}

/**
 * Prepares the call of an intent; undefined when Orbit has no route for it.
 *
 * @param streamed - whether the caller asked for server-sent events
 * @throws ServiceError `request_invalid` with all issues of the input, `context_conflict` when the caller claims a derived attribute
 */
export function prepareCall({ intent, input, context }: DispatchRequest, streamed: boolean): PreparedCall | undefined {
  switch (intent) {
    case 'call_reasoning': {
      const request = parseInput(input);
      // INVARIANT: attributes that the body fixes are read from the body, never from what the caller says of it.
      const derived = {
        maxTokens: request.maxTokens,
        promptLength: request.prompt.length,
        stream: streamed,
        ...(request.model === undefined ? {} : { model: request.model }),
      };
      refuseClaimed(context);
      return {
        method: 'POST',
        path: '/reason',
        body: Buffer.from(JSON.stringify(request)),
        context: { ...context, ...derived },
        parseAnswer: (value) => ReasonResponse.safeParse(value).data,
      };
    }
    case 'check_reasoning':
      if (Object.keys(input).length > 0)
        throw invalid([{ path: 'input', got: 'fields', expected: 'none for check_reasoning' }]);
      return {
        method: 'GET',
        path: '/reason',
        body: new Uint8Array(),
        context,
        parseAnswer: (value) => HeartbeatResponse.safeParse(value).data,
      };
    default:
      return undefined;
  }
}

function parseInput(input: DispatchRequest['input']): ReasonRequest {
  const parsed = ReasonRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(
    zodIssues(parsed.error, input).map((issue) => ({
      ...issue,
      path: issue.path === '$' ? 'input' : `input.${issue.path}`,
    })),
  );
}

function refuseClaimed(context: DispatchRequest['context']): void {
  const claimed = derivedAttributes.filter((key) => Object.hasOwn(context, key));
  if (claimed.length === 0) return;
  throw new ServiceError('context_conflict', 'got context keys that are derived from the input, leave them out', {
    issues: claimed.map((key) => ({
      path: `context.${key}`,
      got: JSON.stringify(context[key]),
      expected: 'no such key: it is read from the input',
    })),
  });
}

function invalid(issues: readonly Issue[]): ServiceError {
  return new ServiceError('request_invalid', 'got an input that does not fit the intent, see issues', { issues });
}
