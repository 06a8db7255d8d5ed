import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, OTHER_TWO_LOOKS, TWO_LOOKS } from '../support/look.ts'
import { allow, OutsideApp, register } from '../support/partner-app.ts'
import { RunningProduct } from '../support/product.ts'

const MESSAGE = 'Approve 3 × Fibre 1G, EUR 240/month, ref 7F2A'
const SCOPES = ['orders.read', 'orders.write']
const ORDER = { items: [{ product_code: 'FIBRE-1G', quantity: 3 }] }

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start('demo', { ASK_WITHOUT_BROWSER: '1' })
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('an owner lets an app ask without a browser, a customer finds what it asks on its first page and allows it, and the app places the order (A16)', async () => {
  const app = await OutsideApp.make(product.url)
  const ana = await product.signIn('ana@northwind.example')
  await register(ana.page, app, SCOPES)
  const partner = product.demo.partners['northwind-msp'] ?? ''
  await ana.page.goto(`${product.url}/partner/${partner}/clients/${app.clientId}`)
  const panel = ana.page.getByRole('region', { name: 'Approvals without a browser' })
  await panel.getByText('Approvals without a browser (CIBA) are off.').waitFor()
  await panel.getByRole('button', { name: /^Let it ask without a browser/ }).click()
  await ana.page.getByRole('dialog').getByRole('button', { name: 'Let it ask without a browser' }).click()
  await panel.getByText('An administrator there decides each time.').waitFor()
  expect(await faultsInLooks(ana.page, TWO_LOOKS)).toEqual([])

  const admin = await product.signIn('priya@provider.example')
  await admin.page.goto(`${product.url}/platform/clients`)
  await admin.page.getByRole('link', { name: 'Northwind Fleet' }).click()
  await admin.page.getByRole('button', { name: /^Approve for live use/ }).click()
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Approve for live use' }).click()
  await admin.page.getByText('Northwind Fleet approved for live use').waitFor()

  const { page } = await product.signIn('dana@acmefiber.example')
  const back = await allow(page, {
    address: await app.ask(['order.read'], 'orders.read'),
    partner: 'Northwind MSP',
    actions: [],
  })
  const fetchAnswer = await app.askNow(await app.redeem(back), ['order.create'], MESSAGE)
  await expect(fetchAnswer()).rejects.toThrow('authorization_pending')

  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/home`)
  await page.getByText('Northwind MSP asks you to approve something now').waitFor()
  await page.getByText(MESSAGE).waitFor()
  expect(await faultsInLooks(page, OTHER_TWO_LOOKS)).toEqual([])
  await page.getByRole('link', { name: 'Look at the request' }).click()
  await page.getByRole('heading', { name: 'Northwind MSP asks you to approve something' }).waitFor()
  await page.getByRole('button', { name: 'Read it and decide' }).click()
  await page.locator('input[name="account"]').first().check()
  await page.getByRole('checkbox', { name: 'Place orders' }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(MESSAGE).waitFor()
  await page.getByRole('button', { name: 'Allow Northwind MSP' }).click()
  await page.getByRole('heading', { name: 'Northwind MSP now has access' }).waitFor()

  const held: { access_token: string }[] = []
  await expect
    .poll(
      async () => {
        const tokens = await fetchAnswer().catch(() => null)
        if (tokens) held.push(tokens)
        return held.length
      },
      { timeout: 20_000, interval: 5000 },
    )
    .toBe(1)
  const [tokens] = held
  if (!tokens) throw new Error('There is no token.')
  const ban = String(decodeJwt(tokens.access_token)['customer_ban'])
  const orders = `/customers/${encodeURIComponent(ban)}/orders`
  expect(await app.call(tokens, orders, ORDER)).toEqual({ status: 201, code: null })
  expect(await app.call(tokens, orders)).toMatchObject({ status: 403 })
}, 180_000)
