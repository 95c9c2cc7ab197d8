// How the tests run: one process pool, tests in __tests__ only, mirroring the root.
// Next: __tests__/flow, which runs the governed request whole.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
    restoreMocks: true,
    passWithNoTests: false,
  },
});
