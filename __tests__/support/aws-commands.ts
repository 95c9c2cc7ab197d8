// Whether an `aws` command exists: its operation and options, by the service models that botocore brings along.
// Next: __tests__/docs/commands.test.ts, which asks about every command of the documentation.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { wordsOf } from './documentation-pages.ts';

interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, { readonly members?: Readonly<Record<string, unknown>> }>>;
}

/** Where the CLI's name of a service is not botocore's. */
const renamed: Readonly<Record<string, string>> = { deploy: 'codedeploy', s3api: 's3' };
/** Commands the CLI adds to an operation, with their options. */
const added: Readonly<Record<string, readonly string[]>> = { 'ecr get-login-password': [] };
/** Options of every command (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html), and those of pages. */
const everywhere = new Set([
  'query',
  'output',
  'region',
  'profile',
  'cli-binary-format',
  'max-items',
  'page-size',
  'starting-token',
]);

/** What is wrong with a command, or null. `folder` is botocore's `data`. */
export function awsCommandProblem(folder: string, command: string): string | null {
  const words = wordsOf(command);
  const pipe = words.indexOf('|');
  const [, service = '', given = '', ...rest] = pipe < 0 ? words : words.slice(0, pipe);
  const operation = given === 'wait' ? waitedFor(folder, renamed[service] ?? service, rest[0] ?? '') : given;
  const options = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0] ?? '');
  const known = added[`${service} ${operation}`] ?? optionsOf(folder, renamed[service] ?? service, operation);
  if (known === null) return `got aws ${service} ${given}, expected an operation of ${service}`;
  const strange = options.filter(
    (option) => !everywhere.has(option) && !known.includes(option.replace(/^no-/, '')) && !known.includes(option),
  );
  return strange.length === 0 ? null : `got --${strange.join(', --')}, expected options of aws ${service} ${operation}`;
}

/** The operation that `aws SERVICE wait NAME` asks until it answers as named; empty when there is no such wait. */
function waitedFor(folder: string, service: string, name: string): string {
  const newest = globSync(path.join(folder, service, '*', 'waiters-2.json'))
    .toSorted()
    .at(-1);
  if (newest === undefined) return '';
  const { waiters } = JSON.parse(readFileSync(newest, 'utf8')) as { waiters: Record<string, { operation: string }> };
  const found = Object.entries(waiters).find(([each]) => kebab(each) === name);
  return found === undefined ? '' : kebab(found[1].operation);
}

function optionsOf(folder: string, service: string, operation: string): string[] | null {
  const files = globSync(path.join(folder, service, '*', 'service-2.json.gz')).toSorted();
  const newest = files.at(-1);
  if (newest === undefined) return null;
  const { operations, shapes } = JSON.parse(gunzipSync(readFileSync(newest)).toString()) as ServiceModel;
  const found = Object.entries(operations).find(([name]) => kebab(name) === operation);
  if (!found) return null;
  const members = Object.keys(shapes[found[1].input?.shape ?? '']?.members ?? {});
  return members.map(kebab);
}

function kebab(name: string): string {
  return name
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
