import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialogOf, findRefusal, heading, passGate, rows } from '../support/jobs.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'
import { Steps } from '../support/steps.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const MINUTES = 60_000
interface Home {
  readonly steps: Steps
  readonly page: Page
  /** Back to where the person begins, without a step. */
  readonly home: () => Promise<void>
}

/** Signs somebody in, and says where they begin. */
async function begin(email: string, first: RegExp): Promise<Home> {
  const page = await product.openTab(email)
  await page.goto(`${product.url}/`)
  await page.waitForURL(first)
  const address = page.url()
  return { steps: new Steps(page), page, home: async () => void (await page.goto(address)) }
}

test(
  'a platform admin decides, approves, pays, suspends and explains in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('sam@provider.example', /\/platform/)
    const counted: Record<string, number> = {}
    await steps.pressLink('Brightwave Networks')
    await steps.pressButton('Approve…')
    await dialogOf(page).waitFor()
    counted['Decide a partner application'] = steps.take()
    await home()
    await steps.pressLink(/^Southbank Systems, version/)
    await steps.pressButton('Approve…')
    await dialogOf(page).waitFor()
    counted['Approve a signed agreement'] = steps.take()
    await home()
    await steps.pressLink(/^\d+ earnings$/)
    await steps.press(page.getByLabel('Select all on this page'))
    await steps.press(page.getByRole('button', { name: 'Approve', exact: true }))
    await dialogOf(page).waitFor()
    counted['Approve earnings'] = steps.take()
    await home()
    await steps.pressLink(/^Payout \d/)
    await steps.pressButton('Approve the payout…')
    await dialogOf(page).waitFor()
    counted['Approve a payout'] = steps.take()
    await home()
    await steps.goTo('southb', /Southbank Systems/)
    await steps.pressButton('Suspend…')
    await dialogOf(page).waitFor()
    counted['Suspend a partner'] = steps.take()
    const refusal = await findRefusal(product)
    await home()
    await steps.goTo(refusal.explain_id, /Why was this decided/)
    await page.getByText('What was checked, in order').waitFor()
    counted['Find out why a call was refused'] = steps.take()
    expect(counted).toEqual({
      'Decide a partner application': 2,
      'Approve a signed agreement': 2,
      'Approve earnings': 3,
      'Approve a payout': 2,
      'Suspend a partner': 3,
      'Find out why a call was refused': 2,
    })
  },
  2 * MINUTES,
)

test(
  'a partner owner sees the money, signs, invites, registers a client and asks a customer in no more steps than are allowed (U1)',
  async () => {
    const nora = await begin('nora@brightside.example', /\/overview$/)
    const counted: Record<string, number> = {}
    await nora.page.getByText('Earned this month').waitFor()
    await nora.page.getByText('Next payout planned for').waitFor()
    counted['See what we earned, and when it is paid'] = nora.steps.take()
    await nora.steps.pressMenu('Earnings')
    await rows(nora.page).first().waitFor()
    counted['See it line by line'] = nora.steps.take()
    const { steps, page, home } = await begin('ana@northwind.example', /\/overview$/)
    await steps.pressLink('Read and sign')
    await page.waitForURL(/\/agreements\/[^/]+\/sign$/)
    counted['Sign the new agreement'] = steps.take()
    await home()
    await steps.pressMenu('Profile')
    await page.getByRole('button', { name: 'Send the invitation' }).waitFor()
    counted['Invite a colleague'] = steps.take()
    await home()
    await steps.pressMenu('API clients')
    await steps.pressLink('New API client')
    await page.waitForURL(/\/clients\/new$/)
    await heading(page, 'New API client').waitFor()
    counted['Register an API client'] = steps.take()
    await home()
    await steps.pressMenu('Links')
    await steps.press(page.getByRole('main').getByText('Request a link', { exact: true }))
    await page.waitForURL(/\/links\/new$/)
    counted['Ask a customer for access'] = steps.take()
    expect(counted).toEqual({
      'See what we earned, and when it is paid': 0,
      'See it line by line': 1,
      'Sign the new agreement': 1,
      'Invite a colleague': 1,
      'Register an API client': 2,
      'Ask a customer for access': 2,
    })
  },
  2 * MINUTES,
)

