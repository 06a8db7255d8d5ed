import { decide } from '@liaison/access'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Login } from '#platform/database.ts'
import { decodeFacts, toFacts } from '#platform/resolvers/facts.ts'
import type { SignedTicket } from '#platform/resolvers/facts.ts'
import { featuresOf } from '#platform/features.ts'
import { liftFreeze, seedFreeze } from './drawn-worlds.ts'
import type { Drawn, Seeded } from './drawn-worlds.ts'
import type { PermissionName } from './permission-probes.ts'
import type { TestWorld } from './world.ts'

export const READ = 'partner.support.tickets.read' satisfies PermissionName
export const LIST = 'partner.tenants.list' satisfies PermissionName

/** The ticket of a read across tenants as the database signs it, with the code that the version before records reads under. */
export type WholeTicket = SignedTicket & { readonly reader_code: string }

interface Entered {
  readonly resumed?: boolean
  readonly kept?: WholeTicket | null
  readonly ticket_id?: string | null
}

const hashOf = ({ caller }: Seeded): string =>
  createHash('sha256')
    .update(String(caller.cookie).split('=')[1] ?? '')
    .digest('hex')

/** What a ticket is made for, as the server asks. */
export const questionOf = (
  seeded: Seeded,
  { tenant_id = seeded.tenant, permission = READ }: Question = {},
): string => [hashOf(seeded), tenant_id ?? [], permission].flat().join(' ')

