import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  linkTenant,
  liveWithinMonth,
  openAlertScene,
  seedOwed,
  seedSignal,
  seedTimedTicket,
  storedAlerts,
} from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const short = (alerts: readonly { type: string; severity: string; state: string }[]) =>
  alerts.map(({ type, severity, state }) => `${type} ${severity} ${state}`)

/** What a slow reading of the page says of a series of percentages: the alerts that there were, each with how it ended. */
function readSlowly(series: readonly number[]): string[] {
  const alerts: { severity: string; state: string; told: number }[] = []
  let level = 0
  for (const percent of series) {
    const reached = percent >= 100 ? 2 : percent >= 80 ? 1 : 0
    // A level that was reached is left only below nine tenths of its threshold.
    const stays = percent >= 90 ? 2 : percent >= 72 ? 1 : 0
    const next = reached > level ? reached : Math.min(level, stays)
    const open = alerts.at(-1)
    if (level === 0 && next > 0)
      alerts.push({ severity: next === 2 ? 'critical' : 'warning', state: 'active', told: 1 })
    else if (open && level > 0) {
      if (next > level) open.told += 1
      if (next === 0) open.state = 'resolved'
      else open.severity = next === 2 ? 'critical' : 'warning'
    }
    level = next
  }
  return alerts.map(({ severity, state, told }) => `${severity} ${state} ${told}`)
}

describe('an amount against its threshold', () => {
  test('it is told, told again, eased and cleared exactly as a slow reading of the rule says, whatever the series (B9)', async () => {
    const scene = await openAlertScene(world)
    const { tenant, link } = scene
    const invoice = await seedOwed(world, tenant, { total: 1000 })
    await world.seed(
      `update link set billing_alert_threshold_minor = 1000, billing_alert_currency = 'EUR' where id = $1`,
      [link],
      tenant,
    )
    const percent = fc.oneof(
      fc.integer({ min: 1, max: 130 }),
      fc.constantFrom(71, 72, 79, 80, 81, 89, 90, 91, 99, 100, 101),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(percent, { minLength: 1, maxLength: 8 }), async (series) => {
        await world.seed(`with told as (delete from alert_notice returning 1) select count(*) from told`, [])
        await world.seed(`delete from alert`, [])
        for (const value of series) {
          await world.seed(
            `update invoice set subtotal_minor = $2::bigint, total_minor = $2::bigint where id = $1`,
            [invoice, value * 10],
            tenant,
          )
          await evaluateAlerts(world.database, ['billing'])
        }
        const alerts = await storedAlerts(world, { link })
        expect(alerts.map((a) => `${a.severity} ${a.state} ${a.occurrences}`)).toEqual(
          // A cleared alert keeps the severity that it had before the last value.
          readSlowly(series),
        )
      }),
      { numRuns: 25 },
    )
  })

  test('amounts of another currency count for nothing, and without a threshold there is no alert (B6)', async () => {
    const { tenant, link } = await openAlertScene(world)
    await seedOwed(world, tenant, { total: 9000, currency: 'USD' })
    await evaluateAlerts(world.database, ['billing'])
    await world.seed(
      `update link set billing_alert_threshold_minor = 1000, billing_alert_currency = 'EUR' where id = $1`,
      [link],
      tenant,
    )
    await evaluateAlerts(world.database, ['billing'])
    expect(await storedAlerts(world, { link })).toEqual([])
  })
})

