import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { PageWalk } from '../support/page-walk.ts'
import { RunningProduct } from '../support/product.ts'
import { movementOf } from '../support/still.ts'

const colourOf = (field: Locator, of: 'backgroundColor' | 'borderTopColor') =>
  field.evaluate(
    (element, name) => element.ownerDocument.defaultView?.getComputedStyle(element)[name] ?? '',
    of,
  )

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('every page of an organisation opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call (U1, U8)', async () => {
  const walk = await PageWalk.begin(product, '/org/$ten')
  const { page, context } = await product.signIn('dana@acmefiber.example')
  await walk.go(page)
  await walk.goBehindButtons(page)
  await context.close()
  // The organisation of the second is managed by a wholesaler.
  const managed = await product.signIn('hanna@harbour.example')
  await walk.go(managed.page, [new URL('access', managed.page.url()).pathname])
  await managed.context.close()
  expect(walk.faults).toEqual([])
  expect(walk.missed).toEqual([])
  expect(walk.looked).toBeGreaterThanOrEqual(56)
}, 900_000)

test("a tenant's home stays where it is, also when the piece with its figures is read last (U9)", async () => {
  const { page, context } = await product.signIn('dana@acmefiber.example')
  const moved = await movementOf(page, {
    url: `${product.url}/org/${product.demo.tenants['acme-fiber']}/home`,
    held: /\/assets\/home-glance/,
    after: /\/partner-access\/activity/,
    shows: 'Visits, 7 days',
  })
  await context.close()
  expect(moved).toBeLessThan(0.001)
}, 60_000)

test('every page of acting in a tenant opens, wide and narrow, light and dark, without a violation or a failed call (U1, U4, U8)', async () => {
  const walk = await PageWalk.begin(product, '/partner/$par/t/$ten')
  const wayTo = (partner: string, tenant: string) =>
    `${product.url}/partner/${product.demo.partners[partner]}/t/${product.demo.tenants[tenant]}/summary`
  const technician = await product.signIn('lee@northwind.example')
  await technician.page.goto(wayTo('northwind-msp', 'beta-networks'))
  const wayIn = technician.page.getByRole('button', { name: 'Act in Beta Networks' })
  await wayIn.click()
  await wayIn.waitFor({ state: 'detached' })
  await walk.go(technician.page)
  // Who had access is shown to auditors alone; they read, and need not step in.
  const auditor = await product.signIn('edith@ledgerpine.example')
  await auditor.page.goto(wayTo('ledger-and-pine', 'acme-fiber'))
  await walk.go(auditor.page)
  expect(walk.faults).toEqual([])
  expect(walk.missed).toEqual([])
  expect(walk.looked).toBeGreaterThanOrEqual(11)
}, 240_000)

test('a field can be told from the page around it, in light and dark colours, and one that lacks something from the others (U8)', async () => {
  const { page, context } = await product.signIn('ingrid@fjordfiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['fjord-fiber']}/agencies/new`)
  const field = page.getByLabel('Name of the agency')
  await field.waitFor()
  for (const [colorScheme, edge, ground] of [
    ['light', 'rgb(134, 142, 150)', 'rgb(255, 255, 255)'],
    ['dark', 'rgb(125, 131, 140)', 'rgb(22, 24, 28)'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await expect.poll(() => colourOf(field, 'backgroundColor'), SOON).toBe(ground)
    await expect.poll(() => colourOf(field, 'borderTopColor'), SOON).toBe(edge)
  }
  await page.getByRole('button', { name: 'Save and make a form' }).click()
  await expect.poll(() => colourOf(field, 'borderTopColor'), SOON).toBe('rgb(255, 184, 184)')
  await context.close()
}, 60_000)

test('on a touch screen whatever is pressed is as high as a fingertip, in pages, in the menu and in dialogs (U8)', async () => {
  const { page, context } = await product.signIn('marcus@betanetworks.example', {
    viewport: { width: 360, height: 800 },
    hasTouch: true,
    isMobile: true,
  })
  const low: string[] = []
  const measure = async () => {
    // What is hidden for the eye has no size of its own; a box to tick is pressed by its words.
    const found = await page
      .locator('button:visible, .mantine-Button-root:visible, select:visible, nav a:visible')
      .evaluateAll((all) =>
        all
          .filter((one) => !one.matches('.thing, .sort') && one.getBoundingClientRect().height < 44)
          .map((one) => `${one.className} "${one.textContent}"`),
      )
    low.push(...found.map((what) => `${page.url()}: ${what}`))
  }
  const org = `${product.url}/org/${product.demo.tenants['beta-networks']}`
  for (const path of ['home', 'tickets', 'alerts', 'activity', 'access/rules', 'voucher-types']) {
    await page.goto(`${org}/${path}`)
    await page.locator('main h1').first().waitFor()
    await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
    await measure()
  }
  await page.getByRole('button', { name: 'Add a type' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).waitFor()
  await measure()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Menu' }).click()
  await measure()
  await context.close()
  expect(low).toEqual([])
}, 60_000)
