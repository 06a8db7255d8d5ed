import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { linkTenant, openAlertScene, seedOwed, seedTimedTicket } from '#testing/alert-scene.ts'
import type { AlertScene } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'
import { tellAlerts } from './tell.ts'

const ORIGIN = 'https://liaison.example'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
beforeEach(async () => {
  await world.sql(
    `update alert_notice set told_at = now() - interval '1 hour', outcome = 'nobody' where told_at is null`,
  )
  await world.sql('delete from outbox')
})
afterAll(() => world[Symbol.asyncDispose]())

interface Mail {
  to: string
  subject: string
  text: string
}

async function mailsTo({ email }: { readonly email: string }): Promise<Mail[]> {
  const rows = await world.sql<{ payload: Mail }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
    [email],
  )
  return rows.map(({ payload }) => payload)
}

const tell = () => tellAlerts(world.database, ORIGIN)

async function raise(scene: AlertScene, count: number, tenant = scene.tenant) {
  for (let index = 0; index < count; index += 1) await seedTimedTicket(world, tenant, [75])
  await evaluateAlerts(world.database, ['sla'])
}

describe('a mail about an alert', () => {
  test('it goes to the people of the link, names the customer and the page, and is sent once (B9)', async () => {
    const scene = await openAlertScene(world)
    const stranger = await world.person()
    await world.partnerMember(scene.partner, stranger.id, 'PARTNER_OWNER')
    await raise(scene, 1)
    expect(await tell()).toBe(2)
    expect(await tell()).toBe(0)
    const [mail] = await mailsTo(scene.staff)
    expect(mail?.subject).toMatch(/^Warning: Acme: Ticket T-\d+ has used 75 % of its time to resolution$/)
    expect(mail?.text).toContain(`${ORIGIN}/partner/${encodeId('partner', scene.partner)}/alerts?tab=sla`)
    expect(await mailsTo(scene.owner)).toHaveLength(1)
    expect(await mailsTo(stranger)).toEqual([])
  })

  test('nobody is told of what is no longer reached: a person taken off, a permission taken away, a link that ended (B9)', async () => {
    const [off, narrowed, ended] = [
      await openAlertScene(world),
      await openAlertScene(world),
      await openAlertScene(world),
    ]
    for (const scene of [off, narrowed, ended]) await raise(scene, 1)
    await world.seed(
      `delete from link_member where link_id = $1 and person_id = $2`,
      [off.link, off.staff.id],
      off.tenant,
    )
    await world.override(narrowed.link, 'partner.alerts.sla.read', 'deny')
    await world.seed(
      `update delegation set status = 'revoked', status_changed_at = now() where id = $1`,
      [ended.link],
      ended.tenant,
    )
    await tell()
    expect([
      (await mailsTo(off.staff)).length,
      (await mailsTo(off.owner)).length,
      (await mailsTo(narrowed.staff)).length,
      (await mailsTo(ended.owner)).length,
    ]).toEqual([0, 1, 0, 0])
    const [waiting] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from alert_notice where told_at is null`,
    )
    expect(waiting?.n).toBe(0)
  })

  test('what was snoozed, acknowledged or cleared before the mail went is not mailed (B9)', async () => {
    const scene = await openAlertScene(world)
    await raise(scene, 3)
    await world.seed(
      `with numbered as (select id, row_number() over (order by id) as n from alert where delegation_id = $1)
       update alert a set state = case n.n when 1 then 'acknowledged' when 2 then 'resolved' else 'active' end,
         resolved_at = case n.n when 2 then now() end, snoozed_until = case n.n when 3 then now() + interval '1 hour' end
       from numbered n where n.id = a.id`,
      [scene.link],
      scene.tenant,
    )
    expect(await tell()).toBe(0)
  })

  test('the link’s flags are respected: nothing is mailed of what its partner switched off, and it is still listed (B9)', async () => {
    const scene = await openAlertScene(world)
    await world.seed(
      `update link set notify_on_sla_breach = false, notify_on_billing_threshold = false where id = $1`,
      [scene.link],
      scene.tenant,
    )
    await seedOwed(world, scene.tenant, { total: 100, due: -90 })
    await seedTimedTicket(world, scene.tenant, [100])
    await evaluateAlerts(world.database, ['sla', 'billing'])
    expect(await tell()).toBe(0)
    const topics = () =>
      world.sql(
        `select o.topic from outbox o join alert a on a.id::text = o.payload ->> 'alert_id' where a.audience = 'partner' and a.delegation_id = $1`,
        [scene.link],
      )
    expect(await topics()).toEqual([])
    const [listed] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from alert where delegation_id = $1`,
      [scene.link],
    )
    expect(listed?.n).toBe(2)
    await world.seed(
      `update invoice set status = 'paid', paid_minor = total_minor, paid_on = current_date where tenant_id = $1`,
      [scene.tenant],
      scene.tenant,
    )
    const over = await evaluateAlerts(world.database, ['billing'])
    expect(over.map(({ change }) => change)).toContain('alerts.clear')
    expect(await topics(), 'the end of what was never told').toEqual([])
  })
})

