import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from '../support/look.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start('nothing')
}, 60_000)
afterAll(() => product[Symbol.asyncDispose]())

test('a technician finds a tenant by keyboard, reads its invoices, and opens and works on a ticket; its admin sees it, and stops the access; the next click is refused with the reason', async () => {
  const lee = await product.signIn('lee@northwind.example')
  const { page } = lee
  await page.getByRole('heading', { name: 'Ticket queue', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Tenants', exact: true }).click()
  await page.getByRole('heading', { name: 'Tenants', level: 1 }).waitFor()
  await page
    .getByRole('link', { name: 'Beta Networks' })
    .or(page.getByRole('button', { name: 'Beta Networks' }))
    .first()
    .waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'board-light')

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await page.keyboard.type('beta')
  await page.getByRole('option', { name: /Beta Networks/, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  const wayIn = page.getByRole('button', { name: 'Act in Beta Networks' })
  await wayIn.click()
  // The visit is kept once the server has answered; a page that is left before asks for it again.
  await wayIn.waitFor({ state: 'detached' })
  await page.getByText('Acting in Beta Networks').first().waitFor()
  const acting = new URL(page.url()).pathname.replace(/\/summary$/, '')
  expect(acting).toContain(`/t/${product.demo.tenants['beta-networks']}`)

  const invoices = page.waitForResponse((response) => response.url().includes('/billing/invoices'))
  await page.goto(`${product.url}${acting}/billing`)
  const answer = await invoices
  expect(answer.headers()['x-active-tenant-id']).toBe(product.demo.tenants['beta-networks'])
  await page.getByRole('row').nth(2).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'acting-light')

  await page.goto(`${product.url}${acting}/tickets/new`)
  await page.getByLabel('Subject').fill('Modem keeps restarting')
  await page.getByLabel('What happened?').fill('Every night at two.')
  await page.getByRole('button', { name: /for Beta Networks/ }).click()
  await page.getByRole('heading', { name: /Modem keeps restarting/ }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'ticket-light')

  const marcus = await product.signIn('marcus@betanetworks.example')
  const org = `${product.url}/org/${product.demo.tenants['beta-networks']}`
  await marcus.page.goto(`${org}/access`)
  await marcus.page.getByText('Northwind MSP').first().waitFor()
  expect(await violationsOf(marcus.page)).toEqual([])
  await takePicture(marcus.page, 'access-light')
  await marcus.page.goto(`${org}/activity`)
  await marcus.page
    .getByText(/Lee Park of Northwind MSP opened ticket/)
    .first()
    .waitFor()
  await marcus.page
    .getByText(/Lee Park of Northwind MSP read .* invoice/)
    .first()
    .waitFor()
  expect(await violationsOf(marcus.page)).toEqual([])
  await takePicture(marcus.page, 'activity-light')

  await marcus.page.goto(`${org}/access`)
  await marcus.page
    .getByRole('link', { name: /Stop Northwind MSP/ })
    .or(marcus.page.getByRole('button', { name: /Stop Northwind MSP/ }))
    .first()
    .click()
  await marcus.page.getByRole('textbox').last().fill('Northwind MSP')
  await takePicture(marcus.page, 'stop-light')
  await marcus.page.getByRole('button', { name: /Stop Northwind MSP/ }).click()
  await marcus.page
    .getByText(/stopped/i)
    .first()
    .waitFor()

  await page.goto(`${product.url}${acting}/tickets`)
  await page
    .getByText(/ended|stopped|revoked/i)
    .first()
    .waitFor()
  expect(await page.getByText('Modem keeps restarting').count()).toBe(0)
  await takePicture(page, 'refused-light')
  const refused = await lee.context.request.get(`${product.url}/api/v1/partner/support/tickets`, {
    headers: { 'x-active-tenant-id': product.demo.tenants['beta-networks'] ?? '' },
  })
  expect(refused.status()).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'TENANT_LINK_REVOKED' })
  await marcus.page.goto(`${org}/activity`)
  await marcus.page
    .getByText(/Lee Park of Northwind MSP opened ticket/)
    .first()
    .waitFor()
}, 120_000)

test('B4: two tabs on two tenants write each into its own', async () => {
  const { context } = await product.signIn('ana@northwind.example')
  const partner = product.demo.partners['northwind-msp']
  const tabs = await Promise.all(
    (['acme-fiber', 'cascade-broadband'] as const).map(async (slug) => {
      const page = await context.newPage()
      await page.goto(`${product.url}/partner/${partner}/t/${product.demo.tenants[slug]}/tickets/new`)
      const gate = page.getByRole('button', { name: /^Act in/ })
      await gate.or(page.getByLabel('Subject')).first().waitFor()
      if (await gate.isVisible()) await gate.click()
      await page.getByLabel('Subject').waitFor()
      return { slug, page }
    }),
  )
  for (const { slug, page } of tabs) await page.getByLabel('Subject').fill(`Written in ${slug}`)
  for (const { page } of tabs) await page.getByLabel('What happened?').fill('Two tabs are open.')
  const answers = await Promise.all(
    tabs.map(async ({ slug, page }) => {
      const answer = page.waitForResponse(
        (response) => response.request().method() === 'POST' && response.url().endsWith('/support/tickets'),
      )
      await page.getByRole('button', { name: /^(Create|Open) ticket for/ }).click()
      const body = (await (await answer).json()) as { tenant_id: string }
      return [slug, body.tenant_id]
    }),
  )
  expect(answers).toEqual(tabs.map(({ slug }) => [slug, product.demo.tenants[slug]]))
}, 60_000)

test('signing in, stepping up and the error pages work without script, in the dark and on a narrow screen', async () => {
  const { page } = await product.signIn('dana@acmefiber.example', {
    javaScriptEnabled: false,
    colorScheme: 'dark',
    viewport: { width: 360, height: 800 },
  })
  for (const path of ['/account', '/step-up', '/nothing-here']) {
    await page.goto(`${product.url}${path}`)
    expect(await page.locator('h1').count(), path).toBe(1)
    const [content = 0, window = 0] = await Promise.all([
      page.locator('html').evaluate((html) => html.scrollWidth),
      page.locator('html').evaluate((html) => html.clientWidth),
    ])
    expect(content, path).toBeLessThanOrEqual(window)
  }
}, 60_000)
