import { z } from 'zod'
import {
  hashLeaf,
  isConsistent,
  isIncluded,
  makeLogVerifier,
  toCanonicalJson,
} from '#platform/signed-log/index.ts'
import { digestPersonal } from './leaf.ts'
import { ConsistencyProof, CONSISTENCY_PROOF, EventProof, EVENT_PROOF } from './own-proof.ts'
import { checkProof } from './proof.ts'

/** What a check came to: what is wrong, or null when the proof holds; and what a proof that holds leaves open. */
export interface Checked {
  readonly fault: string | null
  readonly leavesOpen: string | null
}

const wrong = (fault: string): Checked => ({ fault, leavesOpen: null })

const Format = z.object({ format: z.string() })
const SealedEvent = EventProof.extend({ event: z.record(z.string(), z.json()).nullable() })

type SealedEvent = z.output<typeof SealedEvent>

const toBytes = (text: string): Buffer => Buffer.from(text, 'base64')

function faultOfContent({ event, leaf, personal }: SealedEvent): string | null {
  if (event === null) return personal === null ? null : 'Names stand beside an event that is not shown.'
  if (!hashLeaf(toCanonicalJson(event)).equals(toBytes(leaf))) return 'The event is not what was sealed.'
  return personal !== null && digestPersonal(personal) !== event['personal']
    ? 'The names beside the event are not those that were sealed.'
    : null
}

function openOf({ event, personal }: SealedEvent): string | null {
  if (event === null) return 'It shows that an event with this hash was sealed, and not what it says.'
  return personal === null ? 'It does not show the names, the reason and the changes.' : null
}

function checkEvent(value: unknown, keyList: string): Checked {
  const parsed = SealedEvent.safeParse(value)
  if (!parsed.success) return wrong('This is not a proof of an audit event.')
  const proof = parsed.data
  const checkpoint = makeLogVerifier(keyList).open(proof.checkpoint)
  if (!checkpoint) return wrong('The checkpoint is not signed with a key that was valid for it.')
  if (checkpoint.isStolen) return wrong('The key of the checkpoint was stolen since: ask for a new proof.')
  if (checkpoint.size !== proof.size) return wrong('The checkpoint is of another size than the proof.')
  const fault = faultOfContent(proof)
  if (fault !== null) return wrong(fault)
  const leaf = { hash: toBytes(proof.leaf), index: proof.index }
  return isIncluded(leaf, proof.path.map(toBytes), checkpoint)
    ? { fault: null, leavesOpen: openOf(proof) }
    : wrong('The event is not in the log that was signed.')
}

function checkConsistency(value: unknown, keyList: string): Checked {
  const parsed = ConsistencyProof.safeParse(value)
  if (!parsed.success) return wrong('This is not a proof that the log only grew.')
  const { from, to, path } = parsed.data
  const verifier = makeLogVerifier(keyList)
  const [first, second] = [verifier.open(from.checkpoint), verifier.open(to.checkpoint)]
  if (!first || !second) return wrong('A checkpoint is not signed with a key that was valid for it.')
  if (second.isStolen) return wrong('The key of the newer checkpoint was stolen since: ask for a new proof.')
  if (first.size !== from.size || second.size !== to.size)
    return wrong('A checkpoint is of another size than the proof.')
  return isConsistent(first, second, path.map(toBytes))
    ? { fault: null, leavesOpen: null }
    : wrong('The log of the older checkpoint is not the beginning of that of the newer one.')
}

/** Checks whatever proof of the log this is with nothing but the verifier key, or a list of them. */
export function checkAnyProof(value: unknown, keyList: string): Checked {
  const format = Format.safeParse(value).data?.format
  if (format === EVENT_PROOF) return checkEvent(value, keyList)
  if (format === CONSISTENCY_PROOF) return checkConsistency(value, keyList)
  return { fault: checkProof(value, keyList), leavesOpen: null }
}
