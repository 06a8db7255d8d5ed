import { z } from 'zod'
import {
  hashLeaf,
  inclusionPath,
  isIncluded,
  makeLogVerifier,
  toCanonicalJson,
} from '#platform/signed-log/index.ts'
import { digestPersonal } from './leaf.ts'
import { readCheckpointCovering, readLeafHashes, readSealedEvent } from './log-store.ts'
import type { AdminClient } from './log-store.ts'

const FORMAT = 'liaison-audit-proof/2'

const Proof = z.strictObject({
  format: z.literal(FORMAT),
  event: z.record(z.string(), z.json()),
  /** What names a person, told beside the event that holds its digest. */
  personal: z.strictObject({ salt: z.string(), text: z.string(), digest: z.string().nullable() }),
  index: z.int().min(0),
  size: z.int().min(1),
  path: z.array(z.base64()),
  checkpoint: z.string(),
})

/** One event with all that shows it stands in the signed log; checked without the database. */
export type Proof = z.output<typeof Proof>

/** Makes the proof of a sealed event; null when it is not sealed or does not exist. */
export async function makeProof(client: AdminClient, eventId: string): Promise<Proof | null> {
  const found = await readSealedEvent(client, eventId)
  const covering = found && (await readCheckpointCovering(client, found.index))
  if (!found || !covering) return null
  const path = inclusionPath(await readLeafHashes(client, covering.size), found.index)
  return {
    format: FORMAT,
    event: Proof.shape.event.parse(JSON.parse(found.event.leaf)),
    personal: { ...found.event.personal },
    index: found.index,
    size: covering.size,
    path: path.map((hash) => hash.toString('base64')),
    checkpoint: covering.note,
  }
}

/** Checks a proof with nothing but the verifier key, or a list of them. Returns what is wrong, or null when it holds. */
export function checkProof(value: unknown, keyList: string): string | null {
  const parsed = Proof.safeParse(value)
  if (!parsed.success) return 'This is not a proof of an audit event.'
  const proof = parsed.data
  const checkpoint = makeLogVerifier(keyList).open(proof.checkpoint)
  if (!checkpoint) return 'The checkpoint is not signed with a key that was valid for it.'
  if (checkpoint.isStolen) return 'The key of the checkpoint was stolen since: ask for a new proof.'
  if (checkpoint.size !== proof.size) return 'The checkpoint is of another size than the proof.'
  if (digestPersonal(proof.personal) !== proof.event['personal'])
    return 'The names beside the event are not those that were sealed.'
  const leaf = { hash: hashLeaf(toCanonicalJson(proof.event)), index: proof.index }
  const path = proof.path.map((text) => Buffer.from(text, 'base64'))
  return isIncluded(leaf, path, checkpoint) ? null : 'The event is not in the log that was signed.'
}
