import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { RunningProduct } from './product.ts'

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
