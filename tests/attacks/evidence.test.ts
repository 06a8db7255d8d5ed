import { access, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { generate } from '../../scripts/docs/attacks.ts'
import { ATTACK_GROUPS } from '../../scripts/lib/attack-list.ts'
import { attacksIn, readTestNames } from '../../scripts/lib/test-names.ts'
import type { NamedTest } from '../../scripts/lib/test-names.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Pages whose claims name their tests. */
const PAGES = [
  'docs/capability-solution.md',
  'docs/asvs-v10.md',
  'docs/fapi-attackers.md',
  'docs/asvs.md',
] as const
const LINK = /\[((?:[^[\]\\]|\\.)+)\]\(([^)\s]+)\)/g

interface Linked {
  readonly text: string
  /** From the root of the repository. */
  readonly file: string
}

function linksIn(page: string, source: string): Linked[] {
  return [...source.matchAll(LINK)]
    .filter(([, , target = '']) => !/^https?:/.test(target))
    .map(([, text = '', target = '']) => ({
      text: text.replaceAll(/\\([[\]|_*\\])/g, '$1'),
      file: normalize(join(dirname(page), target.split('#')[0] ?? '')),
    }))
}

/** The names that a page gives to tests that do not exist. */
function unknownTests(links: readonly Linked[], known: readonly NamedTest[]): string[] {
  return links
    .filter(({ file }) => /\.test\.tsx?$/.test(file))
    .filter(({ text, file }) => !known.some((one) => one.file === file && one.name === text))
    .map(({ text, file }) => `${file}: ${text}`)
}

let known: readonly NamedTest[]
beforeAll(async () => {
  known = await readTestNames()
})

describe.each(PAGES)('%s', (page) => {
  let links: Linked[]
  beforeAll(async () => {
    links = linksIn(page, await readFile(join(root, page), 'utf8'))
  })

  test('names tests that exist, by file and name (A12)', () => {
    expect(links.filter(({ file }) => file.endsWith('.test.ts')).length).toBeGreaterThan(10)
    expect(unknownTests(links, known)).toEqual([])
  })

  test('links to files that exist', async () => {
    for (const { file } of links) await expect(access(join(root, file)), file).resolves.toBeUndefined()
  })
})

test('every row of the tables of requirements and attackers names a test or says why none applies (A12)', async () => {
  for (const page of PAGES.slice(1, 3)) {
    const source = await readFile(join(root, page), 'utf8')
    const rows = source.split('\n').filter((line) => /^\| (?:10\.\d+\.\d+|A\d)/.test(line))
    expect(rows.length).toBeGreaterThan(7)
    for (const row of rows) expect(row).toMatch(/\.test\.ts\)/)
  }
})

/** How many requirements each chapter of ASVS 5.0.0 has at levels 1 and 2; V10 stands on its own page. */
const CHAPTERS: Readonly<Record<number, readonly [one: number, two: number]>> = {
  1: [8, 19],
  2: [4, 7],
  3: [8, 11],
  4: [2, 8],
  5: [4, 5],
  6: [13, 22],
  7: [6, 12],
  8: [4, 3],
  9: [4, 3],
  11: [3, 11],
  12: [3, 6],
  13: [1, 12],
  14: [2, 7],
  15: [3, 10],
  16: [0, 16],
  17: [0, 7],
}

/** What of level 3 the product is held to, besides chapter V10 (reliability.md section 4). */
const LEVEL_3 =
  '2.3.5 3.4.7 3.4.8 3.5.7 3.5.8 3.7.3 4.1.4 4.2.2 4.2.3 4.2.4 4.2.5 5.2.4 5.2.5 5.2.6 6.3.5 6.3.6 6.3.7 6.3.8 6.4.6 6.5.6 6.5.8 6.7.2 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 11.2.4 11.2.5 11.3.4 13.1.2 13.1.3 13.1.4 13.2.6 13.3.4 13.4.6 14.2.6 14.2.7 15.2.4 15.4.1 15.4.2 15.4.3 15.4.4 16.5.4'

test('every requirement of ASVS 5.0 at level 3 that the product is held to has a row (R12)', async () => {
  const source = await readFile(join(root, 'docs/asvs.md'), 'utf8')
  const rows = new Set([...source.matchAll(/^\| (\d+\.\d+\.\d+) /gm)].map(([, id]) => id))
  expect(LEVEL_3.split(' ').filter((id) => !rows.has(id))).toEqual([])
})

test('every requirement of ASVS 5.0 at levels 1 and 2 has a row that names a test or says why none applies (R12)', async () => {
  const source = await readFile(join(root, 'docs/asvs.md'), 'utf8')
  const rows = [...source.matchAll(/^\| (\d+)\.\d+\.\d+ +\| +([123]) \| [^|]+ \| (.+?) +\|$/gm)]
  const counted = Object.fromEntries(
    Object.keys(CHAPTERS).map((chapter) => [
      chapter,
      ['1', '2'].map((level) => rows.filter(([, of, at]) => of === chapter && at === level).length),
    ]),
  )
  expect(counted).toEqual(CHAPTERS)
  expect(rows.filter(([, , , shown = '']) => shown.trim().length < 10).map(([row]) => row)).toEqual([])
  expect(rows.filter(([row]) => row.includes('.test.ts)')).length).toBeGreaterThan(150)
})

test('the list of attacks is complete, and each has a test or a stated reason (A14)', async () => {
  const numbers = ATTACK_GROUPS.flatMap(({ attacks }) => attacks.map(({ number }) => number))
  expect(numbers).toEqual(Array.from({ length: 88 }, (_, index) => index + 1))
  await expect(generate()).resolves.toContain('# Attacks')
})

test('a name claims what it says, and a test that is not there is noticed', () => {
  expect(attacksIn('attack 7: a (attacks 61, 63)')).toEqual([7, 61, 63])
  expect(attacksIn('attacks 48 to 50: b')).toEqual([48, 49, 50])
  expect(attacksIn('an attacker of 12')).toEqual([])
  const links = linksIn('docs/x.md', 'see [nothing of the kind](../tests/attacks/api.test.ts)')
  expect(unknownTests(links, known)).toEqual(['tests/attacks/api.test.ts: nothing of the kind'])
})
