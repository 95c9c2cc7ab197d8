// A registry of images on loopback, in memory: crane's own, at the version that pushes.
// Next: scripts/release/push-images.ts, which pushes there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { crane } from '../../scripts/release/push-images.ts';
import { installGoTool } from '../../scripts/scan/go-tool.ts';

/** A registry that runs. */
export interface ImageRegistry {
  /** Host and port. */
  readonly host: string;
  /** The program that can ask it. */
  readonly crane: string;
  stop(): Promise<void>;
}

/** Starts a registry. @throws Error when it ends before it serves */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const program = await installGoTool(crane);
  const server = spawn(program, ['registry', 'serve', '--address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: server.stderr })) {
    const port = /serving on port (\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    const stop = async () => {
      server.kill();
      await once(server, 'close');
    };
    return { host: `127.0.0.1:${port}`, crane: program, stop };
  }
  throw new Error('got the end of the registry, expected it to serve');
}