describe('a flood', () => {
  test('twenty alerts are twenty mails; more in ten minutes are one, and the next follows ten minutes later (B9)', async () => {
    const scene = await openAlertScene(world)
    await raise(scene, 20)
    await tell()
    expect(await mailsTo(scene.staff)).toHaveLength(20)
    await raise(scene, 5)
    await tell()
    const mails = await mailsTo(scene.staff)
    expect(mails).toHaveLength(21)
    expect(mails.at(-1)?.subject).toBe('5 alerts')
    await raise(scene, 3)
    await tell()
    expect(await mailsTo(scene.staff)).toHaveLength(21)
    await world.sql(
      `update alert_notice set told_at = told_at - interval '10 minutes' where told_at is not null`,
    )
    await tell()
    expect((await mailsTo(scene.staff)).slice(21).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('Warning')),
    )
  })

  test('a digest names to each reader only the customers that this reader reaches (B9)', async () => {
    const scene = await openAlertScene(world)
    const second = await linkTenant(scene, 'Borealis')
    await raise(scene, 12)
    await raise(scene, 12, second.tenant)
    await world.seed(
      `delete from link_member where link_id = $1 and person_id = $2`,
      [second.link, scene.staff.id],
      second.tenant,
    )
    await tell()
    const [ofStaff, ofOwner] = [await mailsTo(scene.staff), await mailsTo(scene.owner)]
    expect([ofStaff.map(({ subject }) => subject), ofOwner.map(({ subject }) => subject)]).toEqual([
      ['12 alerts'],
      ['24 alerts'],
    ])
    expect(ofStaff[0]?.text).not.toContain('Borealis')
    expect(ofOwner[0]?.text).toContain('Borealis')
  })

  test('a rule gathers mails by the hour: none before the hour is full, then one (B9)', async () => {
    const scene = await openAlertScene(world)
    await world.seed(
      `insert into alert_rule (partner_id, type, applies_to, digest, created_by, created_by_name) values ($1, 'ticket_clock', 'all', 'hourly', gen_random_uuid(), 'x')`,
      [scene.partner],
    )
    await raise(scene, 2)
    await world.sql(`update alert_notice set created_at = date_trunc('hour', now()) where told_at is null`)
    expect(await tell()).toBe(0)
    await world.sql(
      `update alert_notice set created_at = now() - interval '61 minutes' where told_at is null`,
    )
    await tell()
    expect((await mailsTo(scene.staff)).map(({ subject }) => subject)).toEqual(['2 alerts'])
  })
})

