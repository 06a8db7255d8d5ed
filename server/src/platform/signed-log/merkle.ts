import { hash } from 'node:crypto'

/** The length of every hash of a tree, in bytes. */
export const HASH_BYTES = 32

/** The hash of a leaf that holds this text as UTF-8. Source: RFC 9162 section 2.1.1. */
export function hashLeaf(text: string): Buffer {
  return hash('sha256', `\0${text}`, 'buffer')
}

/** The hash of an inner node. Source: RFC 9162 section 2.1.1. */
export function hashNode(left: Buffer, right: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * HASH_BYTES)
  bytes[0] = 1
  left.copy(bytes, 1)
  right.copy(bytes, 1 + HASH_BYTES)
  return hash('sha256', bytes, 'buffer')
}

/** Whether this is the size of a tree, or the place of a leaf. */
export function isWholeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0
}

/** How many perfect subtrees a tree of this size consists of: the ones of its binary form. */
function countPeaks(size: number): number {
  return size.toString(2).replaceAll('0', '').length
}

/**
 * A growing Merkle tree of which only the roots of the perfect subtrees are kept, largest first: enough to append and to
 * tell the root. Source: RFC 9162 section 2.1.2 (the stack algorithm).
 */
export class MerkleTree {
  #size: number
  readonly #peaks: Buffer[]

  /** An empty tree, or the tree of this size with these peaks. Throws when they do not belong together. */
  constructor(size = 0, peaks: readonly Buffer[] = []) {
    if (
      !isWholeSize(size) ||
      peaks.length !== countPeaks(size) ||
      peaks.some((peak) => peak.length !== HASH_BYTES)
    ) {
      throw new Error('These are not the peaks of a tree of this size.')
    }
    this.#size = size
    this.#peaks = [...peaks]
  }

  get size(): number {
    return this.#size
  }

  get peaks(): readonly Buffer[] {
    return this.#peaks
  }

  append(leaf: Buffer): void {
    let node = leaf
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#peaks.pop()
      if (!left) throw new Error('The tree has lost a peak.')
      node = hashNode(left, node)
    }
    this.#peaks.push(node)
    this.#size += 1
  }

  root(): Buffer {
    const [last, ...others] = this.#peaks.toReversed()
    return last ? others.reduce((right, left) => hashNode(left, right), last) : hash('sha256', '', 'buffer')
  }
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.append(leaf)
  return tree.root()
}

/** The largest power of two below a number greater than one. */
export function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1))
}

/** The path from a leaf to the root of the tree of all given leaves, from below. Source: RFC 9162 section 2.1.3.1. */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (!isWholeSize(index) || index >= leaves.length) throw new RangeError('There is no such leaf.')
  if (leaves.length === 1) return []
  const split = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...inclusionPath(left, index), rootOf(right)]
    : [...inclusionPath(right, index - split), rootOf(left)]
}

/** Whether a path leads from the leaf at this index to the root of the tree of this size. Source: RFC 9162 section 2.1.3.2. */
export function isIncluded(
  leaf: { readonly hash: Buffer; readonly index: number },
  path: readonly Buffer[],
  tree: { readonly size: number; readonly root: Buffer },
): boolean {
  if (!isWholeSize(leaf.index) || !isWholeSize(tree.size) || leaf.index >= tree.size) return false
  let [node, last, result] = [leaf.index, tree.size - 1, leaf.hash]
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      result = hashNode(sibling, result)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else {
      result = hashNode(result, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && result.equals(tree.root)
}