test(
  'partner staff make a code, see their referrals and totals in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('eli@brightside.example', /\/referrals$/)
    const counted: Record<string, number> = {}
    await page.getByText('Highland Wireless').waitFor()
    counted['See the state of my referrals'] = steps.take()
    await steps.pressButton('Make a code and copy its link')
    await page
      .getByText(/^Code [A-HJKMNP-Z2-9]{8} is made/)
      .first()
      .waitFor()
    counted['Make a code and copy its link'] = steps.take()
    await home()
    await steps.pressMenu('Earnings')
    await heading(page, 'Earnings').waitFor()
    counted['See paid totals'] = steps.take()
    expect(counted).toEqual({
      'See the state of my referrals': 0,
      'Make a code and copy its link': 1,
      'See paid totals': 1,
    })
  },
  2 * MINUTES,
)

test(
  'a technician takes a ticket, enters a tenant, opens a ticket, finds what is late and hands over in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('lee@northwind.example', /\/queue$/)
    const counted: Record<string, number> = {}
    await rows(page).first().getByText('Missed').waitFor()
    counted['See who is near a missed promise'] = steps.take()
    await steps.choose(page.getByLabel('SLA', { exact: true }), 'At risk or missed')
    await page.waitForURL(/sla=endangered/)
    counted['Show only those'] = steps.take()
    await home()
    await steps.goTo('beta', /Beta Networks/)
    await passGate(page, /Beta Networks/)
    await heading(page, 'Beta Networks').waitFor()
    counted['Act in a tenant and look at one thing'] = steps.take()
    await home()
    await steps.press(rows(page).filter({ hasText: 'Beta Networks' }).getByRole('link'))
    await page.getByText('Conversation').first().waitFor()
    counted['Take the next ticket'] = steps.take()
    await steps.choose(page.getByLabel('Person', { exact: true }), 'Mia Chen, Northwind MSP')
    await page.getByRole('button', { name: /^Hand over the ticket of Beta Networks/ }).waitFor()
    counted['Hand over to a colleague, from the ticket'] = steps.take()
    await home()
    await page.keyboard.press('n')
    await page.keyboard.press('Escape')
    await steps.pressButton('New ticket…')
    await steps.send(page.getByLabel('Tenant', { exact: true }), 'beta')
    await dialogOf(page)
      .getByRole('button', { name: /Beta Networks/ })
      .click()
    await page.getByLabel('Subject').waitFor()
    await page.getByRole('button', { name: /for Beta Networks/ }).waitFor()
    counted['Open a ticket on behalf of a tenant'] = steps.take()
    expect(counted).toEqual({
      'See who is near a missed promise': 0,
      'Show only those': 1,
      'Act in a tenant and look at one thing': 2,
      'Take the next ticket': 1,
      'Hand over to a colleague, from the ticket': 1,
      'Open a ticket on behalf of a tenant': 2,
    })
  },
  2 * MINUTES,
)

test(
  'a headquarters sees its group, compares, looks into a subsidiary, exports and assigns in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('stefan@helios.example', /\/reports\/revenue$/)
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
    counted['Reach the grid of people and tenants'] = steps.take()
    expect(counted).toEqual({
      'Revenue and receivables by month': 0,
      'Compare service levels across subsidiaries': 1,
      'Look into one subsidiary, from there': 1,
      'Export for the board': 1,
      'Reach the grid of people and tenants': 1,
    })
  },
  2 * MINUTES,
)

test(
  'an auditor finds what a person did in a period, proves who could do what on a date, takes the file, and follows one request, in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('edith@ledgerpine.example', /\/activity$/)
    const counted: Record<string, number> = {}
    await page.getByRole('listitem').first().waitFor()
    await steps.send(page.getByLabel('Find in sentences', { exact: true }), 'Acme')
    await steps.send(page.getByLabel('From', { exact: true }), '2026-01-01')
    await page.waitForURL(/from=2026-01-01/)
    counted['What was done in one tenant in a period'] = steps.take()
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
    await home()
    const file = page.waitForEvent('download')
    await steps.pressButton('Export as CSV')
    const bytes = await readFile(await (await file).path())
    await page.getByText(createHash('sha256').update(bytes).digest('hex')).waitFor()
    counted['Export evidence with a checksum'] = steps.take()
    expect(counted).toEqual({
      'What was done in one tenant in a period': 2,
      'Follow one request': 1,
      'Prove who could do what on a date': 2,
      'Export evidence with a checksum': 1,
    })
  },
  2 * MINUTES,
)

