import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const partnerPath = (rest: string) =>
  `${product.url}/partner/${product.demo.partners['northwind-msp']}/${rest}`

const Links = z.looseObject({ items: z.array(z.looseObject({})) })

test('the figures of links that end are the same whatever the list is narrowed to, also where the links fill several pages, and the list begins with the nearest end (U1)', async () => {
  const page = await product.openTab('ana@northwind.example')
  // As if the partner had 130 links, of which the server hands out 100 at a time.
  let first: object | undefined
  await page.route(/\/partner\/links\?/, async (route) => {
    const query = new URL(route.request().url()).searchParams
    const answer = await route.fetch()
    const body = Links.parse(await answer.json())
    if (query.get('status') === 'expired')
      return route.fulfill({ response: answer, json: { ...body, items: [] } })
    const offset = Number(query.get('offset') ?? 0)
    first ??= body.items[0]
    const all = Array.from({ length: 130 }, (_, index) => ({
      ...first,
      link_id: `lnk_${index}`,
      tenant_name: `Tenant ${index}`,
      // The server does not order by the end.
      expires_in_days: 130 - index,
    }))
    const items = all.slice(offset, offset + 100)
    await route.fulfill({ response: answer, json: { ...body, items, total: 130, has_more: offset === 0 } })
  })
  await page.goto(partnerPath('expiring'))
  const figures = () => page.locator('.tile .figure').allInnerTexts()
  await expect.poll(figures, SOON).toEqual(['1', '7', '30', '100', '0'])
  await page.getByText('1–50 of 60').waitFor()
  expect(await page.locator('tbody tr .thing').first().innerText()).toBe('Tenant 129')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('51–60 of 60').waitFor()
  await page.getByLabel('Ends').selectOption({ index: 0 })
  await page.getByText('Tenant 129').waitFor()
  expect(await page.locator('tbody tr').count()).toBe(7)
  expect(await figures()).toEqual(['1', '7', '30', '100', '0'])
}, 60_000)

test('what became of a step for many links is found again by its address and in the list of the last steps (U10)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.unrouteAll()
  await page.goto(partnerPath('links/many?status=active'))
  await page.locator('tbody input[type=checkbox]').first().check()
  await page.getByLabel('What should happen?').selectOption({ index: 3 })
  await page.getByRole('button', { name: /^Do it for/ }).click()
  await page.getByRole('button', { name: 'Close the result' }).waitFor()
  const told = await page.locator('.results li').allInnerTexts()
  expect(told).toHaveLength(1)
  await page.reload()
  await expect.poll(() => page.locator('.results li').allInnerTexts(), SOON).toEqual(told)
  await page.getByRole('button', { name: 'Close the result' }).click()
  await page.locator('.results').waitFor({ state: 'detached' })
  await page.goto(partnerPath('expiring'))
  await page
    .getByRole('button', { name: /^Alerts set, / })
    .first()
    .click()
  await expect.poll(() => page.locator('.results li').allInnerTexts(), SOON).toEqual(told)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 60_000)

