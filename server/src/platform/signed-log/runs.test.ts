import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  consistencyRuns,
  hashLeaf,
  inclusionPath,
  inclusionRuns,
  isConsistent,
  rootOfNodes,
  rootOfSubtrees,
  subtreesOf,
} from './index.ts'
import type { Run } from './index.ts'

const LEAVES = Array.from({ length: 300 }, (_, index) => hashLeaf(String(index)))
const rootOf = ({ start, end }: Run) => rootOfNodes(LEAVES.slice(start, end))
const treeAt = (size: number) => ({ size, root: rootOf({ start: 0, end: size }) })

describe('the runs of a proof (R4)', () => {
  test('the runs beside a leaf have the roots that its path consists of', () => {
    for (const size of [1, 2, 3, 7, 8, 33, 300]) {
      for (const index of [0, 1, size >> 1, size - 1].filter((at) => at < size))
        expect(inclusionRuns(index, size).map(rootOf)).toEqual(inclusionPath(LEAVES.slice(0, size), index))
    }
    expect(() => inclusionRuns(3, 3)).toThrow('no such leaf')
  })

  test('every tree is shown to be the beginning of every larger one, and nothing else is', () => {
    for (let second = 1; second <= 20; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const path = consistencyRuns(first, second).map(rootOf)
        const [older, newer] = [treeAt(first), treeAt(second)]
        const said = `${first} in ${second}`
        expect(isConsistent(older, newer, path), said).toBe(true)
        expect(isConsistent({ ...older, root: randomBytes(32) }, newer, path), said).toBe(false)
        expect(isConsistent(older, { ...newer, root: randomBytes(32) }, path), said).toBe(false)
        expect(isConsistent(older, newer, [...path, randomBytes(32)]), said).toBe(false)
        for (const at of path.keys()) {
          expect(isConsistent(older, newer, path.toSpliced(at, 1)), said).toBe(false)
          expect(isConsistent(older, newer, path.with(at, randomBytes(32))), said).toBe(false)
        }
      }
    }
    expect(() => consistencyRuns(0, 5)).toThrow('nothing to prove')
    expect(() => consistencyRuns(6, 5)).toThrow('nothing to prove')
    expect(isConsistent(treeAt(5), treeAt(4), [])).toBe(false)
  })

  test('a run consists of full subtrees, each at a multiple of its size', () => {
    for (const size of [1, 5, 255, 256, 257, 300]) {
      for (const run of [...inclusionRuns(size >> 1, size), ...consistencyRuns((size >> 1) + 1, size)]) {
        const trees = subtreesOf(run)
        expect(
          rootOfSubtrees(trees.map(({ start, size: width }) => rootOf({ start, end: start + width }))),
        ).toEqual(rootOf(run))
        expect(trees.reduce((sum, tree) => sum + tree.size, run.start)).toBe(run.end)
        for (const tree of trees) expect([tree.start % tree.size, Math.log2(tree.size) % 1]).toEqual([0, 0])
      }
    }
  })
})
