// Which commands of the documentation the tests run, with what they answer, and why the older pages' others are not run.
// Next: __tests__/docs/commands.test.ts, which runs them.

/** What a command answers: its exit code, and a text that it prints. */
export interface ExpectedAnswer {
  readonly exit: number;
  readonly prints: RegExp;
}

/** Commands without effect, run as they stand from the repository's root. */
export const executedCommands: Readonly<Record<string, ExpectedAnswer>> = {
  'scripts/setup.sh --check': { exit: 0, prints: /^ready( for the runtime; \d optional missing)?$/m },
  'scripts/bootstrap.sh --help': { exit: 0, prints: /^Usage: scripts\/bootstrap\.sh / },
  'npm run policy -- validate': { exit: 0, prints: /platform\.json: valid, tenant \*/ },
  'npm run policy -- lint': { exit: 0, prints: /0 errors, 0 warnings/ },
  'npm run policy -- test': { exit: 0, prints: /\d+ passed, 0 failed/ },
  'npm run policy -- test --min-coverage 100': { exit: 0, prints: /\d+ passed, 0 failed/ },
};

/** Pages whose blocks hold commands of both kinds: why those that are not run are not. */
export const reasonsOfOlderPages: readonly {
  readonly pages: readonly string[];
  readonly command: RegExp;
  readonly reason: string;
}[] = [
  {
    pages: ['README.md'],
    command: /^npm ci && npm (?:run dev|test)$/,
    reason: 'would replace the packages the tests run on',
  },
  {
    pages: ['README.md'],
    command: /^npm run (?:synth|infra:\w+|review|bundle|scan|workflows|release|logs|deploy)\b/,
    reason: 'takes minutes, or an account; tests of their own run each',
  },
  {
    pages: ['README.md'],
    command: /^(?:export TF_VAR_|npx cdktf deploy |gh workflow run )/,
    reason: 'needs an AWS account',
  },
  { pages: ['README.md', 'docs/policy.md'], command: /^npm run policy -- publish\b/, reason: 'needs an AWS account' },
  {
    pages: ['README.md', 'docs/policy.md'],
    command: /^npm run policy -- (?:explain|diff|replay|audit|export)\b/,
    reason: 'asks for input of the reader; __tests__/governance/cli runs each',
  },
];
