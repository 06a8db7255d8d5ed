import { generateKeyPairSync } from 'node:crypto'
import { publicIdOf } from '#platform/public-id.ts'
import type { DemoClient } from './sign-ins.ts'
import type { DemoRow, DemoRows } from './store.ts'

function keep(row: DemoRow): { row: DemoRow; client: DemoClient } {
  const id = String(row['id'])
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const about = { kid: `demo-${id.slice(-6)}`, alg: 'ES256', use: 'sig' }
  return {
    row: { ...row, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), ...about }] } },
    client: {
      client_id: publicIdOf('api_client', id),
      name: String(row['name']),
      private_jwk: { ...privateKey.export({ format: 'jwk' }), ...about },
    },
  }
}

/** Gives every API client among the rows a key of its own. */
export function addClientKeys(list: readonly DemoRows[]): {
  readonly rows: readonly DemoRows[]
  readonly clients: readonly DemoClient[]
} {
  const clients: DemoClient[] = []
  const rows = list.map(({ table, rows: plain }) => {
    if (table !== 'api_client') return { table, rows: plain }
    const kept = plain.map(keep)
    clients.push(...kept.map(({ client }) => client))
    return { table, rows: kept.map(({ row }) => row) }
  })
  return { rows, clients }
}
