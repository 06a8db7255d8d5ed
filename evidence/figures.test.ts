import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readTestNames } from '../scripts/lib/test-names.ts'
import { TARGET_FIGURES } from './figures.ts'
import { toPartClaims } from './benchmarked-part.ts'
import { renderFrame, runOf } from './frame.ts'
import { PARTS } from './parts.ts'

const PAGE = fileURLToPath(new URL('../docs/evidence.md', import.meta.url))

test('every number of the specification has a row that names what shows it, or says what does not (R13)', () => {
  expect(TARGET_FIGURES.map(({ number }) => number)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  )
  expect(TARGET_FIGURES.filter(({ gate, missing }) => gate.length === 0 && missing === undefined)).toEqual([])
})

test('every test that the page names exists, by file and name', async () => {
  const known = await readTestNames()
  const unknown = TARGET_FIGURES.flatMap(({ gate }) => gate).filter(
    (named) => !known.some(({ file, name }) => file === named.file && name === named.name),
  )
  expect(unknown).toEqual([])
})

test.each(['docs/reliability.md', 'docs/scaling.md'])('%s names tests that exist', async (page) => {
  const known = await readTestNames()
  const source = await readFile(new URL(`../${page}`, import.meta.url), 'utf8')
  const links = [...source.matchAll(/\[([^\]]+)\]\(\.\.\/([\w/.-]+\.test\.ts)\)/g)]
  expect(links.length).toBeGreaterThan(8)
  const unknown = links.filter(
    ([, name, file]) => !known.some((test) => test.file === file && test.name === name),
  )
  expect(unknown.map(([link]) => link)).toEqual([])
})

test('every part that the page names is a part of a command', () => {
  const commands = new Set([...PARTS.map(({ name }) => name), 'crashes'])
  expect(TARGET_FIGURES.flatMap(({ parts }) => parts).filter((part) => !commands.has(part))).toEqual([])
})

test('the page holds the table as the list says it', async () => {
  const page = await readFile(PAGE, 'utf8')
  const cells = (text: string) => text.replaceAll(/ {2,}|-{3,}/g, ' ')
  expect(cells(page)).toContain(cells(renderFrame(page)))
})

test('a part that was not run yet is told apart from one that was', () => {
  const page =
    '<!-- evidence walk -->\n\n`npm run evidence`; 2026-11-22, commit 1234567. 2 cores.\n\n<!-- end walk -->'
  expect(runOf(page, 'walk')).toBe('2026-11-22, 1234567')
  expect(runOf(page, 'faults')).toBeUndefined()
})

test('a target that was measured and not reached is written down as missed; a control that saw nothing is a fault (R13)', () => {
  const claim = { requirement: 'R6', measured: '1.65', target: '≤ 1.25', isMet: false }
  const { claims, wrong, missed } = toPartClaims(
    {
      claims: [
        { ...claim, what: 'p99 of reads' },
        { ...claim, what: 'positive control: without the bulkhead reads take longer' },
        { ...claim, what: 'sign-ins a second', isMet: true },
      ],
    },
    '3 rounds',
  )
  expect(claims.map(({ result }) => result.startsWith('**missed**: '))).toEqual([true, true, false])
  expect([wrong.length, missed]).toEqual([1, ['p99 of reads: 1.65; asked for: ≤ 1.25']])
  const page = `<!-- evidence sign-ins -->\n\n2 cores; 2026-11-22, commit 1234567. ${claims[0]?.result}\n\n<!-- end sign-ins -->`
  expect(runOf(page, 'sign-ins')).toBe('2026-11-22, 1234567, a target missed')
})