test('leaving a tenant by the palette, and staying out at its door, lead back to where one stood in the list (U4)', async () => {
  const page = await product.openTab('lee@northwind.example')
  await page.goto(partnerPath('tenants?alerts=true'))
  const row = page.getByRole('link', { name: /^Act in/ }).first()
  await row.click()
  await page.getByRole('button', { name: 'Stay in your own organisation' }).click()
  await expect.poll(() => page.url(), SOON).toBe(partnerPath('tenants?alerts=true'))
  await row.click()
  await page.getByRole('button', { name: 'Stay in your own organisation' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('leave')
  await page.getByRole('option', { name: /^Leave/ }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url(), SOON).toBe(partnerPath('tenants?alerts=true'))
}, 60_000)

test('a partner opens an access that a customer allowed: the record that the customer has, who sees what is done with it, who ended it and what changed on it (U3)', async () => {
  const page = await product.openTab('victor@southbank.example')
  const granted = `${product.url}/partner/${product.demo.partners['southbank-systems']}/granted`
  await page.goto(granted)
  await page.getByRole('link', { name: 'Acme Fiber' }).click()
  await page.getByRole('heading', { name: /^Access to Acme Fiber with Southbank/ }).waitFor()
  await page.getByText('Acme Fiber sees everything done with this access.').waitFor()
  await page.getByRole('region', { name: 'History' }).getByText('Allowed').first().waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Give back' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/^Reason/).fill('The work is done')
  await dialog.getByRole('button', { name: 'Give back', exact: true }).click()
  await page.locator('.chip', { hasText: 'Ended by partner' }).waitFor()
  await page.getByText('The work is done').first().waitFor()
  await page.goto(`${granted}?state=active`)
  await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
  expect(await page.getByRole('link', { name: 'Acme Fiber' }).count()).toBe(0)
}, 60_000)

test('a link that the customer paused is resumed by the customer alone: nobody else is offered it, and each page says whose pause it is (B2)', async () => {
  const marcus = await product.openTab('marcus@betanetworks.example')
  const organisation = `${product.url}/org/${product.demo.tenants['beta-networks']}`
  await marcus.goto(`${organisation}/access`)
  await marcus.getByRole('link', { name: 'Northwind MSP' }).first().click()
  await marcus.getByRole('button', { name: 'Pause the access…' }).click()
  await marcus.getByRole('dialog').getByRole('button', { name: 'Pause the access' }).click()
  const resume = /^(Continue|Resume)/
  await marcus.getByRole('button', { name: resume }).waitFor()
  const id = /lnk_\w+/.exec(marcus.url())?.[0] ?? ''
  const pages = [
    ['ana@northwind.example', partnerPath(`links/${id}`)],
    ['sam@provider.example', `${product.url}/platform/links/${id}`],
  ] as const
  for (const [address, path] of pages) {
    const page = await product.openTab(address)
    await page.goto(path)
    await page.getByText('The customer, who alone can continue it').waitFor()
    expect(await page.getByRole('button', { name: resume }).count()).toBe(0)
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    await page.close()
  }
  await marcus.getByRole('button', { name: resume }).click()
  await marcus.getByRole('dialog').getByRole('button', { name: resume }).click()
  await marcus.getByRole('button', { name: 'Pause the access…' }).waitFor()
}, 120_000)

test('a partner that came in as a wholesaler or by an app alone can be stopped for a while, as one with a link can (B11)', async () => {
  const { page } = await product.signIn('hanna@harbour.example')
  await page.waitForURL(/\/org\/ten_/)
  const tenant = /ten_\w+/.exec(page.url())?.[0] ?? ''
  const read = async (path: string) => {
    const headers = { 'x-active-tenant-id': tenant }
    return (await page.request.get(`${product.url}/api/v1/tenant/${path}`, { headers })).json()
  }
  const Named = z.looseObject({ items: z.array(z.looseObject({ partner_name: z.string() })) })
  const { items: resales } = Named.parse(await read('resales'))
  const { items: links } = Named.parse(await read('partner-access/links?status=active,suspended'))
  const wholesaler = resales[0]?.partner_name ?? ''
  expect(links.map(({ partner_name: name }) => name)).not.toContain(wholesaler)
  await page.goto(`${product.url}/org/${tenant}/access/freezes`)
  const choice = page.getByLabel('Partner', { exact: true })
  await choice.selectOption({ label: wholesaler })
  await page.getByRole('button', { name: 'Pause access now…' }).click()
  const asks = page.getByRole('dialog', { name: `Pause the access of ${wholesaler}?` })
  await asks.getByText(/No person and one app of .* can do nothing here from the next request on/).waitFor()
  await asks.getByRole('button', { name: 'Pause access now' }).click()
  const row = page.getByRole('row', { name: new RegExp(wholesaler) })
  await row.getByText('Paused', { exact: true }).waitFor()
  await row.getByRole('button', { name: /^Continue/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('Over')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Continue/ })
    .click()
  await row.getByText('Continued', { exact: true }).waitFor()
}, 90_000)

test('what a partner asks is named beside a newer request of it, and a page on which it has become outdated reads it again, so that the next press decides about what stands there (B2, U4)', async () => {
  const tenant = product.demo.tenants['beta-networks'] ?? ''
  const marcus = await product.openTab('marcus@betanetworks.example')
  await marcus.goto(`${product.url}/org/${tenant}/access`)
  await marcus.getByRole('link', { name: 'Northwind MSP' }).first().click()
  await marcus.waitForURL(/lnk_/)
  const id = /lnk_\w+/.exec(marcus.url())?.[0] ?? ''
  const ana = await product.openTab('ana@northwind.example')
  await ana.goto(partnerPath(`links/${id}`))
  await ana.getByLabel('Why? They read this').fill('The project goes on')
  await ana.getByRole('button', { name: 'Ask Beta Networks to extend' }).click()
  await ana.getByText(/^This waits for Beta Networks: .* A new request takes its place\.$/).waitFor()
  expect(await faultsInLooks(ana, TWO_LOOKS)).toEqual([])

  const lists: string[] = []
  marcus.on('request', (request) => {
    if (request.url().includes('/partner-access/changes?')) lists.push(request.url())
  })
  await marcus.goto(`${product.url}/org/${tenant}/requests`)
  const allow = marcus.getByRole('button', { name: 'Allow Northwind MSP more' })
  await allow.waitFor()
  expect(lists.every((address) => new URL(address).searchParams.get('status') === 'waiting')).toBe(true)
  const headers = { 'x-active-tenant-id': tenant, origin: product.url, 'sec-fetch-site': 'same-origin' }
  for (const act of ['review', 'suspend', 'resume']) {
    const path = `${product.url}/api/v1/tenant/partner-access/links/${id}/${act}`
    const done = await marcus.request.post(path, { headers, data: {} })
    expect(done.status(), await done.text()).toBe(200)
  }
  const before = lists.length
  await allow.click()
  await marcus.getByText('This changed since you read it; nothing was approved.').waitFor()
  await expect.poll(() => lists.length, SOON).toBeGreaterThan(before)
  expect(await faultsInLooks(marcus, TWO_LOOKS)).toEqual([])
  await allow.click()
  await marcus.getByText('Allowed: Northwind MSP can do more now').waitFor()
  await allow.waitFor({ state: 'detached' })
}, 120_000)

test('links stay chosen while other pages are shown, an order names 200 at most and leaves the rest chosen, and it can be stopped (B14)', async () => {
  const page = await product.openTab('ana@northwind.example')
  let first: object | undefined
  await page.route(/\/partner\/links\?/, async (route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get('offset') ?? 0)
    const answer = await route.fetch({
      url: route
        .request()
        .url()
        .replace(/offset=\d+/, 'offset=0'),
    })
    const body = Links.parse(await answer.json())
    first ??= body.items[0]
    const all = Array.from({ length: 250 }, (_, index) => ({
      ...first,
      link_id: `lnk_${index}`,
      tenant_name: `Tenant ${index}`,
    }))
    const items = all.slice(offset, offset + 100)
    await route.fulfill({ response: answer, json: { ...body, items, offset, total: 250 } })
  })
  const Order = z.looseObject({ items: z.array(z.looseObject({ link_id: z.string() })) })
  let ordered: string[] = []
  const operation = {
    operation_id: 'opr_1',
    action: 'renew',
    status: 'processing',
    ordered_by_name: 'Ana Ruiz',
    created_at: new Date().toISOString(),
    finished_at: null,
    items_count: 200,
    waiting: 150,
    done: 50,
    unchanged: 0,
    refused: 0,
    cancelled: 0,
    cancelled_by_name: null,
    items: [],
  }
  const stopped = {
    ...operation,
    status: 'cancelled',
    waiting: 0,
    cancelled: 150,
    cancelled_by_name: 'Ana Ruiz',
  }
  let isStopped = false
  await page.route(/\/partner\/links\/bulk$/, async (route) => {
    ordered = Order.parse(route.request().postDataJSON()).items.map((item) => item.link_id)
    await route.fulfill({ status: 202, json: operation })
  })
  await page.route(/\/partner\/operations\/opr_1(\/cancel)?$/, async (route) => {
    isStopped ||= route.request().method() === 'POST'
    await route.fulfill({ json: isStopped ? stopped : operation })
  })
  await page.goto(partnerPath('links/many'))
  const all = page.getByLabel('Choose all')
  const next = page.getByRole('button', { name: 'Next' })
  const chosen = (words: string) => page.getByRole('heading', { name: words, exact: true }).waitFor()
  await all.check()
  await chosen('100 links chosen')
  await next.click()
  await page.getByText('101–200 of 250').waitFor()
  await chosen('100 links chosen, 0 on this page')
  await all.check()
  await chosen('200 links chosen, 100 on this page')
  await all.uncheck()
  await chosen('100 links chosen, 0 on this page')
  await all.check()
  await next.click()
  await page.getByText('201–250 of 250').waitFor()
  await all.check()
  await chosen('250 links chosen, 50 on this page')
  await page.getByText('the other 50 stay chosen').waitFor()
  await page.getByLabel('Why? The tenants read this').fill('The service contract runs for another year')
  await page.getByRole('button', { name: 'Do it for 200 links' }).click()
  await page.getByText('50 of 200 done').waitFor()
  expect(ordered).toEqual(Array.from({ length: 200 }, (_, index) => `lnk_${index}`))
  await chosen('50 links chosen')
  await all.uncheck()
  await page.getByRole('heading', { name: /chosen/ }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Stop what waits…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Stop this step?' })
  await dialog.getByText('150 links that still wait').waitFor()
  await dialog.getByRole('button', { name: 'Stop what waits', exact: true }).click()
  await page.getByText('Stopped by Ana Ruiz. 50 done, 150 not begun.').waitFor()
}, 90_000)