describe('overdue invoices', () => {
  test.each([
    ['30 days late', { days: 30, share: 20 }, []],
    ['31 days late', { days: 31, share: 20 }, ['overdue_threshold warning active']],
    ['61 days late', { days: 61, share: 20 }, ['overdue_threshold critical active']],
    ['a day late and more than a quarter', { days: 1, share: 26 }, ['overdue_threshold critical active']],
    ['a day late and exactly a quarter', { days: 1, share: 25 }, []],
  ])('%s (B9)', async (_name, { days, share }, expected) => {
    const { tenant, link } = await openAlertScene(world)
    await seedOwed(world, tenant, { total: share, due: -days })
    await seedOwed(world, tenant, { total: 100 - share, due: 5 })
    await evaluateAlerts(world.database, ['billing'])
    expect(short(await storedAlerts(world, { link }))).toEqual(expected)
    expect(short(await storedAlerts(world, { ownTenant: tenant }))).toEqual(expected)
  })

  test('a credit does not age: it is never overdue, and takes nothing from what is (B6, B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    await seedOwed(world, tenant, { total: -100, due: -90 })
    await evaluateAlerts(world.database, ['billing'])
    expect(await storedAlerts(world, { link })).toEqual([])
    await seedOwed(world, tenant, { total: 100, due: 5 })
    await seedOwed(world, tenant, { total: 100, due: -1 })
    await evaluateAlerts(world.database, ['billing'])
    const [alert, ...others] = await storedAlerts(world, { link })
    expect(others).toEqual([])
    expect(alert).toMatchObject({ type: 'overdue_threshold', severity: 'critical', state: 'active' })
    expect(alert?.title).toBe('50 % of what is outstanding in EUR is overdue')
  })
})

describe('a ticket', () => {
  test('it is told at three quarters, when the time is up, at 150 and at 200 percent, each once, and cleared when the promise is met (B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    const ticket = await seedTimedTicket(world, tenant, [50])
    const told: string[] = []
    for (const level of [75, 90, 100, 150, 200]) {
      await seedSignal(world, tenant, { ticket, level })
      await evaluateAlerts(world.database, ['sla'])
      await evaluateAlerts(world.database, ['sla'])
      const [alert] = await storedAlerts(world, { link })
      told.push(`${level}: ${alert?.severity} ${alert?.occurrences}`)
    }
    expect(told).toEqual([
      '75: warning 1',
      '90: warning 1',
      '100: critical 2',
      '150: critical 3',
      '200: critical 4',
    ])
    await world.seed(`update ticket_sla_clock set met_at = now() where ticket_id = $1`, [ticket], tenant)
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual(['ticket_clock critical resolved'])
    expect(short(await storedAlerts(world, { ownTenant: tenant }))).toEqual([
      'ticket_clock critical resolved',
    ])
  })

  test('a warning about one that was withdrawn is cleared, for nothing is promised any more (B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    const ticket = await seedTimedTicket(world, tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual(['ticket_clock warning active'])
    await world.seed(`update ticket set status = 'withdrawn' where id = $1`, [ticket], tenant)
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual(['ticket_clock warning resolved'])
  })
})

