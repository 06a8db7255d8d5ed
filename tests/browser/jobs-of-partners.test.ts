import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { WebhookReceiver } from '../../server/testing/webhook-receiver.ts'
import { startExampleApp } from '../support/example-app.ts'
import { begin, dialogOf, findRefusal, heading, JOB_MS, passGate, rows } from '../support/jobs.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'
import { Steps } from '../support/steps.ts'

/** Where the example application listens here; its own place is taken by another test. */
const CALLBACK = 'http://127.0.0.1:4720/callback'

let product: RunningProduct
let receiver: WebhookReceiver
beforeAll(async () => {
  ;[product, receiver] = await Promise.all([RunningProduct.start(), WebhookReceiver.start()])
}, 120_000)
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await product[Symbol.asyncDispose]()
})

const start = (email: string, first: RegExp) => begin(product, email, first)

/** Saves what the page shows, and gives its lines and its bytes. */
async function takeFile(page: Page, steps: Steps): Promise<[string[], Buffer]> {
  const file = page.waitForEvent('download')
  await steps.pressButton('Export as CSV')
  const bytes = await readFile(await (await file).path())
  return [bytes.toString('utf8').trim().split('\r\n'), bytes]
}

test(
  'a headquarters sees its group, compares, looks into a subsidiary, exports and assigns in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('stefan@helios.example', /\/reports\/revenue$/)
    const counted: Record<string, number> = {}
    await page.getByText('Invoiced by month, in EUR').first().waitFor()
    counted['Revenue and receivables by month'] = steps.take()
    await steps.pressLink('Compare')
    await page
      .getByRole('table')
      .getByRole('row', { name: /^Uptime/ })
      .waitFor()
    counted['Compare service levels across subsidiaries'] = steps.take()
    await steps.press(page.getByRole('table').getByRole('link', { name: 'Elbe Netz' }))
    await page.waitForURL(/\/t\/[^/]+\/reports/)
    counted['Look into one subsidiary, from there'] = steps.take()
    await home()
    await steps.press(page.getByRole('main').getByRole('link', { name: 'Export', exact: true }))
    await page.getByRole('button', { name: 'Order the file' }).waitFor()
    counted['Export for the board'] = steps.take()
    await home()
    await steps.pressMenu('People and tenants')
    await page.getByText('Bea Costa').first().waitFor()
    await steps.pressButton('Bea Costa is not assigned to Fjord Fiber')
    await steps.pressButton('Save one change')
    await page.getByRole('button', { name: /^Bea Costa is assigned to Fjord Fiber/ }).waitFor()
    counted['Assign an agent to a subsidiary'] = steps.take()
    expect(counted).toEqual({
      'Revenue and receivables by month': 0,
      'Compare service levels across subsidiaries': 1,
      'Look into one subsidiary, from there': 1,
      'Export for the board': 1,
      'Assign an agent to a subsidiary': 3,
    })
  },
  JOB_MS,
)

test(
  'an auditor begins with the days of the engagement and what is known of the log, finds what a person did in one tenant, proves who could do what on a date, takes the file with what was asked for in it, and follows one request, in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('edith@ledgerpine.example', /\/activity(\?|$)/)
    const counted: Record<string, number> = {}
    await page.waitForURL(/from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d/)
    await page.getByText(/^[\d,]+ events in this time, none missing\.$/).waitFor()
    await page
      .getByText(/The log was last sealed on .+ UTC\. No verification of the whole log is recorded\./)
      .waitFor()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    counted['See whether the activity of the engagement is complete'] = steps.take()
    await steps.choose(page.getByLabel('Person', { exact: true }), 'Edith Crane')
    await steps.choose(page.getByLabel('Tenant', { exact: true }), 'Acme Fiber')
    await page.getByText('Edith Crane read 48 invoices at Acme Fiber').waitFor()
    await expect.poll(() => page.getByText(/ at Kanto Link$/).count(), SOON).toBe(0)
    expect(page.url()).toMatch(/from=.+&to=.+&person=psn_.+&tenant=ten_/)
    counted['What a person did in one tenant in a period'] = steps.take()
    const [narrow, narrowBytes] = await takeFile(page, steps)
    expect(narrow[0]).toMatch(/,filters$/)
    expect(narrow.length).toBeGreaterThan(2)
    for (const row of narrow.slice(1))
      expect(row).toMatch(
        /,"from 20\d\d-[^,"]+; person: psn_\w+; tenant: ten_\w+; Exported by Edith Crane, [^"]+"$/,
      )
    await page.getByText(createHash('sha256').update(narrowBytes).digest('hex')).waitFor()
    counted['Export evidence with a checksum'] = steps.take()
    await home()
    const first = page.getByRole('listitem').filter({ hasText: 'Details' }).first()
    await first.getByRole('button', { name: 'Details' }).click()
    const request = (await first.getByText(/^req_/).innerText()).trim()
    await steps.send(page.getByLabel('Find in sentences', { exact: true }), request)
    await page.getByText('1 event shown', { exact: true }).waitFor()
    counted['Follow one request'] = steps.take()
    await home()
    await steps.press(page.getByRole('main').getByRole('link', { name: 'Acme Fiber', exact: true }))
    await heading(page, 'Northwind MSP').waitFor()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    await steps.send(page.getByLabel('As of (UTC)'), '2026-01-01T12:00')
    await heading(page, 'Not recorded').waitFor()
    expect(page.url()).toContain('at=2026-01-01T12')
    counted['Prove who could do what on a date'] = steps.take()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    expect(counted).toEqual({
      'See whether the activity of the engagement is complete': 0,
      'What a person did in one tenant in a period': 2,
      'Follow one request': 1,
      'Prove who could do what on a date': 2,
      'Export evidence with a checksum': 1,
    })
  },
  JOB_MS,
)

