import type { Page } from 'playwright-core'
import { violationsOf } from '../../tests/support/look.ts'

const SCHEMES = ['light', 'dark'] as const

/** What is wrong with a page as it stands: violations of WCAG 2.2 A and AA, and what is wider than the screen. */
async function faultsOf(page: Page): Promise<string[]> {
  const violations = await violationsOf(page)
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return excess > 0 ? [...violations, `wider than the screen by ${excess} px`] : violations
}

/** The faults of the open page in light and in dark colours, each with its colours; the page is left in light ones. */
export async function faultsInBothColours(page: Page): Promise<string[]> {
  const faults: string[] = []
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    faults.push(...(await faultsOf(page)).map((fault) => `in ${colorScheme}: ${fault}`))
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return faults
}
