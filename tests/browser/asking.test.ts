import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const partnerPath = (partner: string, rest: string) =>
  `${product.url}/partner/${product.demo.partners[partner]}/${rest}`

const look = async (page: Page) => expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

test('a partner says in its request from when the link holds, what answer it promises, who pays and what it offers to keep to, reads that before it sends, and afterwards on the page of the link, as the tenant does (B2)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'links/new'))
  await page.getByLabel('Partner code of the tenant').fill('iberia-rural')
  await page.getByLabel('Why? They read this').fill('We look after your lines and answer your tickets.')
  await page.getByLabel('Within how many hours').fill('6')
  const first = page.getByLabel('From which day?')
  const today = new Date().toISOString().slice(0, 10)
  await first.fill(today)
  await page.getByRole('button', { name: 'Send the request' }).click()
  await page.getByRole('link', { name: 'Choose tomorrow or a later day, or leave the day empty.' }).waitFor()
  await page.getByText('Your organisation pays for API calls, seats and exports.').waitFor()
  await page.getByText('Change who pays, offer conditions, name a distributor').click()
  await page.getByLabel('Who pays for seats?').selectOption('split')
  await page.getByText('share the cost of seats as agreed').waitFor()
  await page.getByLabel('A passkey, not a code').check()
  await page.getByLabel('Only from these networks').fill('192.0.2.0/24\n2001:db8::/32')
  await look(page)
  await first.fill('')
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await page.getByRole('button', { name: 'Send the request' }).click()
  await page.getByRole('heading', { name: 'Request sent' }).waitFor()
  expect((await sent).postDataJSON()).toMatchObject({
    conditions: {
      phishing_resistant: true,
      read_reason_required: false,
      ip_mode: 'enforce',
      ip_allow: ['192.0.2.0/24', '2001:db8::/32'],
    },
  })

  await page.getByRole('link', { name: 'See your requests' }).click()
  await page.locator('tbody tr').filter({ hasText: 'iberia-rural' }).getByRole('link').first().click()
  const facts = page.getByRole('region', { name: 'Link', exact: true })
  await facts.getByText('Promised within 6 hours').waitFor()
  expect(await facts.getByText('share the cost of seats as agreed').count()).toBe(1)
  await look(page)

  const id = page.url().split('/').at(-1)
  const admin = await product.openTab('luis@iberiarural.example')
  await admin.goto(`${product.url}/org/${product.demo.tenants['iberia-rural']}/access/${id}`)
  const kept = admin.getByRole('region', { name: 'What Southbank Systems has to keep to' })
  await kept.getByText('A passkey, not a code').waitFor()
  await kept.getByText('Only from these networks: 192.0.2.0/24, 2001:db8::/32').waitFor()
  await look(admin)
}, 90_000)

test('a template keeps what it promises and who pays when it is saved, and says both before it is used (B14)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(partnerPath('northwind-msp', 'links/templates/new'))
  await page.getByLabel('Name').fill('Night watch')
  await page.getByLabel('Why? They read this').fill('We watch your lines at night.')
  await page.getByLabel('Within how many hours').fill('3')
  await page.getByText('Change who pays').click()
  await page.getByLabel('Who pays for exports?').selectOption('tenant')
  await look(page)
  await page.getByRole('button', { name: 'Save the template' }).click()
  for (const days of ['180', '90']) {
    // What is on its way is waited for: a form that began with what was read before the last save could not be saved.
    const answer = Promise.withResolvers<undefined>()
    await page.route('**/partner/link-templates/*', async (route) => {
      if (route.request().method() === 'GET') await answer.promise
      await route.continue()
    })
    const asked = page.waitForRequest('**/partner/link-templates/*')
    await page.getByRole('link', { name: 'Night watch', exact: true }).click()
    await asked
    expect(await page.getByLabel('For how long?').count()).toBe(0)
    answer.resolve(undefined)
    await page.getByLabel('For how long?').selectOption(days)
    expect(await page.getByLabel('Within how many hours').inputValue()).toBe('3')
    expect(await page.getByLabel('Who pays for exports?').inputValue()).toBe('tenant')
    await page.getByRole('button', { name: 'Save the template' }).click()
    await page.getByRole('heading', { name: 'Templates for requests' }).waitFor()
    await page.unrouteAll({ behavior: 'wait' })
  }
  await page.getByRole('link', { name: 'Night watch', exact: true }).click()
  await page.getByRole('button', { name: 'Use it' }).click()
  await page.getByText('Promised within 3 hours').waitFor()
  await page.getByText('Your organisation pays for API calls and seats.').waitFor()
  await look(page)
}, 90_000)

const PURPOSE =
  'We compare the invoices of your sites with the orders in your planning system every night, so that nobody has to type them again.'

test('a partner asks a customer for access of an app, the customer reads it among what waits and begins to decide, and what is taken back can no longer be decided (C1)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'granted'))
  await page.getByRole('link', { name: 'Ask a customer', exact: false }).first().click()
  await page.getByLabel('Partner code or mail address').fill('beta-networks')
  await page.getByLabel('API client').selectOption({ label: 'Southbank Fleet' })
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0)
  await page.getByRole('button', { name: 'Send request' }).click()
  await page.getByRole('link', { name: 'Choose at least one' }).waitFor()
  await page.getByRole('checkbox', { name: 'See invoices of the billing account' }).check()
  await page.getByLabel('Why').fill(PURPOSE)
  await look(page)
  await page.getByRole('button', { name: 'Send request' }).click()
  await page.getByText('If beta-networks belongs to a customer').waitFor()
  await look(page)
  await page.getByRole('link', { name: 'What you asked for' }).click()
  const row = page.locator('tbody tr').filter({ hasText: 'beta-networks' })
  await row.getByText('Sent', { exact: true }).waitFor()
  await look(page)

  const organisation = await product.openTab('marcus@betanetworks.example')
  await organisation.goto(`${product.url}/org/${product.demo.tenants['beta-networks']}/requests`)
  await organisation.getByText('Southbank Systems asks for access with its app Southbank Fleet.').waitFor()
  await organisation.getByText(PURPOSE).waitFor()
  await look(organisation)
  await organisation.getByRole('link', { name: 'Look at the request' }).click()
  await organisation.getByText(PURPOSE).waitFor()
  await look(organisation)
  const asked = organisation.url()
  await organisation.getByRole('button', { name: 'Read it and decide' }).click()
  await organisation.waitForURL(/\/consent\//)
  await look(organisation)

  await row.getByRole('button', { name: /^Take back/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await row.getByText('Taken back', { exact: true }).waitFor()
  await organisation.goto(asked)
  await organisation.getByText(PURPOSE).waitFor()
  expect(await organisation.getByRole('button', { name: 'Read it and decide' }).count()).toBe(0)
  await look(organisation)
}, 120_000)
