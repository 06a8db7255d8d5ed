import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from './look.ts'
import type { RunningProduct } from './product.ts'

/** The addresses in the menu of the frame that is open. */
export async function menuOf(page: Page): Promise<string[]> {
  await page.getByRole('navigation').first().waitFor()
  const links = await page.getByRole('navigation').getByRole('link').all()
  const addresses = await Promise.all(links.map((link) => link.getAttribute('href')))
  return [...new Set(addresses.filter((address) => address !== null))]
}

/** Opens every page of the menu, says what is wrong with it, and what the browser complained of. */
export async function walkMenu(
  product: RunningProduct,
  page: Page,
): Promise<{ walked: number; faults: string[] }> {
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
