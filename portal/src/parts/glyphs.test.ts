/* oxlint-disable no-restricted-imports -- this test reads a picture */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { glyphNames } from './glyphs.tsx'

const sheet = readFileSync(join(import.meta.dirname, '../styles/glyphs.svg'), 'utf8')

test('each sign stands in the picture of all signs where its name stands among the names', () => {
  const drawn = [...sheet.matchAll(/<path id="(\w+)"(?: transform="translate\(0 (\d+)\)")?/g)]
  expect(drawn.map(([, name, down = '0']) => [name, Number(down)])).toEqual(
    glyphNames.map((name, index) => [name, index * 16]),
  )
  expect(sheet).toContain(`height="${glyphNames.length * 16}"`)
})
