import { createHash } from 'node:crypto'
import type { Caller, TestWorld } from './world.ts'

/** One statement of raw SQL. */
export interface RawChange {
  readonly sql: string
  readonly values?: readonly unknown[]
}

/** How many rows a statement of raw SQL changes within somebody's session in the program plane; nothing of it stays. */
export async function changedInProgram(
  world: TestWorld,
  who: Caller,
  { sql, values = [] }: RawChange,
): Promise<number | null> {
  const token = who.cookie?.split('=')[1] ?? ''
  const request = {
    session_hash: createHash('sha256').update(token).digest('hex'),
    permission: 'partner_org.profile.read',
    request_id: 'r',
    source: 'api',
    writes: true,
  }
  const client = await world.database.pool('liaison_program').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [request])
    return (await client.query(sql, [...values])).rowCount
  } finally {
    await client.query('rollback')
    client.release()
  }
}
