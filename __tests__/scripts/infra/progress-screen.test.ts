// What stays on a terminal after many redraws, and what a log shows.
// Next: scripts/infra/progress-screen.ts, the code under test.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { formatBlock, openProgressScreen } from '../../../scripts/infra/progress-screen.ts';
import { type Progress, startProgress } from '../../../scripts/infra/progress.ts';

const long = 'module.networking.aws_vpc_endpoint_route_table_association.dynamodb["eu-central-1a"]';
const startedMs = Date.parse('2026-01-01T00:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: startedMs }));
afterEach(() => void vi.useRealTimers());

describe('the live block', () => {
  it('says what is done of what is planned, and what is slow', () => {
    expect(formatBlock('apply', running(2, 1, 4), { startedMs, nowMs: startedMs + 65_000, columns: 80 })).toEqual([
      'apply [#####---------------] 1 of 4 done, 1m 05s',
      expect.stringMatching(/^ {2}create module\.networking.*\.\.\..*"eu-central-1a"\] {1,2}1m 05s$/),
      expect.stringMatching(/^ {2}create aws_vpc\.n1 +1m 05s$/),
    ]);
  });

  it.each([200, 80, 60, 40, 24, 12, 1])('is narrower than a terminal of %i columns', (columns) => {
    const lines = formatBlock('second plan', running(40, 200, 245), { startedMs, nowMs: startedMs + 1e6, columns });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(Math.max(columns, 11));
    expect(lines.length).toBeLessThanOrEqual(7);
  });

  it('leaves the errors and one last line on the terminal, whatever was drawn between', () => {
    const terminal = new Terminal(60);
    const screen = openProgressScreen('apply', terminal);
    for (const count of [0, 3, 9, 2]) {
      screen.update(running(count, 10 - count, 10));
      vi.advanceTimersByTime(600);
    }
    screen.update({
      ...running(1, 9, 10),
      diagnostics: [{ severity: 'error', summary: 'creating the queue: refused' }],
    });
    expect(terminal.lines).toHaveLength(3);
    screen.note('stopping');
    vi.advanceTimersByTime(600);
    screen.stop();
    expect(terminal.lines).toEqual([
      'error: creating the queue: refused',
      'stopping',
      expect.stringMatching(/^apply: 9 of 10 done, 3s, 1 error; create module\.networking/),
      ...terminal.lines.slice(3),
    ]);
    expect(terminal.lines.join('')).not.toContain('[###');
  });
});

describe('a log', () => {
  it('gets a line every ten seconds, errors at once, and no control characters', () => {
    const written: string[] = [];
    const screen = openProgressScreen('destroy', { write: (text) => written.push(text) });
    screen.update(running(2, 1, 4));
    vi.advanceTimersByTime(9_999);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written).toEqual([`destroy: 1 of 4 done, 10s; create ${long} since 10s and 1 more\n`]);
    screen.update({ ...running(0, 4, 4), diagnostics: [{ severity: 'warning', summary: 'late' }] });
    expect(written.at(-1)).toBe('warning: late\n');
    screen.stop();
    expect(written.at(-1)).toBe('destroy: 4 of 4 done, 10s, 1 warning\n');
    vi.advanceTimersByTime(60_000);
    expect(written).toHaveLength(3);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(written.join('')).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  });
});

function running(count: number, done: number, planned: number): Progress {
  const entries = Array.from({ length: count }, (_, index) => {
    const address = index === 0 ? long : `aws_vpc.n${index}`;
    return [address, { address, action: 'create', startedMs }] as const;
  });
  const finished = Array.from({ length: done }, (_, index) => ({
    address: `aws_vpc.d${index}`,
    action: 'create',
    seconds: 1,
    failed: false,
  }));
  return { ...startProgress('change', planned), running: new Map(entries), finished };
}

/** As much of a terminal as the live block uses: wrapping, cursor up, carriage return, clear to the end. */
class Terminal {
  readonly isTTY = true;
  readonly columns: number;
  #rows: string[] = [''];

  constructor(columns: number) {
    this.columns = columns;
  }

  get lines(): string[] {
    return this.#rows.filter((row) => row !== '');
  }

  write(text: string): void {
    // The cursor is on the last row always: everything below it has been cleared.
    // oxlint-disable-next-line no-control-regex -- control characters are what is interpreted
    for (const [part, up] of text.matchAll(/\u001B\[(\d+)A\r\u001B\[0J|\n|[^\n\u001B]+/g)) {
      if (up !== undefined) this.#rows = [...this.#rows.slice(0, -1 - Number(up)), ''];
      else if (part === '\n') this.#rows.push('');
      else this.#put(part);
    }
  }

  #put(text: string): void {
    for (let at = 0; at < text.length; at += this.columns) {
      if (at > 0) this.#rows.push('');
      this.#rows[this.#rows.length - 1] += text.slice(at, at + this.columns);
    }
  }
}
