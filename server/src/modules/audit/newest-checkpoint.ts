import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** A checkpoint as whoever keeps it outside takes it. */
export const NewestCheckpoint = z
  .strictObject({
    origin: z.string().meta({ description: 'Whose log it is.' }),
    size: z.int().meta({ description: 'How many events the log held.' }),
    root: z.string().meta({ description: 'The root of the Merkle tree over them (RFC 9162), in base64.' }),
    note: z.string().meta({
      description: 'The same with its signature: a C2SP signed note, as the file of checkpoints has it.',
    }),
    sealed_at: z.string(),
  })
  .meta({ id: 'AuditCheckpoint' })

const Row = z.object({
  size: z.coerce.number(),
  root: z.instanceof(Buffer),
  note: z.string(),
  sealed_at: z.date(),
})

function toBody(row: unknown): z.output<typeof NewestCheckpoint> {
  const { size, root, note, sealed_at: sealedAt } = Row.parse(row)
  // The first line of a checkpoint names its log (C2SP tlog-checkpoint).
  const origin = note.slice(0, note.indexOf('\n'))
  return { origin, size, root: root.toString('base64'), note, sealed_at: sealedAt.toISOString() }
}

const READ = 'select size, root, note, sealed_at, message_id from audit.newest_checkpoint()'

/** The newest checkpoint; null while nothing was sealed. */
export async function readNewestCheckpoint(
  mandate: Mandate<'program'> | Mandate<'tenant'>,
): Promise<z.output<typeof NewestCheckpoint> | null> {
  const [result] = await runStatements(mandate, [{ text: READ, values: [] }])
  const row: unknown = result?.rows[0]
  return row === undefined ? null : toBody(row)
}

/**
 * Tells the newest checkpoint to whoever subscribed: only where nobody with rights to the database can change it does it
 * prove anything. One that was told is not told again, whichever process does this, since its message has one id.
 */
export async function tellNewestCheckpoint(database: Database): Promise<void> {
  const pool = database.pool('liaison_job')
  const { rows } = await pool.query<{ message_id: string }>(READ)
  const [row] = rows
  if (!row) return
  await pool.query(
    `insert into outbox (id, topic, payload) values ($1, 'audit.checkpoint', $2) on conflict (id) do nothing`,
    [row.message_id, { checkpoint: toBody(row) }],
  )
}
