// The governed flow over real sockets: the local platform in this process, Orbit and Axon as processes of their own.
// Next: __tests__/flow/sockets.test.ts, which drives it.
import path from 'node:path';
import { vi } from 'vitest';
import { type AppliedAccount } from '../../services/local/emulated-account.ts';
import { type Platform, type PlatformPorts, startPlatform } from '../../services/local/platform.ts';
import { type NodeStart, type ServiceProcess, startServiceProcess } from '../../services/local/service-process.ts';
import { shippedPolicies } from './in-process-runtime.ts';

export interface SocketRuntimeOptions {
  readonly policyFolder?: string;
  /** An applied account, whose tables, keys and secrets are used. */
  readonly applied?: AppliedAccount;
  readonly grantSeconds?: number;
  readonly orbitEnv?: Readonly<Record<string, string>>;
  readonly axonEnv?: Readonly<Record<string, string>>;
  /** What is run as each service. @defaultValue its sources */
  readonly programs?: Readonly<Record<'orbit' | 'axon', Program>>;
}

/** A program: its entry file, the Node that runs it, and what its image puts into its environment. */
export interface Program {
  readonly entry: string;
  readonly node?: NodeStart;
  readonly env: Readonly<Record<string, string>>;
}

export interface SocketRuntime {
  readonly orbitUrl: string;
  readonly axonUrl: string;
  readonly meshUrl: string;
  readonly platform: Platform;
  /** Lines of the function and both services. */
  readonly lines: string[];
  readonly processes: Readonly<Record<'orbit' | 'axon', ServiceProcess>>;
  token(subject: string, tenant: string): Promise<string>;
  stop(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../..');
const anyPort: PlatformPorts = {
  axon: 0,
  orbit: 0,
  mesh: 0,
  tokens: 0,
  lambda: 0,
  kms: 0,
  dynamodb: 0,
  credentials: 0,
  secrets: 0,
};

export async function startSocketRuntime(options: SocketRuntimeOptions = {}): Promise<SocketRuntime> {
  const { policyFolder = shippedPolicies, grantSeconds = 5, programs = fromSources() } = options;
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const platform = await startPlatform({
    ports: anyPort,
    policyFolder,
    applied: options.applied,
    grantSeconds,
    onLine,
  });
  const start = (name: 'orbit' | 'axon', env: Readonly<Record<string, string>> = {}): ServiceProcess =>
    startServiceProcess({
      name,
      entry: programs[name].entry,
      node: programs[name].node,
      env: {
        ...programs[name].env,
        ...platform.environments[name],
        [`${name.toUpperCase()}_DRAIN_DELAY_MS`]: '0',
        [`${name.toUpperCase()}_DRAIN_TIMEOUT_MS`]: '400',
        ...env,
      },
      onLine,
      onExit: (code) => onLine(`${name} ended with code ${code}`),
    });
  const processes = { axon: start('axon', options.axonEnv), orbit: start('orbit', options.orbitEnv) };
  const stop = async (): Promise<void> => {
    await Promise.all([processes.axon.stop(), processes.orbit.stop()]);
    await platform.stop();
  };
  try {
    const [axonUrl, orbitUrl] = await Promise.all([processes.axon.url, processes.orbit.url]);
    platform.setAxonUrl(axonUrl);
    await Promise.all([axonUrl, orbitUrl].filter((url) => url.startsWith('http:')).map(untilReady));
    return {
      orbitUrl,
      axonUrl,
      meshUrl: platform.urls.mesh,
      platform,
      lines,
      processes,
      token: (subject, tenant) => platform.tokens.issue({ subject, tenant }),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`got no runtime: ${lines.join('\n')}`, { cause: error });
  }
}

function fromSources(): Readonly<Record<'orbit' | 'axon', Program>> {
  const program = (name: string): Program => ({
    entry: path.join(root, 'services', name, 'main.ts'),
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return { orbit: program('orbit'), axon: program('axon') };
}

async function untilReady(url: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const response = await fetch(`${url}/ready`);
      if (!response.ok) throw new Error(`got ${response.status} from ${url}/ready`);
    },
    { timeout: 10_000, interval: 50 },
  );
}
