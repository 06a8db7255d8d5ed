/**
 * A log that proves what it holds: the Merkle tree of RFC 9162, checkpoints and signed notes of C2SP, canonical JSON of
 * RFC 8785. Pure: nothing here reads a file, a database or a clock.
 */

export { toCanonicalJson } from './canonical-json.ts'
export type { JsonValue } from './canonical-json.ts'
export { joinNotes, openCheckpoint, splitNotes, toCheckpointText } from './checkpoint.ts'
export type { Checkpoint } from './checkpoint.ts'
export { formatKeyList, makeLogVerifier } from './key-list.ts'
export type { LogVerifier } from './key-list.ts'
export { HASH_BYTES, hashLeaf, inclusionPath, isIncluded, MerkleTree } from './merkle.ts'
export {
  consistencyRuns,
  inclusionRuns,
  isConsistent,
  rootOfNodes,
  rootOfSubtrees,
  subtreesOf,
} from './runs.ts'
export type { Run, Subtree } from './runs.ts'
export { makeNoteSigner, makeNoteVerifier } from './note.ts'
export type { NoteSigner } from './note.ts'
