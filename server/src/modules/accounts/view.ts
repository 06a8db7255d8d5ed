import { z } from 'zod'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AccountMandate, AccountRow } from './store.ts'
import { ACCOUNT_STATUSES, ENGAGEMENTS } from './tables.ts'

export const AccountBody = z
  .strictObject({
    account_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string(),
    partner_id: z.string(),
    partner_name: z.string(),
    subscriber_id: z.string().nullable(),
    subscriber_name: z
      .string()
      .nullable()
      .meta({ description: "The name as it was when the tenant made it the partner's account." }),
    asked_for: z.string().nullable().meta({ description: 'What the partner typed to name the subscriber.' }),
    engagement: z.enum(ENGAGEMENTS),
    status: z.enum(ACCOUNT_STATUSES),
    initiated_by: z.enum(['partner', 'tenant']),
    message: z.string().nullable(),
    requested_by_name: z.string(),
    requested_at: z.string(),
    attached_by_name: z.string().nullable(),
    attached_at: z.string().nullable(),
    ends_at: z.string().nullable(),
    ended_at: z.string().nullable(),
    ended_by: z.enum(['partner', 'tenant', 'clock']).nullable(),
    ended_by_name: z.string().nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'PartnerAccount' })

/** An account as both sides read it. One whose end has come is ended by time, whoever wrote that down later. */
export function toAccount(row: AccountRow, now: Date): z.output<typeof AccountBody> {
  const isOver = row.ends_at !== null && row.ends_at <= (row.ended_at ?? now)
  return {
    account_id: publicIdOf('partner_account', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    subscriber_id: row.subscriber_id && publicIdOf('subscriber', row.subscriber_id),
    subscriber_name: row.subscriber_name,
    asked_for: row.asked_for,
    engagement: row.engagement,
    status: isOver ? 'ended' : row.status,
    initiated_by: row.initiated_by,
    message: row.message,
    requested_by_name: row.requested_by_name,
    requested_at: row.requested_at.toISOString(),
    attached_by_name: row.attached_by_name,
    attached_at: isoOf(row.attached_at),
    ends_at: isoOf(row.ends_at),
    ended_at: isoOf(isOver ? row.ends_at : row.ended_at),
    ended_by: isOver ? 'clock' : row.ended_by_side,
    ended_by_name: row.ended_by_name,
    end_reason: row.end_reason,
  }
}

type AccountAction = 'request' | 'attach' | 'accept' | 'decline' | 'withdraw' | 'end'

const NEWS: Partial<Record<AccountAction, 'account.attached' | 'account.ended'>> = {
  attach: 'account.attached',
  accept: 'account.attached',
  end: 'account.ended',
}

/** Records a move of an account for both sides and tells those who listen. */
export async function tellAccount(
  mandate: AccountMandate,
  row: AccountRow,
  told: { readonly action: AccountAction; readonly reason?: string | null | undefined },
): Promise<void> {
  recordEvent(mandate, {
    action: `accounts.${told.action}`,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    resource: { type: 'partner_account', id: row.id, label: row.subscriber_name ?? row.asked_for ?? '' },
    changes: { status: { after: row.status }, engagement: { after: row.engagement } },
    ...(told.reason && { reason: told.reason }),
  })
  const topic = NEWS[told.action]
  if (topic)
    await enqueue(mandate, topic, {
      tenant_id: row.tenant_id,
      partner_id: row.partner_id,
      partner_account_id: row.id,
    })
}
