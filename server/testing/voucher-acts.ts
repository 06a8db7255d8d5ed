import { createHash } from 'node:crypto'
import type { IdOf, TenantId } from '@liaison/access'
import { idFromUuid } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type pg from 'pg'
import { allRoutes } from '../src/app.ts'
import type { AppOptions } from '../src/app.ts'
import { TestWorld } from './world.ts'
import type { Caller } from './world.ts'

/** A world with every route of the product: the forms of agencies and the tenant's own people work on the same vouchers. */
export function startVoucherWorld(options: Partial<AppOptions> = {}): Promise<TestWorld> {
  return TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }), options)
}

/** A tenant with an administrator and a till worker, and a type of voucher. */
export interface VoucherScene {
  readonly tenant: TenantId
  readonly admin: Caller
  readonly worker: Caller
  /** The code of a type that refuses a second voucher. */
  readonly type: string
}

export const VOUCHERS = '/api/v1/tenant/vouchers'
export const VOUCHER_TYPES = '/api/v1/tenant/voucher-types'

/** Seeds a scene of its own; its days are those of the zone. */
export async function openVoucherScene(world: TestWorld, zone = 'Europe/Dublin'): Promise<VoucherScene> {
  const tenant = await world.tenant('Acme Fiber')
  await world.seed('update tenant set timezone = $2 where id = $1', [tenant, zone], tenant)
  const [admin, worker] = [await world.person('Anna Admin'), await world.person('Till Worker')]
  await world.tenantMember(tenant, admin.id)
  await world.tenantMember(tenant, worker.id, 'TENANT_USER')
  const scene = {
    tenant,
    admin: await world.signIn(admin.id, { tenantId: tenant }),
    worker: await world.signIn(worker.id, { tenantId: tenant }),
    type: 'router',
  }
  await makeType(world, scene, { code: 'router', label: 'Router' })
  return scene
}

/** Adds a type of voucher as the administrator. */
export async function makeType(
  world: TestWorld,
  scene: Pick<VoucherScene, 'admin'>,
  type: { readonly code: string; readonly label: string } & Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const made = await world.call(scene.admin, 'POST', VOUCHER_TYPES, { body: type })
  if (made.statusCode !== 201) throw new Error(made.body)
  return made.json()
}

/** Sends again what a busy server had no connection for, as a till would: it changed nothing. */
export async function untilServed(
  send: () => Promise<LightMyRequestResponse>,
): Promise<LightMyRequestResponse> {
  const answer = await send()
  return answer.statusCode === 503 ? untilServed(send) : answer
}

let serial = 0

/** What a voucher is asked for with; each call is for another person. */
export function wish(over: Readonly<Record<string, unknown>> = {}) {
  serial += 1
  return {
    voucher_type: 'router',
    first_name: 'Maria',
    last_name: `Recipient ${serial}`,
    date_of_birth: '1980-05-17',
    household_adults: 2,
    household_children: 1,
    ...over,
  }
}

/** Issues a voucher as the tenant's own people do. */
export async function issue(
  world: TestWorld,
  scene: VoucherScene,
  over: Readonly<Record<string, unknown>> = {},
): Promise<{ voucher_id: string; code: string; status: string }> {
  const made = await world.call(scene.worker, 'POST', VOUCHERS, { body: wish(over) })
  if (made.statusCode >= 300) throw new Error(made.body)
  return made.json()
}

/** An agency with a form and a token of it, as rows; the token is a delegation. */
export interface SeededAgency {
  readonly id: IdOf<'agency'>
  readonly name: string
  readonly token: IdOf<'form_token'>
  readonly tenant: TenantId
}

/** Puts an agency with a form and a live token into a tenant. */
export async function seedAgency(world: TestWorld, tenant: TenantId, name: string): Promise<SeededAgency> {
  const random = createHash('sha256').update(`${tenant} ${name}`).digest()
  const [row] = await world.seed<{ agency: string; token: string }>(
    `with a as (insert into agency (tenant_id, name, created_by_name) values ($1, $2, 'Test') returning id),
       f as (insert into form (tenant_id, agency_id, public_id, name, created_by_name) select $1, a.id, $3, 'Form', 'Test' from a returning id, agency_id)
     insert into form_token (tenant_id, agency_id, form_id, token_hash, display_prefix, last4, created_by_name)
     select $1, f.agency_id, f.id, $4, 'papt_live_Ab', 'wxyz', 'Test' from f returning id as token, agency_id as agency`,
    [tenant, name, `frm_${random.toString('hex').slice(0, 16)}`, random],
    tenant,
  )
  if (!row) throw new Error('No agency was made.')
  return { id: idFromUuid('agency', row.agency), name, token: idFromUuid('form_token', row.token), tenant }
}

/** Works as an agency's form does in the database, in a transaction that is rolled back. */
export async function asAgency<Result>(
  world: TestWorld,
  agency: SeededAgency,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_embed').connect()
  try {
    await client.query('begin')
    const context = {
      plane: 'delegation',
      tenant_id: agency.tenant,
      agency_id: agency.id,
      agency_name: 'Agency',
      delegation_id: agency.token,
      form_token_id: agency.token,
    }
    const [signed] = await world.sql<{ mac: string }>('select access.sign($1) as mac', [
      JSON.stringify(context),
    ])
    await client.query(
      `select set_config('liaison.context', $1, true), set_config('liaison.mac', $2, true)`,
      [JSON.stringify(context), signed?.mac],
    )
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}
