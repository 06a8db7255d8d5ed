import type { PersonId } from '@liaison/access'
import { containsPattern } from '#platform/list.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { readCountedPage } from '#platform/read-page.ts'

/** A person as the provider's people see them. */
export interface KnownPerson {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly status: 'active' | 'inactive'
  readonly hasFactor: boolean
  /** The organisations that the person is an active member of, by name. */
  readonly places: readonly string[]
}

const PERSONS = `
  select p.id, p.name, p.email, p.status, p.id in (select access.persons_with_factor(array[p.id])) as has_factor,
    array(
      select o.name from (
        select a.name from partner_member m join partner a on a.id = m.partner_id where m.person_id = p.id and m.status = 'active'
        union all
        select t.name from tenant_member m join tenant t on t.id = m.tenant_id where m.person_id = p.id and m.status = 'active'
      ) o order by o.name limit 20
    ) as places, count(*) over () as total
  from person p`

function toPerson(row: Record<string, unknown>): KnownPerson {
  const places: unknown = row['places']
  return {
    id: String(row['id']),
    name: String(row['name']),
    email: String(row['email']),
    status: row['status'] === 'active' ? 'active' : 'inactive',
    hasFactor: row['has_factor'] === true,
    places: Array.isArray(places) ? places.map(String) : [],
  }
}

/** Persons whose name or address contains the text, by name. */
export async function findPersons(
  mandate: Mandate<'platform'>,
  search: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: KnownPerson[]; readonly total: number }> {
  const { rows, total } = await readCountedPage(page, async ({ limit, offset }) => {
    const [result] = await runStatements(mandate, [
      {
        text: `${PERSONS} where p.name ilike $1 or p.email ilike $1 order by p.name, p.id limit $2 offset $3`,
        values: [containsPattern(search), limit, offset],
      },
    ])
    return result?.rows ?? []
  })
  return { rows: rows.map(toPerson), total }
}

/** One person; null when there is none with this id. */
export async function findKnownPerson(
  mandate: Mandate<'platform'>,
  id: PersonId,
): Promise<KnownPerson | null> {
  const [result] = await runStatements(mandate, [{ text: `${PERSONS} where p.id = $1`, values: [id] }])
  const [row] = result?.rows ?? []
  return row ? toPerson(row) : null
}

/** What a reset took away. */
export interface ResetFactors {
  readonly apps: number
  readonly passkeys: number
  readonly codes: number
  readonly sessions: number
}

/** Removes every second factor of a person and ends all sign-ins. */
export async function resetFactors(mandate: Mandate<'platform'>, id: PersonId): Promise<ResetFactors> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select r.* from jsonb_to_record(access.reset_factors($1)) as r (apps integer, passkeys integer, codes integer, sessions integer)',
      values: [id],
    },
  ])
  const [row] = result?.rows ?? []
  const count = (name: string) => Number(row?.[name] ?? 0)
  return {
    apps: count('apps'),
    passkeys: count('passkeys'),
    codes: count('codes'),
    sessions: count('sessions'),
  }
}
