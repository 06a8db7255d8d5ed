import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

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

/** Files that open every page: short to read and long to run. Whichever of them came last would go on alone for minutes. */
const LONGEST = /\/(?:pages-of-[a-z-]+|still-pages)\.test\.ts$/

/** The usual order within each project, by what the last run took or else by size, after the files that are known to be long. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // A method of the sequencer, not of an array.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId)
    return [...new Set(sorted.map(({ project }) => project))].flatMap((project) => {
      const own = sorted.filter((file) => file.project === project)
      return [...own.filter(isLong), ...own.filter((file) => !isLong(file))]
    })
  }
}

export default defineConfig({
  test: {
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    projects: [
      // A worker of its own for each file would take longer to start than most files to run.
      { extends: true, test: { name: 'unit', include: pure, isolate: false, testTimeout: 30_000 } },
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
