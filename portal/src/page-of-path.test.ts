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
