import { decodeId, encodeId, NO_CONDITIONS } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type { PersonId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEarningScene, payment } from '#testing/earning-acts.ts'
import { actOnElevation, askElevation, openElevationScene } from '#testing/elevation-acts.ts'
import { act as actOnCheck, openRealmScene, submit } from '#testing/identity-check-acts.ts'
import { makeLinkActs, REQUEST, tenantPath } from '#testing/link-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { buildPayout, movePayout, openPayoutScene, seedEarning } from '#testing/payout-acts.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeLinkActs(() => world)
const ACCESS = '/api/v1/tenant/partner-access'

/** What one person began and another one is about to make true: whether it is true is asked of the database. */
interface Halfway {
  /** Whose table says that the first one decides, and whose row it is. */
  readonly of: 'tenant_member' | 'partner_member' | 'platform_staff'
  readonly first: PersonId
  /** The organisation that hears of it. */
  readonly tenant?: TenantId
  readonly second: () => Promise<LightMyRequestResponse>
  /** A statement that answers one row once it is true. */
  readonly truth: readonly [text: string, values: unknown[]]
}

interface Admin {
  readonly id: PersonId
  readonly caller: Caller
}

/** Two administrators of an organisation that asks for two. */
async function admins(tenant: TenantId): Promise<readonly [Admin, Admin]> {
  const one = async (name: string): Promise<Admin> => {
    const { id } = await world.person(name)
    await world.tenantMember(tenant, id)
    return { id, caller: await world.signIn(id, { tenantId: tenant }) }
  }
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true) on conflict (tenant_id) do update set dual_approval = true',
    [tenant],
    tenant,
  )
  return [await one('Ada Gone'), await one('Bea Next')]
}

/** Two admins of the provider: the one who builds and may leave, and the one who comes second. */
async function staff() {
  const [maker, checker] = [await world.person('Sam Gone'), await world.person('Ines Next')]
  await world.platformAdmin(maker.id)
  await world.platformAdmin(checker.id)
  return {
    makerId: maker.id,
    maker: await world.signIn(maker.id),
    checker: await world.signIn(checker.id),
    checkerId: checker.id,
  }
}

const uuidOf = (kind: Parameters<typeof decodeId>[0], id: unknown) => decodeId(kind, String(id))

async function invitation(): Promise<Halfway> {
  const people = await acts.cast()
  const [gone, next] = await admins(people.tenant)
  const invited = await world.call(gone.caller, 'POST', `${ACCESS}/links/invite`, {
    body: { partner_slug: people.partnerSlug, ...REQUEST },
  })
  const id = String(invited.json().link_id)
  const { snapshot_token } = (await world.call(next.caller, 'GET', tenantPath(id))).json()
  return {
    of: 'tenant_member',
    first: gone.id,
    tenant: people.tenant,
    second: () => world.call(next.caller, 'POST', tenantPath(id, '/approve'), { body: { snapshot_token } }),
    truth: ['select from link where id = $1 and first_approved_by is not null', [uuidOf('link', id)]],
  }
}

async function changeOf(side: 'partner' | 'colleague'): Promise<Halfway> {
  const people = await acts.makeLink()
  const [gone, next] = await admins(people.tenant)
  const waiting = async ({ caller }: Admin) =>
    (await world.call(caller, 'GET', `${ACCESS}/changes?status=waiting`)).json().items[0]
  const decide = async (by: Admin) => {
    const { change_request_id: id, snapshot_token } = await waiting(by)
    return world.call(by.caller, 'POST', `${ACCESS}/changes/${id}/approve`, { body: { snapshot_token } })
  }
  if (side === 'partner') {
    await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'More.' })
    await decide(gone)
  } else
    await world.call(gone.caller, 'PATCH', tenantPath(people.id), {
      body: { ends_at: new Date(Date.UTC(2027, 5, 20)).toISOString() },
      headers: { 'if-match': await acts.etagOf(gone.caller, tenantPath(people.id)) },
    })
  const { change_request_id: id } = await waiting(next)
  return {
    of: 'tenant_member',
    first: gone.id,
    tenant: people.tenant,
    second: () => decide(next),
    truth: [
      `select from link_change_request where id = $1 and status = 'approved'`,
      [uuidOf('change_request', id)],
    ],
  }
}

