/* oxlint-disable no-restricted-imports -- this test reads the list of pieces, and each of them apart */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'

const source = readFileSync(join(import.meta.dirname, 'late-pages.ts'), 'utf8')
const pieces = [...source.matchAll(/import\('(\.\/frames\/[^']+)'\)/g)].map(([, path = '']) => path)

beforeEach(() => vi.resetModules())

test.each(pieces)(
  '%s finds its words when it is the first piece that a browser reads (U12)',
  async (path) => {
    const { i18n } = await import('@lingui/core')
    const missing: string[] = []
    i18n.on('missing', ({ id }) => {
      missing.push(id)
    })
    await import(path)
    expect(missing).toEqual([])
  },
)

test('the pieces are found in the list of them', () => {
  expect(pieces.length).toBeGreaterThan(30)
})
