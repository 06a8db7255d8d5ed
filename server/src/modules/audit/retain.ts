import { open } from 'node:fs/promises'
import { z } from 'zod'
import { hashLeaf, toCanonicalJson } from '#platform/signed-log/index.ts'
import type { NoteSigner } from '#platform/signed-log/index.ts'
import { digestOrigin, digestPersonal } from './leaf.ts'
import { readLog } from './log-store.ts'
import type { AdminClient, StoredEntry } from './log-store.ts'
import { isKeptShort, keptAt } from './retention-class.ts'
import type { Kept } from './retention-class.ts'
import { LeafDigest, toRetentionText } from './retention-note.ts'
import { readMonths, readSignedSize } from './retention-store.ts'
import type { LogMonth } from './retention-store.ts'

/** A month of which something is past its time. */
interface DueMonth extends LogMonth {
  readonly kept: Kept
  /** The leaves that have no event when this step is done. */
  readonly gone: LeafDigest
  /** The leaves whose events this step takes. */
  readonly removing: LeafDigest
}

/** What is to be done about one month. */
export interface RetentionStep extends LogMonth {
  readonly kept: Kept
  readonly removing: number
  /** Says which events these are; an export that holds them comes to the same. */
  readonly digest: string
  /** Signs what the log lacks after the step. */
  sign(signer: NoteSigner, size: number): string
}

async function findDue(client: AdminClient, now: Date): Promise<DueMonth[]> {
  return (await readMonths(client)).flatMap((month) => {
    const kept = keptAt(month.until, now)
    return kept ? [{ ...month, kept, gone: new LeafDigest(), removing: new LeafDigest() }] : []
  })
}

const Told = z.object({ action: z.string(), occurred_at: z.string() })

const monthAt = <Month extends LogMonth>(months: readonly Month[], at: Date): Month | undefined =>
  months.find(({ from, until }) => from <= at && at < until)

/** Whether a step takes the event: by what was sealed of it, which is looked at here and nowhere else. */
function isTaken(month: DueMonth, event: unknown): boolean {
  return month.kept === 'nothing' || isKeptShort(Told.parse(event).action)
}

function take(months: readonly DueMonth[], { index, leaf, event, goneAt, storedHash }: StoredEntry): void {
  const at = event ? new Date(event.occurredAt) : goneAt
  const month = at ? monthAt(months, at) : undefined
  if (!month || index === null) return
  if (leaf === null) {
    if (storedHash) month.gone.add(index, storedHash)
    return
  }
  if (!isTaken(month, JSON.parse(leaf))) return
  month.gone.add(index, hashLeaf(leaf))
  month.removing.add(index, hashLeaf(leaf))
}

function toStep({ from, until, kept, gone, removing }: DueMonth, now: Date): RetentionStep {
  const [all, digest] = [gone.finish(), removing.finish()]
  return {
    from,
    until,
    kept,
    removing: removing.count,
    digest,
    sign: (signer, size) =>
      signer.sign(
        toRetentionText({
          origin: signer.name,
          size,
          from,
          until,
          kept,
          signedAt: now,
          gone: gone.count,
          digest: all,
        }),
      ),
  }
}

/** What is past its time, month by month, as the whole log says that was sealed. */
export async function planRetention(
  client: AdminClient,
  now: Date,
): Promise<{ readonly steps: readonly RetentionStep[]; readonly size: number }> {
  await client.query('begin isolation level repeatable read read only')
  try {
    const due = await findDue(client, now)
    const size = await readSignedSize(client)
    if (due.length > 0) for await (const page of readLog(client)) for (const entry of page) take(due, entry)
    const steps = due
      // A month that holds nothing but what is kept long stays as it is.
      .filter(({ kept, removing }) => kept === 'nothing' || removing.count > 0)
      .map((month) => toStep(month, now))
    return { steps, size }
  } finally {
    await client.query('commit')
  }
}

const ExportedEvent = z.object({
  index: z.int(),
  event: z.record(z.string(), z.json()),
  origin: z.object({
    salt: z.string(),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    digest: z.string().nullable(),
  }),
  personal: z.object({ salt: z.string(), text: z.string(), digest: z.string().nullable() }),
})
type ExportedEvent = z.output<typeof ExportedEvent>

/** Whether what stands beside the leaf is what was sealed, too. */
const isWhole = ({ event, origin, personal }: ExportedEvent): boolean =>
  event['origin'] === digestOrigin(origin) && event['personal'] === digestPersonal(personal)

/**
 * The months of which an export does not hold all that their steps take, as it was sealed. It may be older than the last
 * checkpoint: what was written since is not what goes.
 */
export async function findNotExported(
  steps: readonly RetentionStep[],
  path: string,
): Promise<readonly RetentionStep[]> {
  const months = steps.map((step) => ({
    ...step,
    gone: new LeafDigest(),
    removing: new LeafDigest(),
  }))
  const file = await open(path)
  for await (const line of file.readLines()) {
    const { success, data } = ExportedEvent.safeParse(JSON.parse(line))
    if (!success || !isWhole(data)) continue
    const month = monthAt(months, new Date(Told.parse(data.event).occurred_at))
    if (month && isTaken(month, data.event))
      month.removing.add(data.index, hashLeaf(toCanonicalJson(data.event)))
  }
  return steps.filter((step, index) => step.digest !== months[index]?.removing.finish())
}
