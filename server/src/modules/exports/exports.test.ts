import { createHash } from 'node:crypto'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExportWorld, idOf, includedOf, OWN_SHELF, SHELF } from '#testing/export-world.ts'

let bench: ExportWorld
beforeAll(async () => {
  bench = await ExportWorld.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

const lines = (text: string): string[] => text.trimEnd().split('\n')

interface Invoice {
  readonly invoice_number: string
  readonly tenant_name: string
  readonly total: { readonly amount_minor: number; readonly currency: string }
  readonly balance: { readonly amount_minor: number; readonly currency: string }
}

function sumsOf(rows: readonly Invoice[], field: 'total' | 'balance'): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const row of rows)
    sums[row[field].currency] = (sums[row[field].currency] ?? 0) + row[field].amount_minor
  return sums
}

test('an order is answered at once and becomes a file with its size, digest and rows (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 3)
  const ordered = await bench.order(scene.caller, { format: 'csv' })
  expect(ordered.statusCode).toBe(202)
  const body = ordered.json()
  expect(ordered.headers['location']).toBe(`${SHELF}/${body.export_id}`)
  expect(body).toMatchObject({
    status: 'queued',
    format: 'csv',
    row_estimate: 3,
    download_url: null,
    billing_party: 'partner',
    estimated_completion: expect.stringMatching(/Z$/),
    manifest: { included: [{ tenant_name: 'Acme', row_count: null }], excluded: [] },
  })
  await bench.maker.makeDue()
  const done = (await bench.world.call(scene.caller, 'GET', ordered.headers['location'] as string)).json()
  expect(done).toMatchObject({
    status: 'completed',
    row_count: 3,
    rows_done: 3,
    download_url: `${SHELF}/${body.export_id}/download`,
  })
  const file = await bench.world.call(scene.caller, 'GET', done.download_url)
  expect(file.statusCode).toBe(200)
  expect(file.headers['content-disposition']).toBe(`attachment; filename="${done.file_name}"`)
  expect(file.headers['content-type']).toContain('text/csv')
  expect(Number(file.headers['content-length'])).toBe(done.file_size_bytes)
  expect(file.rawPayload.length).toBe(done.file_size_bytes)
  expect(createHash('sha256').update(file.rawPayload).digest('hex')).toBe(done.sha256)
  expect(Date.parse(done.expires_at) - Date.parse(done.created_at)).toBe(7 * 86_400_000)
})

test('the file holds the rows of the list in its order, and its sums are the sums of the list, per currency (13.10)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.invoices(scene.first, 1300)
  await bench.invoices(scene.second, 40)
  const filters = { status: ['overdue', 'finalized'], min_amount: 1010 }
  const done = await bench.made(scene.caller, { format: 'jsonl', ...filters })
  const rows = lines((await bench.download(scene.caller, done.export_id)).body).map(
    (line) => JSON.parse(line) as Invoice,
  )
  const list = await bench.world.call(
    scene.caller,
    'GET',
    '/api/v1/partner/billing/invoices?status=overdue,finalized&min_amount=1010&limit=100',
  )
  const page = list.json()
  expect(rows).toHaveLength(page.total)
  expect(done).toMatchObject({ row_count: page.total, row_estimate: page.total })
  expect(rows.slice(0, 100).map((row) => row.invoice_number)).toEqual(
    page.items.map((item: Invoice) => item.invoice_number),
  )
  const told = (name: string) =>
    Object.fromEntries(
      page.aggregates.map((sum: Record<string, { amount_minor: number } & string>) => [
        sum['currency'],
        sum[name]?.amount_minor,
      ]),
    )
  expect(sumsOf(rows, 'total')).toEqual(told('total_amount'))
  expect(sumsOf(rows, 'balance')).toEqual(told('outstanding_amount'))
  expect(new Set(rows.map((row) => `${row.tenant_name} ${row.invoice_number}`)).size).toBe(rows.length)
})

/** What every file of a scene with one customer says of who made it. */
const MADE_BY = 'Exported by Ana Ruiz, Northwind, acting in Acme'

test('CSV writes amounts exactly and makes formulas text; the mark of UTF-8 comes when it is asked for (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 5, '=HYPERLINK("http://evil.example";"x")')
  const done = await bench.made(scene.caller, {
    format: 'csv',
    columns: ['invoice_number', 'customer_name', 'total', 'currency'],
    byte_order_mark: true,
  })
  const text = (await bench.download(scene.caller, done.export_id)).body
  expect(text.split('\r\n')).toEqual([
    '\uFEFFinvoice_number,customer_name,total,currency,filters',
    ...[1, 2, 3, 4].map(
      (n) =>
        `INV-${n},"'=HYPERLINK(""http://evil.example"";""x"")",${(10.07 + n / 100).toFixed(2)},EUR,"no filter; tenants 1; ${MADE_BY}"`,
    ),
    `INV-5,"'=HYPERLINK(""http://evil.example"";""x"")",1012,JPY,"no filter; tenants 1; ${MADE_BY}"`,
    '',
  ])
})

