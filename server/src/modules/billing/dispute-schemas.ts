import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Reach } from '#platform/reach.ts'
import { Scope } from '#platform/reach.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import type { DisputeRow } from './dispute-store.ts'
import { DISPUTE_REASONS, DISPUTE_STATUSES } from './rules-dispute.ts'

export const BILLING_PARTIES = ['tenant', 'partner', 'split'] as const

/** What a partner says to dispute an invoice. Without an amount all that is owed is disputed. */
export const NewDisputeBody = z.strictObject({
  invoice_id: publicId('invoice'),
  reason: z.enum(DISPUTE_REASONS),
  explanation: plainText(10, 2000).meta({ description: 'What is wrong, for the tenant to check.' }),
  amount: Money.optional().meta({ description: 'The disputed part; at most what is owed.' }),
})

export const Dispute = z
  .strictObject({
    dispute_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string(),
    invoice_id: z.string(),
    invoice_number: z.string(),
    customer_name: z.string().nullable(),
    reason: z.enum(DISPUTE_REASONS),
    explanation: z.string(),
    amount: Money,
    status: z.enum(DISPUTE_STATUSES),
    billing_party: z.enum(BILLING_PARTIES),
    created_by_name: z.string(),
    created_by_partner_id: z.string(),
    created_by_partner_name: z.string(),
    created_at: z.string(),
    decided_by_name: z.string().nullable(),
    decided_at: z.string().nullable(),
    decision_note: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Dispute' })

export const DisputePage = z
  .strictObject({
    ...pageOf(Dispute),
    aggregates: z.array(z.strictObject({ currency: z.string(), open_count: z.int(), open_amount: Money })),
    scope: Scope,
  })
  .meta({ id: 'DisputePage' })

export function toDispute(row: DisputeRow, tenantName: string): z.input<typeof Dispute> {
  return {
    dispute_id: publicIdOf('dispute', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: tenantName,
    invoice_id: publicIdOf('invoice', row.invoice_id),
    invoice_number: row.invoice_number,
    customer_name: row.customer_name,
    reason: row.reason,
    explanation: row.explanation,
    amount: toMoney(row.amount_minor, row.currency),
    status: row.status,
    billing_party: row.billing_party,
    created_by_name: row.created_by_name,
    created_by_partner_id: publicIdOf('partner', row.created_by_partner_id),
    created_by_partner_name: row.created_by_partner_name,
    created_at: row.created_at.toISOString(),
    decided_by_name: row.decided_by_name,
    decided_at: row.decided_at?.toISOString() ?? null,
    decision_note: row.decision_note,
    version: row.version,
  }
}

export const nameIn = (reach: Reach, tenantId: string): string =>
  reach.tenants.get(idFromUuid('tenant', tenantId))?.name ?? ''
