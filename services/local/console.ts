// What the dev server prints: readable lines in a terminal, the services' own JSON anywhere else.
// Next: services/local/main.ts, which has things to say.
import { type WriteStream } from 'node:tty';
import { prettyFactory } from 'pino-pretty';
import { type ShownRequest } from './governed-request.ts';

/** The dev server's output. */
export interface DevConsole {
  /** A line of a service: JSON as a log line, anything else as it is. */
  line(line: string): void;
  note(message: string): void;
  fail(message: string): void;
  /** Addresses, one governed request with its decision, and how to make it by hand. */
  summary(addresses: Readonly<Record<string, string>>, shown: ShownRequest): void;
}

/** Writes to a stream; colours and layout only where it is a terminal. */
export function createConsole(output: Pick<WriteStream, 'write' | 'isTTY'>): DevConsole {
  const pretty = prettyFactory({
    messageKey: 'message',
    timestampKey: 'timestamp',
    levelKey: 'level',
    colorize: output.isTTY,
    singleLine: true,
    messageFormat: '{service}: {message}',
    ignore: 'service,version,chain,prev,policy,platform,shadow,obligations,issuedAt,expiresAt',
  });
  return {
    line(line) {
      // Metrics are for CloudWatch; in a terminal nobody can read them.
      if (output.isTTY && line.startsWith('{"_aws"')) return;
      write(output.isTTY ? readable(line) : line);
    },
    note: (message) => say('info', message),
    fail: (message) => say('error', message),
    summary(addresses, { command, status, answer }) {
      if (!output.isTTY) say('info', 'ready', { ...addresses, status });
      const width = Math.max(...Object.keys(addresses).map((name) => name.length));
      write(
        [
          '',
          ...Object.entries(addresses).map(([name, url]) => `  ${name.padEnd(width)}  ${url}`),
          '',
          'A governed request, for you to paste:',
          '',
          command,
          '',
          `It was just answered with ${status}:`,
          answer,
          '',
        ].join('\n'),
      );
    },
  };

  function say(level: 'info' | 'error', message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const line = JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'local', message, ...fields });
    write(output.isTTY ? readable(line) : line);
  }

  function readable(line: string): string {
    return line.startsWith('{') ? pretty(line).trimEnd() : line;
  }

  function write(text: string): void {
    output.write(`${text}\n`);
  }
}
