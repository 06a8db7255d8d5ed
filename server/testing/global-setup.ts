import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'
import { runStatements, TEMPLATE_DATABASE } from './database.ts'

async function makeTemplate(cluster: ConnectionSettings): Promise<void> {
  await runStatements(cluster, [`create database ${TEMPLATE_DATABASE} is_template true`])
  const migrations = new URL('../src/platform/migrate.ts', import.meta.url)
  if (!existsSync(migrations)) return
  const { migrate } = await import(migrations.href)
  await migrate({ ...cluster, database: TEMPLATE_DATABASE })
}

/** Starts one throw-away PostgreSQL for the whole test run and prepares the database that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'liaison-test-'))
  const database = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  const teardown = async () => {
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await makeTemplate(database.connection)
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide('cluster', database.connection)
  return teardown
}
