import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests that need no database: they run without waiting for one. */
const pure = [
  'access/src/**/*.test.ts',
  'sdk/src/**/*.test.ts',
  'guard/src/**/*.test.ts',
  'portal/src/**/*.test.{ts,tsx}',
  'server/src/modules/*/rules.test.ts',
  'server/src/platform/embedded/*.test.ts',
  'tests/kernel/*.test.ts',
  'bench/*.test.ts',
  'chaos/*.test.ts',
  'evidence/*.test.ts',
  'tests/architecture.test.ts',
  'tests/lint.test.ts',
]

/**
 * How many files run at once. Each has a server, a database and often a browser beside it, so some processors are left to
 * those; two wait for each other too much to leave one idle.
 */
const workers = Math.min(4, Math.max(2, availableParallelism() - 1))

export default defineConfig({
  test: {
    maxWorkers: workers,
    projects: [
      { extends: true, test: { name: 'unit', include: pure, testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'server',
          // Each worker loads the server once: loading it anew for each file took half of the time.
          isolate: false,
          include: [
            'server/**/*.test.ts',
            'tests/*.test.ts',
            'tests/{attacks,gateway,reliability}/*.test.ts',
          ],
          exclude: pure,
          globalSetup: 'server/testing/global-setup.ts',
          testTimeout: 20_000,
          // A database is copied before and dropped after: on a machine whose disk is busy each may wait for a checkpoint.
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          // The files of a worker share its browser, and many of them one product.
          isolate: false,
          include: ['tests/browser/*.test.ts'],
          globalSetup: 'tests/support/demo-world.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
