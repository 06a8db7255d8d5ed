import { sql } from 'kysely'
import { db } from './agency-store.ts'
import type { Page, TenantMandate } from './agency-store.ts'

/** The reports about credentials of the organisation, the newest first. */
export async function listReports(mandate: TenantMandate, page: Page) {
  const rows = await db(mandate)
    .selectFrom('leak_report')
    .where('tenant_id', '=', mandate.tenant.id)
    .select(['id', 'kind', 'label', 'found_in', 'source', 'outcome', 'reported_at'])
    .orderBy('reported_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await db(mandate)
    .selectFrom('leak_report')
    .where('tenant_id', '=', mandate.tenant.id)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}
