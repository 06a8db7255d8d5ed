/* oxlint-disable no-restricted-imports -- this test reads what the server writes */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { loadersOf } from './page-of-path.ts'
import { frames } from './pages.ts'

const pages = frames.flatMap((frame) =>
  Object.entries(frame.pages).map(([own, page]) => ({ frame, page, path: `${frame.path}/${own}` })),
)

test('the piece of every page and that of its frame are found by the address of the page', () => {
  const missed = pages.filter(({ frame, page, path }) => {
    const found = loadersOf(path.replaceAll(/\$\w+/g, (name) => `${name.slice(1)}_1`))
    return !found.includes(frame.load) || !found.includes(page.load) || found.length > 2
  })
  expect(pages.length).toBeGreaterThan(150)
  expect(missed.map(({ path }) => path)).toEqual([])
})

test('a page whose name stands in the address comes before one whose name is filled in', () => {
  const asOf = pages.find(({ path }) => path === '/org/$ten/access/as-of')
  const link = pages.find(({ path }) => path === '/org/$ten/access/$link')
  expect(asOf?.page.load).not.toBe(link?.page.load)
  expect(loadersOf('/org/ten_1/access/as-of')).toContain(asOf?.page.load)
  expect(loadersOf('/org/ten_1/access/lnk_1')).toContain(link?.page.load)
})

test('nothing is fetched early for an address that the portal has no page at', () => {
  expect(loadersOf('/')).toEqual([])
  expect(loadersOf('/partner/par_1/no/such/page')).toEqual([])
})

const SERVER = join(import.meta.dirname, '../../server/src')

/** The addresses of pages of one organisation or partner that the server writes into mails and its own pages, with a word for each id. */
function writtenAddresses(): { file: string; path: string }[] {
  const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(SERVER, file), 'utf8').replaceAll(/\$\{[^{}]*\}/g, 'ID')
      const found = text.matchAll(/\/(?:org|partner)\/ID(?:\/[a-z-]+)+(?:\/ID)?(?=[`?"'])/g)
      return [...found].map(([path]) => ({ file, path }))
    })
}

test('every address that the server writes into mails and pages leads to a page (U1)', () => {
  const written = writtenAddresses()
  expect(written.length).toBeGreaterThan(15)
  expect(written.filter(({ path }) => loadersOf(path).length === 0)).toEqual([])
})
