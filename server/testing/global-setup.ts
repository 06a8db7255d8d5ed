import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'
import { prepareDatabase } from '../src/prepare-database.ts'
import { makeClusterFolder } from './cluster-folder.ts'
import { runStatements, TEMPLATE_DATABASE } from './database.ts'

async function makeTemplate(cluster: ConnectionSettings, roleSecret: string): Promise<void> {
  await runStatements(cluster, [`create database ${TEMPLATE_DATABASE} is_template true`])
  await prepareDatabase({ ...cluster, database: TEMPLATE_DATABASE }, { roleSecret })
}

/** Starts one throw-away PostgreSQL for the whole test run and prepares the database that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await makeClusterFolder()
  const roleSecret = randomUUID()
  const database = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  const teardown = async () => {
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await makeTemplate(database.connection, roleSecret)
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide('cluster', database.connection)
  project.provide('roleSecret', roleSecret)
  return teardown
}
