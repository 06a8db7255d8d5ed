import pg from 'pg'
import type { ConnectionSettings } from './database.ts'
import type { Row } from './statement.ts'

/** Runs one statement and returns its rows. */
export type RunSql = (text: string, values?: readonly unknown[]) => Promise<Row[]>

/**
 * Does work in one transaction on the administrator's connection, outside every plane: for preparing and examining a
 * database, never for a request. Commits when the work returns, and leaves nothing behind when it throws.
 */
export async function inAdminTransaction<Result>(
  connection: ConnectionSettings,
  work: (run: RunSql) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ ...connection, application_name: 'liaison administrator' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('begin')
    const result = await work(
      async (text, values) => (await client.query<Row>(text, values && [...values])).rows,
    )
    await client.query('commit')
    return result
  } finally {
    // Ending the connection rolls back whatever was not committed.
    await client.end()
  }
}

/**
 * Lends a connection of the administrator, in UTC, for work that reads more than one transaction sees or streams what
 * it reads; closes it afterwards.
 */
export async function withAdminClient<Result>(
  connection: ConnectionSettings,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    ...connection,
    application_name: 'liaison administrator',
    options: '-c TimeZone=UTC',
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
