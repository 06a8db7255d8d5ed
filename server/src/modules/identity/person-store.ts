import { idFromUuid } from '@liaison/access'
import type { Facts, PartnerId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { z } from 'zod'
import { readFacts } from '#platform/resolvers/facts.ts'
import type { Language } from '#platform/words/language.ts'
import { featuresFor, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { IdentityTables } from './tables.ts'

/** A person as sign-in knows one. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly isActive: boolean
  readonly shortcuts: boolean
  /** The language for mails and pages; null while none was chosen. */
  readonly language: Language | null
}

/** A person with what a password is compared with, and which second factors there are. */
export interface SigningPerson extends Person {
  readonly hash: string | null
  readonly hasTotp: boolean
  readonly passkeys: number
}

const people = (mandate: Mandate) =>
  tables<IdentityTables>(mandate)
    .selectFrom('person as p')
    .leftJoin('password_credential as c', 'c.person_id', 'p.id')
    .select(['p.id', 'p.name', 'p.email', 'p.status', 'p.shortcuts', 'p.language', 'c.hash'])
    .select([
      sql<boolean>`exists (select from totp_factor f where f.person_id = p.id and f.confirmed_at is not null)`.as(
        'has_totp',
      ),
      sql<number>`(select count(*) from passkey k where k.person_id = p.id)`.as('passkeys'),
    ])

type Row = Awaited<ReturnType<ReturnType<typeof people>['execute']>>[number]

function toPerson(row: Row): SigningPerson {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    isActive: row.status === 'active',
    shortcuts: row.shortcuts,
    language: row.language,
    hash: row.hash,
    hasTotp: row.has_totp,
    passkeys: row.passkeys,
  }
}

/** The person with this address, active or not. */
export async function findByEmail(
  mandate: Mandate<'identity'>,
  email: string,
): Promise<SigningPerson | null> {
  const row = await people(mandate).where('p.email', '=', email).executeTakeFirst()
  return row ? toPerson(row) : null
}

/** The person with this id. */
export async function findPerson(mandate: Mandate<'identity'>, id: string): Promise<SigningPerson | null> {
  const row = await people(mandate).where('p.id', '=', id).executeTakeFirst()
  return row ? toPerson(row) : null
}

/** Adds a person; throws a conflict when the address is taken meanwhile. */
export async function addPerson(mandate: Mandate<'identity'>, email: string, name: string): Promise<string> {
  const row = await tables<IdentityTables>(mandate)
    .insertInto('person')
    .values({ email, name })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Sets the password of a person. */
export async function keepPassword(
  mandate: Mandate<'identity'>,
  personId: string,
  hash: string,
): Promise<void> {
  await tables<IdentityTables>(mandate)
    .insertInto('password_credential')
    .values({ person_id: personId, hash })
    .onConflict((conflict) =>
      conflict.column('person_id').doUpdateSet({ hash, changed_at: sql<Date>`statement_timestamp()` }),
    )
    .execute()
}

/**
 * Whether this is still the password of a person. Whoever changes it waits from here on until what the old one begins is
 * kept, and so ends that, too; whoever comes after a change learns of it.
 */
export async function holdPassword(
  mandate: Mandate<'identity'>,
  personId: string,
  hash: string | null,
): Promise<boolean> {
  const [held] = await runStatements(mandate, [
    { text: 'select hash from password_credential where person_id = $1 for update', values: [personId] },
  ])
  return held?.rows[0]?.['hash'] === hash
}

/** A person as they are once whoever changed their password or took a factor away at the same moment is done. */
export async function holdPerson(
  mandate: Mandate<'identity'>,
  person: SigningPerson,
): Promise<SigningPerson> {
  await holdPassword(mandate, person.id, person.hash)
  return (await findPerson(mandate, person.id)) ?? person
}

/** Changes what a person may change about themselves. */
export async function updateProfile(
  mandate: Mandate<'identity'>,
  personId: string,
  profile: Pick<Person, 'name' | 'shortcuts' | 'language'>,
): Promise<void> {
  await tables<IdentityTables>(mandate)
    .updateTable('person')
    .set(profile)
    .where('id', '=', personId)
    .execute()
}

const Frames = z.object({
  platform_role: z.literal('SUPER_ADMIN').nullable(),
  partner: z
    .object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      kinds: z.array(z.string()),
      role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    })
    .nullable(),
  tenants: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      role: z.enum(['TENANT_ADMIN', 'TENANT_USER']),
    }),
  ),
  managed_tenant_ids: z.array(z.string()),
})

type Raw = z.output<typeof Frames>

/** Where a person can go. */
export interface Frames {
  readonly platformRole: Raw['platform_role']
  readonly partner: (Omit<NonNullable<Raw['partner']>, 'id'> & { readonly id: PartnerId }) | null
  readonly tenants: readonly (Omit<Raw['tenants'][number], 'id'> & { readonly id: TenantId })[]
  readonly managedTenantIds: readonly TenantId[]
}

/** The frames of the person whom this request belongs to. */
export async function findFrames(mandate: Mandate<'identity'>): Promise<Frames> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_frames() as frames', values: [] },
  ])
  const raw = Frames.parse(result?.rows[0]?.['frames'])
  return {
    platformRole: raw.platform_role,
    partner: raw.partner && { ...raw.partner, id: idFromUuid('partner', raw.partner.id) },
    tenants: raw.tenants.map((tenant) => ({ ...tenant, id: idFromUuid('tenant', tenant.id) })),
    managedTenantIds: raw.managed_tenant_ids.map((id) => idFromUuid('tenant', id)),
  }
}

/** The names of the organisations that the person of this request belongs to. */
export async function findOrganisationNames(mandate: Mandate<'identity'>): Promise<string[]> {
  const { partner, tenants } = await findFrames(mandate)
  return [...(partner ? [partner] : []), ...tenants].map(({ name }) => name)
}

/** What decides about the person of this request in a tenant of others, as it is now; null where there is no link or no partner. */
export async function findOwnFacts(mandate: Mandate<'identity'>, tenantId: TenantId): Promise<Facts | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_facts($1) as facts', values: [tenantId] },
  ])
  const facts = result?.rows[0]?.['facts'] ?? null
  const known = { ip: mandate.origin.ip, features: featuresFor(mandate) }
  return facts === null ? null : readFacts(facts, known).facts
}

/** Whether a person may work only with a second factor: whoever reaches data of others (access.md section 5). */
export function needsSecondFactor(frames: Frames): boolean {
  return frames.platformRole !== null || frames.partner !== null
}
