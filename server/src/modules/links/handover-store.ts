import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { namingConflicts } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What a tenant looks after when a partner goes. */
export const CHECKLIST_ITEMS = ['tickets', 'passwords', 'apps', 'networks', 'documents', 'contacts'] as const

export type ChecklistItem = (typeof CHECKLIST_ITEMS)[number]

const Ticket = z.object({
  id: z.string(),
  number: z.string(),
  subject: z.string(),
  status: z.string(),
  assigned_to_name: z.string().nullable(),
})

/** The open tickets that a partner opened or works on. */
export async function listOpenTickets(mandate: Mandate<'tenant'>, link: { readonly partner_id: string }) {
  const [result] = await runStatements(mandate, [
    {
      text: `select t.id, t.number, t.subject, t.status, t.assigned_to_name from ticket t
        where t.tenant_id = $1 and t.status in ('open', 'pending', 'on_hold')
          and (t.created_by_partner_id = $2 or t.assigned_to in (select m.person_id from link_member m where m.tenant_id = $1 and m.partner_id = $2))
        order by t.created_at desc limit 200`,
      values: [mandate.tenant.id, link.partner_id],
    },
  ])
  return z.array(Ticket).parse(result?.rows ?? [])
}

/** Cancels the files that a partner is having made with rows of this tenant. Returns how many. */
export async function cancelExports(mandate: Mandate<'tenant'>, partnerId: string): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.cancel_exports_of($1) as cancelled', values: [partnerId] },
  ])
  return Number(result?.rows[0]?.['cancelled'] ?? 0)
}

/** Notes which link goes and which one comes, also in the place of one that came to nothing. Throws LINK_STATE_CONFLICT. */
export async function insertHandover(
  mandate: Mandate<'tenant'>,
  handover: { readonly oldId: string; readonly newId: string; readonly ends: 'now' | 'at_acceptance' },
): Promise<void> {
  const next = {
    new_link_id: handover.newId,
    ends: handover.ends,
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
  }
  await namingConflicts(
    tables<LinkTables>(mandate)
      .insertInto('link_handover')
      .values({ ...next, old_link_id: handover.oldId, tenant_id: mandate.tenant.id })
      .onConflict((conflict) =>
        conflict.column('old_link_id').doUpdateSet({ ...next, decided_at: mandate.origin.now }),
      )
      .execute(),
  )
}

/** The handover of a link, or nothing. */
export function findHandover(mandate: Mandate<'tenant'>, linkId: string) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_handover')
    .select(['new_link_id', 'ends', 'decided_at', 'decided_by_name'])
    .where('old_link_id', '=', linkId)
    .executeTakeFirst()
}

/** What is left to do about a link that was stopped; nothing while it is not. */
export function listChecklist(mandate: Mandate<'tenant'>, linkId: string) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_checklist')
    .select(['item', 'done_at', 'done_by_name'])
    .where('link_id', '=', linkId)
    .execute()
}

/** Ticks an item off, or takes the tick back. False when the link has no such item. */
export async function tickItem(
  mandate: Mandate<'tenant'>,
  linkId: string,
  tick: { readonly item: ChecklistItem; readonly done: boolean },
): Promise<boolean> {
  const updated = await tables<LinkTables>(mandate)
    .updateTable('link_checklist')
    .set({
      done_at: tick.done ? mandate.origin.now : null,
      done_by_name: tick.done ? mandate.actor.name : null,
    })
    .where('link_id', '=', linkId)
    .where('item', '=', tick.item)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}
