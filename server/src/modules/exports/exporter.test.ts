import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExportWorld } from '#testing/export-world.ts'
import { NOBODY_READ, readPdfWords } from '#testing/pdf-words.ts'

let bench: ExportWorld
beforeAll(async () => {
  bench = await ExportWorld.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

const lines = (text: string): string[] => text.trimEnd().split('\n')

test('a file says who exported it, for whom, and acting where; one for eyes says it in its heading (experience.md, acting as)', async ({
  skip,
}) => {
  const scene = await bench.scene(['Acme', 'Brook', 'Cole', 'Dale'])
  await bench.invoices(scene.first, 1)
  const filtersOf = async (body: object) => {
    const done = await bench.made(scene.caller, { format: 'jsonl', ...body })
    const [first = '{}'] = lines((await bench.download(scene.caller, done.export_id)).body)
    return JSON.parse(first).filters
  }
  expect(await filtersOf({})).toMatch(/; Exported by Ana Ruiz, Northwind, acting in 4 organisations$/)
  const done = await bench.made(scene.caller, {
    format: 'pdf',
    tenant_ids: [encodeId('tenant', scene.first)],
  })
  const words = await readPdfWords((await bench.download(scene.caller, done.export_id)).rawPayload)
  if (words === null) return skip(NOBODY_READ)
  expect(words.replaceAll(/\s+/g, ' ')).toContain('Exported by Ana Ruiz, Northwind, acting in Acme, on ')
})
