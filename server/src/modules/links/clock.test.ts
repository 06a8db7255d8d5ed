import { encodeId } from '@liaison/access'
import type { IdOf, LinkId, PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

const writeProbe = route({
  method: 'POST',
  path: '/api/v1/probe/tickets',
  summary: 'Open a ticket',
  input: {},
  access: { permission: 'partner.support.tickets.create', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({}) },
  async handle({ mandate }) {
    await runStatements(mandate, [
      {
        text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'Down')`,
        values: [mandate.tenant.id],
      },
    ])
    recordEvent(mandate, { action: 'support.tickets.create' })
    return {}
  },
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), writeProbe])
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly link: LinkId
  readonly member: IdOf<'member'>
  readonly caller: Caller
  readonly admin: Caller
}

async function openScene(): Promise<Scene> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [person, admin] = [await world.person(), await world.person()]
  const member = await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    person.id,
  ])
  const link = await world.link(partner, tenant, { role: 'msp_support' })
  await world.assign(link, member)
  await world.seed(`update delegation set approved_at = '2020-01-01' where id = $1`, [link], tenant)
  return {
    partner,
    tenant,
    link,
    member,
    caller: await world.signIn(person.id, { tenantId: tenant }),
    admin: await world.signIn(admin.id, { tenantId: tenant }),
  }
}

const write = ({ caller }: Scene) => world.call(caller, 'POST', '/api/v1/probe/tickets')
const codeOf = async (scene: Scene): Promise<string> => {
  const response = await write(scene)
  return response.statusCode === 201 ? 'DONE' : response.json().code
}
const set = (scene: Scene, change: string) =>
  world.seed(`update delegation set ${change} where id = $1`, [scene.link], scene.tenant)

async function statusOf({ link }: Scene): Promise<string> {
  const [row] = await world.sql<{ status: string }>('select status from delegation where id = $1', [link])
  return String(row?.status)
}

async function actionsOf({ tenant }: Scene): Promise<string[]> {
  const rows = await world.sql<{ action: string }>(
    `select e.action from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.actor_name = 'link-clock' order by e.id`,
    [tenant],
  )
  return rows.map(({ action }) => action)
}

describe('with every job stopped', () => {
  test('access begins and ends at its instants', async () => {
    const scene = await openScene()
    expect(await codeOf(scene)).toBe('DONE')
    await set(scene, `ends_at = now()`)
    expect(await codeOf(scene)).toBe('TENANT_LINK_EXPIRED')
    await set(scene, `ends_at = '2099-01-01', starts_at = now() + interval '1 hour'`)
    expect(await codeOf(scene)).toBe('TENANT_LINK_NOT_STARTED')
    await set(scene, `starts_at = now()`)
    expect(await codeOf(scene)).toBe('DONE')
  })

  test('an exception, an assignment and a request end at their instants', async () => {
    const scene = await openScene()
    await world.override(scene.link, 'partner.support.tickets.create', 'deny', new Date('2098-01-01'))
    expect(await codeOf(scene)).toBe('PERMISSION_DENIED')
    await world.seed(
      `update link_override set expires_at = now() where link_id = $1`,
      [scene.link],
      scene.tenant,
    )
    expect(await codeOf(scene)).toBe('DONE')
    await world.seed(`update link_member set ends_at = now() where link_id = $1`, [scene.link], scene.tenant)
    expect(await codeOf(scene)).toBe('NOT_ASSIGNED')
    await set(scene, `status = 'requested'`)
    await world.seed(`update link set request_expires_at = now() where id = $1`, [scene.link], scene.tenant)
    const path = `/api/v1/tenant/partner-access/links/${encodeId('link', scene.link)}`
    const shown = await world.call(scene.admin, 'GET', path)
    expect(shown.json()).toMatchObject({ status: 'lapsed', snapshot_token: null })
    const approved = await world.call(scene.admin, 'POST', `${path}/approve`, {
      body: { accept: {}, snapshot_token: 'x' },
    })
    expect(approved.json().code).toBe('LINK_STATE_CONFLICT')
  })
})

describe('the clock', () => {
  test('it notes each thing once, with one event, however often and however parallel it runs', async () => {
    const [ended, lapsed, begun] = [await openScene(), await openScene(), await openScene()]
    await set(ended, `ends_at = now() - interval '1 minute'`)
    await set(lapsed, `status = 'requested'`)
    await world.seed(
      `update link set request_expires_at = now() - interval '1 minute' where id = $1`,
      [lapsed.link],
      lapsed.tenant,
    )
    await set(begun, `status = 'approved'`)
    await Promise.all(Array.from({ length: 3 }, () => runLinkClock(world.database)))
    await runLinkClock(world.database)
    expect([await statusOf(ended), await statusOf(lapsed), await statusOf(begun)]).toEqual([
      'expired',
      'lapsed',
      'active',
    ])
    expect([await actionsOf(ended), await actionsOf(lapsed), await actionsOf(begun)]).toEqual([
      ['links.expire'],
      ['links.lapse'],
      ['links.activate', 'links.check'],
    ])
    const [row] = await world.sql<{ epoch: number }>('select epoch from delegation where id = $1', [
      ended.link,
    ])
    expect(row?.epoch).toBe(2)
  })

  test('an approved link waits for its start, and for a partner with a second factor', async () => {
    const [early, weak] = [await openScene(), await openScene()]
    await set(early, `status = 'approved', starts_at = now() + interval '1 day'`)
    await set(weak, `status = 'approved'`)
    await world.seed(
      'delete from totp_factor where person_id in (select person_id from partner_member where partner_id = $1)',
      [weak.partner],
    )
    await runLinkClock(world.database)
    expect([await statusOf(early), await statusOf(weak)]).toEqual(['approved', 'approved'])
  })

  test('the notices of a coming end climb down the ladder, each once, to both sides', async () => {
    const scene = await openScene()
    const days: unknown[] = []
    for (const left of ['61 days', '59 days', '29 days', '28 days', '6 days', '5 hours']) {
      await set(scene, `ends_at = now() + interval '${left}'`)
      await world.sql(
        `update link_notice set ends_at = (select ends_at from delegation where id = $1) where link_id = $1`,
        [scene.link],
      )
      await runLinkClock(world.database)
      await runLinkClock(world.database)
      const [row] = await world.sql<{ days: number[] | null }>(
        `select array_agg(days order by days desc) as days from link_notice where link_id = $1`,
        [scene.link],
      )
      days.push(row?.days ?? [])
    }
    expect(days).toEqual([[], [60], [60, 30], [60, 30], [60, 30, 7], [60, 30, 7, 1]])
    expect(await actionsOf(scene)).toEqual(Array.from({ length: 4 }, () => 'link_notices.send'))
    const told = await world.sql(
      `select topic, count(*)::integer as n from outbox where payload ->> 'text' like $1 or payload ->> 'link_id' = $2 group by topic order by topic`,
      [`%${encodeId('link', scene.link)}%`, scene.link],
    )
    expect(told).toEqual([
      { topic: 'link.expiring', n: 4 },
      { topic: 'mail', n: 8 },
    ])
  })

  test.each([
    { longest: null, days: 180 },
    { longest: 400, days: 180 },
    { longest: 30, days: 30 },
  ])(
    'a link that the tenant lets renew itself is renewed a day ahead, by $days days where an access may last $longest (B1)',
    async ({ longest, days }) => {
      const scene = await openScene()
      await world.seed(`update link set auto_renew_days = 180 where id = $1`, [scene.link], scene.tenant)
      if (longest !== null)
        await world.seed(
          'insert into tenant_partner_policy (tenant_id, max_duration_days) values ($1, $2)',
          [scene.tenant, longest],
          scene.tenant,
        )
      const ends = async () =>
        (
          await world.sql<{ ends_at: Date }>('select ends_at from delegation where id = $1', [scene.link])
        )[0]?.ends_at.getTime() ?? 0
      await set(scene, `ends_at = now() + interval '20 hours'`)
      const before = await ends()
      await runLinkClock(world.database)
      await runLinkClock(world.database)
      expect(((await ends()) - before) / 86_400_000).toBe(days)
      expect((await actionsOf(scene)).filter((action) => action === 'links.renew')).toHaveLength(1)
    },
  )

  test.each([
    [
      'a partner whose work ended for good',
      (scene: Scene) => `update partner set status = 'terminated' where id = '${scene.partner}'`,
    ],
    [
      'a closed organisation',
      (scene: Scene) => `update tenant set status = 'closed' where id = '${scene.tenant}'`,
    ],
  ])(
    'nothing of %s is renewed, begun or reminded of, since nobody can answer or use it; it still ends',
    async (_, stop) => {
      const [renewing, reviewed, unbegun, ended] = [
        await openScene(),
        await openScene(),
        await openScene(),
        await openScene(),
      ]
      await set(renewing, `ends_at = now() + interval '20 hours'`)
      await world.seed(
        `update link set auto_renew_days = 180 where id = $1`,
        [renewing.link],
        renewing.tenant,
      )
      await world.seed(
        `update link set review_due_at = now() + interval '1 day' where id = $1`,
        [reviewed.link],
        reviewed.tenant,
      )
      await set(unbegun, `status = 'approved'`)
      await set(ended, `ends_at = now() - interval '1 minute'`)
      const scenes = [renewing, reviewed, unbegun, ended]
      for (const scene of scenes) await world.seed(stop(scene), [], scene.tenant)
      await runLinkClock(world.database)
      const done = []
      for (const scene of scenes) done.push([await statusOf(scene), ...(await actionsOf(scene))])
      expect(done).toEqual([['active'], ['active'], ['approved'], ['expired', 'links.expire']])
    },
  )

  test('a change request that nobody decided lapses', async () => {
    const scene = await openScene()
    await world.seed(
      `insert into link_change_request (link_id, tenant_id, partner_id, proposal, difference, requested_by, requested_by_name, expires_at) values ($1, $2, $3, '{}', '[]', gen_random_uuid(), 'x', now())`,
      [scene.link, scene.tenant, scene.partner],
      scene.tenant,
    )
    await runLinkClock(world.database)
    expect(
      await world.sql('select status from link_change_request where link_id = $1', [scene.link]),
    ).toEqual([{ status: 'lapsed' }])
    expect(await actionsOf(scene)).toEqual(['change_requests.lapse'])
  })
})
