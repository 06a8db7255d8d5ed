import { decodeId } from '@liaison/access'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { inAdminTransaction } from '../../server/src/platform/admin.ts'
import type { RunningProduct } from './product.ts'

const AUDITOR = 'ledger-and-pine'
const AUDITED = 'acme-fiber'

/** The partner and the tenant of the engagement, as the database knows them. */
function partiesOf({ demo }: RunningProduct): readonly (string | null)[] {
  return [decodeId('partner', demo.partners[AUDITOR] ?? ''), decodeId('tenant', demo.tenants[AUDITED] ?? '')]
}

/** The dates of the engagement as the tenant agreed to them. */
async function agreedDates(product: RunningProduct): Promise<string[]> {
  const [row] = await inAdminTransaction(await product.connection(), (run) =>
    run(
      `select starts_at, ends_at from delegation where kind = 'link' and status = 'active' and partner_id = $1 and tenant_id = $2`,
      partiesOf(product),
    ),
  )
  return [row?.['starts_at'], row?.['ends_at']].map((date) =>
    date instanceof Date ? date.toISOString() : 'none',
  )
}

/** Lets the day come on which the engagement ends: nothing else of it changes, and no clock needs to have run. */
async function letTheEndCome(product: RunningProduct): Promise<void> {
  const [partner, tenant] = partiesOf(product)
  await inAdminTransaction(await product.connection(), async (run) => {
    const [event] = await run(
      `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job') returning id, occurred_at::text as occurred_at`,
    )
    await run(
      `insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', $1, $2, $3)`,
      [tenant, event?.['occurred_at'], event?.['id']],
    )
    await run(
      `update delegation set ends_at = now() where kind = 'link' and status = 'active' and partner_id = $1 and tenant_id = $2`,
      [partner, tenant],
    )
  })
}

/**
 * The auditor of the demo world reads on the page of the link the very dates that the tenant agreed to. Once they are
 * over, an open page of the tenant drops what it holds, and reports leave the tenant out and say why.
 */
export async function endsOnItsDay(product: RunningProduct, page: Page): Promise<void> {
  const home = `${product.url}/partner/${product.demo.partners[AUDITOR]}`
  await page.goto(`${home}/links`)
  await page.getByRole('link', { name: 'Acme Fiber' }).first().click()
  const dates = page.locator('main dd time')
  await dates.nth(1).waitFor()
  const shown = await dates.evaluateAll((all) => all.map((time) => time.getAttribute('datetime')))
  const read = shown.slice(0, 2).map((iso) => new Date(iso ?? '').toISOString())
  expect(read).toEqual(await agreedDates(product))

  await page.goto(`${home}/t/${product.demo.tenants[AUDITED]}/tickets`)
  await page.getByRole('row').nth(1).waitFor()
  await letTheEndCome(product)
  await page.getByText('What this page had loaded of the tenant was removed from it.').waitFor()
  expect(await page.getByRole('row').count()).toBe(0)
  await page.goto(`${home}/reports/usage`)
  await page.getByText('Acme Fiber: the link has run out').waitFor()
}
