import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestCertificate } from '../../server/testing/client-certificates.ts'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, takeTurns, TWO_LOOKS } from '../support/look.ts'
import type { Look } from '../support/look.ts'
import { allow, OutsideApp, register } from '../support/partner-app.ts'
import type { Tokens } from '../support/partner-app.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

const ACTIONS = ['order.create', 'order.read', 'service.read', 'account.read']
const SCOPES = ['orders.read', 'orders.write', 'services.read', 'accounts.read']
const ORDER = { items: [{ product_code: 'FIBRE-1G', quantity: 1 }] }

let product: RunningProduct
const half = takeTurns()
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Looks at the page that is open, wide and narrow, in light and dark colours. */
async function look(page: Page, looks: readonly Look[] = half()): Promise<void> {
  expect(await faultsInLooks(page, looks)).toEqual([])
}

test('a customer finds the access of an app in two clicks from home, makes it smaller and stops it, alone or with all others, and each of it holds for the next call of the app (A9, A10)', async () => {
  const app = await OutsideApp.make(product.url)
  const ana = await product.signIn('ana@northwind.example')
  await register(ana.page, app, SCOPES)
  await bindAndBack(ana.page, app)

  const admin = await product.signIn('priya@provider.example')
  await admin.page.goto(`${product.url}/platform/clients`)
  await admin.page.getByRole('link', { name: 'Northwind Fleet' }).click()
  await admin.page.getByText('Asks for live use').waitFor()
  await look(admin.page)
  await admin.page.getByRole('button', { name: /^Approve for live use/ }).click()
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Approve for live use' }).click()
  await admin.page.getByText('Northwind Fleet approved for live use').waitFor()

  const { page } = await product.signIn('dana@acmefiber.example')
  const address = await app.ask(ACTIONS, SCOPES.join(' '))
  const back = await allow(page, { address, partner: 'Northwind MSP', actions: ['Place orders'] })
  const tokens = await app.redeem(back)

  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/home`)
  await page.getByText('2 apps of partners work for you').waitFor()
  await look(page)
  await page.getByRole('link', { name: 'See who has access' }).click()
  const card = page.getByRole('region', { name: 'Northwind MSP' }).filter({ hasText: 'Northwind Fleet' })
  await card.waitFor()
  await takePicture(page, 'consents-light')
  await look(page)
  await card.getByRole('link', { name: 'Northwind MSP', exact: true }).click()
  await page
    .getByRole('heading', { name: 'Access of Northwind MSP with Northwind Fleet', level: 1 })
    .waitFor()
  const account = await page.getByRole('region', { name: 'Accounts' }).locator('dt').first().textContent()
  const ban = /\(([^)]+)\)/.exec(account ?? '')?.[1] ?? ''
  const orders = `/customers/${encodeURIComponent(ban)}/orders`
  expect(await app.call(tokens, orders)).toEqual({ status: 200, code: null })
  await look(page)
  await takePicture(page, 'consent-light')

  const consent = page.url()
  await page.getByRole('checkbox', { name: 'Place orders' }).uncheck()
  await page.getByRole('button', { name: 'Allow Northwind MSP less' }).click()
  await page.getByText('Northwind MSP is now allowed less').waitFor()
  expect(await app.call(tokens, orders)).toMatchObject({ status: 401, code: 'TOKEN_STALE' })
  const smaller = await app.refresh(tokens)
  expect(await app.call(smaller, orders)).toEqual({ status: 200, code: null })
  expect(await app.call(smaller, orders, ORDER)).toMatchObject({ status: 403 })

  expect(await app.askForMore(smaller, ['order.create'])).toBe(201)
  const widened = await decideMore(page, app, smaller)
  expect(await app.call(widened, orders, ORDER)).toEqual({ status: 201, code: null })
  expect(await app.call(widened, orders, ORDER)).toEqual({ status: 403, code: 'ORDER_LIMIT_REACHED' })

  await page.goto(consent)
  await page.getByText(/^1\d\d\.\d\d\s[A-Z]{3} of 200\.00\s[A-Z]{3}$/).waitFor()
  await page.getByText('Orders may cost up to 200.00').waitFor({ state: 'attached' })
  await look(page, TWO_LOOKS)
  await page.getByRole('button', { name: "Stop Northwind MSP's access…" }).click()
  await page.getByLabel("Type the partner's name to confirm").fill('Northwind MSP')
  await look(page)
  await page.getByRole('button', { name: "Stop Northwind MSP's access", exact: true }).click()
  await page.getByText(/Check with Northwind MSP what happens with data/).waitFor()
  expect(await app.call(widened, orders)).toMatchObject({ status: 401, code: 'DELEGATION_REVOKED' })
  await page.getByRole('link', { name: 'Who else has access' }).click()
  await page.getByRole('region', { name: 'Ended' }).getByText('Through the app Northwind Fleet').waitFor()

  const again = await app.ask(ACTIONS, SCOPES.join(' '))
  const anew = await app.redeem(await allow(page, { address: again, partner: 'Northwind MSP', actions: [] }))
  expect(await app.call(anew, orders)).toEqual({ status: 200, code: null })
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access`)
  await page.getByLabel('Billing account').selectOption({ index: 2 })
  await page.getByText('People who sign in are let in to the whole organisation').waitFor()
  await card.getByText('Through the app Northwind Fleet').waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: /^Who has access/ }).click()
  await page.getByRole('button', { name: /^Stop all partner access/ }).click()
  await page.getByText('2 apps of partners stop too.').waitFor()
  await page.getByLabel('Reason').fill('We do not know yet who is at fault.')
  await page.getByLabel("Type your organisation's name to confirm").fill('Acme Fiber')
  await page.getByRole('button', { name: /^Stop all \d+ now$/ }).click()
  await page.getByText('Northwind MSP, app Northwind Fleet').waitFor()
  expect(await app.call(anew, orders)).toMatchObject({ status: 401, code: 'DELEGATION_REVOKED' })
}, 180_000)

