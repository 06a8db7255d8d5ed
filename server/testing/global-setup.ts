import { randomUUID } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import type { ConnectionSettings, EmbeddedPostgres } from '#platform/embedded/index.ts'
import { prepareDatabase } from '../src/prepare-database.ts'
import { makeClusterFolder } from './cluster-folder.ts'
import { runStatements, TEMPLATE_DATABASE } from './database.ts'

const start = (dataDir: string) => startEmbeddedPostgres({ dataDir, durability: 'fast' })

/** A cluster, stopped, with the database that tests copy. */
async function makeCluster(dataDir: string, roleSecret: string): Promise<void> {
  const database = await start(dataDir)
  const { connection } = database
  try {
    await runStatements(connection, [`create database ${TEMPLATE_DATABASE} is_template true`])
    await prepareDatabase({ ...connection, database: TEMPLATE_DATABASE }, { roleSecret })
  } finally {
    await database.stop()
  }
}

/**
 * Starts a throw-away PostgreSQL for each worker of the test run, with the prepared database that tests copy. In one for all a
 * long transaction of one file would hold back what another waits for: outbox, sealer and feeds advance by the oldest
 * transaction of the cluster, whichever database it is in; logins and checkpoints are the cluster's, too.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const roleSecret = randomUUID()
  const folders: string[] = []
  let prepared = ''
  const running: EmbeddedPostgres[] = []
  const teardown = async () => {
    await Promise.all(running.map((database) => database.stop()))
    for (const folder of [...folders, prepared].filter((path) => path !== ''))
      await rm(folder, { recursive: true, force: true })
  }
  try {
    const first = await makeClusterFolder()
    folders.push(first)
    await makeCluster(first, roleSecret)
    while (folders.length < project.vitest.config.maxWorkers) {
      const folder = await makeClusterFolder()
      folders.push(folder)
      await cp(first, folder, { recursive: true })
    }
    prepared = await makeClusterFolder()
    await cp(first, prepared, { recursive: true })
    for (const folder of folders) running.push(await start(folder))
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide(
    'clusters',
    running.map(({ connection }): ConnectionSettings => connection),
  )
  project.provide('preparedCluster', prepared)
  project.provide('roleSecret', roleSecret)
  return teardown
}