/** An endpoint of the partner with a message that did not arrive. */
async function loseMessage(page: Page): Promise<void> {
  const hooks = `${product.url}/api/v1/partner/webhook-endpoints`
  const made = await page.request.post(hooks, {
    data: { url: receiver.url, event_types: ['link.activated'] },
  })
  expect(made.status(), await made.text()).toBe(201)
  const { endpoint_id: id } = z.object({ endpoint_id: z.string() }).parse(await made.json())
  expect((await page.request.post(`${hooks}/${id}/test`, { data: {} })).status()).toBe(202)
  await expect.poll(() => receiver.received.length, SOON).toBeGreaterThan(0)
  const database = new pg.Client(await product.connection())
  await database.connect()
  try {
    // As after days of retries.
    await expect
      .poll(async () => {
        const lost = await database.query(
          `update webhook_delivery set status = 'failed', outcome = 'timeout', response_code = null
           where id = (select id from webhook_delivery where status = 'delivered' and endpoint_id = (select id from webhook_endpoint where url = $1) order by id limit 1)`,
          [receiver.url],
        )
        return lost.rowCount
      }, SOON)
      .toBe(1)
  } finally {
    await database.end()
  }
}

test(
  'a developer makes an API client and has its first command, rotates its key, understands a refusal and sends a lost message again in no more steps than are allowed (A11, U1)',
  async () => {
    const { explain_id: id } = await findRefusal(product)
    const page = await product.openTab('ana@northwind.example')
    const steps = new Steps(page)
    const clients = `${product.url}/partner/${product.demo.partners['northwind-msp']}/clients`
    const counted: Record<string, number> = {}
    await page.goto(clients)
    await steps.pressLink('New API client')
    await page.getByLabel('Name', { exact: true }).fill('Counting desk')
    await page.getByLabel('Return addresses').fill('http://127.0.0.1:4710/callback')
    await page.getByRole('button', { name: 'Make the key pair and save the private key' }).click()
    await page.getByText(/It cannot be shown|it cannot be shown/).waitFor()
    await page.getByRole('button', { name: 'Create API client' }).click()
    await heading(page, 'Counting desk').waitFor()
    await page.getByText(/^npx node examples\/partner-app\/main\.ts --api \S+ --client cli_/).waitFor()
    counted['Make an API client, up to the command of the first call'] = steps.take()
    await page.goto(clients)
    await steps.pressLink('Counting desk')
    await steps.press(page.locator('summary', { hasText: 'Add a key' }))
    await page.getByRole('button', { name: 'Make the key pair and save the private key' }).click()
    await page.getByRole('button', { name: 'Add this key' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Remove…' }).count(), SOON).toBe(2)
    counted['Rotate a key without a break'] = steps.take()
    await page.goto(clients)
    await page.getByLabel('Id in the answer').fill('403')
    await page.getByRole('button', { name: 'Show why' }).click()
    await page.getByText('This is no such id.').waitFor()
    await steps.send(page.getByLabel('Id in the answer'), id)
    await page.getByText('What was checked, in order').waitFor()
    counted['Understand a refusal'] = steps.take()
    await loseMessage(page)
    await page.goto(clients)
    await steps.pressMenu('Webhooks')
    await heading(page, 'Messages that did not arrive').waitFor()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    const lost = await page
      .getByRole('table', { name: 'Messages that did not arrive' })
      .locator('.mono')
      .first()
      .textContent()
    const timesArrived = () =>
      receiver.received.filter(({ headers }) => headers['webhook-id'] === lost).length
    expect(timesArrived()).toBe(1)
    await steps.pressButton('Send again…')
    await dialogOf(page).getByRole('button', { name: 'Send again', exact: true }).click()
    await expect.poll(timesArrived, SOON).toBe(2)
    counted['Send a lost message again'] = steps.take()
    expect(counted).toEqual({
      'Make an API client, up to the command of the first call': 1,
      'Rotate a key without a break': 2,
      'Understand a refusal': 1,
      'Send a lost message again': 2,
    })
  },
  JOB_MS,
)

test(
  'a developer has the first answered call and tries what a customer sees, without a customer, in no more steps than are allowed (A11, U1)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-first-call-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const page = await product.openTab('ana@northwind.example')
    const steps = new Steps(page)
    const sandra = new Steps(await product.openTab('sandra@sandbox.example'))
    const counted: Record<string, number> = {}
    const clients = `${product.url}/partner/${product.demo.partners['northwind-msp']}/clients`
    await page.goto(clients)
    await steps.pressMenu('Sandbox')
    await steps.pressButton('Be the customer')
    await heading(page, 'Let Northwind MSP work on').waitFor()
    counted['Be the customer in the sandbox'] = steps.take()
    await page.goto(clients)
    await steps.pressLink('New API client')
    await page.getByLabel('Name', { exact: true }).fill('First call desk')
    await page.getByLabel('Return addresses').fill(CALLBACK)
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Make the key pair and save the private key' }).click()
    const key = join(folder, 'private.jwk.json')
    await (await saving).saveAs(key)
    await page.getByRole('button', { name: 'Create API client' }).click()
    const shown = page.getByText(/^npx node examples\/partner-app\/main\.ts --api/)
    // What stands below something that is still awaited has no text to be read yet.
    await shown.waitFor()
    const command = await shown.innerText()
    const [, api = '', client = ''] = /--api (\S+) --client (\S+)/.exec(command) ?? []
    const line = ['--api', api, '--client', client, '--key', key, '--callback', CALLBACK]
    await using app = await steps.outside(async () => startExampleApp(line, folder))
    const made = steps.take()
    const address = await app.address
    await sandra.outside(() => sandra.page.goto(address))
    await heading(sandra.page, 'Let Northwind MSP work on accounts').waitFor()
    const seen = sandra.take()
    await sandra.page.locator('input[name="account"]').first().check()
    for (const box of await sandra.page.locator('input[name="action"]').all()) await box.check()
    await sandra.page.getByRole('button', { name: 'Continue' }).click()
    await sandra.page.getByRole('button', { name: 'Allow Northwind MSP' }).click()
    await sandra.pressLink(/^Go back to/)
    await sandra.page.getByText('You can close this page.').waitFor()
    const { status, said } = await app.ended
    expect(status, said).toBe(0)
    // A new client begins with reading alone.
    expect(said).toMatch(/Orders of the account:\s+\{\s+"items": \[/)
    expect(said).toContain('Nothing was ordered.')
    counted['The first call that is answered'] = made + seen + sandra.take()
    expect(counted).toEqual({
      'Be the customer in the sandbox': 2,
      'The first call that is answered': 4,
    })
  },
  JOB_MS,
)

test(
  'a wholesaler orders for itself and for a customer, sees before who is billed, orders once with two presses, sees usage and reconciles by customer, in no more steps than are allowed (A5, U1)',
  async () => {
    const page = await product.openTab('wilma@westwire.example')
    await page.goto(`${product.url}/choose`)
    await page.getByText('Westwire Wholesale').first().click()
    await page.waitForURL(/\/partner\/[^/]+\/orders$/)
    const orders = page.url()
    const steps = new Steps(page)
    const counted: Record<string, number> = {}
    await steps.pressLink('New order')
    await steps.pressLink('Westwire Carrier (you)')
    await page.getByLabel('How many of Business router').fill('1')
    await page
      .getByRole('button', { name: /^Place order, 129\.00\sEUR once, billed to Westwire Carrier$/ })
      .waitFor()
    counted['Place an order on our own account'] = steps.take()
    await page.goto(orders)
    await steps.pressLink('New order')
    await steps.send(page.getByLabel('Tenant', { exact: true }), 'lake')
    await page.getByRole('button', { name: /Lakeside Cable/ }).click()
    await passGate(page, /Lakeside Cable/)
    await page.getByLabel('How many of Fibre 1 Gbit/s').fill('2')
    const send = page.getByRole('button', {
      name: /^Place order, 99\.98 CAD a month, billed to Lakeside Cable$/,
    })
    await send.waitFor()
    counted['Place an order for a customer'] = steps.take()
    const faults = await faultsInLooks(page, TWO_LOOKS)
    await send.dblclick()
    await page.getByText('In use from this order').waitFor()
    faults.push(...(await faultsInLooks(page, TWO_LOOKS)))
    await page.goto(orders)
    await rows(page).filter({ hasText: 'Lakeside Cable' }).waitFor()
    expect(faults).toEqual([])
    await page.goto(orders)
    await steps.pressLink('Usage')
    await heading(page, 'Usage').waitFor()
    await rows(page).filter({ hasText: 'Lakeside Cable' }).waitFor()
    counted['See usage'] = steps.take()
    await page.goto(orders)
    await steps.pressMenu('Billing')
    await steps.press(page.getByRole('main').getByRole('link', { name: 'Lakeside Cable', exact: true }))
    await page.getByText('Lakeside Cable').first().waitFor()
    await page.locator('tbody tr:visible').first().waitFor()
    counted['Reconcile what was invoiced, by customer'] = steps.take()
    expect(counted).toEqual({
      'Place an order on our own account': 2,
      'Place an order for a customer': 2,
      'See usage': 1,
      'Reconcile what was invoiced, by customer': 2,
    })
  },
  JOB_MS,
)
