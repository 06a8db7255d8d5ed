import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { consistencyRuns, inclusionRuns } from '#platform/signed-log/index.ts'
import type { Run } from '#platform/signed-log/index.ts'
import { readNewestSize, readOwnSealedEvent, readProvingCheckpoint, readRoots } from './own-proof-store.ts'
import type { ProvingMandate } from './own-proof-store.ts'

export const EVENT_PROOF = 'liaison-audit-proof/3'
export const CONSISTENCY_PROOF = 'liaison-audit-consistency/1'

const path = z.array(z.base64()).meta({ description: 'Hashes in base64, from below (RFC 9162).' })
const note = z.string().meta({ description: 'A signed checkpoint (C2SP tlog-checkpoint and signed-note).' })

/** One event with all that shows to whoever has the verifier key that it stands in the signed log. */
export const EventProof = z
  .strictObject({
    format: z.literal(EVENT_PROOF),
    event_id: z.string(),
    event: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'What was sealed. Null for an event that concerned others, too: then its hash is proved, and the provider can show the rest.',
    }),
    leaf: z.base64().meta({ description: 'The hash of the event as it was sealed.' }),
    personal: z
      .strictObject({ salt: z.string(), text: z.string(), digest: z.string().nullable() })
      .nullable()
      .meta({
        description:
          'What names a person, told beside the event, which holds its salted digest. Null where the other side gave a reason, which is its own.',
      }),
    index: z.int().min(0).meta({ description: 'Where the event stands in the log.' }),
    size: z.int().min(1).meta({ description: 'Of how many events the checkpoint is.' }),
    path,
    checkpoint: note,
  })
  .meta({ id: 'AuditEventProof' })

/** That the log of one checkpoint is the beginning of that of another: nothing in it was changed or taken out. */
export const ConsistencyProof = z
  .strictObject({
    format: z.literal(CONSISTENCY_PROOF),
    from: z.strictObject({ size: z.int().min(1), checkpoint: note }),
    to: z.strictObject({ size: z.int().min(1), checkpoint: note }),
    path,
  })
  .meta({ id: 'AuditConsistencyProof' })

const ASK_AGAIN_SECONDS = '5'

function notReady(detail: string): ProblemError {
  return new ProblemError(409, 'AUDIT_PROOF_NOT_READY', detail, {
    headers: { 'Retry-After': ASK_AGAIN_SECONDS },
  })
}

const unknownCheckpoint = (size: number) =>
  new ProblemError(404, 'AUDIT_CHECKPOINT_NOT_FOUND', `There is no checkpoint of ${size} events for this.`)

async function pathOf(mandate: ProvingMandate, runs: readonly Run[]): Promise<string[]> {
  const roots = await readRoots(mandate, runs)
  if (roots === null) throw notReady('The log is being prepared for proofs: ask again in a moment.')
  return roots.map((hash) => hash.toString('base64'))
}

async function checkpointOf(mandate: ProvingMandate, index: number, size: number | undefined) {
  const found = await readProvingCheckpoint(mandate, index, size ?? null)
  if (found) return found
  throw size === undefined ? notReady('The event waits for its seal.') : unknownCheckpoint(size)
}

/** Proves one event of the reader's own log, under the checkpoint of a size or the first that covers it. */
export async function proveEvent(
  mandate: ProvingMandate,
  eventId: string,
  size: number | undefined,
): Promise<z.output<typeof EventProof>> {
  const found = await readOwnSealedEvent(mandate, eventId)
  if (!found)
    throw new ProblemError(404, 'AUDIT_EVENT_NOT_FOUND', 'There is no event with this id in your log.')
  const { leaf_index: index, hash, event, salt, personal, digest } = found
  if (index === null || hash === null) throw notReady('The event waits for its seal.')
  const checkpoint = await checkpointOf(mandate, index, size)
  return {
    format: EVENT_PROOF,
    event_id: publicIdOf('audit_event', eventId),
    event,
    leaf: hash.toString('base64'),
    personal:
      salt === null || personal === null
        ? null
        : { salt, text: personal, digest: digest?.toString('hex') ?? null },
    index,
    size: checkpoint.size,
    path: await pathOf(mandate, inclusionRuns(index, checkpoint.size)),
    checkpoint: checkpoint.note,
  }
}

/** Proves that nothing that stood under one checkpoint was changed until another; the newest where none is named. */
export async function proveConsistency(
  mandate: ProvingMandate,
  { from, to: asked }: { readonly from: number; readonly to?: number | undefined },
): Promise<z.output<typeof ConsistencyProof>> {
  const to = asked ?? (await readNewestSize(mandate)) ?? 0
  if (asked !== undefined && from > asked)
    throw new ProblemError(422, 'VALIDATION_ERROR', '`from` must not be larger than `to`.', {
      errors: [{ pointer: '/query/from', code: 'EMPTY_WINDOW', detail: 'must not be larger than `to`' }],
    })
  const [first, second] = [
    await readProvingCheckpoint(mandate, null, from),
    await readProvingCheckpoint(mandate, null, to),
  ]
  if (!first) throw unknownCheckpoint(from)
  if (!second) throw unknownCheckpoint(to)
  return {
    format: CONSISTENCY_PROOF,
    from: { size: first.size, checkpoint: first.note },
    to: { size: second.size, checkpoint: second.note },
    path: await pathOf(mandate, consistencyRuns(first.size, second.size)),
  }
}
