// The import law: who may import whom, one named rule per sentence of the law.
// Next: __tests__/repository/import-law.test.ts, which plants a violation of every rule here and sees it reported.
'use strict';

/** The only governance files a service may import: the shapes that cross the boundary and their compact token format. */
const governanceBoundary = '^governance/(contract|token)\\.ts$';
/** How a program writes its metrics, and their names. */
const metricNames = '^observability/(emf|signals)\\.ts$';
/** Everything that lives in this repository, as opposed to packages and Node's own modules. */
const ownCode = '^(main\\.ts$|(stacks|services|governance|observability|cicd|scripts|__tests__)/)';
const infrastructurePackages = '(^|node_modules/)(cdktf|cdktf-cli|cdktn|constructs|@cdktf|@cdktn)(/|$)';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const graphRules = [
  {
    name: 'no-cycles',
    comment: 'Both reading paths only go forward; a cycle has no first file. Move what both need into a third file.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolvable-imports',
    comment: 'An import that resolves to nothing is a typo or a package that is not installed.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-orphans',
    comment:
      'A module nobody imports and that imports nothing is dead. Entries, tests, scripts and configuration are used by name.',
    severity: 'error',
    from: { orphan: true, pathNot: '(^|/)main\\.ts$|^(scripts|__tests__)/|\\.config\\.[cm]?[jt]s$|^\\.|\\.d\\.ts$' },
    to: {},
  },
  {
    name: 'no-barrels',
    comment: 'A barrel hides where a thing lives and loads what is not needed. Import the file that defines it.',
    severity: 'error',
    from: {},
    to: { path: '(^|/)index\\.[cm]?[jt]sx?$', pathNot: 'node_modules/' },
  },
  {
    name: 'no-vague-names',
    comment: 'A file or folder is named for its main export or its concern, never utils, helpers, types or common.',
    severity: 'error',
    from: {},
    to: {
      path: '(^|/)(utils?|helpers?|types|common)(/|\\.[cm]?[jt]sx?$)',
      pathNot: 'node_modules/',
      dependencyTypesNot: ['core'],
    },
  },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const infrastructureRules = [
  {
    name: 'app-imports-stacks-alone',
    comment: 'main.ts turns configuration into stacks; it knows nothing of services, governance or observability.',
    severity: 'error',
    from: { path: '^main\\.ts$' },
    to: { path: ownCode, pathNot: '^stacks/' },
  },
  {
    name: 'stacks-import-configs-and-observability',
    comment:
      'Stacks type a container environment against the config.ts of its program, and read observability; no other code of ours.',
    severity: 'error',
    from: { path: '^stacks/' },
    to: {
      path: ownCode,
      pathNot: '^(stacks|observability)/|^services/(orbit|axon|smoke)/config\\.ts$|^governance/lambda/config\\.ts$',
    },
  },
  {
    name: 'observability-is-data',
    comment: 'Signals, alarms and dashboards are data that stacks read: they import nothing but each other.',
    severity: 'error',
    from: { path: '^observability/' },
    to: { pathNot: '^observability/' },
  },
  {
    name: 'runtime-without-infrastructure',
    comment: 'What runs in a container or a Lambda imports neither stacks nor a construct library.',
    severity: 'error',
    from: { path: '^(services|governance|observability)/' },
    to: { path: `^stacks/|^main\\.ts$|${infrastructurePackages}` },
  },
  {
    name: 'construct-library-in-stacks-alone',
    comment: 'CDKTF is archived and will be replaced by cdktn: every import of it stays in stacks/ and its tests.',
    severity: 'error',
    from: { pathNot: '^(stacks|__tests__)/' },
    to: { path: infrastructurePackages },
  },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const runtimeRules = [
  {
    name: 'orbit-imports',
    comment: 'Orbit imports services/shared, the governance boundary, the contract of Axon and the names of metrics.',
    severity: 'error',
    from: { path: '^services/orbit/' },
    to: {
      path: ownCode,
      pathNot: ['^services/(orbit|shared)/', '^services/axon/contract\\.ts$', governanceBoundary, metricNames],
    },
  },
  {
    name: 'axon-imports',
    comment:
      'Axon imports services/shared, the governance boundary and the names of metrics. It checks a grant by itself, so it never imports Orbit or the policy.',
    severity: 'error',
    from: { path: '^services/axon/' },
    to: { path: ownCode, pathNot: ['^services/(axon|shared)/', governanceBoundary, metricNames] },
  },
  {
    name: 'rotation-imports',
    comment:
      'The rotation function writes the secrets of both services and so knows neither: it imports services/shared and its own folder alone.',
    severity: 'error',
    from: { path: '^services/rotation/' },
    to: { path: ownCode, pathNot: '^services/(rotation|shared)/' },
  },
  {
    name: 'smoke-imports',
    comment:
      'The smoke function is a caller like any other and so knows neither service: it imports services/shared and the governance boundary.',
    severity: 'error',
    from: { path: '^services/smoke/' },
    to: { path: ownCode, pathNot: ['^services/(smoke|shared)/', governanceBoundary] },
  },
  {
    name: 'shared-imports',
    comment:
      'What both services need knows neither of them; of governance it may know the contract alone, of observability how metrics are written.',
    severity: 'error',
    from: { path: '^services/shared/' },
    to: { path: ownCode, pathNot: ['^services/shared/', '^governance/contract\\.ts$', metricNames] },
  },
  {
    name: 'local-imports',
    comment:
      'The local platform stands in for AWS, which knows no program of ours: it starts them by URL and imports only shared and the boundary.',
    severity: 'error',
    from: { path: '^services/local/' },
    to: { path: ownCode, pathNot: ['^services/(local|shared)/', governanceBoundary] },
  },
  {
    name: 'local-is-private',
    comment:
      'The stand-ins for AWS are for the dev server (services/local/main.ts) and for tests; nothing that is deployed may reach them.',
    severity: 'error',
    from: { pathNot: '^(services/local|__tests__)/' },
    to: { path: '^services/local/' },
  },
  {
    name: 'policy-is-pure',
    comment:
      'The policy engine imports zod and its own folder: no I/O, no clock, no Node module, so a decision depends on its arguments alone.',
    severity: 'error',
    from: { path: '^governance/policy/' },
    to: { pathNot: ['^governance/policy/', '(^|node_modules/)zod(/|$)'] },
  },
  {
    name: 'governance-imports',
    comment:
      'Governance imports neither services nor stacks, and of observability how metrics are written; what both sides need sits in governance/contract.ts.',
    severity: 'error',
    from: { path: '^governance/' },
    to: { path: ownCode, pathNot: ['^governance/', metricNames] },
  },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const packageRules = [
  {
    name: 'no-dev-dependencies-at-runtime',
    comment: 'A devDependency is not in the image. Types are erased, so importing only a type is allowed.',
    severity: 'error',
    from: { path: '^(services/(orbit|axon|rotation|smoke|shared)|governance)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-undeclared-packages',
    comment: 'A package that package.json does not list is there by accident and goes away without notice.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-aws-sdk-clients',
    comment:
      'aws4fetch signs every AWS call; of the SDK only the credential chain and the marshalling helpers are used.',
    severity: 'error',
    from: { path: '^(services|governance)/' },
    to: { path: '(^|node_modules/)@aws-sdk/client-' },
  },
  {
    name: 'production-without-tests-or-scripts',
    comment: 'Tests and scripts import the program, never the other way round.',
    severity: 'error',
    from: { path: '^(main\\.ts$|(stacks|services|governance|observability)/)' },
    to: { path: '^(__tests__|scripts)/' },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...graphRules, ...infrastructureRules, ...runtimeRules, ...packageRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|infra|cdktf\\.out|coverage|\\.tmp|\\.git|\\.venv)(/|$)' },
    // INVARIANT: imports of types count as imports; the law is about knowledge, not about emitted code.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
