import { createHash } from 'node:crypto'
import type { Caller, TestWorld } from './world.ts'

/** One statement of raw SQL, in the program plane where it says no other login, for a permission that it claims by itself. */
export interface RawChange {
  readonly sql: string
  readonly values?: readonly unknown[]
  readonly login?: 'liaison_delegate' | 'liaison_program' | 'liaison_tenant'
  readonly permission?: string
}

/** How many rows a statement of raw SQL changes or gives within somebody's session; nothing of it stays. */
export async function changedBy(
  world: TestWorld,
  who: Caller,
  { sql, values = [], login = 'liaison_program', permission = 'partner_org.profile.read' }: RawChange,
): Promise<number | null> {
  const token = who.cookie?.split('=')[1] ?? ''
  const request = {
    session_hash: createHash('sha256').update(token).digest('hex'),
    tenant_id: who.tenantId,
    permission,
    request_id: 'r',
    source: 'api',
    writes: true,
  }
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [request])
    return (await client.query(sql, [...values])).rowCount
  } finally {
    await client.query('rollback')
    client.release()
  }
}
