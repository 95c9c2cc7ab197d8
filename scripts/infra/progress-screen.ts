// Shows the progress of one run of Terraform: a live block on a terminal, a line every ten seconds in a log.
// Next: scripts/infra/environment-run.ts, which feeds it.
import { countDone, oldestRunning, type Progress } from './progress.ts';
import { formatDiagnostic } from './terraform-messages.ts';

/** The part of a stream that is needed; `columns` is there on a terminal alone. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** One run on the screen. */
export interface ProgressScreen {
  /** Shows the newest state: a new error or warning at once, the rest with the next tick. */
  update(progress: Progress): void;
  /** Writes a line above the live block. */
  note(line: string): void;
  /** Ends the live block and leaves one line behind. */
  stop(): void;
}

const shownRunning = 5;
const barColumns = 20;
const liveTickMs = 250;
const plainTickMs = 10_000;

/**
 * Starts to show a run.
 *
 * @param title - one word: apply, destroy, plan
 * @param options.now - milliseconds since the epoch @defaultValue Date.now
 */
export function openProgressScreen(
  title: string,
  output: Output,
  { now = Date.now, live = isLive(output) }: { now?: () => number; live?: boolean } = {},
): ProgressScreen {
  const startedMs = now();
  let progress: Progress | undefined;
  let shownDiagnostics = 0;
  let drawnLines = 0;
  const draw = (): void => {
    if (progress === undefined) return;
    if (!live) {
      output.write(`${formatPlainLine(title, progress, { startedMs, nowMs: now() })}\n`);
      return;
    }
    const lines = formatBlock(title, progress, { startedMs, nowMs: now(), columns: output.columns ?? 80 });
    output.write(`${erase(drawnLines)}${lines.join('\n')}\n`);
    drawnLines = lines.length;
  };
  const writeAbove = (text: string): void => {
    output.write(`${live ? erase(drawnLines) : ''}${text}\n`);
    drawnLines = 0;
    if (live) draw();
  };
  const timer = setInterval(draw, live ? liveTickMs : plainTickMs);
  return {
    update: (next) => {
      progress = next;
      const news = next.diagnostics.slice(shownDiagnostics);
      shownDiagnostics = next.diagnostics.length;
      if (news.length > 0) writeAbove(news.map(formatDiagnostic).join('\n'));
    },
    note: writeAbove,
    stop: () => {
      clearInterval(timer);
      if (progress === undefined) return;
      const line = formatPlainLine(title, progress, { startedMs, nowMs: now() });
      output.write(`${live ? erase(drawnLines) : ''}${line}\n`);
    },
  };
}

/** The live block: a bar, and the oldest changes in progress; no line is as wide as the terminal, so none wraps. */
export function formatBlock(
  title: string,
  progress: Progress,
  { startedMs, nowMs, columns }: { startedMs: number; nowMs: number; columns: number },
): string[] {
  const width = Math.max(columns - 1, 10);
  const running = oldestRunning(progress);
  const rows = running.slice(0, shownRunning).map(({ address, action, startedMs: sinceMs }) => {
    const time = formatSeconds(nowMs - sinceMs).padStart(7);
    const verb = `  ${action.padEnd(7)}`;
    const room = width - verb.length - time.length;
    return room < 12 ? clip(`  ${address}`, width) : `${verb}${clipMiddle(address, room).padEnd(room)}${time}`;
  });
  const more = running.length > shownRunning ? [`  and ${running.length - shownRunning} more`] : [];
  const head = `${title} ${formatBar(progress)}${formatCount(progress)}, ${formatSeconds(nowMs - startedMs)}${formatFaults(progress)}`;
  return [clip(head, width), ...rows, ...more.map((line) => clip(line, width))];
}

/** The same in one line, for a log. */
export function formatPlainLine(
  title: string,
  progress: Progress,
  { startedMs, nowMs }: { startedMs: number; nowMs: number },
): string {
  const [oldest, ...others] = oldestRunning(progress);
  const now =
    oldest === undefined
      ? ''
      : `; ${oldest.action} ${oldest.address} since ${formatSeconds(nowMs - oldest.startedMs)}` +
        (others.length === 0 ? '' : ` and ${others.length} more`);
  return `${title}: ${formatCount(progress)}, ${formatSeconds(nowMs - startedMs)}${formatFaults(progress)}${now}`;
}

/** `8s`, `1m 05s`. */
export function formatSeconds(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

function isLive(output: Output): boolean {
  return output.isTTY === true && (output.columns ?? 0) >= 20;
}

function formatBar(progress: Progress): string {
  if (progress.kind === 'plan' || progress.planned === null || progress.planned === 0) return '';
  const filled = Math.min(barColumns, Math.floor((countDone(progress) / progress.planned) * barColumns));
  return `[${'#'.repeat(filled)}${'-'.repeat(barColumns - filled)}] `;
}

function formatCount(progress: Progress): string {
  if (progress.planned === null) return `${progress.refreshed} read`;
  if (progress.kind === 'plan') return `${progress.refreshed} read, ${plural(progress.planned, 'change')}`;
  return `${countDone(progress)} of ${progress.planned} done`;
}

function formatFaults({ diagnostics }: Progress): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return (errors > 0 ? `, ${plural(errors, 'error')}` : '') + (warnings > 0 ? `, ${plural(warnings, 'warning')}` : '');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Goes up to the first line of the block and clears from there on. */
function erase(lines: number): string {
  return lines === 0 ? '' : `\u001B[${lines}A\r\u001B[0J`;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

/** The module at the front and the name at the end both matter, so the middle goes. */
function clipMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const front = Math.floor((width - 3) / 2);
  return `${text.slice(0, front)}...${text.slice(text.length - (width - 3 - front))}`;
}