describe('what waits for one reader', () => {
  /** Notices of alerts of this partner in a row, as an import of thousands of invoices leaves them. */
  const pile = (scene: AlertScene, count: number, digest: string) =>
    world.seed(
      `with made as (
         insert into alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, dedupe_key, level)
         select 'partner', $1, $2, $3::uuid, 'overdue_threshold', 'billing', 'warning', 'Late', 'Late.', 'pile ' || $3::text || n, 0 from generate_series(1, $4) n
         returning id)
       insert into alert_notice (alert_id, occurrence, severity, digest) select id, 1, 'warning', $5 from made`,
      [scene.partner, scene.tenant, scene.link, count, digest],
      scene.tenant,
    )

  test.each([['daily'], ['none']])(
    'keeps no mail of another back, however much it is: gathered as %s (B9)',
    async (digest) => {
      const [busy, other] = [await openAlertScene(world), await openAlertScene(world)]
      await pile(busy, 3000, digest)
      await raise(other, 1)
      await tell()
      expect(await mailsTo(other.staff)).toHaveLength(1)
      const ofBusy = await mailsTo(busy.staff)
      expect(ofBusy.map(({ subject }) => subject)).toEqual(digest === 'none' ? ['3000 alerts'] : [])
      expect(await mailsTo(busy.owner)).toHaveLength(ofBusy.length)
    },
  )
})

test('two processes that tell at once send each mail once (B9, barrier)', async () => {
  const scene = await openAlertScene(world)
  await raise(scene, 10)
  await Promise.all(Array.from({ length: 4 }, tell))
  expect(await mailsTo(scene.staff)).toHaveLength(10)
})

test('subscribers hear of a partner’s alert by its ids alone (B9)', async () => {
  const scene = await openAlertScene(world)
  await seedOwed(world, scene.tenant, { total: 100, due: -90 })
  await evaluateAlerts(world.database, ['billing'])
  const told = await world.sql<{ topic: string; payload: Record<string, unknown> }>(
    `select o.topic, o.payload from outbox o join alert a on a.id::text = o.payload ->> 'alert_id' where a.delegation_id = $1 and a.audience = 'partner' order by o.topic`,
    [scene.link],
  )
  expect(told.map(({ topic }) => topic)).toEqual(['alert.raised', 'partner.tenant.billing_threshold'])
  expect(Object.keys(told[0]?.payload ?? {}).toSorted()).toEqual([
    'alert_id',
    'link_id',
    'outage_id',
    'partner_id',
    'tenant_id',
    'ticket_id',
  ])
})

test('a webhook about an alert goes to its own reader, and to a partner only while the link shows such alerts (B9)', async () => {
  const scene = await openAlertScene(world)
  await raise(scene, 1)
  const endpoint = async (owner: 'partner_id' | 'tenant_id', id: string) => {
    const [row] = await world.seed<{ id: string }>(
      `insert into webhook_endpoint (${owner}, url, event_types, created_by, created_by_name)
       values ($1, 'https://hook.example', '{alert.raised}', gen_random_uuid(), 'x') returning id`,
      [id],
    )
    return row?.id
  }
  const [ofPartner, ofTenant] = [
    await endpoint('partner_id', scene.partner),
    await endpoint('tenant_id', scene.tenant),
  ]
  const audience = async (kind: 'partner' | 'tenant') => {
    const client = await world.database.pool('liaison_job').connect()
    try {
      await client.query('begin')
      await client.query(`select access.enter_system('{"actor_name": "test", "request_id": "req"}')`)
      const alerts = await world.sql<{ id: string }>(
        `select id from alert where audience = $1 and tenant_id = $2 limit 1`,
        [kind, scene.tenant],
      )
      const { rows } = await client.query<{ found: { endpoints: string[] } }>(
        `select access.alert_webhook_audience($1) as found`,
        [{ alert_id: alerts[0]?.id, type: 'alert.raised', occurred_at: '2099-01-01T00:00:00Z' }],
      )
      return rows[0]?.found.endpoints
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  expect([await audience('partner'), await audience('tenant')]).toEqual([[ofPartner], [ofTenant]])
  await world.override(scene.link, 'partner.alerts.sla.read', 'deny')
  expect(await audience('partner')).toEqual([])
})
