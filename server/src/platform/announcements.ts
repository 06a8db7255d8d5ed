import { createHash } from 'node:crypto'
import type pg from 'pg'

/** Whom a change concerns, by their ids in the database; what is left out concerns everybody. */
export type Announced = Readonly<Record<string, string>>

const HEX_OF_ID = /^[0-9a-f]{32}$/
const HALF = 8

function unveilId(text: string, digest: Buffer): string {
  const veiled = Buffer.from(text, 'hex')
  const id = Buffer.alloc(2 * HALF)
  for (const at of [0, HALF]) id.writeBigUInt64BE(veiled.readBigUInt64BE(at) ^ digest.readBigUInt64BE(at), at)
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Reads a message of `private.veil_announcement`. What cannot be read concerns everybody. */
function unveil(key: string, payload: string | undefined): Announced {
  try {
    const told: unknown = JSON.parse(payload ?? '')
    if (!isRecord(told) || !isRecord(told['veiled'])) return {}
    const { salt, veiled } = told
    return Object.fromEntries(
      Object.entries(veiled).flatMap(([name, text]): [string, string][] => {
        if (typeof text !== 'string' || !HEX_OF_ID.test(text)) return []
        const digest = createHash('sha256')
          .update([key, String(salt), name].join(' '))
          .digest()
        return [[name, unveilId(text, digest)]]
      }),
    )
  } catch {
    return {}
  }
}

/**
 * Hears of every change that is announced on a channel and commits from when this resolves. Everybody who has a login can
 * listen, so ids are told under a key that the login of this connection alone can ask for.
 */
export async function listenTo(
  client: pg.PoolClient,
  channel: 'access_changed' | 'features_changed',
  hear: (change: Announced) => void,
): Promise<void> {
  const { rows } = await client.query<{ key: string }>('select access.announcement_key() as key')
  client.on('notification', ({ payload }) => hear(unveil(rows[0]?.key ?? '', payload)))
  await client.query(`listen ${channel}`)
}
