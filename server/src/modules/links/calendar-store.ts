import { LINK_ROLES } from '@liaison/access'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkTables } from './tables.ts'

type Owner = Mandate<'program' | 'tenant'>

const sideOf = (mandate: Owner) =>
  mandate.kind === 'tenant'
    ? { tenant_id: mandate.tenant.id, partner_id: null }
    : { tenant_id: null, partner_id: mandate.partner.id }

/** The calendar addresses that the person of the mandate made for the organisation and that work. */
export function listCalendars(mandate: Owner) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_calendar')
    .select(['id', 'created_at'])
    .where('person_id', '=', mandate.actor.id)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .execute()
}

/** Keeps a new calendar address by the digest of its key. */
export function insertCalendar(mandate: Owner, keyDigest: Buffer) {
  return tables<LinkTables>(mandate)
    .insertInto('link_calendar')
    .values({ person_id: mandate.actor.id, ...sideOf(mandate), key_digest: keyDigest })
    .returning(['id', 'created_at'])
    .executeTakeFirstOrThrow()
}

/** Takes a calendar address back. False when the person has none with this id that works. */
export async function revokeCalendar(mandate: Owner, id: string): Promise<boolean> {
  const updated = await tables<LinkTables>(mandate)
    .updateTable('link_calendar')
    .set({ revoked_at: mandate.origin.now })
    .where('id', '=', id)
    .where('person_id', '=', mandate.actor.id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

const Line = z.object({
  organisation: z.string(),
  side: z.enum(['partner', 'tenant']),
  link_id: z.string().nullable(),
  other_name: z.string().nullable(),
  role: z.enum(LINK_ROLES).nullable(),
  ends_at: z.date().nullable(),
  auto_renew_days: z.number().nullable(),
  review_due_at: z.date().nullable(),
  changed_at: z.date().nullable(),
})

/** What a calendar address answers; no line at all when the address does not work, one empty line when it has nothing to say. */
export async function readCalendar(mandate: Mandate<'identity'>, keyDigest: Buffer) {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.calendar_of($1)', values: [keyDigest] },
  ])
  return z.array(Line).parse(result?.rows ?? [])
}
