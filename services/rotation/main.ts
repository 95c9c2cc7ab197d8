// The rotation function as Lambda loads it: environment, checked configuration, wired handler.
// Next: services/rotation/handler.ts, which answers each step.
import { readEnvironment } from '../shared/environment.ts';
import { RotationEnvironment } from './config.ts';
import { createRotationHandler } from './handler.ts';
import { createSecretStore } from './secret-store.ts';

const config = readEnvironment(RotationEnvironment, process.env, { service: 'secrets-rotation' });
const credentials = {
  accessKeyId: config.AWS_ACCESS_KEY_ID,
  secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
  sessionToken: config.AWS_SESSION_TOKEN,
};

/** Does one step of a rotation; throws where it cannot, which Secrets Manager records as a failed rotation. */
export const handler = createRotationHandler({
  secrets: config.ROTATION_SECRETS,
  store: createSecretStore({
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    // A Lambda environment ends before its credentials do, so they are read once.
    credentials: () => Promise.resolve(credentials),
    timeoutMs: config.ROTATION_TIMEOUT_MS,
  }),
  report: (level, message, fields) =>
    void process.stdout.write(
      `${JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'secrets-rotation', message, ...fields })}\n`,
    ),
});
