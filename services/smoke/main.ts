// The smoke function as Lambda loads it: environment, checked configuration, wired handler.
// Next: services/smoke/handler.ts, which runs the checks.
import { Agent } from 'undici';
import { readEnvironment } from '../shared/environment.ts';
import { SmokeEnvironment } from './config.ts';
import { createSmokeRuntime } from './runtime.ts';
import { createSmokeHandler } from './handler.ts';

const config = readEnvironment(SmokeEnvironment, process.env, { service: 'smoke' });
const serverName = config.SMOKE_SERVER_NAME;

/** Checks a deployment for CodeDeploy, or for whoever asks with `{"verify": true}`. */
export const handler = createSmokeHandler(
  createSmokeRuntime(config, {
    dispatcher: new Agent(serverName === undefined ? {} : { connect: { servername: serverName } }),
    write: (line) => void process.stdout.write(`${line}\n`),
  }),
);