/** Follows what an app asks for more from the list of who has access to the receipt, as the customer's administrator. */
async function decideMore(page: Page, app: OutsideApp, tokens: Tokens): Promise<Tokens> {
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access`)
  await page.getByText('Northwind MSP asks for more access with its app Northwind Fleet.').waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: 'Look at the request' }).click()
  await page.getByRole('heading', { name: 'Northwind MSP asks for more access', level: 1 }).waitFor()
  await page.getByText('To order again.').waitFor()
  await look(page)
  await page.getByRole('button', { name: 'Read it and decide' }).click()
  await page.locator('input[name="account"]').first().check()
  await page.getByRole('checkbox', { name: 'Place orders' }).check()
  const limit = page.getByLabel(/^Most that orders may cost in a month/)
  await limit.fill('a little')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('link', { name: /^Write the most that orders may cost/ }).waitFor()
  await look(page)
  await limit.fill('200')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Orders may cost up to 200.00').waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('button', { name: 'Allow Northwind MSP' }).click()
  await page.getByRole('heading', { name: 'Northwind MSP now has access' }).waitFor()
  expect(await page.getByRole('link', { name: /^Go back to/ }).count()).toBe(0)
  await look(page, TWO_LOOKS)
  return app.refresh(tokens)
}

/** Binds the tokens of an app to a certificate and back, as its owner; the page says what they are bound to (A16). */
async function bindAndBack(page: Page, app: OutsideApp): Promise<void> {
  const partner = product.demo.partners['northwind-msp'] ?? ''
  await open(page, `/partner/${partner}/clients/${app.clientId}`, 'To a key that the application proves')
  const { pem, key } = makeTestCertificate('fleet.northwind.example')
  await page.getByText('Add a certificate').click()
  await page.getByLabel('Certificate', { exact: true }).fill(`${pem}\n${key}`)
  await page.getByRole('button', { name: 'Add this certificate' }).click()
  await page.getByText('This is a private key.').first().waitFor()
  await page.getByLabel('Certificate', { exact: true }).fill(pem)
  await page.getByRole('button', { name: 'Add this certificate' }).click()
  await page.getByText('CN=fleet.northwind.example').waitFor()
  await look(page)
  await page.getByRole('button', { name: /^Bind tokens to the certificate/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Bind tokens to the certificate' }).click()
  await page.getByText('To a certificate that the application shows').waitFor()
  // The last certificate stays while tokens are bound to it.
  expect(
    await page
      .getByRole('region', { name: 'What tokens are bound to' })
      .getByRole('button', { name: /^Remove/ })
      .count(),
  ).toBe(0)
  await look(page, TWO_LOOKS)
  await page.getByRole('button', { name: /^Bind tokens to a key again/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Bind tokens to a key again' }).click()
  await page.getByText('To a key that the application proves').waitFor()
}

/** Opens an address and waits until what it lists is there. */
async function open(page: Page, path: string, sign: string): Promise<void> {
  await page.goto(product.url + path)
  await page.getByText(sign).first().waitFor()
}

test("an end customer sees its wholesaler's access, what was ordered and who is billed, and stops it (A5, A10)", async () => {
  const { page } = await product.signIn('hanna@harbour.example')
  await page.getByRole('link', { name: 'See who has access' }).click()
  await page.getByRole('link', { name: 'Westwire Wholesale', exact: true }).click()
  await page.getByText('Westwire Wholesale pays. Nothing goes on your bill.').waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: 'Orders', exact: true }).click()
  await page.getByText('account W-1000').first().waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: /^Fibre 10 Gbit/ }).click()
  await page.getByRole('link', { name: 'See the access' }).waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: 'Services', exact: true }).click()
  await page.getByRole('link', { name: 'See the order' }).first().waitFor()
  await look(page, TWO_LOOKS)
  await page.getByRole('link', { name: 'Who has access' }).click()
  await page.getByRole('link', { name: "Stop Westwire Wholesale's access" }).click()
  await page.getByLabel("Type the partner's name to confirm").fill('Westwire Wholesale')
  await page.getByRole('button', { name: "Stop Westwire Wholesale's access" }).click()
  await page.getByText(/Check with Westwire Wholesale what happens with data/).waitFor()
  await page.getByRole('link', { name: 'Who else has access' }).click()
  await page.getByText('No partner has access to Harbour Logistics.').waitFor()
  const ended = page.getByRole('region', { name: 'Ended' }).getByRole('listitem')
  await expect.poll(() => ended.count(), SOON).toBe(1)
}, 120_000)

test("the provider's pages of API access hold no fault of accessibility, and a gateway's credential is shown once (A13)", async () => {
  const { page } = await product.signIn('sam@provider.example')
  const partner = product.demo.partners['northwind-msp'] ?? ''
  for (const [path, sign] of [
    ['clients', 'Westwire order desk'],
    ['consents', 'Consents'],
    ['resales', 'WSA-2026-014'],
    ['resales/new', 'Attest a resale'],
    ['commercial', 'account W-1000'],
    ['commercial/new', 'Save who pays'],
    ['keys', 'Signing keys'],
    ['gateways/new', 'Register a gateway'],
    [`partners/${partner}`, 'What it could reach'],
    [`partners/${partner}/blast-radius`, 'What stood open'],
  ] as const) {
    await open(page, `/platform/${path}`, sign)
    await look(page, TWO_LOOKS)
  }
  await takePicture(page, 'blast-radius-light')
  await open(page, '/platform/gateways/new', 'Register a gateway')
  await page.getByLabel('Name', { exact: true }).fill('Edge')
  await page.getByRole('button', { name: 'Register a gateway' }).click()
  await page.getByRole('heading', { name: 'Store this credential now' }).waitFor()
  const credential = await page.getByLabel('Credential of Edge').inputValue()
  await look(page, TWO_LOOKS)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('Tick that you have stored it.').waitFor()
  await page.getByLabel('I have stored the credential').check()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row', { name: /^Edge Active/ }).waitFor()
  expect(await page.content()).not.toContain(credential)
  await page
    .getByRole('row', { name: /^Edge Active/ })
    .getByRole('button', { name: 'Disable…' })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('row', { name: /^Edge Disabled/ }).waitFor()
}, 180_000)
