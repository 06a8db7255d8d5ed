import fc from 'fast-check'
import { NO_CONDITIONS } from '@liaison/access'
import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeLinkActs } from '#testing/link-acts.ts'
import { asSide, attempt, openScene as openSides } from '#testing/sides.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'
import { mayAsk } from './rules.ts'
import { findImpact } from './rules-impact.ts'

const read = route({
  method: 'GET',
  path: '/api/v1/probe/tickets',
  summary: 'Reads tickets',
  input: {},
  access: { permission: 'partner.support.tickets.list', tenant: 'header' },
  limit: 'list',
  responses: { 200: z.strictObject({}) },
  handle: () => Promise.resolve({}),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), read])
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const POLICY = '/api/v1/tenant/partner-access/policy'
const NETWORKS = '/api/v1/partner/networks'
type People = Awaited<ReturnType<typeof acts.cast>>

async function setRules({ admin }: People, change: Record<string, unknown>) {
  const shown = await world.call(admin, 'GET', POLICY)
  const { version: _version, ...rules } = shown.json()
  return world.call(admin, 'PUT', POLICY, {
    body: { ...rules, ...change, conditions: { ...rules.conditions, ...(change['conditions'] as object) } },
    headers: { 'if-match': String(shown.headers['etag']) },
  })
}

async function setNetworks({ owner }: People, body: object) {
  const shown = await world.call(owner, 'GET', NETWORKS)
  return world.call(owner, 'PUT', NETWORKS, { body, headers: { 'if-match': String(shown.headers['etag']) } })
}

async function openScene() {
  const people = await acts.makeLink()
  const link = decodeId('link', people.id)
  await world.seed(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select l.id, l.tenant_id, l.partner_id, m.id, m.person_id, repeat('1', 256)::bit(256) from link l join partner_member m on m.partner_id = l.partner_id where l.id = $1`,
    [link],
    people.tenant,
  )
  const caller = { ...people.owner, tenantId: people.tenant }
  const act = async () => {
    const answer = await world.call(caller, 'GET', '/api/v1/probe/tickets')
    return answer.statusCode === 200 ? 'DONE' : answer.json().code
  }
  return { ...people, act }
}

describe('who may ask', () => {
  test('is everybody, the listed, all but the listed, or nobody (B10)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('any', 'listed', 'unlisted', 'none' as const),
        fc.subarray(['a', 'b', 'c']),
        fc.constantFrom('a', 'b', 'c'),
        (who, listed, partner) => {
          const rules = { who_may_ask: who, listed_partner_ids: listed, roles_allowed: ['auditor' as const] }
          const expected = {
            any: true,
            listed: listed.includes(partner),
            unlisted: !listed.includes(partner),
            none: false,
          }
          expect(mayAsk(rules, partner, 'auditor')).toBe(expected[who])
          expect(mayAsk(rules, partner, 'msp_full')).toBe(false)
        },
      ),
    )
  })

  test('with a deny list a listed partner’s request reaches nobody, and it cannot tell (B10)', async () => {
    const people = await acts.cast()
    const link = await world.link(people.partner, people.tenant, { status: 'revoked' })
    const [row] = await world.sql<{ partner_id: string }>('select partner_id from link where id = $1', [link])
    expect(row).toBeDefined()
    const { items } = (await world.call(people.admin, 'GET', '/api/v1/tenant/partner-access/links')).json()
    const saved = await setRules(people, {
      who_may_ask: 'unlisted',
      listed_partner_ids: [items[0].partner_id],
    })
    expect(saved.json(), saved.body).toMatchObject({ who_may_ask: 'unlisted' })
    expect((await acts.ask(people)).statusCode).toBe(202)
    const waiting = await world.call(
      people.admin,
      'GET',
      '/api/v1/tenant/partner-access/links?status=requested',
    )
    expect(waiting.json().total).toBe(0)
  })
})

describe('a link in raw SQL', () => {
  const insert = (role: string, via: string) => `with d as (
      insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, requested_by)
      values ($1, $2, 'link', 'requested', repeat('0', 256)::bit(256), repeat('0', 256)::bit(256), $3) returning id)
    insert into link (id, tenant_id, partner_id, relationship_type, access_role, initiated_by, via_partner_id, via_partner_name)
    select id, $1, $2, 'msp_managed', '${role}', 'partner', ${via} from d`

  test('is asked for by a partner as the rules of the tenant allow, and names a distributor as it is (B10)', async () => {
    const [scene, other] = [await openSides(world), await openSides(world)]
    const closed = await world.tenant('Closed Shop')
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, who_may_ask) values ($1, 'none')`,
      [closed],
      closed,
    )
    const strict = await world.tenant('Strict Shop')
    await world.seed(
      `insert into tenant_partner_policy (tenant_id, roles_allowed) values ($1, '{auditor}')`,
      [strict],
      strict,
    )
    const ask = (tenant: string, role = 'msp_support', via = 'null, null') =>
      asSide({ world, side: 'partner', scene }, (client) =>
        attempt(client, insert(role, via), [tenant, scene.partner, scene.people.partner.id]),
      )
    const name = '(select name from partner where id = $2)'
    expect([
      await ask(scene.tenant),
      await ask(closed),
      await ask(strict),
      await ask(strict, 'auditor'),
      await ask(scene.tenant, 'msp_support', `'${other.partner}', 'A name that one knows'`),
      await ask(scene.tenant, 'msp_support', `'${other.partner}', ${name}`),
    ]).toEqual(['done', 'delegation_welcome', 'delegation_welcome', 'done', 'link_distributor', 'done'])
  })

  test('is asked for again by a partner after the wait that follows a decline (B10)', async () => {
    const scene = await openSides(world)
    const again = async (daysAgo: readonly number[], begunBy = 'partner') => {
      const tenant = await world.tenant('Declining Shop')
      for (const days of daysAgo) {
        const link = await world.link(scene.partner, tenant, { role: 'msp_support', status: 'lapsed' })
        await world.seed(`update link set initiated_by = $2 where id = $1`, [link, begunBy], tenant)
        await world.seed(
          `update delegation set status = 'declined', status_changed_at = now() - make_interval(days => $2) where id = $1`,
          [link, days],
          tenant,
        )
      }
      return asSide({ world, side: 'partner', scene }, (client) =>
        attempt(client, insert('msp_support', 'null, null'), [
          tenant,
          scene.partner,
          scene.people.partner.id,
        ]),
      )
    }
    const wait = 'link_declined_before'
    expect([
      await again([1]),
      await again([8]),
      await again([100, 200, 300]),
      await again([100, 200, 366]),
      // An invitation that the partner itself declined holds it back from nothing.
      await again([1], 'tenant'),
    ]).toEqual([wait, 'done', wait, 'done', 'done'])
  })

  test('that the provider attests opens what its role opens, and is reviewed within 180 days (B9)', async () => {
    const scene = await openSides(world)
    const attest = (mask: string, review: string) =>
      asSide({ world, side: 'provider', scene }, (client) =>
        attempt(
          client,
          `with t as (select t.role, t.version, t.defaults & t.ceiling & b.ceiling as open from link_role_template t, link_relationship_bound b
              where t.role = 'enterprise_hq' and b.relationship_type = 'enterprise_subsidiary' order by t.version desc limit 1),
            d as (insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, requested_by, approved_by, approved_at, approval_basis)
              select $1, $2, 'link', 'approved', ${mask}, ${mask}, now() + interval '8 days', $3, $3, now(), 'operator_attested' from t returning id)
          insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, attestation_ref, objection_until, review_due_at)
          select d.id, $1, $2, 'enterprise_subsidiary', t.role, t.version, 'provider', 'C-1', now() + interval '7 days', ${review} from d, t`,
          [scene.tenant, scene.partner, scene.people.provider.id],
        ),
      )
    const soon = `now() + interval '180 days'`
    expect([
      await attest('t.open', soon),
      await attest(`repeat('1', 256)::bit(256)`, soon),
      await attest('t.open', `now() + interval '9 years'`),
      await attest('t.open', 'null'),
    ]).toEqual(['done', 'link_attestation', 'link_attestation', 'link_attestation'])
  })
})

