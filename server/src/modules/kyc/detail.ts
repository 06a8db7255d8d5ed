import type { Mandate } from '#platform/mandate.ts'
import { sentAt } from '#platform/route.ts'
import { findRules, listEvents, listReviews } from './store.ts'
import type { CheckRow } from './store.ts'
import { toDetail } from './view.ts'

/** A check with what its page shows, and its ETag. */
export async function showDetail(mandate: Mandate<'program'>, row: CheckRow) {
  const rules = await findRules(mandate, mandate.partner.id)
  const reviews = await listReviews(mandate, row.id)
  const events = await listEvents(mandate, row.id)
  return sentAt(toDetail(row, { rules, reviews, events, mandate }), row.version)
}