/** A transaction of a login, which is rolled back unless the work ends it. */
export async function withLogin<Result>(
  world: TestWorld,
  login: Login,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The same of the login that acts. */
export const withDelegate = <Result>(
  world: TestWorld,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> => withLogin(world, 'liaison_delegate', work)

/** What is entered with. */
export interface Question {
  readonly ticket?: SignedTicket | string
  readonly tenant_id?: string | null
  readonly permission?: PermissionName
  readonly writes?: boolean
}

/** Whether the ticket lets in, asked as the server does. */
export async function resumes(
  client: pg.PoolClient,
  ticket: SignedTicket | string,
  { question, request = { source: 'api' } }: { readonly question: string; readonly request?: object | null },
): Promise<boolean> {
  const { rows } =
    typeof ticket === 'string'
      ? await client.query('select access.resume_ticket($1, $2, $3) as now', [ticket, question, request])
      : await resumeSigned(client, ticket, { question, request })
  return rows[0]?.now instanceof Date
}

function resumeSigned(
  client: pg.PoolClient,
  ticket: SignedTicket,
  { question, request }: { readonly question: string; readonly request: object | null },
): Promise<pg.QueryResult> {
  const { code, stands, reached: reaches, reached_code, context, context_code } = ticket
  return client.query('select access.resume($1, $2, $3, $4, $5, $6, $7, $8) as now', [
    code,
    stands,
    reaches,
    reached_code,
    context,
    context_code,
    question,
    request,
  ])
}

/** Enters as the server does: with the ticket if there is one, and the long way where it does not hold. */
export async function enter(client: pg.PoolClient, seeded: Seeded, more: Question = {}): Promise<Entered> {
  const { ticket, ...asked } = {
    tenant_id: seeded.tenant,
    permission: READ,
    writes: false,
    source: 'api',
    ...more,
  }
  if (ticket !== undefined) {
    if (await resumes(client, ticket, { question: questionOf(seeded, more) })) return { resumed: true }
  }
  const { rows } = await client.query<{ facts: Entered }>('select access.enter_person($1) as facts', [
    { session_hash: hashOf(seeded), ...asked },
  ])
  return rows[0]?.facts ?? {}
}

export const reached = async (client: pg.PoolClient): Promise<string[]> =>
  (await client.query<{ id: string }>(`select access.reach('ticket', 'select') as id`)).rows.map(
    ({ id }) => id,
  )

/** The tenants whose tickets the row policies open, entered in this way. */
export const reachedBy = (world: TestWorld, seeded: Seeded, more: Question): Promise<string[]> =>
  withDelegate(world, async (client) => {
    await enter(client, seeded, more)
    return reached(client)
  })

/** Enters as a read that commits, after which what was decided is kept. */
export const enterAndCommit = (world: TestWorld, seeded: Seeded, more: Question = {}): Promise<Entered> =>
  withDelegate(world, async (client) => {
    const entered = await enter(client, seeded, more)
    await client.query('commit')
    return entered
  })

/** The ticket of a decision about one tenant that is kept. */
export async function ticketOf(world: TestWorld, seeded: Seeded): Promise<string> {
  // The first entry of all begins the era within which decisions are kept.
  await enterAndCommit(world, seeded)
  const { ticket_id: ticket } = await enterAndCommit(world, seeded)
  if (typeof ticket !== 'string') throw new Error('No ticket was given.')
  return ticket
}

/** The ticket of a decision about all tenants. */
export async function signedTicketOf(world: TestWorld, seeded: Seeded): Promise<WholeTicket> {
  await enterAndCommit(world, seeded)
  const { kept } = await enterAndCommit(world, seeded, { tenant_id: null })
  if (!kept) throw new Error('No ticket was given.')
  return kept
}

/** What the kernel says of facts that were gathered this moment. */
export async function freshCode(
  world: TestWorld,
  seeded: Seeded,
  permission: PermissionName,
): Promise<string> {
  const facts = await withDelegate(world, (client) => enter(client, seeded, { permission }))
  return decide(toFacts(decodeFacts(facts, featuresOf(world.database)), '127.0.0.1'), { permission }).code
}

/** What a read through HTTP is answered with. */
export async function servedCode(
  world: TestWorld,
  { caller }: Seeded,
  permission: PermissionName,
): Promise<string> {
  const response = await world.call(caller, 'GET', `/api/v1/probe/${permission}`)
  return response.statusCode === 200 ? 'ALLOWED' : String(response.json().code)
}

/** Something that changes in the world of one person. */
export type Change = (world: TestWorld, seeded: Seeded) => Promise<unknown>

/** A change by SQL, in which :link, :tenant, :partner and :person stand for the ids. */
export const change =
  (text: string): Change =>
  (world, { link, tenant, partner, person }) => {
    const ids: Readonly<Record<string, string>> = { link, tenant, partner, person }
    const values: string[] = []
    const numbered = text.replaceAll(
      /(?<!:):(link|tenant|partner|person)\b/g,
      (_, name: string) => `$${values.push(ids[name] ?? '')}::uuid`,
    )
    return world.seed(numbered, values, tenant)
  }

const freezing =
  (freeze: NonNullable<Drawn['freeze']>): Change =>
  async (world, seeded) => {
    await seedFreeze(world, seeded, { freeze, isLifted: false })
  }

/** Lifts every freeze. */
export const liftAll: Change = async (world) => {
  for (const { id } of await world.sql<{ id: string }>(
    'select id from access_freeze where lifted_at is null',
  ))
    await liftFreeze(world, id)
}

const ZERO = `repeat('0', 256)::bit(256)`
export const ONES = `repeat('1', 256)::bit(256)`

/** What takes access, and what gives it back; every relation that decides is among them. */
export const CHANGES: Readonly<Record<string, readonly [Change, Change]>> = {
  'the status of the link': [
    change(`update delegation set status = 'suspended' where id = :link`),
    change(`update delegation set status = 'active' where id = :link`),
  ],
  'the permissions of the link': [
    change(`update delegation set mask = ${ZERO}, role_mask = ${ZERO} where id = :link`),
    change(`update delegation set mask = ${ONES}, role_mask = ${ONES} where id = :link`),
  ],
  'the end of the link': [
    change(`update delegation set ends_at = now() where id = :link`),
    change(`update delegation set ends_at = now() + interval '9 days' where id = :link`),
  ],
  'the start of the link': [
    change(`update delegation set starts_at = now() + interval '1 day' where id = :link`),
    change(`update delegation set starts_at = now() - interval '1 day' where id = :link`),
  ],
  'a review that is overdue': [
    change(`update delegation set review_stops_at = now() where id = :link`),
    change(`update delegation set review_stops_at = null where id = :link`),
  ],
  'a condition of the link': [
    change(`update delegation set conditions = '{"phishing_resistant": true}' where id = :link`),
    change(`update delegation set conditions = '{}' where id = :link`),
  ],
  'the role of the link': [
    change(`update link set access_role = 'msp_billing' where id = :link`),
    change(`update link set access_role = 'msp_support' where id = :link`),
  ],
  'an override': [
    change(
      `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) values (:link, :tenant, :partner, 'partner.support.tickets.*', 'deny', ${ONES}, 'tenant')`,
    ),
    change(`delete from link_override where link_id = :link`),
  ],
  'the assignment': [
    change(`update link_member set ends_at = now() where link_id = :link`),
    change(`update link_member set ends_at = null where link_id = :link`),
  ],
  'the role in the link': [
    change(`update link_member set mask = ${ZERO}, role = 'msp_billing' where link_id = :link`),
    change(`update link_member set mask = ${ONES}, role = null where link_id = :link`),
  ],
  'the member': [
    change(`update partner_member set status = 'inactive' where person_id = :person`),
    change(`update partner_member set status = 'active' where person_id = :person`),
  ],
  'the person': [
    change(`update person set status = 'inactive' where id = :person`),
    change(`update person set status = 'active' where id = :person`),
  ],
  'the partner': [
    change(`update partner set status = 'suspended' where id = :partner`),
    change(`update partner set status = 'active' where id = :partner`),
  ],
  'the tenant': [
    change(`update tenant set status = 'closed' where id = :tenant`),
    change(`update tenant set status = 'active' where id = :tenant`),
  ],
  'the rules of the tenant': [
    change(
      `insert into tenant_partner_policy (tenant_id, conditions) values (:tenant, '{"phishing_resistant": true}') on conflict (tenant_id) do update set conditions = excluded.conditions`,
    ),
    change(`update tenant_partner_policy set conditions = '{}' where tenant_id = :tenant`),
  ],
  'the networks of the partner': [
    change(
      `insert into partner_network_rule (partner_id, ip_mode, ip_allow) values (:partner, 'enforce', '{192.0.2.0/24}')`,
    ),
    change(`delete from partner_network_rule where partner_id = :partner`),
  ],
  'the factor of the session': [
    change(`update session set factor = 'none', factor_at = null where person_id = :person`),
    change(`update session set factor = 'otp', factor_at = now() where person_id = :person`),
  ],
  'the end of the session': [
    change(`update session set ended_at = now() where person_id = :person`),
    change(`update session set ended_at = null where person_id = :person`),
  ],
  'a session that was not used': [
    change(`update session set seen_at = now() - interval '2 hours' where person_id = :person`),
    change(`update session set seen_at = now() where person_id = :person`),
  ],
  'a freeze of everything': [freezing('platform'), liftAll],
  'a freeze of the partner': [freezing('partner'), liftAll],
  'a freeze of the tenant': [freezing('tenant'), liftAll],
  'a freeze of the link': [freezing('delegation'), liftAll],
  'a freeze of the person': [freezing('person'), liftAll],
  'a freeze of the partner in the tenant': [freezing('partner in tenant'), liftAll],
}
