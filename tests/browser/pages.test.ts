import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** The addresses in the menu of the frame that is open. */
async function menuOf(page: Page): Promise<string[]> {
  await page.getByRole('navigation').first().waitFor()
  const links = await page.getByRole('navigation').getByRole('link').all()
  const addresses = await Promise.all(links.map((link) => link.getAttribute('href')))
  return [...new Set(addresses.filter((address) => address !== null))]
}

/** Opens every page of the menu, says what is wrong with it, and what the browser complained of. */
async function walk(page: Page): Promise<{ walked: number; faults: string[] }> {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${page.url()}: ${response.status()} ${response.url()}`)
  })
  const addresses = await menuOf(page)
  for (const address of addresses) {
    await page.goto(new URL(address, product.url).href)
    await page.locator('main h1').first().waitFor()
    await expect.poll(() => page.locator('.bones').count(), { timeout: 15_000 }).toBe(0)
    // A region that waits for words is empty; one that speaks says that something failed.
    const spoken = await page.locator('main [role="alert"]').filter({ hasText: /\S/ }).allInnerTexts()
    if (spoken.length > 0) faults.push(`${address}: shows a failure: ${spoken.join(' ')}`)
    faults.push(...(await faultsInLooks(page, TWO_LOOKS)))
  }
  return { walked: addresses.length, faults }
}

test.each([
  ['the owner of a partner', 'ana@northwind.example', 12],
  ['an enterprise headquarters', 'stefan@helios.example', 12],
  ['an administrator of a tenant', 'dana@acmefiber.example', 10],
  ['a platform administrator', 'priya@provider.example', 12],
])(
  'every page in the menu of %s opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call',
  async (_who, email, least) => {
    const { page, context } = await product.signIn(email)
    const { walked, faults } = await walk(page)
    await context.close()
    expect(faults).toEqual([])
    expect(walked).toBeGreaterThanOrEqual(least)
  },
  180_000,
)

test('every page in the menu of somebody who acts in a tenant opens, wide and narrow, light and dark, without a violation or a failed call', async () => {
  const { page } = await product.signIn('lee@northwind.example')
  const [partner, tenant] = [product.demo.partners['northwind-msp'], product.demo.tenants['beta-networks']]
  await page.goto(`${product.url}/partner/${partner}/t/${tenant}/summary`)
  const wayIn = page.getByRole('button', { name: 'Act in Beta Networks' })
  await wayIn.click()
  await wayIn.waitFor({ state: 'detached' })
  const { walked, faults } = await walk(page)
  expect(faults).toEqual([])
  expect(walked).toBeGreaterThanOrEqual(4)
}, 120_000)