async function rules(): Promise<Halfway> {
  const tenant = await world.tenant('Acme Fiber')
  const [gone, next] = await admins(tenant)
  const shown = await world.call(gone.caller, 'GET', `${ACCESS}/policy`)
  const { version: _version, ...held } = shown.json()
  await world.call(gone.caller, 'PUT', `${ACCESS}/policy`, {
    body: { ...held, conditions: NO_CONDITIONS, dual_approval: false },
    headers: { 'if-match': String(shown.headers['etag']) },
  })
  const waits = await world.call(next.caller, 'GET', `${ACCESS}/policy/waiting`)
  return {
    of: 'tenant_member',
    first: gone.id,
    tenant,
    second: () =>
      world.call(next.caller, 'POST', `${ACCESS}/policy/waiting/confirm`, {
        headers: { 'if-match': String(waits.headers['etag']) },
      }),
    truth: ['select from tenant_partner_policy where tenant_id = $1 and not dual_approval', [tenant]],
  }
}

async function freeze(): Promise<Halfway> {
  const tenant = await world.tenant('Acme Fiber')
  const [gone, next] = await admins(tenant)
  const frozen = await world.call(gone.caller, 'POST', `${ACCESS}/freeze`, {
    body: { scope: 'tenant', reason: 'Stop' },
  })
  const lift = ({ caller }: Admin) =>
    world.call(caller, 'DELETE', `${ACCESS}/freeze/${frozen.json().freeze_id}`, { body: { reason: 'Over' } })
  await lift(gone)
  return {
    of: 'tenant_member',
    first: gone.id,
    tenant,
    second: () => lift(next),
    truth: ['select from access_freeze where tenant_id = $1 and lifted_at is not null', [tenant]],
  }
}

async function support(): Promise<Halfway> {
  const tenant = await world.tenant('Acme Fiber')
  const [gone, next] = await admins(tenant)
  const staff = await world.person('Sue Staff')
  await world.platformAdmin(staff.id)
  const asked = await world.call(await world.signIn(staff.id), 'POST', '/api/v1/admin/support-access', {
    body: { tenant_id: encodeId('tenant', tenant), case_number: 'C-1', reason: 'A ticket is missing' },
  })
  const allow = ({ caller }: Admin) =>
    world.call(caller, 'POST', `/api/v1/tenant/support-access/${asked.json().support_access_id}/approve`)
  await allow(gone)
  return {
    of: 'tenant_member',
    first: gone.id,
    tenant,
    second: () => allow(next),
    truth: [`select from assisted_access where tenant_id = $1 and status = 'active'`, [tenant]],
  }
}

async function elevation(): Promise<Halfway> {
  const scene = await openElevationScene(world)
  await world.seed(
    `insert into tenant_partner_policy (tenant_id, conditions) values ($1, '{"tenant_elevation_approval": true}')`,
    [scene.tenant],
    scene.tenant,
  )
  const id = String((await askElevation(world, scene)).json().elevation_id)
  await actOnElevation(world, scene.owner.caller, { id, step: 'approve' })
  const other = await world.person('Olu Other')
  await world.partnerMember(scene.partner, other.id, 'PARTNER_OWNER')
  return {
    of: 'partner_member',
    first: scene.owner.id,
    second: () => actOnElevation(world, scene.admin.caller, { id, step: 'approve' }),
    truth: [`select from link_elevation where id = $1 and status = 'active'`, [uuidOf('elevation', id)]],
  }
}

