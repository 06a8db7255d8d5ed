import { decodeId } from '@liaison/access'
import type { IdKind } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { CommandError } from './command.ts'

/** A record that a command line names. */
export interface Target {
  readonly id: string
  readonly name: string
  readonly partnerId?: string
  readonly tenantId?: string
}

async function findOne(
  mandate: Mandate<'system'>,
  text: string,
  values: readonly unknown[],
): Promise<Target | null> {
  const [result] = await runStatements(mandate, [{ text, values }])
  const row = result?.rows[0]
  if (!row) return null
  return {
    id: String(row['id']),
    name: String(row['name']),
    ...(typeof row['partner_id'] === 'string' && { partnerId: row['partner_id'] }),
    ...(typeof row['tenant_id'] === 'string' && { tenantId: row['tenant_id'] }),
  }
}

async function find(what: string, named: string, found: Promise<Target | null>): Promise<Target> {
  const target = await found
  if (!target) throw new CommandError(`There is no ${what} "${named}".`)
  return target
}

const uuidOf = (kind: IdKind, named: string) => decodeId(kind, named)

/** The partner with this slug or public id. Throws when there is none. */
export function findPartner(mandate: Mandate<'system'>, named: string): Promise<Target> {
  return find(
    'partner',
    named,
    findOne(mandate, 'select id, name, id as partner_id from partner where slug = $1 or id = $2', [
      named,
      uuidOf('partner', named),
    ]),
  )
}

/** The tenant with this slug or public id. Throws when there is none. */
export function findTenant(mandate: Mandate<'system'>, named: string): Promise<Target> {
  return find(
    'tenant',
    named,
    findOne(mandate, 'select id, name, id as tenant_id from tenant where slug = $1 or id = $2', [
      named,
      uuidOf('tenant', named),
    ]),
  )
}

/** The person with this e-mail address or public id. Throws when there is none. */
export function findPerson(mandate: Mandate<'system'>, named: string): Promise<Target> {
  return find(
    'person',
    named,
    findOne(mandate, 'select id, name from person where email = $1 or id = $2', [
      named.toLowerCase(),
      uuidOf('person', named),
    ]),
  )
}

/** The delegation with this public id, of a link or of any kind. Throws when there is none. */
export function findDelegation(mandate: Mandate<'system'>, named: string): Promise<Target> {
  const kinds = ['link', 'consent', 'resale', 'delegation'] as const
  const id = kinds.map((kind) => uuidOf(kind, named)).find((found) => found !== null) ?? null
  return find(
    'delegation',
    named,
    findOne(
      mandate,
      `select d.id, coalesce(p.name || ' in ', '') || t.name as name, d.partner_id, d.tenant_id
       from delegation d join tenant t on t.id = d.tenant_id left join partner p on p.id = d.partner_id where d.id = $1`,
      [id],
    ),
  )
}
