import { createHash } from 'node:crypto'
import { decodeId, encodeId } from '@liaison/access'
import type { PartnerId, PersonId, TenantId } from '@liaison/access'
import type pg from 'pg'
import { systemClock } from '#platform/clock.ts'
import { seedSource, tenantItem } from './ingest.ts'
import { activeAgreement } from './program-acts.ts'
import type { Caller, TestWorld } from './world.ts'

/** Somebody of a scene. */
export interface Somebody {
  readonly id: PersonId
  readonly caller: Caller
}

/** A partner with an agreement, its owner and two of its staff, and somebody of the provider. */
export interface ReferralScene {
  readonly partner: PartnerId
  readonly owner: Somebody
  readonly staff: Somebody
  readonly colleague: Somebody
  readonly admin: Somebody
}

async function enrol(
  world: TestWorld,
  partner: PartnerId,
  role: 'PARTNER_OWNER' | 'PARTNER_STAFF',
): Promise<Somebody> {
  const { id } = await world.person()
  await world.partnerMember(partner, id, role)
  return { id, caller: await world.signIn(id) }
}

/** Seeds a scene of its own. */
export async function openReferralScene(
  world: TestWorld,
  terms: Parameters<typeof activeAgreement>[2] = {},
): Promise<ReferralScene> {
  const partner = await world.partner('Brightside', ['referral'])
  await activeAgreement(world, partner, terms)
  const { id } = await world.person()
  await world.platformAdmin(id)
  return {
    partner,
    owner: await enrol(world, partner, 'PARTNER_OWNER'),
    staff: await enrol(world, partner, 'PARTNER_STAFF'),
    colleague: await enrol(world, partner, 'PARTNER_STAFF'),
    admin: { id, caller: await world.signIn(id) },
  }
}

/** Makes a code as this person of the partner. */
export async function makeCodeAs(
  world: TestWorld,
  maker: Somebody,
  input: Record<string, unknown> = {},
): Promise<{ id: string; code: string }> {
  const made = await world.call(maker.caller, 'POST', '/api/v1/program/codes', { body: input })
  if (made.statusCode !== 201) throw new Error(made.body)
  const body = made.json<{ code_id: string; code: string }>()
  return { id: body.code_id, code: body.code }
}

/** A source of the provider that hands in tenants and reports their sign-ups. */
export async function openSignUps(world: TestWorld) {
  const seeded = await seedSource(world)
  let serial = 0
  const tenant = async (): Promise<{ external: string; id: TenantId }> => {
    const external = `t${(serial += 1)}`
    const { status } = await seeded.send('tenants', [tenantItem(external, seeded.source)])
    const [row] = await world.sql<{ id: TenantId }>(
      'select id from tenant where source = $1 and external_id = $2',
      [seeded.source, external],
    )
    if (status !== 200 || !row) throw new Error('The tenant was not taken.')
    return { external, id: row.id }
  }
  const item = (external: string, more: object = {}) => ({
    external_id: `s${(serial += 1)}`,
    tenant_external_id: external,
    occurred_at: systemClock().toISOString(),
    ...more,
  })
  const report = (items: readonly object[], extra: object = {}) => seeded.send('signups', [...items], extra)
  /** A new tenant signs up; answers what came of it. */
  const signUp = async (more: object = {}) => {
    const made = await tenant()
    const { status, body } = await report([item(made.external, more)])
    if (status !== 200) throw new Error(JSON.stringify(body))
    const [result] = body.results as { outcome: string; reason: string | null; referral_id: string | null }[]
    if (!result) throw new Error('Nothing came of it.')
    return { ...result, tenant: made }
  }
  /** Works as the login of the provider's systems, with the context of this source's key. */
  const asIngest = async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await world.database.pool('liaison_ingest').connect()
    try {
      await client.query('begin')
      await client.query('select access.enter_ingest($1)', [
        { key_hash: createHash('sha256').update(seeded.key).digest('hex') },
      ])
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
  return { ...seeded, tenant, item, report, signUp, asIngest }
}

export const uuidOf = (kind: 'referral' | 'referral_code' | 'referral_click', id: string | null): string => {
  const uuid = id === null ? null : decodeId(kind, id)
  if (uuid === null) throw new Error(`There is no such ${kind}.`)
  return uuid
}

export const publicTenant = (id: TenantId): string => encodeId('tenant', id)

/** The first payment of a tenant, as its billing event; locks nothing by itself. */
export async function seedPayment(
  world: TestWorld,
  tenant: TenantId,
  event: {
    readonly netMinor?: number
    readonly currency?: string
    readonly kind?: string
    readonly at?: Date
  } = {},
): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into billing_event (source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at)
     values ('test', gen_random_uuid()::text, $2, $1, $3, $4, 0, coalesce($5, now())) returning id`,
    [tenant, event.kind ?? 'invoice_paid', event.currency ?? 'USD', event.netMinor ?? 1000, event.at ?? null],
    tenant,
  )
  if (!row) throw new Error('Nothing was paid.')
  return row.id
}

/** Locks a referral as the first payment does. */
export async function lockBy(world: TestWorld, referral: string, tenant: TenantId): Promise<string> {
  const event = await seedPayment(world, tenant)
  await world.seed(
    'update referral set locked_at = now(), locked_by_event = $2 where id = $1',
    [referral, event],
    tenant,
  )
  return event
}

const PERSON_LOGINS = {
  program: 'liaison_program',
  platform: 'liaison_platform',
  tenant: 'liaison_tenant',
  delegation: 'liaison_delegate',
} as const

/** Works as a login with the context of this person, in a transaction that is rolled back unless it is to be kept. */
export async function asPerson<Result>(
  world: TestWorld,
  who: {
    readonly plane: keyof typeof PERSON_LOGINS
    readonly caller: Caller
    readonly tenant?: TenantId
    readonly keep?: true
  },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(PERSON_LOGINS[who.plane]).connect()
  const token = String(who.caller.cookie).split('=')[1] ?? ''
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: who.tenant ?? null,
        writes: true,
        source: 'api',
      },
    ])
    const result = await work(client)
    if (who.keep) await client.query('commit')
    return result
  } finally {
    await client.query('rollback')
    client.release()
  }
}