test('each row of a file for programs ends with the filters that were asked for, whichever columns were chosen (B6, U1)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 30)
  const filters = { status: ['overdue', 'finalized'], currency: 'EUR', min_amount: 1010 }
  const said = 'status overdue, finalized; currency EUR; min amount 1010'
  const take = async (body: object) => {
    const done = await bench.made(scene.caller, {
      ...filters,
      columns: ['invoice_number', 'currency'],
      ...body,
    })
    expect(done).toMatchObject({ filter_text: said, columns: ['invoice_number', 'currency'] })
    return lines((await bench.download(scene.caller, done.export_id)).body)
  }
  const [header, ...rows] = await take({ format: 'csv' })
  expect(header?.trim()).toBe('invoice_number,currency,filters')
  expect(rows.length).toBeGreaterThan(1)
  for (const row of rows)
    expect(row.trim()).toMatch(new RegExp(`^INV-\\d+,EUR,"${said}; tenants 1; ${MADE_BY}"$`))
  const [first = ''] = await take({ format: 'jsonl' })
  expect(JSON.parse(first)).toEqual({
    invoice_number: expect.any(String),
    currency: 'EUR',
    filters: `${said}; tenants 1; ${MADE_BY}`,
  })
})

test('an order names what it cannot take all at once and changes nothing (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const refused = await bench.order(scene.caller, {
    format: 'docx',
    columns: ['secret'],
    from_date: 'yesterday',
    include_line_items: true,
    colour: 'red',
  })
  expect(refused.statusCode).toBe(422)
  const pointers = refused.json().errors.map((fault: { pointer: string }) => fault.pointer)
  expect(pointers.toSorted()).toEqual([
    '/body/colour',
    '/body/columns/0',
    '/body/format',
    '/body/from_date',
    '/body/include_line_items',
  ])
  expect((await bench.world.call(scene.caller, 'GET', SHELF)).json().total).toBe(0)
})

test('a customer whose link does not allow it is left out with the reason, and with nobody left nothing is ordered (B6)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.world.override(scene.secondLink, 'partner.billing.invoices.export', 'deny')
  const ordered = (await bench.order(scene.caller, { format: 'csv' })).json()
  expect(ordered.manifest).toEqual({
    included: [includedOf(scene.first, 'Acme')],
    excluded: [{ tenant_id: idOf(scene.second), tenant_name: 'Brook', reason: 'PERMISSION_DENIED' }],
  })
  const none = await bench.order(scene.caller, { format: 'csv', tenant_ids: [idOf(scene.second)] })
  expect(none.statusCode).toBe(422)
  expect(none.json()).toMatchObject({
    code: 'EXPORT_OF_NOTHING',
    details: { excluded: [{ tenant_name: 'Brook', reason: 'PERMISSION_DENIED' }] },
  })
})

test('a tenant that was never linked adds nothing and is not told apart from one that does not exist (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const stranger = await bench.world.tenant('Stranger')
  const [never, unknown] = [
    await bench.order(scene.caller, { format: 'csv', tenant_ids: [idOf(stranger)] }),
    await bench.order(scene.caller, { format: 'csv', tenant_ids: ['ten_01kb3zz5n3ek7tj5n2b3a6q9de'] }),
  ]
  expect(never.statusCode).toBe(422)
  const bare = ({ code, details }: { code: string; details: unknown }) => ({ code, details })
  expect(bare(never.json())).toEqual({ code: 'EXPORT_OF_NOTHING', details: { excluded: [] } })
  expect([never.statusCode, unknown.statusCode]).toEqual([422, 422])
})

test('a stale second factor is refused whole with a challenge, instead of a file with nobody in it (RFC 9470, B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const stale = await bench.world.signIn(scene.person.id, { factorAgeSeconds: 901 })
  const refused = await bench.order(stale, { format: 'csv' })
  expect([refused.statusCode, refused.json().code]).toEqual([401, 'STEP_UP_REQUIRED'])
  expect(refused.headers['www-authenticate']).toContain('insufficient_user_authentication')
})

test('the same Idempotency-Key orders once (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const key = { 'idempotency-key': 'one-and-the-same-key' }
  const [first, again] = [
    await bench.order(scene.caller, { format: 'csv' }, key),
    await bench.order(scene.caller, { format: 'csv' }, key),
  ]
  expect(again.json().export_id).toBe(first.json().export_id)
  expect((await bench.world.call(scene.caller, 'GET', SHELF)).json().total).toBe(1)
})

