// The first governed request of a dev server, made as a caller would make it, and shown with its decision.
// Next: services/orbit/app.ts, which answers it.
import { z } from 'zod';

const Answer = z.looseObject({
  decision: z.looseObject({ decisionId: z.string(), reason: z.string(), rule: z.string().nullable() }).optional(),
});

/** What the request was and what came back. */
export interface ShownRequest {
  /** Ready to paste. */
  readonly command: string;
  readonly status: number;
  readonly answer: string;
}

/** Posts to `/dispatch` with a token of the local issuer. @throws Error when Orbit does not answer */
export async function makeGovernedRequest(orbitUrl: string, tokensUrl: string, token: string): Promise<ShownRequest> {
  const body = JSON.stringify({ intent: 'call_reasoning', input: { prompt: 'Is anybody there?', maxTokens: 64 } });
  const response = await fetch(`${orbitUrl}/dispatch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  return {
    status: response.status,
    answer: JSON.stringify(Answer.safeParse(answer).data ?? answer, null, 2),
    command: pasteable(orbitUrl, tokensUrl, body),
  };
}

/** Two lines of shell: a fresh token, then the request. */
function pasteable(orbitUrl: string, tokensUrl: string, body: string): string {
  const extract = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return [
    `TOKEN=$(curl -s ${tokensUrl}/token -d '{"subject":"user:ada","tenant":"default"}' | ${extract})`,
    `curl -s ${orbitUrl}/dispatch -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n');
}
