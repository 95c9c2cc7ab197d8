// Why the tests do not run some steps of the workflows as they stand.
// Next: __tests__/cicd/steps.test.ts, which runs all the others.

/** Step → the reason, and what shows that it works. */
export const unexecutedSteps: Readonly<Record<string, string>> = {
  'setup > packages': 'npm ci would replace the packages that the tests run on; every job of GitHub begins with it',
  'ci.yml > verify > install and check everything': 'it is what runs this test; __tests__/repository/workflow.test.ts',
  'pull-request.yml > static > types': 'scripts/verify.ts runs the same program before the tests',
  'pull-request.yml > static > lint': 'scripts/verify.ts runs the same program before the tests',
  'pull-request.yml > synth > synthesize':
    'takes half a minute; __tests__/synth/infra.test.ts synthesizes and compares',
  'pull-request.yml > validate > every module and environment':
    'takes a minute; __tests__/synth/validate.test.ts has Terraform validate each',
};
