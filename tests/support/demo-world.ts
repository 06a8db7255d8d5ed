import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { makeClusterFolder } from '../../server/testing/cluster-folder.ts'
import { endProcess, spawnProduct } from './product-process.ts'
import { endSharedProducts } from './shared-products.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The data folder of a product that was started once with the demo world, and stopped. */
    demoWorld: string
    /** The folder in which the products are noted that several files share; they end with the run. */
    sharedProducts: string
  }
}

const PORTAL_BUILD = fileURLToPath(new URL('../../scripts/portal-build.ts', import.meta.url))

/** Makes the demo world once for all browser tests; each starts on a copy of it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A portal of yesterday's sources looks like one that does not work; what is built already is left alone.
  await promisify(execFile)(process.execPath, [PORTAL_BUILD])
  const dataDir = await makeClusterFolder()
  const { child } = await spawnProduct(dataDir)
  await endProcess(child)
  project.provide('demoWorld', dataDir)
  const sharedProducts = await mkdtemp(join(tmpdir(), 'liaison-shared-'))
  project.provide('sharedProducts', sharedProducts)
  return async () => {
    await endSharedProducts(sharedProducts)
    await rm(dataDir, { recursive: true, force: true })
  }
}
