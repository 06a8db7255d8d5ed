import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { SKIP_REASONS } from './accrual-facts.ts'
import { EVENT_KINDS } from './tables.ts'
import type { listAllSkips, listSkips } from './skip-store.ts'

/** A payment, or a way to earn on it, that earned nothing. */
export const SkipBody = z
  .strictObject({
    billing_event_id: z.string(),
    referral_id: z.string(),
    component: z.string().nullable().meta({ description: 'Null when nothing at all was earned on it.' }),
    reason: z.string(),
    says: z.string(),
    created_at: z.string(),
  })
  .meta({ id: 'EarningSkip' })

/** The same for the provider: whose it is, and what its billing system said of it. */
export const ProviderSkipBody = z
  .strictObject({
    ...SkipBody.shape,
    partner_id: z.string(),
    partner_name: z.string(),
    source: z.string(),
    external_id: z.string().meta({ description: 'The id of the event in the system that sent it.' }),
    kind: z.enum(EVENT_KINDS),
    refers_to: z.string().nullable().meta({
      description: 'The external id of the payment that it takes back, as the system said it.',
    }),
    net: Money,
    occurred_at: z.string(),
  })
  .meta({ id: 'ProviderEarningSkip' })

type SkipRow = Awaited<ReturnType<typeof listSkips>>['rows'][number]

const SENTENCES: ReadonlyMap<string, string> = new Map(Object.entries(SKIP_REASONS))

/** Why nothing was earned, for people. */
export const sayWhy = (reason: string): string => SENTENCES.get(reason) ?? 'Nothing was earned on it.'

export const toSkip = (row: SkipRow): z.input<typeof SkipBody> => ({
  billing_event_id: publicIdOf('billing_event', row.billing_event_id),
  referral_id: publicIdOf('referral', row.referral_id),
  component: row.component === '' ? null : row.component,
  reason: row.reason,
  says: sayWhy(row.reason),
  created_at: row.created_at.toISOString(),
})

type ProviderSkipRow = Awaited<ReturnType<typeof listAllSkips>>['rows'][number]

export const toProviderSkip = (row: ProviderSkipRow): z.input<typeof ProviderSkipBody> => ({
  ...toSkip(row),
  partner_id: publicIdOf('partner', row.partner_id),
  partner_name: row.partner_name,
  source: row.source,
  external_id: row.external_id,
  kind: row.kind,
  refers_to: row.refers_to,
  net: toMoney(row.net_minor, row.currency),
  occurred_at: row.occurred_at.toISOString(),
})
