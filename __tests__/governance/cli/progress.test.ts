// A progress bar for whoever looks: not before a second, not into a file, and gone when it is done.
// Next: governance/cli/progress.ts.
import { beforeEach, expect, it, vi } from 'vitest';
import { createProgress } from '../../../governance/cli/progress.ts';

let written: string[];
let nowMs: number;
beforeEach(() => {
  written = [];
  nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

const world = (isTerminal: boolean) => ({
  environment: {},
  write: () => undefined,
  writeError: (text: string) => void written.push(text),
  readInput: () => Promise.resolve(''),
  isTerminal,
  nowMs: Date.now,
});

it('is drawn after a second, ten times a second at most, and taken away', () => {
  const progress = createProgress(world(true), 'asking', 200);
  nowMs = 999;
  progress.advance(50);
  expect(written).toEqual([]);
  nowMs = 1000;
  progress.advance(100);
  expect(written).toEqual([`\rasking ${'█'.repeat(12)}${'░'.repeat(12)}  50% (100 of 200)`]);
  nowMs = 1099;
  progress.advance(150);
  expect(written).toHaveLength(1);
  nowMs = 1100;
  progress.advance(300);
  expect(written[1]).toContain('100% (300 of 200)');
  progress.end();
  expect(written[2]).toBe('\r\u001B[2K');
});

it('is not drawn where nobody looks, nor for what is quick', () => {
  const quiet = createProgress(world(false), 'asking', 10);
  const quick = createProgress(world(true), 'asking', 10);
  quick.advance(10);
  quick.end();
  nowMs = 5000;
  quiet.advance(5);
  quiet.end();
  expect(written).toEqual([]);
});
