// The dev server: the local platform, Orbit and Axon as processes of their own, and one governed request to show it works.
// Next: services/local/platform.ts, then services/orbit/main.ts and services/axon/main.ts, which it runs.
import { watch } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exitOnConfigurationError, readEnvironment } from '../shared/environment.ts';
import { LocalEnvironment, wantsEmulatedAccount } from './config.ts';
import { createConsole } from './console.ts';
import { type EmulatedAccount, startEmulatedAccount } from './emulated-account.ts';
import { makeGovernedRequest } from './governed-request.ts';
import { type Platform, startPlatform } from './platform.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { synthesizeInfrastructure } from './synthesis.ts';

const root = path.resolve(import.meta.dirname, '../..');
const config = await exitOnConfigurationError(() =>
  readEnvironment(LocalEnvironment, process.env, { service: 'local' }),
);
const screen = createConsole(process.stdout);
const passedOn = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(PATH|HOME|TMPDIR|LOG_LEVEL|AXON_(REASONER|MODEL|OPENAI_.*))$/.test(name) && value !== undefined
      ? [[name, value]]
      : [],
  ),
);
const stateFile = path.resolve(root, config.LOCAL_STATE_FILE);
const services = new Map<'orbit' | 'axon', ServiceProcess>();
let platform: Platform | undefined;
let emulated: EmulatedAccount | undefined;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
try {
  await start();
} catch (error) {
  screen.fail(error instanceof Error ? error.message : String(error));
  await stop(1);
}

async function start(): Promise<void> {
  const infra = await synthesizeInfrastructure(root, path.resolve(root, config.LOCAL_SYNTHESIS_FOLDER));
  if (wantsEmulatedAccount(process.argv.slice(2))) emulated = await startEmulatedAccount(root, screen.note);
  platform = await startPlatform({
    infra,
    applied: emulated?.account,
    ports: {
      orbit: config.LOCAL_ORBIT_PORT,
      axon: config.LOCAL_AXON_PORT,
      mesh: config.LOCAL_MESH_PORT,
      tokens: config.LOCAL_TOKENS_PORT,
      lambda: config.LOCAL_LAMBDA_PORT,
      kms: config.LOCAL_KMS_PORT,
      dynamodb: config.LOCAL_DYNAMODB_PORT,
      credentials: config.LOCAL_CREDENTIALS_PORT,
      secrets: config.LOCAL_SECRETS_PORT,
    },
    policyFolder: path.resolve(root, config.LOCAL_POLICY_FOLDER),
    grantSeconds: config.LOCAL_GRANT_SECONDS,
    onLine: screen.line,
  });
  for (const line of platform.synthesized.read) screen.note(line);
  if (emulated) screen.note(`tables, keys and secrets of the emulated account at ${emulated.account.url}`);
  const axonUrl = await startService('axon', platform);
  platform.setAxonUrl(axonUrl);
  const orbitUrl = await startService('orbit', platform);
  await Promise.all([untilReady('axon', axonUrl), untilReady('orbit', orbitUrl)]);
  const shown = await makeGovernedRequest(
    orbitUrl,
    platform.urls.tokens,
    await platform.tokens.issue({ subject: 'user:ada', tenant: 'default' }),
  );
  await writeState(platform, orbitUrl, axonUrl);
  const account = emulated === undefined ? {} : { account: emulated.account.url };
  screen.summary({ orbit: orbitUrl, axon: axonUrl, ...platform.urls, ...account }, shown);
  watchSources(platform);
}

async function startService(name: 'orbit' | 'axon', { environments }: Platform): Promise<string> {
  const drain = { [`${name.toUpperCase()}_DRAIN_DELAY_MS`]: '0', [`${name.toUpperCase()}_DRAIN_TIMEOUT_MS`]: '400' };
  const service = startServiceProcess({
    name,
    entry: path.join(root, 'services', name, 'main.ts'),
    env: { ...passedOn, ...environments[name], ...drain },
    onLine: screen.line,
    onExit: (code) => screen.fail(`${name} ended with code ${code}; it is started again with the next change`),
  });
  services.set(name, service);
  return service.url;
}

async function untilReady(name: string, url: string): Promise<void> {
  const endMs = Date.now() + 10_000;
  for (;;) {
    const response = await fetch(`${url}/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (Date.now() > endMs) throw new Error(`${name} was not ready within 10 s; its lines above say why`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What scripts/test-governance.sh needs to play Orbit's part; readable by its owner alone. */
async function writeState({ environments, urls }: Platform, orbitUrl: string, axonUrl: string): Promise<void> {
  const state = {
    ...environments.orbit,
    ORBIT_URL: orbitUrl,
    AXON_DIRECT_URL: axonUrl,
    TOKEN_URL: `${urls.tokens}/token`,
  };
  await mkdir(path.dirname(stateFile), { recursive: true });
  await writeFile(
    stateFile,
    `${Object.entries(state)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
    { mode: 0o600 },
  );
}

/** Policies are followed by Governance itself; a change of code restarts what runs it. */
function watchSources(running: Platform): void {
  const restarts: Record<string, () => Promise<unknown>> = {
    governance: () => running.governance?.reload() ?? Promise.resolve(),
    orbit: () => restart('orbit', running),
    axon: () => restart('axon', running),
  };
  const affected: readonly (readonly [string, readonly string[]])[] = [
    ['governance', ['governance', 'orbit', 'axon']],
    ['services/shared', ['orbit', 'axon']],
    ['services/orbit', ['orbit']],
    ['services/axon', ['axon', 'orbit']],
  ];
  for (const [folder, names] of affected) {
    let timer: NodeJS.Timeout | undefined;
    watch(path.join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || stopping) return;
      clearTimeout(timer);
      timer = setTimeout(() => void reload(names, restarts, `${folder}/${file}`), 100);
    });
  }
}

async function reload(
  names: readonly string[],
  restarts: Readonly<Record<string, () => Promise<unknown>>>,
  file: string,
): Promise<void> {
  try {
    await Promise.all(names.map(async (name) => restarts[name]?.()));
    screen.note(`${file} changed: ${names.join(', ')} restarted`);
  } catch (error) {
    screen.fail(error instanceof Error ? error.message : String(error));
  }
}

async function restart(name: 'orbit' | 'axon', running: Platform): Promise<void> {
  await services.get(name)?.stop();
  const url = await startService(name, running);
  if (name === 'axon') running.setAxonUrl(url);
  await untilReady(name, url);
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(Array.from(services.values(), (service) => service.stop()));
  await platform?.stop();
  await emulated?.stop();
  await rm(stateFile, { force: true });
  process.exit(code);
}
