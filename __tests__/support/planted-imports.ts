// A small tree in the repository's layout: imports the law allows, and at least one it forbids for every rule.
// Next: .dependency-cruiser.cjs, the rules these imports are written against.

/** One forbidden import: the rule that must report it, the file it is planted in and what the rule calls its target. */
export interface PlantedImport {
  rule: string;
  from: string;
  to: string;
  text: string;
}

/** Packages installed in the planted tree as one-line stubs, and how its package.json lists them. */
export const stubPackages: readonly { name: string; kind: 'runtime' | 'dev' | 'undeclared' }[] = [
  { name: 'zod', kind: 'runtime' },
  { name: 'jose', kind: 'runtime' },
  { name: 'constructs', kind: 'runtime' },
  { name: 'cdktf', kind: 'runtime' },
  { name: '@cdktf/provider-aws', kind: 'runtime' },
  { name: '@aws-sdk/client-kms', kind: 'runtime' },
  { name: 'vitest', kind: 'dev' },
  { name: 'left-behind', kind: 'undeclared' },
];

const constant = 'export const one = 1;\n';

/** Files whose imports are all allowed; they are also the targets of the planted ones. */
export const lawfulFiles: readonly { path: string; text: string }[] = [
  { path: 'main.ts', text: imports('./stacks/stack.ts') },
  {
    path: 'stacks/stack.ts',
    text:
      imports('cdktf', 'constructs', '@cdktf/provider-aws', '../observability/signals.ts') +
      imports('../services/orbit/config.ts', '../services/axon/config.ts', '../governance/lambda/config.ts') +
      constant,
  },
  { path: 'observability/signals.ts', text: constant },
  { path: 'observability/alarm.ts', text: imports('./signals.ts') + constant },
  { path: 'observability/emf.ts', text: imports('./signals.ts') + constant },
  {
    path: 'services/shared/log.ts',
    text: imports('../../governance/contract.ts', '../../observability/emf.ts') + constant,
  },
  { path: 'services/orbit/config.ts', text: imports('zod') + constant },
  { path: 'services/axon/config.ts', text: imports('zod') + constant },
  { path: 'services/axon/contract.ts', text: imports('zod') + constant },
  { path: 'services/rotation/main.ts', text: imports('./steps.ts') },
  { path: 'services/rotation/steps.ts', text: imports('zod', '../shared/log.ts') + constant },
  {
    path: 'services/axon/verify.ts',
    text: imports('../../governance/contract.ts', '../../governance/token.ts', '../shared/log.ts') + constant,
  },
  {
    path: 'services/orbit/app.ts',
    text: imports('../shared/log.ts', '../axon/contract.ts', '../../governance/token.ts') + constant,
  },
  {
    path: 'services/local/kms.ts',
    text: imports('../shared/log.ts', '../../governance/token.ts', 'vitest') + constant,
  },
  {
    path: 'services/local/main.ts',
    text: `${imports('./kms.ts')}export const entry = new URL('../../governance/lambda/main.ts', import.meta.url);\n`,
  },
  { path: 'governance/contract.ts', text: imports('zod') + constant },
  { path: 'governance/token.ts', text: imports('jose', './contract.ts') + constant },
  { path: 'governance/policy/decide.ts', text: imports('zod', './compile.ts') + constant },
  { path: 'governance/policy/compile.ts', text: imports('zod') + constant },
  { path: 'governance/lambda/config.ts', text: imports('zod') + constant },
  {
    path: 'governance/lambda/main.ts',
    text: `${imports('../policy/decide.ts', 'node:fs')}import type {} from 'vitest';\n`,
  },
  { path: 'scripts/bundle.ts', text: imports('../services/orbit/config.ts', 'vitest') + constant },
  { path: '__tests__/lawful.test.ts', text: imports('../services/local/kms.ts', '../services/orbit/app.ts', 'cdktf') },
];