test('a queued export is cancelled at once and never made; a finished one cannot be stopped (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const id = (await bench.order(scene.caller, { format: 'csv' })).json().export_id
  const cancel = () => bench.world.call(scene.caller, 'POST', `${SHELF}/${id}/cancel`)
  expect((await cancel()).json()).toMatchObject({ status: 'cancelled', status_reason: 'BY_PERSON' })
  await bench.maker.makeDue()
  expect((await bench.world.call(scene.caller, 'GET', `${SHELF}/${id}`)).json().status).toBe('cancelled')
  expect((await bench.download(scene.caller, id)).json().code).toBe('EXPORT_NOT_READY')
  expect((await cancel()).statusCode).toBe(409)
})

test('both sides read who exported how many rows, each tenant its own number, and who downloaded them (access.md 6, 13.11)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.invoices(scene.first, 4)
  await bench.invoices(scene.second, 2)
  const done = await bench.made(scene.caller, { format: 'csv' })
  await bench.download(scene.caller, done.export_id)
  const told = (scopeId: string) =>
    bench.world.sql(
      `select e.action, e.actor_name, s.row_count::integer as rows from audit_scope s join audit_event e on e.id = s.event_id
       where s.scope_id = $1 and e.action like 'exports.%' order by e.occurred_at`,
      [scopeId],
    )
  const by = { actor_name: scene.person.name }
  expect(await told(scene.partner)).toEqual([
    { action: 'exports.order', ...by, rows: 6 },
    { action: 'exports.invoices', ...by, rows: 6 },
    { action: 'exports.download', ...by, rows: 6 },
  ])
  expect(await told(scene.first)).toEqual([
    { action: 'exports.invoices', ...by, rows: 4 },
    { action: 'exports.download', ...by, rows: 4 },
  ])
  expect(await told(scene.second)).toEqual([
    { action: 'exports.invoices', ...by, rows: 2 },
    { action: 'exports.download', ...by, rows: 2 },
  ])
})

