import { hashNode, isWholeSize, MerkleTree, splitOf } from './merkle.ts'

/** Leaves one after the other, the end excluded: the root over them is one hash of a proof. */
export interface Run {
  readonly start: number
  readonly end: number
}

function runsBeside(index: number, { start, end }: Run): Run[] {
  if (end - start === 1) return []
  const split = start + splitOf(end - start)
  const [left, right] = [
    { start, end: split },
    { start: split, end },
  ]
  return index < split ? [...runsBeside(index, left), right] : [...runsBeside(index, right), left]
}

/** The runs whose roots are the path from a leaf to the root of the tree, from below. Source: RFC 9162 section 2.1.3.1. */
export function inclusionRuns(index: number, size: number): Run[] {
  if (!isWholeSize(index) || !isWholeSize(size) || index >= size)
    throw new RangeError('There is no such leaf.')
  return runsBeside(index, { start: 0, end: size })
}

// `isKnown`: whether the left part is the smaller tree itself, whose root whoever verifies has.
function runsBetween(size: number, { start, end }: Run, isKnown: boolean): Run[] {
  if (size === end) return isKnown ? [] : [{ start, end }]
  const split = start + splitOf(end - start)
  return size <= split
    ? [...runsBetween(size, { start, end: split }, isKnown), { start: split, end }]
    : [...runsBetween(size, { start: split, end }, false), { start, end: split }]
}

/** The runs whose roots show that the tree of the first size is the beginning of the second. Source: RFC 9162 section 2.1.4.1. */
export function consistencyRuns(first: number, second: number): Run[] {
  if (!isWholeSize(first) || !isWholeSize(second) || first < 1 || first > second)
    throw new RangeError('There is nothing to prove between these sizes.')
  return runsBetween(first, { start: 0, end: second }, true)
}

const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size))

/** A tree at one size, as its signed checkpoint says. */
interface Tree {
  readonly size: number
  readonly root: Buffer
}

/** Where a node stands and the last of its level: as high up as it is no right child. */
function whereLeft(node: number, last: number): [node: number, last: number] {
  return node % 2 === 1 ? whereLeft(Math.floor(node / 2), Math.floor(last / 2)) : [node, last]
}

interface Climbed {
  readonly older: Buffer
  readonly newer: Buffer
}

/** What comes out for both trees when the hashes of a path are joined to the one at this place; null when the path is too long or too short. */
function climb(begin: Buffer, path: readonly Buffer[], place: readonly [number, number]): Climbed | null {
  let [node, last] = place
  let [older, newer] = [begin, begin]
  for (const hash of path) {
    if (last === 0) return null
    if (node % 2 === 1 || node === last) {
      older = hashNode(hash, older)
      newer = hashNode(hash, newer)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else {
      newer = hashNode(newer, hash)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? { older, newer } : null
}

/** Whether a path shows that the first tree is the beginning of the second. Source: RFC 9162 section 2.1.4.2. */
export function isConsistent(first: Tree, second: Tree, path: readonly Buffer[]): boolean {
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root)
  const [begin, ...rest] = isPowerOfTwo(first.size) ? [first.root, ...path] : path
  if (!begin || first.size < 1 || first.size > second.size) return false
  const climbed = climb(begin, rest, whereLeft(first.size - 1, second.size - 1))
  return climbed !== null && climbed.older.equals(first.root) && climbed.newer.equals(second.root)
}

/** A full subtree: its first leaf and how many it has, a power of two. */
export interface Subtree {
  readonly start: number
  readonly size: number
}

/** The full subtrees that a run of a proof consists of, largest first. */
export function subtreesOf({ start, end }: Run): Subtree[] {
  const found: Subtree[] = []
  for (let at = start; at < end;) {
    const size = 2 ** Math.floor(Math.log2(end - at))
    found.push({ start: at, size })
    at += size
  }
  return found
}

/** The root of a run, from the roots of the full subtrees it consists of, largest first. */
export function rootOfSubtrees(roots: readonly Buffer[]): Buffer {
  return roots.reduceRight((right, left) => hashNode(left, right))
}

/** The root over hashes of one level. */
export function rootOfNodes(hashes: readonly Buffer[]): Buffer {
  const tree = new MerkleTree()
  for (const hash of hashes) tree.append(hash)
  return tree.root()
}