describe('the uptime of a month', () => {
  /** An outage of the running month; `from` and `to` count from its beginning. */
  const seedOutage = async (
    tenant: TenantId,
    { from, to, planned = false }: { from: string; to: string | null; planned?: boolean },
  ) => {
    await liveWithinMonth(world, tenant)
    await world.seed(
      `insert into outage (tenant_id, service, started_at, ended_at, is_planned)
       select id, 'core', month + $2::interval, month + $3::interval, $4 from tenant, date_trunc('month', now(), timezone) month where id = $1`,
      [tenant, from, to, planned],
      tenant,
    )
  }

  test('overlapping outages count once, planned work does not, and the budget is that of the whole month (B8, B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    await liveWithinMonth(world, tenant)
    const [month] = await world.sql<{ minutes: number; elapsed: number }>(
      `select (extract(epoch from (date_trunc('month', l.at) + interval '1 month') - date_trunc('month', l.at)) / 60)::integer as minutes,
         (extract(epoch from l.at - date_trunc('month', l.at)) / 60)::integer as elapsed
       from tenant t cross join lateral (select now() at time zone t.timezone as at) l where t.id = $1`,
      [tenant],
    )
    const step = Math.max(1, Math.floor((month?.elapsed ?? 0) / 10))
    const total = (month?.minutes ?? 0) - step
    // A target whose budget these outages use to four fifths, as exactly as a target can say it.
    const target = Math.round((100 - (100 * (step * 3)) / 0.8 / total) * 100) / 100
    const allowed = ((100 - target) * total) / 100
    await world.seed(`update link set sla_uptime_target = $2 where id = $1`, [link, target], tenant)
    await seedOutage(tenant, { from: `${step} minutes`, to: `${step * 2} minutes`, planned: true })
    await seedOutage(tenant, { from: `${step * 2} minutes`, to: `${step * 4} minutes` })
    await seedOutage(tenant, { from: `${step * 3} minutes`, to: `${step * 5} minutes` })
    await evaluateAlerts(world.database, ['sla'])
    const alert = (await storedAlerts(world, { link })).find(({ type }) => type === 'uptime')
    const used = Math.floor((step * 3 * 100) / allowed)
    const expected = used >= 100 ? 'critical' : used >= 75 ? 'warning' : undefined
    expect(alert?.severity).toBe(expected)
    expect(alert?.metadata['downtime_minutes']).toBe(expected && step * 3)
    expect(alert?.metadata['percent']).toBe(expected && used)
  })

  test('an outage that lasts uses up the budget as it goes, and a month without any is no alert (B9)', async () => {
    const [{ tenant, link }, quiet] = [await openAlertScene(world), await openAlertScene(world)]
    await seedOutage(tenant, { from: '0 minutes', to: null })
    await evaluateAlerts(world.database, ['sla'])
    const raised = await storedAlerts(world, { link })
    expect(short(raised)).toEqual(['uptime critical active'])
    expect(raised[0]?.title).toMatch(/^Uptime of [A-Z][a-z]{2} \d{4} is below 99\.9 %$/)
    expect(await storedAlerts(world, { link: quiet.link })).toEqual([])
  })

  test('an organisation is alerted by its own report, whether or not a partner works for it (B8, B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    const alone = await world.tenant('Alone')
    for (const of of [tenant, alone]) await seedOutage(of, { from: '0 minutes', to: null })
    await evaluateAlerts(world.database, ['sla'])
    await world.seed(
      `update delegation set status = 'revoked', status_changed_at = now() where id = $1`,
      [link],
      tenant,
    )
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual(['uptime critical resolved'])
    for (const ownTenant of [tenant, alone])
      expect(short(await storedAlerts(world, { ownTenant }))).toEqual(['uptime critical active'])
  })
})

describe('whoever evaluates', () => {
  test('many at once raise each thing once, with one event, which names the tenant, and one mail (B9, barrier)', async () => {
    const scene = await openAlertScene(world)
    for (let index = 0; index < 12; index += 1) await seedTimedTicket(world, scene.tenant, [75])
    const runs = await Promise.all(Array.from({ length: 4 }, () => evaluateAlerts(world.database, ['sla'])))
    const raised = runs.flat().filter((change) => change.delegation_id === scene.link)
    expect(raised).toHaveLength(12)
    expect(new Set(raised.map(({ alert_id }) => alert_id)).size).toBe(12)
    const ids = raised.map(({ alert_id }) => alert_id)
    const [counted] = await world.sql<{ alerts: number; notices: number; events: number; named: number }>(
      `select (select count(*)::integer from alert where delegation_id = $1) as alerts,
         (select count(*)::integer from alert_notice where alert_id = any ($2::uuid[])) as notices,
         count(*)::integer as events,
         count(*) filter (where resource_label like t.name || ': Ticket %')::integer as named
       from audit_event join tenant t on t.id = $3
       where action = 'alerts.raise' and resource_id = any ($2::uuid[])`,
      [scene.link, ids, scene.tenant],
    )
    // Tickets of several tenants have the same number, so the log of the partner names whose it is.
    expect(counted).toEqual({ alerts: 12, notices: 12, events: 12, named: 12 })
  })

  test('the database keeps a second row for one condition out, whatever a program does (B9)', async () => {
    const { tenant, link, partner } = await openAlertScene(world)
    const insert = () =>
      world.seed(
        `insert into alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, title, message, dedupe_key, level)
         values ('partner', $1, $2, $3, 'uptime', 'sla', 'warning', 'x', 'x', 'twice', 1)`,
        [partner, tenant, link],
        tenant,
      )
    await insert()
    await expect(insert()).rejects.toThrow('alert_once')
  })

  test('what was closed by hand stays closed while nothing changes, and is raised anew when it gets worse or comes back (B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    const ticket = await seedTimedTicket(world, tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    await world.seed(
      `update alert set state = 'resolved', resolved_at = now(), resolved_by_name = 'Ana' where delegation_id = $1`,
      [link],
      tenant,
    )
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual(['ticket_clock warning resolved'])
    await seedSignal(world, tenant, { ticket, level: 100 })
    await evaluateAlerts(world.database, ['sla'])
    expect(short(await storedAlerts(world, { link }))).toEqual([
      'ticket_clock warning resolved',
      'ticket_clock critical active',
    ])
  })

  test('nobody but the clock evaluates, and what it settles with nobody may call (B9)', async () => {
    for (const login of [
      'liaison_program',
      'liaison_delegate',
      'liaison_tenant',
      'liaison_platform',
    ] as const)
      await expect(world.sqlAs(login, `select * from access.evaluate_alerts('sla')`)).rejects.toThrow(
        'permission denied',
      )
    await expect(world.sqlAs('liaison_job', `select * from access.evaluate_alerts('sla')`)).rejects.toThrow(
      'only the clock',
    )
    await expect(
      world.sqlAs('liaison_job', `select * from access.settle_alerts('{uptime}', '{}')`),
    ).rejects.toThrow('permission denied')
  })
})