describe('networks', () => {
  const HERE = ['127.0.0.0/8', '::1/128']
  const ELSEWHERE = ['192.0.2.0/24']

  test.each([
    ['the partner', 'partner'],
    ['the rules of the organisation', 'tenant'],
    ['the link', 'link'],
  ] as const)('that %s enforces refuse a call from elsewhere at once (B10)', async (_, level) => {
    const scene = await openScene()
    const set = async (mode: string, ranges: string[]) => {
      const rule = { ip_mode: mode, ip_allow: ranges }
      if (level === 'partner') return setNetworks(scene, rule)
      if (level === 'tenant') return setRules(scene, { conditions: rule })
      const etag = await acts.etagOf(scene.admin, `/api/v1/tenant/partner-access/links/${scene.id}`)
      return world.call(scene.admin, 'PATCH', `/api/v1/tenant/partner-access/links/${scene.id}`, {
        body: { conditions: rule },
        headers: { 'if-match': etag },
      })
    }
    expect(await scene.act()).toBe('DONE')
    expect((await set('monitor', ELSEWHERE)).statusCode).toBe(200)
    expect(await scene.act()).toBe('DONE')
    const enforced = await set('enforce', ELSEWHERE)
    expect(enforced.statusCode, enforced.body).toBe(200)
    expect(await scene.act()).toBe('IP_NOT_ALLOWED')
    expect((await set('enforce', HERE)).statusCode).toBe(200)
    expect(await scene.act()).toBe('DONE')
  })

  test('of all three levels hold together: an address must be on every enforced list (B10)', async () => {
    const scene = await openScene()
    expect((await setNetworks(scene, { ip_mode: 'enforce', ip_allow: HERE })).statusCode).toBe(200)
    await setRules(scene, { conditions: { ip_mode: 'enforce', ip_allow: ['127.0.0.1/32', '::1/128'] } })
    expect(await scene.act()).toBe('DONE')
    await setRules(scene, { conditions: { ip_mode: 'enforce', ip_allow: ELSEWHERE } })
    expect(await scene.act()).toBe('IP_NOT_ALLOWED')
  })

  test('of a partner are refused with every fault at once, and written over the version that was read', async () => {
    const people = await acts.cast()
    const bad = await setNetworks(people, { ip_mode: 'enforce', ip_allow: ['10.0.0.1/8', 'x'] })
    expect(bad.statusCode).toBe(422)
    expect(bad.json().errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/body/ip_allow/0',
      '/body/ip_allow/1',
    ])
    expect((await setNetworks(people, { ip_mode: 'enforce', ip_allow: [] })).statusCode).toBe(422)
    expect((await setNetworks(people, { ip_mode: 'off', ip_allow: [] })).json().version).toBe(2)
    const stale = await world.call(people.owner, 'PUT', NETWORKS, {
      body: { ip_mode: 'off', ip_allow: [] },
      headers: { 'if-match': '"v1"' },
    })
    expect(stale.statusCode).toBe(412)
    const text = 'select * from partner_network_rule'
    expect(await world.sqlAs('liaison_program', text)).toEqual([])
    await expect(world.sqlAs('liaison_tenant', text)).rejects.toThrow('denied')
  })

  test('tell a partner how many calls of the last 14 days they would have refused', async () => {
    const scene = await openScene()
    await scene.act()
    await setNetworks(scene, { ip_mode: 'monitor', ip_allow: ELSEWHERE })
    const shown = await world.call(scene.owner, 'GET', NETWORKS)
    expect(shown.json()).toMatchObject({ days: 14, calls_outside: 1 })
    await setNetworks(scene, { ip_mode: 'monitor', ip_allow: HERE })
    expect((await world.call(scene.owner, 'GET', NETWORKS)).json()).toMatchObject({ calls_outside: 0 })
  })
})

