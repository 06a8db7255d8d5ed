import type { Mandate } from '#platform/mandate.ts'
import { announceAccess, recordAccess } from './news.ts'
import { changeAccess, holdOpen } from './store.ts'

/** Ends support's access to the mandate's tenant and declines what waits; for the emergency stop, and where the tenant refuses from now on. Answers how many there were. */
export async function stopAssistance(
  mandate: Mandate<'tenant'>,
  { reason, origin }: { readonly reason: string; readonly origin: string },
): Promise<number> {
  const rows = await holdOpen(mandate)
  for (const row of rows) {
    const to = row.status === 'active' ? 'ended' : 'declined'
    await changeAccess(mandate, row, {
      status: to,
      ended_at: mandate.origin.now,
      ended_by_side: 'tenant',
      ended_by_name: mandate.actor.name,
      end_reason: reason,
    })
    recordAccess(mandate, row, {
      action: to === 'ended' ? 'assistance.end' : 'assistance.decline',
      changes: { status: { before: row.status, after: to } },
      note: reason,
    })
    await announceAccess(mandate, { ...row, end_reason: reason }, { news: to, origin })
  }
  return rows.length
}
