import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type pg from 'pg'
import { asSide as asSideOf, attempt, enter, openScene as openSceneIn, seedLink } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const asSide = <Result>(side: Side, scene: Scene, work: (client: pg.PoolClient) => Promise<Result>) =>
  asSideOf({ world, side, scene }, work)

/** A scene whose tenant asks for two people, and has a second admin. */
async function openScene(): Promise<Scene & { readonly second: Scene }> {
  const scene = await openSceneIn(world)
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
    [scene.tenant],
    scene.tenant,
  )
  const { id } = await world.person()
  await world.tenantMember(scene.tenant, id)
  const tenant = { id, caller: await world.signIn(id) }
  return { ...scene, second: { ...scene, people: { ...scene.people, tenant } } }
}

const PROPOSE = `insert into link_change_request (link_id, tenant_id, partner_id, proposal, difference, requested_by, requested_by_name) values ($1, $2, $3, '{}', '[]', $4, (select name from person where id = $4)) returning id`
const APPROVE = `update link_change_request set status = 'approved' where id = $1`
const FIRST = `update link_change_request set first_approved_by = $2, first_approved_by_name = 'x', first_approved_at = now(), first_read = 'x' where id = $1`

async function propose(scene: Scene, link: string, by: string): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    PROPOSE,
    [link, scene.tenant, scene.partner, by],
    scene.tenant,
  )
  return String(row?.id)
}

/** Every way in which a tenant opens more of a link. */
const WIDENINGS: readonly [what: string, statement: string][] = [
  ['rights', `update delegation set mask = repeat('1', 256)::bit(256) where id = $1`],
  ['the role', `update delegation set role_mask = repeat('1', 256)::bit(256) where id = $1`],
  ['the end', `update delegation set ends_at = ends_at + interval '1 day' where id = $1`],
  ['who pays', `update delegation set exports_party = 'tenant' where id = $1`],
  ['no end', `update delegation set ends_at = null where id = $1`],
  ['an earlier start', `update delegation set starts_at = starts_at - interval '1 day' where id = $1`],
  ['all of the tenant', `update delegation set own_accounts_only = false where id = $1`],
  ['no conditions', `update delegation set conditions = '{}' where id = $1`],
  [
    'a weaker factor',
    `update delegation set conditions = conditions || '{"phishing_resistant": false}' where id = $1`,
  ],
  [
    'an older factor',
    `update delegation set conditions = conditions || '{"mfa_max_age_s": 601}' where id = $1`,
  ],
  [
    'more networks',
    `update delegation set conditions = conditions || '{"ip_allow": ["192.0.0.0/16"]}' where id = $1`,
  ],
  ['any network', `update delegation set conditions = conditions || '{"ip_mode": "monitor"}' where id = $1`],
  [
    'more hours',
    `update delegation set conditions = conditions || '{"hours": {"tz": "UTC", "windows": [{"days": [1], "from": "07:00", "to": "17:00"}]}}' where id = $1`,
  ],
  [
    'more days',
    `update delegation set conditions = conditions || '{"hours": {"tz": "UTC", "windows": [{"days": [1, 6], "from": "08:00", "to": "17:00"}]}}' where id = $1`,
  ],
  ['renewing itself', 'update link set auto_renew_days = 180 where id = $1'],
  ['a higher role', `update link set access_role = 'msp_full' where id = $1`],
  [
    'a grant',
    `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) select id, tenant_id, partner_id, 'partner.audit.read', 'grant', repeat('1', 256)::bit(256), 'tenant' from delegation where id = $1`,
  ],
  ['a denial less', 'delete from link_override where link_id = $1'],
]

const NARROWINGS: readonly string[] = [
  `update delegation set mask = repeat('0', 256)::bit(256) where id = $1`,
  `update delegation set ends_at = ends_at - interval '1 hour' where id = $1`,
  `update delegation set conditions = conditions || '{"mfa_max_age_s": 60, "ip_allow": ["192.0.2.0/25", "192.0.2.200"]}' where id = $1`,
  `update delegation set conditions = conditions || '{"hours": {"tz": "UTC", "windows": [{"days": [1], "from": "09:00", "to": "12:00"}, {"days": [2], "from": "08:00", "to": "17:00"}]}}' where id = $1`,
  `update delegation set status = 'suspended', status_changed_by = $2, status_changed_by_side = 'tenant' where id = $1 and $2::uuid is not null`,
]

async function openLink(scene: Scene): Promise<string> {
  const link = await world.link(scene.partner, scene.tenant, { role: 'msp_support' })
  await world.seed(
    `update delegation set ends_at = now() + interval '9 days', mask = mask & repeat('01', 128)::bit(256), role_mask = role_mask & repeat('01', 128)::bit(256), own_accounts_only = true,
       conditions = '{"phishing_resistant": true, "mfa_max_age_s": 600, "ip_mode": "enforce", "ip_allow": ["192.0.2.0/24"], "hours": {"tz": "UTC", "windows": [{"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}]}}' where id = $1`,
    [link],
    scene.tenant,
  )
  await world.seed(
    `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) values ($1, $2, $3, 'partner.billing.read', 'deny', 0::bit(256), 'tenant')`,
    [link, scene.tenant, scene.partner],
    scene.tenant,
  )
  return link
}

