import { createHash } from 'node:crypto'
import type { IdOf, LinkId, LinkRole, PartnerId, PersonId, TenantId } from '@liaison/access'
import { seedInvoice } from '../../../server/testing/invoices.ts'
import type { TestWorld } from '../../../server/testing/world.ts'
import { DEVIATIONS, NOTHING } from './deviations.ts'
import type { Deviation } from './deviations.ts'
import { CHANGES, EVERYTHING } from './probes.ts'
import type { Probe } from './probes.ts'

/** Somebody in one tenant, in a state of things of which one part may be wrong, and what is open to them in it. */
export interface Situation {
  readonly name: string
  readonly login: 'liaison_delegate' | 'liaison_tenant'
  /** The digest of the session's token, as the doors take it. */
  readonly session: string
  readonly tenant: TenantId
  readonly ticket: string
  readonly opens: readonly Probe[]
  /** Whoever asks has tenants elsewhere, so that only questions about this one tell something. */
  readonly isOneOfMany?: true
}

interface Cast {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly person: PersonId
  readonly member: IdOf<'member'>
  readonly link: LinkId
}

async function fill(world: TestWorld, tenant: TenantId): Promise<string> {
  const { uuid: id } = await seedInvoice(world, tenant)
  await world.seed(
    `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at, method) select tenant_id, id, 100, currency, now(), 'transfer' from invoice where id = $1`,
    [id],
    tenant,
  )
  await world.seed(
    `insert into subscriber (tenant_id, name, status, city) values ($1, 'Mia', 'active', 'Rome')`,
    [tenant],
    tenant,
  )
  const [ticket] = await world.seed<{ id: string }>(
    `insert into ticket (tenant_id, number, subject, description) values ($1, 'T-1', 'No signal', 'Since 08:00.') returning id`,
    [tenant],
    tenant,
  )
  return ticket?.id ?? ''
}

function sessionOf(cookie: string | null): string {
  return createHash('sha256')
    .update(cookie?.split('=')[1] ?? '')
    .digest('hex')
}

async function apply(world: TestWorld, cast: Cast, statements: readonly string[]): Promise<void> {
  const stranger = await world.tenant('Stranger')
  const ids: Readonly<Record<string, string>> = { ...cast, stranger }
  for (const statement of statements)
    await world.seed(
      statement.replaceAll(/\$([a-z]+)/g, (_, name: string) => `'${ids[name]}'::uuid`),
      [],
      cast.tenant,
    )
}

async function makeDelegated(
  world: TestWorld,
  { name, opens, terms, changes }: Deviation,
): Promise<Situation> {
  const { isUnassigned = false, ownRole = null, ...linkTerms } = terms ?? {}
  const [partner, tenant, { id: person }] = [
    await world.partner('P'),
    await world.tenant('T'),
    await world.person(),
  ]
  const ticket = await fill(world, tenant)
  const member = await world.partnerMember(partner, person)
  const link = await world.link(partner, tenant, linkTerms)
  if (!isUnassigned) await world.assign(link, member, ownRole)
  const { cookie } = await world.signIn(person)
  await apply(world, { partner, tenant, person, member, link }, changes ?? [])
  return { name, login: 'liaison_delegate', session: sessionOf(cookie), tenant, ticket, opens }
}

const MEMBERS: readonly {
  readonly name: string
  readonly opens: readonly Probe[]
  readonly role?: 'TENANT_USER'
  readonly changes?: readonly string[]
}[] = [
  { name: 'an admin of the tenant', opens: EVERYTHING },
  {
    name: 'a user of the tenant',
    opens: [
      'read the tenant',
      'read tickets',
      'read tickets while opening one',
      'read subscribers',
      ...CHANGES,
    ],
    role: 'TENANT_USER',
  },
  {
    name: 'an admin who left',
    opens: NOTHING,
    changes: [`update tenant_member set status = 'inactive' where person_id = $person`],
  },
  {
    name: 'an admin of a tenant that is closed',
    opens: NOTHING,
    changes: [`update tenant set status = 'closed' where id = $tenant`],
  },
  {
    name: 'an admin who is inactive',
    opens: NOTHING,
    changes: [`update person set status = 'inactive' where id = $person`],
  },
  {
    name: 'an admin whose session was ended',
    opens: NOTHING,
    changes: ['update session set ended_at = now() where person_id = $person'],
  },
]

async function makeMember(
  world: TestWorld,
  { name, opens, role, changes }: (typeof MEMBERS)[number],
): Promise<Situation[]> {
  const [tenant, { id: person }] = [await world.tenant('T'), await world.person()]
  const ticket = await fill(world, tenant)
  await world.tenantMember(tenant, person, role)
  const { cookie } = await world.signIn(person)
  for (const statement of changes ?? [])
    await world.seed(
      statement.replaceAll('$person', `'${person}'::uuid`).replaceAll('$tenant', `'${tenant}'::uuid`),
      [],
      tenant,
    )
  const found = { login: 'liaison_tenant', session: sessionOf(cookie), tenant, ticket } as const
  const elsewhere = await world.tenant('Elsewhere')
  await world.tenantMember(elsewhere, (await world.person()).id)
  const outside = { ...found, tenant: elsewhere, ticket: await fill(world, elsewhere) }
  return [
    { ...found, name, opens },
    ...(role === undefined && changes === undefined
      ? [{ ...outside, name: `${name}, in another tenant`, opens: NOTHING }]
      : []),
  ]
}

/**
 * A person who left one partner and works for another: only what the newer one reaches is open, and of it only where this
 * person is assigned; a colleague works in another tenant, and a third partner in the same one.
 */
async function makeCrowded(world: TestWorld): Promise<Situation> {
  const { id: person } = await world.person()
  const colleague = await world.person()
  const [older, newer, rival] = [await world.partner('O'), await world.partner('N'), await world.partner('R')]
  const [before, tenant, other] = [await world.tenant('B'), await world.tenant('T'), await world.tenant('C')]
  for (const filled of [before, other]) await fill(world, filled)
  const ticket = await fill(world, tenant)
  const join = async (at: PartnerId, whom: PersonId, where: TenantId, role: LinkRole = 'msp_full') =>
    world.assign(await world.link(at, where, { role }), await world.partnerMember(at, whom))
  await join(older, person, before)
  await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [person])
  await join(newer, person, tenant)
  await join(newer, colleague.id, other)
  await join(rival, (await world.person()).id, tenant, 'auditor')
  const { cookie } = await world.signIn(person)
  return {
    name: 'a person who came from another partner, with a colleague elsewhere and a rival here',
    login: 'liaison_delegate',
    session: sessionOf(cookie),
    tenant,
    ticket,
    opens: EVERYTHING,
  }
}

/** Puts every situation into the world, each with a tenant, a partner and a person of its own. */
export async function makeSituations(world: TestWorld): Promise<Situation[]> {
  const situations: Situation[] = []
  for (const deviation of DEVIATIONS) situations.push(await makeDelegated(world, deviation))
  for (const member of MEMBERS) situations.push(...(await makeMember(world, member)))
  situations.push(await makeCrowded(world))
  const [first] = situations
  const foreign = situations.find(({ name }) => name === 'nobody assigned')
  if (first && foreign)
    situations.push({
      ...foreign,
      name: 'a tenant of another partner',
      session: first.session,
      isOneOfMany: true,
    })
  return situations
}
