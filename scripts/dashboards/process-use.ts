// CPU and memory of the services' processes, as log lines: what ECS measures of tasks in an account.
// Next: scripts/dashboards/recording.ts, which reads them as ECS's metrics.
import { readFileSync } from 'node:fs';

/** What a task of dev has (stacks/config/schema.ts), of which ECS gives shares. */
const task = { cpus: 0.5, memoryKiB: 1024 * 1024 };
/** `USER_HZ` (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
const ticksPerSecond = 100;

/**
 * Writes a line for each service once in a period, until it is stopped. Nothing is written where there is no `/proc`.
 *
 * @param parent - process id of the dev server, whose children the services are
 */
export function startProcessUse(parent: number, periodMs: number, write: (line: string) => void): () => void {
  const before = new Map<string, number>();
  const timer = setInterval(look, periodMs);
  return () => clearInterval(timer);

  function look(): void {
    const timestamp = new Date().toISOString();
    for (const [service, pid] of servicesOf(parent)) {
      const seconds = cpuSeconds(pid);
      const spent = seconds - (before.get(service) ?? seconds);
      const known = before.has(service);
      before.set(service, seconds);
      if (!known) continue;
      const cpuPercent = (100 * spent) / (periodMs / 1000) / task.cpus;
      const memoryPercent = (100 * residentKiB(pid)) / task.memoryKiB;
      write(JSON.stringify({ timestamp, level: 'info', service, message: 'process', cpuPercent, memoryPercent }));
    }
  }
}

function servicesOf(parent: number): Map<string, number> {
  if (process.platform !== 'linux') return new Map();
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  return new Map(
    children.flatMap((pid) => {
      const service = /services\/(orbit|axon)\/main[.]ts/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1];
      return service === undefined ? [] : [[service, Number(pid)] as const];
    }),
  );
}

function cpuSeconds(pid: number): number {
  // The name, in parentheses, may hold blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