describe('a rule of the partner', () => {
  async function rule(link: string, terms: Record<string, string>) {
    const columns = { created_by: 'gen_random_uuid()', created_by_name: `'x'`, ...terms }
    await world.seed(
      `insert into alert_rule (partner_id, ${Object.keys(columns).join(', ')}) select partner_id, ${Object.values(columns).join(', ')} from link where id = $1`,
      [link],
    )
  }

  test('how it is told holds for what stands already, too: what no longer counts at the bell is off it at the next look (B9)', async () => {
    const { tenant, link } = await openAlertScene(world)
    await seedTimedTicket(world, tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    await rule(link, { type: `'ticket_clock'`, applies_to: `'all'`, channels: `'{mail}'` })
    await evaluateAlerts(world.database, ['sla'])
    const channels = () =>
      world.sql(
        `select channels, occurrences from alert where audience = 'partner' and delegation_id = $1 and level > 0`,
        [link],
      )
    expect(await channels()).toEqual([{ channels: ['mail'], occurrences: 1 }])
    await world.seed(
      `delete from alert_rule where partner_id = (select partner_id from link where id = $1)`,
      [link],
    )
    await evaluateAlerts(world.database, ['sla'])
    expect(await channels()).toEqual([{ channels: ['in_app', 'mail', 'webhook'], occurrences: 1 }])
  })

  test('the one for a link beats that of a group, which beats that of all; a group leaves out what it excludes (B9, B14)', async () => {
    const scene = await openAlertScene(world)
    const [out, second] = [await linkTenant(scene, 'Left out'), await linkTenant(scene, 'Second')]
    const [group] = await world.seed<{ id: string }>(
      `insert into tenant_group (partner_id, name, kind, created_by, created_by_name) values ($1, 'Most', 'all', gen_random_uuid(), 'x') returning id`,
      [scene.partner],
    )
    await world.seed(
      `insert into tenant_group_entry (group_id, partner_id, tenant_id, effect) values ($1, $2, $3, 'exclude')`,
      [group?.id, scene.partner, out.tenant],
    )
    await rule(scene.link, { type: `'ticket_clock'`, applies_to: `'all'`, is_enabled: 'false' })
    await rule(scene.link, {
      type: `'ticket_clock'`,
      applies_to: `'group'`,
      group_id: `'${group?.id}'`,
      warning: '90',
    })
    await rule(scene.link, {
      type: `'ticket_clock'`,
      applies_to: `'link'`,
      link_id: 'id',
      tenant_id: 'tenant_id',
      warning: '50',
    })
    for (const tenant of [scene.tenant, out.tenant, second.tenant]) {
      await seedTimedTicket(world, tenant, [50, 75])
    }
    await evaluateAlerts(world.database, ['sla'])
    const count = async (link: typeof scene.link) => (await storedAlerts(world, { link })).length
    expect([await count(scene.link), await count(out.link), await count(second.link)]).toEqual([1, 0, 0])
    await seedTimedTicket(world, second.tenant, [50, 75, 90])
    await seedTimedTicket(world, out.tenant, [50, 75, 90, 100])
    await evaluateAlerts(world.database, ['sla'])
    expect([await count(out.link), await count(second.link)]).toEqual([0, 1])
  })
})
