import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const partnerPath = (rest: string) =>
  `${product.url}/partner/${product.demo.partners['northwind-msp']}/${rest}`

const Members = z.looseObject({ items: z.array(z.looseObject({})) })

test('of a partner with more people than a page of the server holds each one who is there can be let in and nobody who left (B3)', async () => {
  const page = await product.openTab('ana@northwind.example')
  // As if the partner had 130 people, of which the server hands out 100 at most at a time and 50 unless asked; one has left.
  let first: object | undefined
  await page.route(/\/partner\/members(\?|$)/, async (route) => {
    const query = new URL(route.request().url()).searchParams
    const answer = await route.fetch()
    const body = Members.parse(await answer.json())
    first ??= body.items[0]
    const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 50)]
    const all = Array.from({ length: 130 }, (_, index) => ({
      ...first,
      member_id: `mem_${index}`,
      person_id: `psn_${index}`,
      name: `Person ${index}`,
      status: index === 128 ? 'inactive' : 'active',
    }))
    const items = all.slice(offset, offset + limit)
    await route.fulfill({
      response: answer,
      json: { ...body, items, total: 130, has_more: offset + limit < 130 },
    })
  })
  await page.goto(partnerPath('links'))
  await page.getByRole('link', { name: 'Acme Fiber' }).first().click()
  const people = page.getByRole('region', { name: 'People on this link' })
  await people.getByRole('checkbox').first().waitFor()
  const shown = async (name: string) => people.getByRole('checkbox', { name, exact: true }).count()
  await expect.poll(() => shown('Person 129'), SOON).toBe(1)
  expect([await shown('Person 127'), await shown('Person 128')]).toEqual([1, 0])
}, 60_000)

type RowAt = (first: Record<string, unknown>, index: number) => object

/** As if a list of the server that is not empty, or of which a sample is given, had 130 rows, of which it hands out 100 at most at a time and 50 unless asked. */
async function stretchList(page: Page, path: RegExp, rowAt: RowAt, sample?: Record<string, unknown>) {
  await page.route(path, async (route) => {
    const address = route.request().url()
    const query = new URL(address).searchParams
    const answer = await route.fetch({ url: address.replace(/offset=\d+/, 'offset=0') })
    const body = Members.parse(await answer.json())
    const [first = sample] = body.items
    if (first === undefined) return route.fulfill({ response: answer })
    const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 50)]
    const items = Array.from({ length: 130 }, (_, index) => rowAt(first, index)).slice(offset, offset + limit)
    return route.fulfill({
      response: answer,
      json: { ...body, items, total: 130, limit, offset, has_more: offset + limit < 130 },
    })
  })
}

test('who administers an organisation reads all of its people, all partners with access and all accounts, however many there are (B3, B10)', async () => {
  const owner = await product.openTab('ana@northwind.example')
  await stretchList(owner, /\/partner\/members(\?|$)/, (first, index) => ({
    ...first,
    member_id: `mem_${index}`,
    person_id: `psn_${index}`,
    name: `Person ${index}`,
    role: index === 1 || index === 129 ? 'PARTNER_OWNER' : 'PARTNER_STAFF',
    status: 'active',
  }))
  await owner.goto(partnerPath('profile'))
  const team = owner.getByRole('table', { name: 'Your people' })
  await team.getByText('Person 129').waitFor()
  // There is another owner, however far behind, so that this one can be made an ordinary member.
  await team
    .getByRole('row', { name: /Person 1 / })
    .getByRole('button')
    .first()
    .waitFor()

  const account = {
    partner_name: 'Northwind MSP',
    tenant_name: 'Acme Fiber',
    asked_for: null,
    engagement: 'sales',
    status: 'active',
    requested_at: '2026-10-01T00:00:00Z',
    attached_at: '2026-10-01T00:00:00Z',
    ended_at: null,
    ends_at: null,
  }
  const accountAt: RowAt = (first, index) => ({
    ...first,
    account_id: `pac_${index}`,
    subscriber_name: `Subscriber ${index}`,
  })
  await stretchList(owner, /\/partner\/accounts(\?|$)/, accountAt, account)
  await owner.goto(partnerPath('accounts?page=5'))
  await owner.getByText('Subscriber 129').waitFor()

  const admin = await product.openTab('dana@acmefiber.example')
  await stretchList(admin, /\/partner-access\/links(\?|$)/, (first, index) => ({
    ...first,
    link_id: `lnk_${index}`,
    partner_id: `par_${index}`,
    partner_name: `Partner ${index}`,
  }))
  await admin.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access/freezes`)
  await expect
    .poll(() => admin.getByRole('option', { name: 'Partner 129', exact: true }).count(), SOON)
    .toBe(1)
  await admin.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access`)
  await admin.getByText('Partner 129').first().waitFor()
}, 60_000)