test(
  'a tenant admin decides a request, sees who has access, stops one, stops all, and gives an agency its form in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin('dana@acmefiber.example', /\/home$/)
    const counted: Record<string, number> = {}
    await steps.press(page.getByRole('main').getByRole('link', { name: 'Review', exact: true }))
    await page
      .getByRole('button', { name: /^Allow .* more$/ })
      .first()
      .waitFor()
    counted['Decide a request for more access'] = steps.take()
    await home()
    await steps.pressMenu('Who has access')
    await page.getByText('Northwind MSP').first().waitFor()
    counted['See who has access, and to what'] = steps.take()
    await steps.pressLink("Stop Northwind MSP's access")
    await page.getByLabel("Type the partner's name to confirm").waitFor()
    counted['Stop one partner, from there'] = steps.take()
    await home()
    await steps.pressLink('Stop all partner access…')
    await page.getByLabel("Type your organisation's name to confirm").waitFor()
    counted['Stop everybody'] = steps.take()
    await home()
    await steps.pressMenu('Agencies')
    await steps.pressLink('Add an agency')
    await page.getByLabel('Name of the agency').fill('Harbour Library')
    await page.getByRole('button', { name: 'Save and make a form' }).click()
    await page.getByLabel('Name of the form').fill('Website')
    await page.getByLabel('Sites that may show it').fill('https://harbourlibrary.example')
    await page.getByRole('button', { name: 'Make a form' }).click()
    await page.getByRole('checkbox', { name: 'Router' }).check()
    await page.getByRole('button', { name: 'Save what it issues and says' }).click()
    await steps.pressLink('Make form token')
    await page.getByRole('button', { name: 'Make form token' }).click()
    await heading(page, 'Copy the code now').waitFor()
    counted['Give an agency its form and code'] = steps.take()
    expect(counted).toEqual({
      'Decide a request for more access': 1,
      'See who has access, and to what': 1,
      'Stop one partner, from there': 1,
      'Stop everybody': 1,
      'Give an agency its form and code': 3,
    })
  },
  2 * MINUTES,
)

test(
  'a tenant admin is one step from the page that decides a request for access (U1)',
  async () => {
    const { steps, page } = await begin('marcus@betanetworks.example', /\/home$/)
    await steps.pressLink('Review what Southbank Systems asks for')
    await page.waitForURL(/\/links\/[^/]+$/)
    await page.getByText('Southbank Systems').first().waitFor()
    expect(steps.take()).toBe(1)
  },
  2 * MINUTES,
)

test(
  'a developer understands a refusal and reaches keys and webhooks in no more steps than are allowed (U1)',
  async () => {
    const { explain_id: id } = await findRefusal(product)
    const page = await product.openTab('ana@northwind.example')
    const steps = new Steps(page)
    const home = `${product.url}/partner/${product.demo.partners['northwind-msp']}/clients`
    await page.goto(home)
    const counted: Record<string, number> = {}
    await page.getByLabel('Id in the answer').fill('403')
    await page.getByRole('button', { name: 'Show why' }).click()
    await page.getByText('This is no such id.').waitFor()
    await steps.send(page.getByLabel('Id in the answer'), id)
    await page.getByText('What was checked, in order').waitFor()
    counted['Understand a refusal'] = steps.take()
    await page.goto(home)
    await steps.pressMenu('Webhooks')
    await heading(page, 'Webhooks').waitFor()
    counted['Reach the webhooks'] = steps.take()
    expect(counted).toEqual({ 'Understand a refusal': 1, 'Reach the webhooks': 1 })
  },
  2 * MINUTES,
)

test(
  'a wholesaler orders for itself and for a customer, sees before who is billed, and orders once with two presses, in no more steps than are allowed (A5, U1)',
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
      .getByRole('button', { name: /^Place order, 129\.00 EUR once, billed to Westwire Carrier$/ })
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
    expect(counted).toEqual({ 'Place an order on our own account': 2, 'Place an order for a customer': 2 })
  },
  2 * MINUTES,
)

test('a member of a tenant who is no admin is one step from who has access, and is offered nothing to change (U1)', async () => {
  const { steps, page } = await begin('ravi@acmefiber.example', /\/home$/)
  await steps.pressMenu('Who has access')
  await page.getByRole('heading', { name: 'Northwind MSP' }).first().waitFor()
  expect(steps.take()).toBe(1)
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 120_000)
