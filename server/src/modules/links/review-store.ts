import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkTables } from './tables.ts'

/** Says when the next access review of a link is due. The database moves with it when the link would stop. */
export async function moveReview(mandate: Mandate<'tenant'>, linkId: string, due: Date): Promise<void> {
  await tables<LinkTables>(mandate)
    .updateTable('link')
    .set({ review_due_at: due })
    .where('id', '=', linkId)
    .execute()
}
