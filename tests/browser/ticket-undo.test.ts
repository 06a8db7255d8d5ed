import pg from 'pg'
import type { Page } from 'playwright-core'
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

const queuePath = () => `${product.url}/partner/${product.demo.partners['northwind-msp']}/queue`

/** Picks the tenant of a new ticket in the queue, as a technician does. */
async function beginTicket(page: Page, tenant: string, typed: string): Promise<void> {
  await page.goto(queuePath())
  await page.getByRole('button', { name: 'New ticket' }).click()
  await page.locator('#ticket_tenant').fill(typed)
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(`^${tenant}`) })
    .click()
  const gate = page.getByRole('button', { name: `Act in ${tenant}` })
  const subject = page.getByLabel('Subject')
  await gate.or(subject).first().waitFor()
  if (await gate.isVisible()) await gate.click()
  await subject.waitFor()
}

async function fill(page: Page): Promise<void> {
  await page.getByLabel('Subject').fill('No light on line 2')
  await page.getByLabel('What happened?').fill('Since eight nothing goes out.')
  await page.getByLabel('Tags').fill('outage, line 2')
  await page.getByLabel('Priority').selectOption('high')
}

const toastOf = (page: Page, text: RegExp) => page.locator('.toast').filter({ hasText: text })

test('a ticket in the wrong tenant is taken back by its toast, which names it and its tenant, to the form as it stood (U4)', async () => {
  const page = await product.openTab('lee@northwind.example')
  await beginTicket(page, 'Acme Fiber', 'acme')
  await fill(page)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  const toast = toastOf(page, /^Ticket T-\d+ created for Acme Fiber/)
  await toast.waitFor()
  await page.getByRole('heading', { name: 'No light on line 2', level: 1 }).waitFor()
  expect(await page.locator('[role="status"]').filter({ has: toast }).count()).toBe(1)
  const address = page.url()
  const reached = () => page.evaluate<boolean>(`document.activeElement.textContent === 'Undo'`)
  for (let steps = 0; steps < 80 && !(await reached()); steps += 1) await page.keyboard.press('Tab')
  expect(await reached()).toBe(true)
  await page.keyboard.press('Enter')
  await toastOf(page, /^Ticket T-\d+ of Acme Fiber withdrawn/).waitFor()
  await page.getByRole('heading', { name: 'New ticket for Acme Fiber', level: 1 }).waitFor()
  expect(await page.getByLabel('Subject').inputValue()).toBe('No light on line 2')
  expect(await page.getByLabel('What happened?').inputValue()).toBe('Since eight nothing goes out.')
  expect(await page.getByLabel('Tags').inputValue()).toBe('outage, line 2')
  expect(await page.getByLabel('Priority').inputValue()).toBe('high')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  await page.goto(address)
  await page.getByText('Withdrawn').first().waitFor()
  expect(await page.getByRole('button', { name: /comment|^Resolve$|^Withdraw/ }).count()).toBe(0)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.goto(`${queuePath()}?search=No+light+on+line+2&status=any`)
  await page.getByText('Nothing matches these filters').waitFor()
  await page.getByLabel('Status').selectOption('withdrawn')
  await page.getByRole('link', { name: 'No light on line 2' }).waitFor()
  await page.close()
}, 120_000)

