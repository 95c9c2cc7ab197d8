// A progress bar on stderr, for what takes longer than a second, and only where somebody looks.
// Next: governance/cli/diff.ts and governance/cli/replay.ts, which take that long.
import { type CliContext } from './command.ts';

/** A bar that is drawn over itself. */
export interface Progress {
  /** Says how far it has come; cheap enough for every item. */
  advance(done: number): void;
  /** Takes the bar away. */
  end(): void;
}

const quietMs = 1000;
const redrawMs = 100;
const barWidth = 24;

/** Makes a bar for `total` items; it appears after a second, on a terminal alone. */
export function createProgress({ isTerminal, writeError }: CliContext, label: string, total: number): Progress {
  const startedMs = performance.now();
  let drawnMs = startedMs;
  let isShown = false;
  return {
    advance(done) {
      const nowMs = performance.now();
      if (!isTerminal || nowMs - startedMs < quietMs || (isShown && nowMs - drawnMs < redrawMs)) return;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
      writeError(`\r${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)}% (${done} of ${total})`);
      [isShown, drawnMs] = [true, nowMs];
    },
    end() {
      if (isShown) writeError('\r\x1B[2K');
    },
  };
}
