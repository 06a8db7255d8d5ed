import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hashLeaf,
  inclusionPath,
  isIncluded,
  joinNotes,
  makeNoteSigner,
  makeNoteVerifier,
  MerkleTree,
  openCheckpoint,
  splitNotes,
  toCanonicalJson,
  toCheckpointText,
} from './index.ts'

function treeOf(leaves: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.append(leaf)
  return tree
}

describe('canonical JSON', () => {
  test('is the text that RFC 8785 section 3.2.2 gives for its example', () => {
    const value = {
      numbers: JSON.parse(
        '[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]',
      ) as number[],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    }
    expect(toCanonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  test('sorts members by UTF-16 code units (RFC 8785 section 3.2.3), numbers-like names included', () => {
    const value = {
      '\u20ac': 1,
      '\r': 2,
      '\ufb33': 3,
      '1': 4,
      '\ud83d\ude00': 5,
      '\u0080': 6,
      '\u00f6': 7,
      '10': 8,
      '9': 9,
    }
    expect(Object.keys(JSON.parse(toCanonicalJson(value)) as object)).toHaveLength(9)
    expect([...toCanonicalJson(value).matchAll(/:(\d)/g)].map((match) => match[1])).toEqual([
      '2',
      '4',
      '8',
      '9',
      '6',
      '7',
      '1',
      '5',
      '3',
    ])
  })

  test('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed())
        expect(toCanonicalJson(turned as never)).toBe(toCanonicalJson(value as never))
        expect(JSON.parse(toCanonicalJson(value as never))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the tree', () => {
  test('has the published roots of the Certificate Transparency test vectors', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243'].map((hex) =>
      hashLeaf(Buffer.from(hex, 'hex').toString('latin1')),
    )
    expect(new MerkleTree().root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    expect([1, 2, 3, 4, 5, 6].map((size) => treeOf(inputs.slice(0, size)).root().toString('hex'))).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    ])
  })

  test('goes on from its peaks as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (before, after) => {
        const leaves = Array.from({ length: before + after }, (_, index) => hashLeaf(String(index)))
        const first = treeOf(leaves.slice(0, before))
        const second = new MerkleTree(first.size, first.peaks)
        for (const leaf of leaves.slice(before)) second.append(leaf)
        expect(second.root()).toEqual(treeOf(leaves).root())
      }),
      { numRuns: 50 },
    )
  })

  test('refuses peaks that are not those of the size', () => {
    expect(() => new MerkleTree(3, [randomBytes(32)])).toThrow('peaks')
  })

  test('proves every leaf, and no other leaf, place, size or path', () => {
    for (const size of [1, 2, 3, 7, 8, 33]) {
      const leaves = Array.from({ length: size }, (_, index) => hashLeaf(String(index)))
      const root = treeOf(leaves).root()
      for (const [index, hash] of leaves.entries()) {
        const path = inclusionPath(leaves, index)
        expect(isIncluded({ hash, index }, path, { size, root })).toBe(true)
        expect(isIncluded({ hash: hashLeaf('other'), index }, path, { size, root })).toBe(false)
        expect(isIncluded({ hash, index }, [...path, randomBytes(32)], { size, root })).toBe(false)
        expect(isIncluded({ hash, index: index + 1 }, path, { size, root })).toBe(false)
        expect(isIncluded({ hash, index }, path, { size, root: randomBytes(32) })).toBe(false)
        expect(path.some((_, at) => isIncluded({ hash, index }, path.toSpliced(at, 1), { size, root }))).toBe(
          false,
        )
      }
    }
  })
})

describe('a signed note', () => {
  // The published example of the note format (Go, package note).
  const PUBLISHED_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const PUBLISHED_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1)
  const TEXT =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  const PUBLISHED = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`

  test('is byte for byte the published example', () => {
    const signer = makeNoteSigner('PeterNeumann', PUBLISHED_SEED)
    expect(signer.verifierKey).toBe(PUBLISHED_KEY)
    expect(signer.sign(TEXT)).toBe(PUBLISHED)
    expect(makeNoteVerifier(PUBLISHED_KEY).open(PUBLISHED)).toBe(TEXT)
  })

  test('opens with its own key alone, and unchanged', () => {
    const [mine, other] = [
      makeNoteSigner('log.example/a', randomBytes(32)),
      makeNoteSigner('log.example/a', randomBytes(32)),
    ]
    const note = mine.sign(toCheckpointText({ origin: 'log.example/a', size: 5, root: randomBytes(32) }))
    const verifier = makeNoteVerifier(mine.verifierKey)
    expect(openCheckpoint(note, verifier)?.size).toBe(5)
    expect(openCheckpoint(note.replace('\n5\n', '\n6\n'), verifier)).toBeNull()
    expect(openCheckpoint(note, makeNoteVerifier(other.verifierKey))).toBeNull()
    expect(() => makeNoteVerifier(mine.verifierKey.replace('log', 'lag'))).toThrow('verifier key')
  })

  test('stands in a file with others', () => {
    const signer = makeNoteSigner('log.example/a', randomBytes(32))
    const notes = [1, 2, 3].map((size) =>
      signer.sign(toCheckpointText({ origin: signer.name, size, root: randomBytes(32) })),
    )
    expect(splitNotes(joinNotes(notes))).toEqual(notes)
    expect(splitNotes('')).toEqual([])
  })
})