async function identity(): Promise<Halfway> {
  const realm = await openRealmScene(world)
  const check = await submit(world, realm.guest.caller)
  await actOnCheck(world, realm.first.caller, `${check}/take`)
  await actOnCheck(world, realm.first.caller, `${check}/approve`)
  return {
    of: 'partner_member',
    first: realm.first.id,
    second: () => actOnCheck(world, realm.second.caller, `${check}/approve`),
    truth: [`select from kyc_case where partner_id = $1 and state = 'verified'`, [realm.partner]],
  }
}

async function earning(): Promise<Halfway> {
  const { maker, makerId, checker } = await staff()
  const earned = await openEarningScene(world)
  await earned.refer('t1')
  await earned.report([payment('i1', { net_minor: 1_000_100 })])
  const [row] = await world.sql<{ id: string }>('select id from earning where partner_id = $1', [
    earned.partner,
  ])
  const approve = (by: Caller) =>
    world.call(by, 'POST', '/api/v1/admin/earnings/approve', {
      body: { earning_ids: [encodeId('earning', row?.id as never)] },
    })
  await approve(maker)
  return {
    of: 'platform_staff',
    first: makerId,
    second: () => approve(checker),
    truth: [`select from earning where id = $1 and state = 'approved'`, [row?.id]],
  }
}

async function payout(): Promise<Halfway> {
  const people = await staff()
  const scene = await openPayoutScene(world, people)
  await seedEarning(world, scene, { amount: 9000 })
  const built = await buildPayout(world, scene.maker, { partner_ids: [encodeId('partner', scene.partner)] })
  const batchId = String(built.json().batch_id)
  await movePayout(world, scene.maker, { batchId, move: 'submit' })
  return {
    of: 'platform_staff',
    first: people.makerId,
    second: () => movePayout(world, scene.checker, { batchId, move: 'approve' }),
    truth: [
      `select from payout_batch where id = $1 and state = 'approved'`,
      [uuidOf('payout_batch', batchId)],
    ],
  }
}

async function termination(): Promise<Halfway> {
  const { maker, makerId, checker } = await staff()
  const ended = await world.partner('Two Ltd')
  const asked = await world.call(
    maker,
    'POST',
    `/api/v1/admin/partners/${encodeId('partner', ended)}/terminate`,
    { body: { reason: 'Fraud', name: 'Two Ltd' } },
  )
  const path = `/api/v1/admin/second-person-requests/partner-terminations/${asked.json().request_id}/decision`
  return {
    of: 'platform_staff',
    first: makerId,
    second: () => world.call(checker, 'POST', path, { body: { decision: 'confirm' } }),
    truth: [`select from partner where id = $1 and status = 'terminated'`, [ended]],
  }
}

test.each([
  ['an invitation', invitation],
  ['a change that a partner asks for', () => changeOf('partner')],
  ['a change that a colleague wants', () => changeOf('colleague')],
  ['looser rules', rules],
  ['the end of a freeze', freeze],
  ['access of support', support],
  ['more access of a person of a partner', elevation],
  ['who somebody is', identity],
  ['an amount above the limit', earning],
  ['a payout', payout],
  ['the end of a partner', termination],
])(
  '%s does not become true where whoever was the first of two leaves at the very moment at which the second approves (B10, D7, I7)',
  async (_name, begin) => {
    const { of, first, tenant, second, truth } = await begin()
    const becomes = (status: string) => ({
      text: `update ${of} set status = '${status}' where person_id = $1 returning 1`,
      values: [first],
      ...(tenant && { tenant }),
    })
    const [answer] = await meetAt(world, becomes('inactive'), [second])
    expect(answer?.statusCode, answer?.body).toBeLessThan(500)
    expect(await world.sql(truth[0], truth[1]), answer?.body).toEqual([])
    // It would have become true, were the first one there still.
    await world.seed(becomes('active').text, [first], tenant)
    await second()
    expect(await world.sql(truth[0], truth[1])).toHaveLength(1)
  },
)