describe('as raw SQL, where the tenant asks for two people (B10)', () => {
  test.each(WIDENINGS)('one of them opens not more: %s', async (_, statement) => {
    const scene = await openScene()
    const link = await openLink(scene)
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, statement, [link])).toBe('delegation_two_people')
    })
  })

  test.each(WIDENINGS)('two of them do, in the transaction of the second one: %s', async (_, statement) => {
    const scene = await openScene()
    const link = await openLink(scene)
    const change = await propose(scene, link, scene.people.partner.id)
    await world.seed(FIRST, [change, scene.people.tenant.id], scene.tenant)
    await asSide('tenant', scene.second, async (client) => {
      await client.query(APPROVE, [change])
      expect(await attempt(client, statement, [link])).toBe('done')
    })
  })

  test('one of them takes away at once', async () => {
    const scene = await openScene()
    const link = await openLink(scene)
    await asSide('tenant', scene, async (client) => {
      for (const statement of NARROWINGS) {
        const values = statement.includes('$2') ? [link, scene.people.tenant.id] : [link]
        expect(await attempt(client, statement, values), statement).toBe('done')
      }
    })
  })

  test('what two agreed to once opens nothing in a later transaction, and nobody writes that two agreed', async () => {
    const scene = await openScene()
    const link = await openLink(scene)
    await world.seed(`update link set agreed_in = '4' where id = $1`, [link], scene.tenant)
    await asSide('tenant', scene.second, async (open) => {
      const longer = `update delegation set ends_at = ends_at + interval '1 day' where id = $1`
      expect(await attempt(open, longer, [link])).toBe('delegation_two_people')
      const forged = 'update link set agreed_in = pg_current_xact_id() where id = $1'
      expect(await attempt(open, forged, [link])).toContain('permission denied')
    })
  })

  test('a partner’s change needs a first one who is neither the second nor whoever asked', async () => {
    const scene = await openScene()
    const link = await openLink(scene)
    const change = await propose(scene, link, scene.people.partner.id)
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, APPROVE, [change])).toBe('change_request_two_people')
      expect(await attempt(client, FIRST, [change, scene.stranger])).toBe('change_request_two_people')
      await client.query(FIRST, [change, scene.people.tenant.id])
      expect(await attempt(client, APPROVE, [change])).toBe('change_request_two_people')
    })
    const own = await propose(scene, link, scene.people.tenant.id)
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, FIRST, [own, scene.people.tenant.id])).toBe('change_request_two_people')
      expect(await attempt(client, APPROVE, [own])).toBe('change_request_own')
    })
  })

  test('what one person of the tenant wants waits for another one, and no partner reads or moves it', async () => {
    const scene = await openScene()
    const link = await openLink(scene)
    await asSide('tenant', scene, async (client) => {
      const { rows } = await client.query<{ id: string }>(PROPOSE, [
        link,
        scene.tenant,
        scene.partner,
        scene.people.tenant.id,
      ])
      expect(await attempt(client, APPROVE, [rows[0]?.id])).toBe('change_request_own')
      await enter(client, 'tenant', scene.second)
      expect(await attempt(client, APPROVE, [rows[0]?.id])).toBe('done')
    })
    const change = await propose(scene, link, scene.people.tenant.id)
    await world.seed(
      `update link_change_request set begun_by = 'tenant' where id = $1`,
      [change],
      scene.tenant,
    )
    await asSide('partner', scene, async (client) => {
      const { rows } = await client.query('select id from link_change_request')
      expect(rows).toEqual([])
      const withdraw = `update link_change_request set status = 'withdrawn' where id = $1`
      expect(await attempt(client, withdraw, [change])).toBe('nothing')
      expect(await attempt(client, 'select first_approved_by from link_change_request')).toContain(
        'permission denied',
      )
    })
  })

  test('a request is not first approved by whoever asked, and an invitation is not accepted without a second one', async () => {
    const scene = await openScene()
    const link = await seedLink(world, scene, { status: 'requested', side: 'partner' })
    await world.seed(
      'update delegation set requested_by = $2 where id = $1',
      [link, scene.people.tenant.id],
      scene.tenant,
    )
    const first = `update link set first_approved_by = $2, first_approved_by_name = 'x', first_approved_at = now() where id = $1`
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, first, [link, scene.people.tenant.id])).toBe('delegation_two_people')
    })
    await asSide('tenant', scene.second, async (client) => {
      expect(await attempt(client, first, [link, scene.second.people.tenant.id])).toBe('done')
    })
  })
})

describe('as raw SQL, whoever asked for a change (B1)', () => {
  test('does not approve it as a person of the tenant, whatever the tenant asks for', async () => {
    const scene = await openSceneIn(world)
    const link = await world.link(scene.partner, scene.tenant)
    const change = await propose(scene, link, scene.people.tenant.id)
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, APPROVE, [change])).toBe('change_request_own')
    })
  })
})
