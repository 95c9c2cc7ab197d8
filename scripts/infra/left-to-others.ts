// What of an environment Terraform makes and then leaves to others: deployments move traffic, scaling moves counts.
// Next: scripts/infra/drift.ts, to which it is no drift.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type PlannedChange } from './plan-changes.ts';

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
/** `["orbit"]` or `[0]`, after a resource of which there are several. */
const instanceKey = /\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g;

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
  const root = readConfiguration(path.join(infra, 'environments', environment));
  const withAttributes = (change: PlannedChange, isMoved: boolean): PlannedChange[] => {
    const left = ignoredOf(infra, { root, environment }, change.address);
    // What is gone or new is nobody's doing but somebody's.
    if (change.action !== 'update') return isMoved ? [] : [change];
    const attributes = change.attributes.filter((line) => left.includes(line.split(/[.:]/, 1)[0] ?? '') === isMoved);
    return attributes.length === 0 ? [] : [{ ...change, attributes }];
  };
  return {
    drifted: changes.flatMap((change) => withAttributes(change, false)),
    moved: changes.flatMap((change) => withAttributes(change, true)),
  };
}

function ignoredOf(
  infra: string,
  { root, environment }: { root: z.infer<typeof Configuration>; environment: string },
  address: string,
): readonly string[] {
  const plain = address.replace(instanceKey, '');
  const [, module, type = '', name = ''] = /^(?:module\.([^.]+)\.)?([^.]+)\.([^.]+)$/.exec(plain) ?? [];
  const call = module === undefined ? undefined : root.module[module];
  const configuration =
    call === undefined ? root : readConfiguration(path.resolve(infra, 'environments', environment, call.source));
  const ignored = configuration.resource[type]?.[name]?.lifecycle?.ignore_changes ?? [];
  return plain === published.address && call?.deployment === 'code-deploy'
    ? [...ignored, ...published.attributes]
    : ignored;
}

function readConfiguration(folder: string): z.infer<typeof Configuration> {
  const file = path.join(folder, 'main.tf.json');
  if (!existsSync(file)) throw new Error(`got no ${file}, expected what synth writes`);
  return Configuration.parse(JSON.parse(readFileSync(file, 'utf8')));
}