test('whoever ordered is mailed when the file is ready, without the name of a customer, and webhooks hear of it (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const done = await bench.made(scene.caller, { format: 'csv' })
  const mails = await bench.world.sql<{ payload: { to: string; text: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = $1`,
    [scene.person.email],
  )
  expect(mails).toHaveLength(1)
  expect(mails[0]?.payload.text).toContain(String(done['sha256']))
  expect(mails[0]?.payload.text).not.toContain('Acme')
  const events = await bench.world.sql(
    `select payload from outbox where topic = 'export.completed' and payload ->> 'partner_id' = $1`,
    [scene.partner],
  )
  expect(events).toHaveLength(1)
})

test('an organisation exports its own invoices and activity, and a user of it only what that role may see (B6, B10)', async () => {
  const { world } = bench
  const tenant = await world.tenant('Acme')
  await bench.invoices(tenant, 2)
  const [admin, user] = [await world.person(), await world.person()]
  await world.tenantMember(tenant, admin.id)
  await world.tenantMember(tenant, user.id, 'TENANT_USER')
  const [asAdmin, asUser] = [
    await world.signIn(admin.id, { tenantId: tenant }),
    await world.signIn(user.id, { tenantId: tenant }),
  ]
  const post = (caller: typeof asAdmin, path: string) =>
    world.call(caller, 'POST', path, { body: { format: 'csv' } })
  expect((await post(asUser, '/api/v1/tenant/billing/invoices/export')).statusCode).toBe(403)
  const invoices = (await post(asAdmin, '/api/v1/tenant/billing/invoices/export')).json()
  const activity = (await post(asAdmin, '/api/v1/tenant/partner-access/activity/export')).json()
  const tickets = (await post(asUser, '/api/v1/tenant/support/tickets/export')).json()
  await bench.maker.makeDue()
  const take = (caller: typeof asAdmin, id: string) =>
    world.call(caller, 'GET', `${OWN_SHELF}/${id}/download`)
  const own = lines((await take(asAdmin, invoices.export_id)).body)
  expect(own).toHaveLength(3)
  expect(own[1]?.trim()).toMatch(/; Exported by [^,]+, Acme"$/)
  expect((await take(asAdmin, activity.export_id)).body).toContain('ordered an export')
  expect((await take(asUser, tickets.export_id)).statusCode).toBe(200)
  expect((await take(asUser, invoices.export_id)).statusCode).toBe(404)
  expect((await world.call(asUser, 'GET', OWN_SHELF)).json().total).toBe(1)
  expect((await world.call(asAdmin, 'GET', OWN_SHELF)).json().total).toBe(3)
})

test('a partner exports what its own people did with its customers, where it may read that, and nothing that others did (B6, B10)', async () => {
  const { world } = bench
  const scene = await bench.scene(['Acme', 'Brook', 'Closed'])
  const [, , closedLink] = scene.links
  await world.override(closedLink ?? scene.firstLink, 'partner.audit.read', 'deny')
  const admin = await world.person('Dana Kim')
  await world.tenantMember(scene.first, admin.id)
  const own = await world.signIn(admin.id, { tenantId: scene.first })
  await world.call(own, 'POST', '/api/v1/tenant/billing/invoices/export', { body: { format: 'csv' } })
  const rival = await bench.scene(['Other'])
  const open = async ({ caller }: typeof scene, tenantId: TenantId) => {
    const body = { subject: 'No signal', description: 'Since 08:00.' }
    const made = await world.call({ ...caller, tenantId }, 'POST', '/api/v1/partner/support/tickets', {
      body,
    })
    expect(made.statusCode, made.body).toBe(201)
  }
  for (const tenantId of scene.tenants) await open(scene, tenantId)
  const shared = await world.link(rival.partner, scene.first, { role: 'msp_support' })
  await world.assign(shared, rival.member)
  await open(rival, scene.first)
  const ordered = await world.call(scene.caller, 'POST', '/api/v1/partner/exports', {
    body: { kind: 'activity', format: 'jsonl' },
  })
  expect(ordered.statusCode, ordered.body).toBe(202)
  expect(ordered.json().manifest.excluded).toMatchObject([{ tenant_name: 'Closed' }])
  await bench.maker.makeDue()
  const file = await world.call(
    scene.caller,
    'GET',
    `/api/v1/partner/exports/${ordered.json().export_id}/download`,
  )
  const written = lines(file.body).filter((line) => line !== '')
  const rows = written.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(new Set(rows.map((row) => row['tenant_name']))).toEqual(new Set(['Acme', 'Brook']))
  expect(new Set(rows.map((row) => row['person_name']))).toEqual(new Set([scene.person.name]))
  expect(rows.every((row) => row['ip'] !== null)).toBe(true)
})

test('tickets and subscribers need the permission to export and the one to see them (B6)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.world.override(scene.secondLink, 'partner.support.tickets.list', 'deny')
  const order = (kind: string) =>
    bench.world.call(scene.caller, 'POST', '/api/v1/partner/exports', { body: { kind, format: 'xlsx' } })
  const tickets = (await order('tickets')).json()
  expect(tickets.manifest.excluded).toMatchObject([{ tenant_name: 'Brook', reason: 'PERMISSION_DENIED' }])
  expect((await order('subscribers')).json().manifest.excluded).toEqual([])
  expect((await order('secrets')).statusCode).toBe(422)
  expect((await order('invoices')).statusCode).toBe(422)
  await bench.maker.makeDue()
  const shelf = (
    await bench.world.call(scene.caller, 'GET', '/api/v1/partner/exports?status=completed')
  ).json()
  expect(shelf.items.map((item: { kind: string }) => item.kind).toSorted()).toEqual([
    'subscribers',
    'tickets',
  ])
  expect((await bench.world.call(scene.caller, 'GET', `${SHELF}/${tickets.export_id}`)).statusCode).toBe(404)
})

test('what an order would come to is told before it, and nothing is ordered by asking (B6)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.invoices(scene.first, 6)
  await bench.world.override(scene.secondLink, 'partner.billing.invoices.export', 'deny')
  const ask = (body: object) =>
    bench.world.call(scene.caller, 'POST', '/api/v1/partner/billing/invoices/export/preview', { body })
  const preview = await ask({ format: 'csv', currency: 'EUR' })
  expect([preview.statusCode, preview.json()]).toEqual([
    200,
    {
      row_estimate: 5,
      is_at_least: false,
      too_large: false,
      billing_party: 'partner',
      manifest: {
        included: [includedOf(scene.first, 'Acme')],
        excluded: [{ tenant_id: idOf(scene.second), tenant_name: 'Brook', reason: 'PERMISSION_DENIED' }],
      },
    },
  ])
  const none = await ask({ format: 'csv', tenant_ids: [idOf(scene.second)] })
  expect([none.statusCode, none.json().row_estimate]).toEqual([200, 0])
  expect((await bench.world.call(scene.caller, 'GET', SHELF)).json().total).toBe(0)
})

test('the kinds that can be ordered are told with their columns, each side its own (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const { items } = (await bench.world.call(scene.caller, 'GET', '/api/v1/partner/export-kinds')).json()
  expect(items.map(({ kind }: { kind: string }) => kind)).toEqual([
    'invoices',
    'subscribers',
    'tickets',
    'report_sla',
    'report_usage',
    'report_revenue',
    'activity',
  ])
  const keys = items[0].columns.map(({ key }: { key: string }) => key)
  const done = await bench.made(scene.caller, { format: 'csv' })
  expect((await bench.download(scene.caller, done.export_id)).body.trim()).toBe(
    [...keys, 'filters'].join(','),
  )
})
