import { idFromUuid } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { normalizeEmail } from '#platform/email-address.ts'
import { noteStaffRemoved } from './events.ts'
import { removeStaff } from './staff-store.ts'

/**
 * Takes somebody out of those who administer the platform, for the operator at the machine, who alone may take out the
 * last one. Returns how many are left; null when nobody of them has the address. Records the audit event.
 */
export async function removeAdministrator(
  mandate: Mandate<'system'>,
  removed: { readonly email: string; readonly reason: string },
): Promise<number | null> {
  const [found] = await runStatements(mandate, [
    {
      text: 'select p.id, p.name from platform_staff s join person p on p.id = s.person_id where p.email = $1',
      values: [normalizeEmail(removed.email)],
    },
  ])
  const [row] = found?.rows ?? []
  if (!row) return null
  const person = { id: idFromUuid('person', String(row['id'])), name: String(row['name']) }
  await removeStaff(mandate, person.id)
  noteStaffRemoved(mandate, person, removed.reason)
  const [left] = await runStatements(mandate, [
    { text: `select count(*)::int as count from platform_staff where status = 'active'`, values: [] },
  ])
  return Number(left?.rows[0]?.['count'])
}
