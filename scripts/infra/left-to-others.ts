// What of an environment Terraform makes and then leaves to others: deployments move traffic, scaling moves counts.
// Next: scripts/infra/drift.ts, to which it is no drift.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { attributeOf, instanceKey, type PlannedChange } from './plan-changes.ts';

const Lifecycle = z.looseObject({ ignore_changes: z.array(z.string()).default([]) });
const Resource = z.looseObject({ lifecycle: Lifecycle.optional() });
const Configuration = z.looseObject({
  module: z.record(z.string(), z.looseObject({ source: z.string(), deployment: z.string().optional() })).default({}),
  resource: z.record(z.string(), z.record(z.string(), Resource)).default({}),
});

/** A version of Governance's code is published by its deployment, and what follows from the code follows. */
const published = {
  address: 'module.governance.aws_lambda_function.governance',
  attributes: [
    'code_sha256',
    'last_modified',
    'qualified_arn',
    'qualified_invoke_arn',
    'source_code_hash',
    'source_code_size',
    'version',
  ],
};

/**
 * Tells apart what somebody changed and what deployments and scaling move: the attributes that the synthesized
 * configuration itself tells Terraform to ignore, and the code of a function that is deployed by canary.
 *
 * @param infra - the folder with `environments` and `modules`
 * @returns changes with the attributes of each kind; a change without any is in neither
 * @throws Error when the environment is not there
 */
export function separateMoved(
  infra: string,
  environment: string,
  changes: readonly PlannedChange[],
): { drifted: PlannedChange[]; moved: PlannedChange[] } {
  const ignoredOf = openIgnored(infra, environment);
  const drifted: PlannedChange[] = [];
  const moved: PlannedChange[] = [];
  for (const change of changes) {
    // What is gone or new is nobody's doing but somebody's.
    if (change.action !== 'update') {
      drifted.push(change);
      continue;
    }
    const ignored = ignoredOf(change.address);
    const isIgnored = (line: string): boolean => ignored.includes(attributeOf(line));
    const add = (to: PlannedChange[], attributes: readonly string[]): void => {
      if (attributes.length > 0) to.push({ ...change, attributes });
    };
    add(moved, change.attributes.filter(isIgnored));
    add(
      drifted,
      change.attributes.filter((line) => !isIgnored(line)),
    );
  }
  return { drifted, moved };
}

/** The attributes that are left to others, by the address of a resource; each module is read once. */
function openIgnored(infra: string, environment: string): (address: string) => readonly string[] {
  const folder = path.join(infra, 'environments', environment);
  const root = readConfiguration(folder);
  const modules = new Map<string, z.infer<typeof Configuration>>();
  const readModule = (source: string): z.infer<typeof Configuration> => {
    const known = modules.get(source) ?? readConfiguration(path.resolve(folder, source));
    modules.set(source, known);
    return known;
  };
  return (address) => {
    const plain = address.replaceAll(instanceKey, '');
    const [, module, type = '', name = ''] = /^(?:module\.([^.]+)\.)?([^.]+)\.([^.]+)$/.exec(plain) ?? [];
    const call = module === undefined ? undefined : root.module[module];
    const configuration = call === undefined ? root : readModule(call.source);
    const ignored = configuration.resource[type]?.[name]?.lifecycle?.ignore_changes ?? [];
    return plain === published.address && call?.deployment === 'code-deploy'
      ? [...ignored, ...published.attributes]
      : ignored;
  };
}

function readConfiguration(folder: string): z.infer<typeof Configuration> {
  const file = path.join(folder, 'main.tf.json');
  if (!existsSync(file)) throw new Error(`got no ${file}, expected what synth writes`);
  return Configuration.parse(JSON.parse(readFileSync(file, 'utf8')));
}
