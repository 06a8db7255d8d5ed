import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { rootOfNodes, rootOfSubtrees, subtreesOf } from '#platform/signed-log/index.ts'
import type { Run, Subtree } from '#platform/signed-log/index.ts'
import { NODE_WIDTH, splitHashes } from './node-store.ts'

/** Who proves: a partner, or a tenant. */
export type ProvingMandate = Mandate<'program'> | Mandate<'tenant'>

const SealedEventRow = z.object({
  /** Null while it waits for its seal. */
  leaf_index: z.coerce.number().nullable(),
  hash: z.instanceof(Buffer).nullable(),
  /** Null when it concerned others, too. */
  event: z.record(z.string(), z.json()).nullable(),
  salt: z.string().nullable(),
  personal: z.string().nullable(),
  digest: z.instanceof(Buffer).nullable(),
})

const CheckpointRow = z.object({ size: z.coerce.number(), note: z.string() })

async function readOne<Row>(
  mandate: ProvingMandate,
  row: z.ZodType<Row>,
  statement: { readonly text: string; readonly values: readonly unknown[] },
): Promise<Row | null> {
  const [result] = await runStatements(mandate, [statement])
  const [found] = result?.rows ?? []
  return found === undefined ? null : row.parse(found)
}

/** An event of the reader's own log as the seal covers it; null when its log has no such event. */
export function readOwnSealedEvent(mandate: ProvingMandate, eventId: string) {
  return readOne(mandate, SealedEventRow, {
    text: `select leaf_index, hash, event, salt, personal, digest from audit.own_sealed_event($1)`,
    values: [eventId],
  })
}

/** The smallest safe checkpoint that covers a leaf, or the one of a size if it does. */
export function readProvingCheckpoint(mandate: ProvingMandate, index: number | null, size: number | null) {
  return readOne(mandate, CheckpointRow, {
    text: 'select size, note from audit.proving_checkpoint($1, $2)',
    values: [index, size],
  })
}

/** The size of the newest checkpoint; null while nothing was sealed. */
export async function readNewestSize(mandate: ProvingMandate): Promise<number | null> {
  const found = await readOne(mandate, z.object({ size: z.coerce.number() }), {
    text: 'select size from audit.newest_checkpoint()',
    values: [],
  })
  return found?.size ?? null
}

/** The level that has the fewest hashes of a full subtree, and where they stand in it. */
function sliceOf({ start, size }: Subtree): { level: number; first: number; count: number } {
  const level = Math.floor(Math.log2(size) / Math.log2(NODE_WIDTH))
  const width = NODE_WIDTH ** level
  return { level, first: start / width, count: size / width }
}

/** The roots of runs of the log; null when the nodes they are made of are not all there yet. */
export async function readRoots(mandate: ProvingMandate, runs: readonly Run[]): Promise<Buffer[] | null> {
  const subtrees = runs.map(subtreesOf)
  const slices = subtrees.flat().map(sliceOf)
  const [result] = await runStatements(mandate, [
    {
      text: 'select hashes from audit.tree_hashes($1, $2, $3)',
      values: [
        slices.map(({ level }) => level),
        slices.map(({ first }) => first),
        slices.map(({ count }) => count),
      ],
    },
  ])
  const found = z.array(z.object({ hashes: z.instanceof(Buffer).nullable() })).parse(result?.rows ?? [])
  const roots = found.flatMap(({ hashes }) => (hashes === null ? [] : [rootOfNodes(splitHashes(hashes))]))
  if (roots.length < slices.length) return null
  let at = 0
  return subtrees.map(({ length }) => rootOfSubtrees(roots.slice(at, (at += length))))
}