test('what was entered for one tenant never stands in the form of another, nor a second time (U4)', async () => {
  const page = await product.openTab('lee@northwind.example')
  await beginTicket(page, 'Acme Fiber', 'acme')
  await fill(page)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  await toastOf(page, /created for Acme Fiber/)
    .getByRole('button', { name: 'Undo' })
    .click()
  await page.getByRole('heading', { name: 'New ticket for Acme Fiber', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Summary' }).click()
  await page
    .getByRole('link', { name: 'New ticket for Acme Fiber' })
    .or(page.getByRole('link', { name: 'Tickets' }))
    .first()
    .click()
  await page.getByRole('link', { name: 'New ticket for Acme Fiber' }).first().click()
  await page.getByLabel('Subject').waitFor()
  expect(await page.getByLabel('Subject').inputValue()).toBe('')
  await page.close()
}, 120_000)

test('where somebody answered first the ticket stays, and the toast says so', async () => {
  // Signed in before the ticket is there: the toast stands for seconds only.
  const dana = await product.openTab('dana@acmefiber.example')
  const page = await product.openTab('lee@northwind.example')
  await beginTicket(page, 'Acme Fiber', 'acme')
  await fill(page)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  const toast = toastOf(page, /created for Acme Fiber/)
  await toast.waitFor()
  // The toast may stand before the page of the ticket does.
  await page.waitForURL(/\/tickets\/tkt_[^/]+$/)
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const tenant = product.demo.tenants['acme-fiber'] ?? ''
  const answered = await dana.request.post(`${product.url}/api/v1/tenant/support/tickets/${id}/comments`, {
    headers: { 'x-active-tenant-id': tenant, origin: product.url, 'sec-fetch-site': 'same-origin' },
    data: { content: 'We see it.' },
  })
  expect(answered.status(), await answered.text()).toBe(201)
  await toast.getByRole('button', { name: 'Undo' }).click()
  await toastOf(page, /^Ticket T-\d+ of Acme Fiber stays\. Something happened/).waitFor()
  expect(page.url()).toContain(String(id))
  await page.close()
  await dana.close()
}, 120_000)

test("in one's own organisation it is taken back too, from the page of the ticket as well as from the toast", async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/tickets/new`)
  await fill(page)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  await toastOf(page, /created for Acme Fiber/)
    .getByRole('button', { name: 'Undo' })
    .waitFor()
  const withdraw = page.getByRole('button', { name: /^Withdraw T-\d+ of Acme Fiber/ })
  await withdraw.waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await withdraw.click()
  await toastOf(page, /^Ticket T-\d+ of Acme Fiber withdrawn/).waitFor()
  await withdraw.waitFor({ state: 'detached' })
  await page.getByText('Withdrawn').first().waitFor()
  await page.close()
}, 120_000)

test('the queue says how many tickets its filters hide, with the way to clear them, and of how many tenants none is open (U4)', async () => {
  const page = await product.openTab('lee@northwind.example')
  await page.goto(queuePath())
  await page.getByRole('row').nth(1).waitFor()
  const [, total] = /of (\d+)/.exec(await page.getByText(/^1–\d+ of \d+/).innerText()) ?? []
  await page.getByLabel('Priority').selectOption('urgent')
  await page.getByText(/^\d+ hidden by filters\.$/).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page
    .getByRole('searchbox', { name: /Search|Find|Number/ })
    .first()
    .fill('nothing-is-called-so')
  await page.getByText('Nothing matches these filters').waitFor()
  const hidden = page.getByText(/^\d+ hidden by filters\.$/)
  expect(await hidden.count()).toBe(1)
  expect(await hidden.innerText()).toBe(`${total} hidden by filters.`)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await page.getByRole('row').nth(1).waitFor()
  expect(await hidden.count()).toBe(0)

  const client = new pg.Client({ ...(await product.connection()) })
  await client.connect()
  await client.query(`set session_replication_role = replica`)
  await client.query(`update ticket set status = 'closed' where status in ('open', 'pending', 'on_hold')`)
  await client.end()
  const tenants = (await (
    await page.request.get(`${product.url}/api/v1/partner/support/tickets?limit=1`)
  ).json()) as { scope: { tenant_count: number } }
  await page.reload()
  expect(tenants.scope.tenant_count).toBeGreaterThan(1)
  await page.getByText(`No open tickets in ${tenants.scope.tenant_count} tenants.`).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.close()
}, 120_000)

const Assignees = z.looseObject({ items: z.array(z.looseObject({ name: z.string() })) })

test('a ticket that somebody has who cannot be chosen says who, and can be given to nobody (B7)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  const tenant = product.demo.tenants['acme-fiber'] ?? ''
  const opened = await page.request.post(`${product.url}/api/v1/tenant/support/tickets`, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'x-active-tenant-id': tenant },
    data: { subject: 'A ticket to hand over', description: 'Nothing goes out.' },
  })
  expect(opened.status(), await opened.text()).toBe(201)
  await page.goto(`${product.url}/org/${tenant}/tickets`)
  await page.getByRole('link', { name: 'A ticket to hand over' }).first().click()
  const who = page.getByLabel('Person', { exact: true })
  const chosen = () => who.locator('option:checked').textContent()
  const give = () => page.getByRole('button', { name: 'Hand over the ticket' }).click()
  await who.selectOption({ label: 'Ravi Menon' })
  await give()
  await toastOf(page, /./).first().waitFor()
  // As if that person worked here no more, or were one of the other side.
  await page.route(/\/support\/assignees/, async (route) => {
    const answer = await route.fetch()
    const body = Assignees.parse(await answer.json())
    const items = body.items.filter(({ name }) => name !== 'Ravi Menon')
    await route.fulfill({ response: answer, json: { ...body, items } })
  })
  await page.reload()
  await who.waitFor()
  await expect.poll(chosen, SOON).toBe('Ravi Menon')
  await who.selectOption({ label: 'Nobody' })
  await give()
  await page.getByText('Assigned').first().waitFor()
  await expect.poll(() => who.locator('option', { hasText: 'Ravi Menon' }).count(), SOON).toBe(0)
  await page.unrouteAll({ behavior: 'wait' })
  await page.close()
}, 60_000)