test('both sides read every request for more access that waits for them, and all that were, however many there are (B13)', async () => {
  const elevation = {
    elevation_id: 'elv_0',
    link_id: 'lnk_0',
    tenant_id: 'ten_0',
    tenant_name: 'Acme Fiber',
    partner_id: 'par_0',
    partner_name: 'Northwind MSP',
    person_id: 'psn_0',
    person_name: 'Person 0',
    permissions: [],
    reason: 'A customer asks about a charge',
    ticket_id: null,
    ticket_number: null,
    duration_minutes: 60,
    waits_for: null,
    requested_at: '2026-10-01T00:00:00Z',
    answer_by: '2026-10-01T12:00:00Z',
    approved_by_name: null,
    tenant_approved_by_name: null,
    started_at: null,
    ends_at: null,
    ended_at: null,
    ended_by_side: null,
    ended_by_name: null,
    end_reason: null,
    may: { approve: false, deny: false, end: false },
  }
  const namedAt = (status: string): RowAt => {
    const waitsFor = status === 'approved' ? 'tenant' : null
    return (_, index) => ({
      ...elevation,
      elevation_id: `elv_${index}`,
      person_name: `Person ${index}`,
      status,
      waits_for: waitsFor,
    })
  }
  const sides = [
    ['ana@northwind.example', partnerPath('elevations')],
    ['dana@acmefiber.example', `${product.url}/org/${product.demo.tenants['acme-fiber']}/access/elevations`],
  ] as const
  for (const [address, path] of sides) {
    const page = await product.openTab(address)
    await stretchList(page, /elevations\?.*status=requested/, namedAt('approved'), elevation)
    await stretchList(page, /elevations\?.*status=ended/, namedAt('lapsed'), elevation)
    await page.goto(`${path}?page=5`)
    const waiting = page.getByRole('region', { name: 'Waiting for an answer' })
    await waiting.getByRole('heading', { name: /^Person 129 / }).waitFor()
    const earlier = page.getByRole('table', { name: 'Earlier' })
    await expect.poll(() => earlier.getByText(/^Person 129 /).count(), SOON).toBe(1)
  }
}, 60_000)

test('the provider reads every feature of a partner, and a partner what a large order left in use, with a word about what is not shown (C3, A7)', async () => {
  const admin = await product.openTab('sam@provider.example')
  await stretchList(admin, /\/admin\/partners\/[^/]+\/features(\?|$)/, (first, index) => ({
    ...first,
    key: `feature_${index}`,
    name: `Feature ${index}`,
  }))
  await admin.goto(`${product.url}/platform/partners/${product.demo.partners['northwind-msp']}/features`)
  await admin.getByText('Feature 129', { exact: true }).waitFor()

  const read = await admin.evaluate(async () => (await fetch('/api/v1/admin/orders?limit=1')).json())
  const [order] = z.object({ items: z.array(z.looseObject({ order_id: z.string() })) }).parse(read).items
  const owner = await product.openTab('ana@northwind.example')
  await owner.route(/\/partner\/orders\/ord_/, (route) =>
    route.fulfill({ json: { ...order, tenant_name: 'Acme Fiber' } }),
  )
  // As if the order had left 700 services, handed out 100 at most at a time.
  await owner.route(/\/partner\/services(\?|$)/, async (route) => {
    const query = new URL(route.request().url()).searchParams
    const from = Number(query.get('cursor') ?? 0)
    const items = Array.from({ length: 100 }, (_, index) => ({
      service_id: `svc_${from + index}`,
      product_name: `Line ${from + index}`,
      started_at: '2026-10-01T00:00:00Z',
    }))
    const next = from + 100
    await route.fulfill({
      json: { items, has_more: next < 700, next_cursor: next < 700 ? String(next) : null },
    })
  })
  await owner.goto(partnerPath(`orders/${order?.order_id}`))
  const inUse = owner.getByRole('region', { name: 'In use from this order' })
  await inUse.getByText('These are the newest 500').waitFor()
  expect(await inUse.getByRole('listitem').count()).toBe(500)
}, 60_000)

test('a name in one long word breaks rather than makes a page wider than a telephone (U8)', async () => {
  const page = await product.openTab('marcus@betanetworks.example')
  const name = `Beta ${'donaudampfschifffahrts'.repeat(3)}`
  // The answers that name the organisation and its partners, as if they were called so.
  await page.route(/\/api\/v1\//, async (route) => {
    const answer = await route.fetch()
    if (!(answer.headers()['content-type'] ?? '').includes('json')) return route.fulfill({ response: answer })
    const body = (await answer.text()).replaceAll('Beta Networks', name).replaceAll('Northwind MSP', name)
    return route.fulfill({ response: answer, body })
  })
  await page.setViewportSize({ width: 360, height: 760 })
  const organisation = `/org/${product.demo.tenants['beta-networks']}`
  const parts = ['home', 'access', 'access/elevations', 'access/visits', 'access/as-of', 'service-levels']
  for (const part of [...parts, 'tickets', 'billing', 'billing/payments']) {
    await page.goto(`${product.url}${organisation}/${part}`)
    await page.getByText(name).first().waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width, part).toBeLessThanOrEqual(360)
  }
  await page.goto(`${product.url}${organisation}/access`)
  await page.getByRole('link', { name }).first().click()
  await page.getByRole('button', { name: new RegExp(`^Stop ${name}`) }).waitFor()
  await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
}, 60_000)
