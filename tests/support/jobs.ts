import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { RunningProduct } from './product.ts'
import { Steps } from './steps.ts'

/** How long a test may take that walks all jobs of a person in a browser. */
export const JOB_MS = 120_000

/** Somebody who is signed in, on the page on which they begin. */
export interface Home {
  readonly steps: Steps
  readonly page: Page
  /** Back to where the person begins, without a step. */
  readonly home: () => Promise<void>
}

/** Signs somebody in, and waits for the page on which they begin. */
export async function begin(product: RunningProduct, email: string, first: RegExp): Promise<Home> {
  const page = await product.openTab(email)
  await page.goto(`${product.url}/`)
  await page.waitForURL(first)
  const address = page.url()
  return { steps: new Steps(page), page, home: async () => void (await page.goto(address)) }
}

/** The first heading with this name. */
export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first()
/** The rows of the table that is seen. */
export const rows = (page: Page) => page.locator('tbody tr:visible')
/** What stands over the page. */
export const dialogOf = (page: Page) => page.getByRole('dialog')

/** What the rules against accidents ask at the door of a tenant; it is no step. */
export async function passGate(page: Page, tenant: RegExp): Promise<void> {
  const gate = page.getByRole('button', { name: new RegExp(`^Act in ${tenant.source}`) })
  await gate.click()
  await gate.waitFor({ state: 'detached' })
}

/** A call of a technician that is refused, as a program or a colleague would report it. */
export async function findRefusal(
  product: RunningProduct,
): Promise<{ explain_id: string; request_id: string }> {
  const lee = await product.openTab('lee@northwind.example')
  const answer = await lee.request.get(`${product.url}/api/v1/partner/billing/invoices`, {
    headers: { 'x-active-tenant-id': product.demo.tenants['acme-fiber'] ?? '' },
  })
  expect(answer.status()).toBe(403)
  return answer.json()
}