/** Files that exist only to be imported by a planted import. */
export const plantedTargets: readonly { path: string; text: string }[] = [
  { path: 'services/orbit/ring-b.ts', text: imports('./ring-a.ts') },
  { path: 'services/axon/type-b.ts', text: typeRing('./type-a.ts') },
  { path: 'services/orbit/parts/index.mjs', text: constant },
  { path: 'services/shared/utils.ts', text: constant },
  { path: 'services/shared/helpers/pad.ts', text: constant },
  { path: 'services/shared/types.ts', text: constant },
  { path: 'services/shared/common.ts', text: constant },
];

/** The forbidden imports. INVARIANT: at least one for every rule of the law; the test compares the two lists. */
export const planted: readonly PlantedImport[] = [
  plant('no-cycles', 'services/orbit/ring-a.ts', './ring-b.ts', 'services/orbit/ring-b.ts'),
  {
    ...plant('no-cycles', 'services/axon/type-a.ts', './type-b.ts', 'services/axon/type-b.ts'),
    text: typeRing('./type-b.ts'),
  },
  plant('no-unresolvable-imports', 'services/orbit/lost.ts', './nowhere.ts', './nowhere.ts'),
  { rule: 'no-orphans', from: 'services/axon/alone.ts', to: 'services/axon/alone.ts', text: constant },
  plant('no-barrels', 'services/orbit/through-barrel.ts', './parts/index.ts', 'services/orbit/parts/index.ts'),
  plant('no-barrels', 'services/orbit/parts/index.ts', './index.mjs', 'services/orbit/parts/index.mjs'),
  plant('no-vague-names', 'services/orbit/vague.ts', '../shared/utils.ts', 'services/shared/utils.ts'),
  plant('no-vague-names', 'services/orbit/vague.ts', '../shared/helpers/pad.ts', 'services/shared/helpers/pad.ts'),
  plant('no-vague-names', 'services/orbit/vague.ts', '../shared/types.ts', 'services/shared/types.ts'),
  plant('no-vague-names', 'services/orbit/vague.ts', '../shared/common.ts', 'services/shared/common.ts'),
  plant('app-imports-stacks-alone', 'main.ts', './services/orbit/config.ts', 'services/orbit/config.ts'),
  plant('app-imports-stacks-alone', 'main.ts', './observability/signals.ts', 'observability/signals.ts'),
  plant(
    'stacks-import-configs-and-observability',
    'stacks/nosy.ts',
    '../services/orbit/app.ts',
    'services/orbit/app.ts',
  ),
  plant(
    'stacks-import-configs-and-observability',
    'stacks/nosy.ts',
    '../governance/contract.ts',
    'governance/contract.ts',
  ),
  plant('observability-is-data', 'observability/alarms.ts', '../stacks/stack.ts', 'stacks/stack.ts'),
  plant('observability-is-data', 'observability/alarms.ts', 'node:fs', 'fs'),
  plant('runtime-without-infrastructure', 'services/orbit/plan.ts', 'cdktf', 'node_modules/cdktf/main.js'),
  plant('runtime-without-infrastructure', 'services/shared/plan.ts', 'constructs', 'node_modules/constructs/main.js'),
  plant(
    'runtime-without-infrastructure',
    'governance/lambda/plan.ts',
    '@cdktf/provider-aws',
    'node_modules/@cdktf/provider-aws/main.js',
  ),
  plant('runtime-without-infrastructure', 'governance/lambda/plan.ts', '../../stacks/stack.ts', 'stacks/stack.ts'),
  plant('construct-library-in-stacks-alone', 'scripts/plan.ts', 'cdktf', 'node_modules/cdktf/main.js'),
  plant('construct-library-in-stacks-alone', 'main.ts', 'cdktf', 'node_modules/cdktf/main.js'),
  plant('orbit-imports', 'services/orbit/nosy.ts', '../axon/verify.ts', 'services/axon/verify.ts'),
  plant('orbit-imports', 'services/orbit/nosy.ts', '../../governance/policy/decide.ts', 'governance/policy/decide.ts'),
  plant('orbit-imports', 'services/orbit/nosy.ts', '../../observability/alarm.ts', 'observability/alarm.ts'),
  plant('axon-imports', 'services/axon/nosy.ts', '../orbit/app.ts', 'services/orbit/app.ts'),
  plant('axon-imports', 'services/axon/nosy.ts', '../../governance/policy/decide.ts', 'governance/policy/decide.ts'),
  plant('smoke-imports', 'services/smoke/nosy.ts', '../axon/config.ts', 'services/axon/config.ts'),
  plant('rotation-imports', 'services/rotation/nosy.ts', '../axon/config.ts', 'services/axon/config.ts'),
  plant('rotation-imports', 'services/rotation/nosy.ts', '../../governance/contract.ts', 'governance/contract.ts'),
  plant('shared-imports', 'services/shared/nosy.ts', '../orbit/config.ts', 'services/orbit/config.ts'),
  plant('shared-imports', 'services/shared/nosy.ts', '../axon/contract.ts', 'services/axon/contract.ts'),
  plant('shared-imports', 'services/shared/nosy.ts', '../../governance/token.ts', 'governance/token.ts'),
  plant('local-imports', 'services/local/nosy.ts', '../orbit/app.ts', 'services/orbit/app.ts'),
  plant('local-imports', 'services/local/nosy.ts', '../../governance/policy/decide.ts', 'governance/policy/decide.ts'),
  plant('local-is-private', 'services/orbit/leak.ts', '../local/kms.ts', 'services/local/kms.ts'),
  plant('local-is-private', 'scripts/leak.ts', '../services/local/kms.ts', 'services/local/kms.ts'),
  plant('policy-is-pure', 'governance/policy/impure.ts', 'node:crypto', 'crypto'),
  plant('policy-is-pure', 'governance/policy/impure.ts', 'jose', 'node_modules/jose/main.js'),
  plant('policy-is-pure', 'governance/policy/impure.ts', '../contract.ts', 'governance/contract.ts'),
  plant('governance-imports', 'governance/lambda/nosy.ts', '../../services/shared/log.ts', 'services/shared/log.ts'),
  plant('governance-imports', 'governance/lambda/nosy.ts', '../../stacks/stack.ts', 'stacks/stack.ts'),
  plant('governance-imports', 'governance/lambda/nosy.ts', '../../observability/alarm.ts', 'observability/alarm.ts'),
  plant('no-dev-dependencies-at-runtime', 'services/axon/dev.ts', 'vitest', 'node_modules/vitest/main.js'),
  plant('no-dev-dependencies-at-runtime', 'governance/lambda/dev.ts', 'vitest', 'node_modules/vitest/main.js'),
  plant('no-undeclared-packages', 'services/axon/accident.ts', 'left-behind', 'node_modules/left-behind/main.js'),
  plant(
    'no-aws-sdk-clients',
    'services/shared/sdk.ts',
    '@aws-sdk/client-kms',
    'node_modules/@aws-sdk/client-kms/main.js',
  ),
  plant(
    'production-without-tests-or-scripts',
    'services/axon/backwards.ts',
    '../../scripts/bundle.ts',
    'scripts/bundle.ts',
  ),
  plant('production-without-tests-or-scripts', 'main.ts', './__tests__/lawful.test.ts', '__tests__/lawful.test.ts'),
];

function plant(rule: string, from: string, specifier: string, to: string): PlantedImport {
  return { rule, from, to, text: imports(specifier) };
}

function imports(...specifiers: string[]): string {
  return specifiers.map((specifier) => `import '${specifier}';\n`).join('');
}

function typeRing(specifier: string): string {
  return `import type { A } from '${specifier}';\nexport type A2 = A;\n`;
}
