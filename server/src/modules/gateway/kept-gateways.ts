import { BoundedMemory } from '#platform/bounded-memory.ts'
import type { Database } from '#platform/database.ts'
import type { EnteredGateway } from './store.ts'

/** What a gateway was looked up by. */
export interface GatewayQuestion {
  readonly credential: Buffer
  readonly origin: string
  readonly method: string
}

const MOST_KEPT = 500
const kept = new WeakMap<Database, BoundedMemory<EnteredGateway>>()

const placeOf = ({ credential, origin, method }: GatewayQuestion): string =>
  `${method} ${origin} ${credential.toString('base64')}`

/** Keeps what the database said of a gateway, if it is one whose calls can be allowed. */
export function keepGateway(database: Database, question: GatewayQuestion, gateway: EnteredGateway): void {
  if (gateway.kept === null || gateway.kept === undefined) return
  const memory = kept.get(database) ?? new BoundedMemory<EnteredGateway>(MOST_KEPT)
  kept.set(database, memory)
  memory.keep(placeOf(question), gateway)
}

/** What the database said of a gateway before. Nothing may be told on it that the database has not confirmed. */
export function findKeptGateway(database: Database, question: GatewayQuestion): EnteredGateway | undefined {
  return kept.get(database)?.find(placeOf(question))
}
