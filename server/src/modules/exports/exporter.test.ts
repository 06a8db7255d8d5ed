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

test('a file of tickets holds those of the caller, or of who is named, when the queue showed no others (B6, B7)', async () => {
  const scene = await bench.scene(['Acme'])
  const tickets = '/api/v1/partner/support/tickets'
  for (const [subject, assignee] of [
    ['Mine', scene.person.id],
    ['Nobody’s', null],
  ]) {
    const body = { subject, description: 'Since 08:00.' }
    const made = await bench.world.call({ ...scene.caller, tenantId: scene.first }, 'POST', tickets, { body })
    expect(made.statusCode, made.body).toBe(201)
    await bench.world.seed(
      `update ticket set assigned_to = $2, assigned_to_name = case when $2::uuid is not null then 'Lee' end where tenant_id = $3 and subject = $1`,
      [subject, assignee, scene.first],
      scene.first,
    )
  }
  const subjectsOf = async (filter: object) => {
    const body = { kind: 'tickets', format: 'jsonl', ...filter }
    const ordered = await bench.world.call(scene.caller, 'POST', '/api/v1/partner/exports', { body })
    expect(ordered.statusCode, ordered.body).toBe(202)
    await bench.maker.makeDue()
    const path = `/api/v1/partner/exports/${ordered.json().export_id}/download`
    const rows = lines((await bench.world.call(scene.caller, 'GET', path)).body).filter((line) => line !== '')
    return rows.map((row) => (JSON.parse(row) as Record<string, unknown>)['subject'])
  }
  expect(await subjectsOf({})).toHaveLength(2)
  expect(await subjectsOf({ mine: true })).toEqual(['Mine'])
  const named = encodeId('person', scene.person.id)
  expect(await subjectsOf({ assigned_to: [named] })).toEqual(['Mine'])
  const stranger = encodeId('person', (await bench.world.person()).id)
  expect(await subjectsOf({ assigned_to: [stranger] })).toEqual([])
  expect(await subjectsOf({ mine: true, assigned_to: [stranger] })).toEqual([])
})

const IMPOSSIBLE = [
  [{ kind: 'report_sla', from_date: '2024-01-01', to_date: '2026-06-30' }, 'to_date', 'PERIOD_TOO_LONG'],
  [{ kind: 'report_usage', from_date: '2026-06-02', to_date: '2026-06-01' }, 'to_date', 'ENDS_BEFORE_START'],
  [{ kind: 'report_revenue', from_month: '2026-06', to_month: '2026-05' }, 'to_month', 'ENDS_BEFORE_START'],
  [{ kind: 'activity', from: '2026-06-02', to: '2026-05-01' }, 'from', 'EMPTY_WINDOW'],
] as const

test.each(IMPOSSIBLE)(
  'an order of a time that no report can have is refused: %o',
  async (filter, field, code) => {
    const scene = await bench.scene(['Acme'])
    for (const place of ['/api/v1/partner/exports', '/api/v1/partner/exports/preview']) {
      const refused = await bench.world.call(scene.caller, 'POST', place, {
        body: { format: 'csv', ...filter },
      })
      expect(refused.statusCode, refused.body).toBe(422)
      expect(refused.json()).toMatchObject({
        code: 'VALIDATION_ERROR',
        errors: [{ pointer: `/body/${field}`, code }],
      })
    }
  },
)

test('an order that was taken and cannot be made ends at once with what is wrong, and holds no place until three leases are over', async () => {
  const scene = await bench.scene(['Acme'])
  const body = { kind: 'report_sla', format: 'csv', from_date: '2026-06-01', to_date: '2026-06-30' }
  const ordered = await bench.world.call(scene.caller, 'POST', '/api/v1/partner/exports', { body })
  expect(ordered.statusCode, ordered.body).toBe(202)
  const id = ordered.json().export_id
  await bench.world.sql(
    `update export set filter = filter || '{"from_date": "2024-01-01"}' where kind = 'report_sla' and status = 'queued' and partner_id = $1`,
    [scene.partner],
  )
  await bench.maker.makeDue()
  const ended = await bench.world.call(scene.caller, 'GET', `/api/v1/partner/exports/${id}`)
  expect(ended.json()).toMatchObject({ status: 'failed', status_reason: 'VALIDATION_ERROR' })
  const mails = await bench.world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'subject' like '%service levels was stopped'`,
  )
  expect(mails.map(({ text }) => text).join('')).toMatch(
    /to_date must be at most 400 days after from_date.*Order it anew with other filters/s,
  )
})
