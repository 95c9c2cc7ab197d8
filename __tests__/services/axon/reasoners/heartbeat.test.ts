// The embedded reasoner: facts of the prompt, the same every time, within its bounds.
// Next: __tests__/services/axon/reasoners/select-reasoner.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeartbeatReasoner } from '../../../../services/axon/reasoners/heartbeat.ts';
import { all, input, textOf } from './read-events.ts';

const reasoner = createHeartbeatReasoner();

describe('the heartbeat reasoner', () => {
  it('tells words, characters and a phrase of the prompt', async () => {
    const { output, ...rest } = await reasoner.reason(input({ prompt: 'two  wörds 🌍' }));
    expect(output).toMatch(/^Heartbeat: the prompt has 3 words in 12 characters; its phrase is [a-z]+(-[a-z]+){3}\.$/);
    expect(rest).toEqual({
      model: 'heartbeat',
      stopReason: 'end',
      usage: { inputTokens: 4, outputTokens: Math.ceil(output.length / 4) },
    });
  });

  it('is deterministic, and another system or prompt has another phrase', async () => {
    const of = async (prompt: string, system?: string) => (await reasoner.reason(input({ prompt, system }))).output;
    expect(await of('ab')).toBe(await of('ab'));
    expect(await of('ab')).not.toBe(await of('ac'));
    expect(await of('b', 'a')).not.toBe(await of('b', 'c'));
  });

  it('streams several deltas that join to the whole answer, within maxTokens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), async (prompt, maxTokens) => {
        const { output, ...end } = await reasoner.reason(input({ prompt, maxTokens }));
        const events = await all(reasoner.stream(input({ prompt, maxTokens })));
        expect(textOf(events)).toBe(output);
        expect(events.at(-1)).toEqual({ type: 'done', ...end });
        expect(end.usage.outputTokens).toBeLessThanOrEqual(maxTokens);
        expect(end.stopReason).toBe(output.endsWith('.') ? 'end' : 'max_tokens');
        if (maxTokens > 12) expect(events.length).toBeGreaterThan(3);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an aborted signal at once and between deltas', async () => {
    await expect(reasoner.reason(input({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const events = reasoner.stream(input({ signal: controller.signal }))[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { type: 'delta' } });
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ name: 'ReasonerError', code: 'cancelled' });
  });
});
