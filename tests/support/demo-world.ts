import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { makeClusterFolder } from '../../server/testing/cluster-folder.ts'
import { endProcess, spawnProduct } from './product-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The data folder of a product that was started once with the demo world, and stopped. */
    demoWorld: string
  }
}

/** Makes the demo world once for all browser tests; each starts on a copy of it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await makeClusterFolder()
  const { child } = await spawnProduct(dataDir)
  await endProcess(child)
  project.provide('demoWorld', dataDir)
  return () => rm(dataDir, { recursive: true, force: true })
}
