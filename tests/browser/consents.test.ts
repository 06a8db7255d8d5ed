import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allow, OutsideApp, register } from '../support/partner-app.ts'
import { RunningProduct } from '../support/product.ts'

const PICTURES = join(import.meta.dirname, '../../docs/pictures')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const ACTIONS = ['order.create', 'order.read', 'service.read', 'account.read']
const SCOPES = ['orders.read', 'orders.write', 'services.read', 'accounts.read']

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
  mkdirSync(PICTURES, { recursive: true })
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Takes a picture for the documents when it is asked for; a test run leaves the committed ones alone. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env['LIAISON_PICTURES'] === '1') await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

/** What is wrong with a page as it stands: violations of WCAG 2.2 A and AA, and what is wider than the screen. */
async function faultsOf(page: Page): Promise<string[]> {
  // The portal's own policy lets no foreign script in, so the checker is evaluated, not inserted.
  await page.evaluate(AXE)
  const violations = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await axe.run({ runOnly: rules })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  }, RULES)
  const excess = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  return excess > 0 ? [...violations, `wider than the screen by ${excess} px`] : violations
}

/** Looks at the page that is open, wide and narrow, in light and dark colours. */
async function look(page: Page): Promise<void> {
  for (const width of [1280, 360])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      expect(await faultsOf(page), `${page.url()} at ${width} in ${colorScheme}`).toEqual([])
    }
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
}

test('a customer finds the access of an app in two clicks from home, makes it smaller and stops it, and each of it holds for the next call of the app (A9, A10)', async () => {
  const app = await OutsideApp.make(product.url)
  const ana = await product.signIn('ana@northwind.example')
  await register(ana.page, app, SCOPES)

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
  await page.getByText('One app of a partner works for you').waitFor()
  await look(page)
  await page.getByRole('link', { name: 'See who has access' }).click()
  const card = page.getByRole('region', { name: 'Northwind MSP' }).filter({ hasText: 'Northwind Fleet' })
  await card.waitFor()
  await picture(page, 'consents-light')
  await look(page)
  await card.getByRole('link', { name: 'Northwind MSP', exact: true }).click()
  await page
    .getByRole('heading', { name: 'Access of Northwind MSP with Northwind Fleet', level: 1 })
    .waitFor()
  const ban = (await page.locator('.lines .muted').first().textContent()) ?? ''
  const orders = `/customers/${encodeURIComponent(ban)}/orders`
  expect(await app.call(tokens, orders)).toEqual({ status: 200, code: null })
  await look(page)
  await picture(page, 'consent-light')

  await page.getByRole('checkbox', { name: 'Place orders' }).uncheck()
  await page.getByRole('button', { name: 'Allow Northwind MSP less' }).click()
  await page.getByText('Northwind MSP is now allowed less').waitFor()
  expect(await app.call(tokens, orders)).toMatchObject({ status: 401, code: 'TOKEN_STALE' })
  const smaller = await app.refresh(tokens)
  expect(await app.call(smaller, orders)).toEqual({ status: 200, code: null })
  expect(await app.call(smaller, orders, { items: [] })).toMatchObject({ status: 403 })

  await page.getByRole('button', { name: "Stop Northwind MSP's access…" }).click()
  await page.getByLabel("Type the partner's name to confirm").fill('Northwind MSP')
  await look(page)
  await page.getByRole('button', { name: "Stop Northwind MSP's access", exact: true }).click()
  await page.getByText(/Check with Northwind MSP what happens with data/).waitFor()
  expect(await app.call(smaller, orders)).toMatchObject({ status: 401, code: 'DELEGATION_REVOKED' })
  await page.getByRole('link', { name: 'Who else has access' }).click()
  await page.getByRole('region', { name: 'Ended' }).getByText('Through the app Northwind Fleet').waitFor()
}, 180_000)
