import pg from 'pg'
import { hashPassword } from '../../server/src/platform/credentials/password-hash.ts'
import { makeIdentityRoutes } from '../../server/src/modules/identity/index.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import type { Services } from '../../server/src/platform/services.ts'
import { openRoutes, readInvoice, UNLIMITED } from './liaison.ts'
import type { Server } from './server.ts'

export const SIGN_IN_PASSWORD = 'violet anchors drift home'
/** More than the threads that compute hashes. */
const NO_BULKHEAD = 64

const makeRoutes = (services: Services) => [...makeIdentityRoutes(services), readInvoice]

/** The address that the nth account signs in with. */
export const signInEmail = (number: number): string => `account.${number}@example.test`

/** People with a password and nothing else: what follows a right password is the session. */
export async function seedAccounts(connection: ConnectionSettings, count: number): Promise<void> {
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    await client.query(`set session_replication_role = replica`)
    await client.query(
      `with added as (
         insert into person (email, name) select 'account.' || n || '@example.test', 'Account ' || n from generate_series(0, $1::integer - 1) n returning id)
       insert into password_credential (person_id, hash) select id, $2 from added`,
      [count, await hashPassword(SIGN_IN_PASSWORD)],
    )
  } finally {
    await client.end()
  }
}

/** The real server around signing in and one read, with its bulkhead for passwords; one address makes the whole load. */
export function openSignIn(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, makeRoutes, { limitScale: UNLIMITED })
}

/** The same without the bulkhead, so that passwords take whatever the machine has. */
export function openUnboundedSignIn(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, makeRoutes, {
    limitScale: UNLIMITED,
    passwordHashConcurrency: NO_BULKHEAD,
    maxInFlight: 1_000_000,
  })
}