describe('the consequences of rules', () => {
  test('are told before they are set: how many visits of 14 days would have been refused, and why (B10)', async () => {
    const scene = await openScene()
    await scene.act()
    const ask = async (change: object) => {
      const answer = await world.call(scene.admin, 'POST', `${POLICY}/impact`, {
        body: { conditions: { ...NO_CONDITIONS, ...change } },
      })
      expect(answer.statusCode, answer.body).toBe(200)
      return answer.json()
    }
    expect(await ask({})).toMatchObject({ days: 14, visits: 1, blocked: 0, items: [] })
    expect(await ask({ ip_mode: 'monitor', ip_allow: ['192.0.2.0/24'] })).toMatchObject({
      visits: 1,
      blocked: 1,
      items: [{ person_name: 'Ana Ruiz', partner_name: 'Northwind', rules: ['network'] }],
    })
    expect(await ask({ ip_mode: 'enforce', ip_allow: ['127.0.0.1/32'] })).toMatchObject({ blocked: 0 })
    expect(await ask({ phishing_resistant: true })).toMatchObject({ items: [{ rules: ['passkey'] }] })
    const body = (await world.call(scene.admin, 'POST', `${POLICY}/impact`, { body: { conditions: {} } }))
      .body
    expect(body).not.toContain('127.0.0.1')
    // As the night does it when their time is over.
    await world.sql(
      `update audit_event e set origin_digest = audit.origin_digest_of(e), origin_salt = gen_random_uuid(), ip = null, user_agent = null where partner_id = $1 and origin_digest is null`,
      [scene.partner],
    )
    expect(await ask({ ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] })).toMatchObject({
      blocked: 0,
      unknown: 1,
    })
  })

  test('count a visit by the hours in which any call of it fell', () => {
    const visit = {
      person_id: 'p',
      person_name: 'Ana',
      partner_id: 'n',
      partner_name: 'Northwind',
      started_at: new Date('2026-11-20T16:50:00Z'),
      ended_at: new Date('2026-11-20T17:10:00Z'),
      reads: 2,
      writes: 0,
      reasons: [],
      tickets: [],
      times: [new Date('2026-11-20T16:50:00Z'), new Date('2026-11-20T17:10:00Z')],
    }
    const until = (to: string) => ({
      ...NO_CONDITIONS,
      hours: { tz: 'UTC', windows: [{ days: [1, 2, 3, 4, 5], from: '08:00', to }] },
    })
    const known = { outside: [], withoutPasskey: new Set<string>() }
    expect(findImpact([visit], until('18:00'), known).blocked).toEqual([])
    expect(findImpact([visit], until('17:00'), known).blocked).toMatchObject([{ rules: ['hours'] }])
  })
})
