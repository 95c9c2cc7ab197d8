// Policies from disk, compiled and told apart by tenant: what commands that ask for decisions work on.
// Next: governance/cli/policy-files.ts, which reads them; governance/policy/decide.ts, which is asked.
import { digestOf } from '../lambda/signed-revision.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/compile.ts';
import { type PolicyDocument, platformTenant } from '../policy/document.ts';
import { InvalidPoliciesError } from './command.ts';
import { describeProblem, policiesFolder, readPolicyFiles } from './policy-files.ts';

/** A document that is valid, with what it compiles to. */
export interface LoadedPolicy {
  readonly file: string;
  readonly text: string;
  readonly document: PolicyDocument;
  readonly policy: CompiledPolicy;
}

/** Documents of one folder or list of files. */
export interface PolicySet {
  /** Without the platform's. */
  readonly tenants: ReadonlyMap<string, LoadedPolicy>;
  /** Null where the set has none: tenants are then asked without it. */
  readonly platform: LoadedPolicy | null;
}

/**
 * Reads documents and compiles them.
 *
 * @param names - files and folders; none means the shipped policies
 * @throws InvalidPoliciesError naming everything that is wrong. @throws Error when a name cannot be read
 */
export async function loadPolicySet(names: readonly string[] = [policiesFolder]): Promise<PolicySet> {
  const files = await readPolicyFiles(names);
  const broken = files.filter((file) => !file.ok);
  if (broken.length > 0)
    throw new InvalidPoliciesError(
      broken.flatMap(({ file, problems }) => problems.map((problem) => describeProblem(file, problem))),
    );
  const loaded = files
    .filter((file) => file.ok)
    .map(({ file, text, document }) => ({ file, text, document, policy: compilePolicy(document, digestOf(text)) }));
  const isPlatform = ({ document }: LoadedPolicy): boolean => document.tenant === platformTenant;
  return {
    tenants: new Map(loaded.filter((each) => !isPlatform(each)).map((each) => [each.document.tenant, each])),
    platform: loaded.find(isPlatform) ?? null,
  };
}
