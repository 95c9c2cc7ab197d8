// How the tests run: those on the emulated account last and side by side, as they mostly wait; all others before, one file at a time.
// Next: __tests__/flow, which runs the governed request whole.
import { defineConfig } from 'vitest/config';

const onEmulatedAccount = ['__tests__/emulator/**/*.test.ts', '__tests__/flow/emulated-account.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
    restoreMocks: true,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['__tests__/**/*.test.ts'],
          exclude: onEmulatedAccount,
          // Some hold times against each other, so nothing else may take their processor.
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'account',
          include: onEmulatedAccount,
          globalSetup: ['__tests__/support/python-tools-setup.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
