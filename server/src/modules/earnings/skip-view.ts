import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { SKIP_REASONS } from './accrual-facts.ts'
import type { listSkips } from './store.ts'

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

type SkipRow = Awaited<ReturnType<typeof listSkips>>['rows'][number]

const SENTENCES: ReadonlyMap<string, string> = new Map(Object.entries(SKIP_REASONS))

export const toSkip = (row: SkipRow): z.input<typeof SkipBody> => ({
  billing_event_id: encodeId('billing_event', idFromUuid('billing_event', row.billing_event_id)),
  referral_id: encodeId('referral', idFromUuid('referral', row.referral_id)),
  component: row.component === '' ? null : row.component,
  reason: row.reason,
  says: SENTENCES.get(row.reason) ?? 'Nothing was earned on it.',
  created_at: row.created_at.toISOString(),
})
