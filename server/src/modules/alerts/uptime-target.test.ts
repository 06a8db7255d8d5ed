import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportRoutes } from '#modules/reports/index.ts'
import { liveWithinMonth, openAlertScene, storedAlerts } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Agreed {
  readonly kind: 'link' | 'default' | 'floor'
  readonly version: number
  readonly target: number | null
  readonly excludesPlanned?: boolean
}

/** A tenant whose service has been down all month, so that every target is missed, under these terms. */
async function seed(agreed: readonly Agreed[], linkTarget: number | null, isPlanned = false) {
  const scene = await openAlertScene(world, 'enterprise_hq')
  const { tenant, link } = scene
  const month = await liveWithinMonth(world, tenant)
  await world.seed('update link set sla_uptime_target = $2 where id = $1', [link, linkTarget], tenant)
  for (const { kind, version, target, excludesPlanned = true } of agreed)
    await world.seed(
      `insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by_name)
       values ($1, $2, $3, $4, jsonb_build_object('uptime_target', $5::numeric, 'maintenance_excluded', $6::boolean), 'agreed', 'Test')`,
      [tenant, kind, kind === 'default' ? null : link, version, target, excludesPlanned],
      tenant,
    )
  await world.seed(
    `insert into outage (tenant_id, service, started_at, is_planned)
     select id, 'core', date_trunc('month', now(), timezone), $2 from tenant where id = $1`,
    [tenant, isPlanned],
    tenant,
  )
  await evaluateAlerts(world.database, ['sla'])
  const uptimeOf = (alerts: Awaited<ReturnType<typeof storedAlerts>>) =>
    alerts.find(({ type }) => type === 'uptime')?.metadata['target_uptime'] ?? null
  const read = async (side: 'partner' | 'tenant') => {
    const caller = side === 'partner' ? scene.asOwner : scene.asAdmin
    const answer = await world.call(caller, 'GET', `/api/v1/${side}/reports/sla?month=${month}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json()
  }
  return {
    partner: {
      alert: uptimeOf(await storedAlerts(world, { link })),
      report: (await read('partner')).by_tenant[0],
    },
    tenant: {
      alert: uptimeOf(await storedAlerts(world, { ownTenant: tenant })),
      report: (await read('tenant')).by_tenant[0],
    },
  }
}

const CASES: readonly (readonly [string, readonly Agreed[], number | null, number, number])[] = [
  ['nothing was agreed', [], null, 99.9, 99.9],
  ['the tenant has a default', [{ kind: 'default', version: 1, target: 98 }], null, 98, 98],
  ['the link has a target', [{ kind: 'default', version: 1, target: 98 }], 99, 99, 98],
  ['an agreement goes before the link', [{ kind: 'link', version: 1, target: 97 }], 99, 97, 99.9],
  [
    'the newest agreement names none: the link counts, not the version before',
    [
      { kind: 'link', version: 1, target: 97 },
      { kind: 'link', version: 2, target: null },
    ],
    98.5,
    98.5,
    99.9,
  ],
  [
    'the newest default names none',
    [
      { kind: 'default', version: 1, target: 97 },
      { kind: 'default', version: 2, target: null },
    ],
    null,
    99.9,
    99.9,
  ],
  [
    'a floor lifts what was agreed',
    [
      { kind: 'link', version: 1, target: 97 },
      { kind: 'floor', version: 1, target: 99.5 },
    ],
    null,
    99.5,
    99.9,
  ],
  [
    'a floor below what was agreed changes nothing, whatever its version',
    [
      { kind: 'default', version: 1, target: 99 },
      { kind: 'floor', version: 1, target: 90 },
      { kind: 'floor', version: 2, target: 91 },
    ],
    null,
    99,
    99,
  ],
]

test.each(CASES)(
  'the alert and the report of a month count against one target: %s (B8, B9)',
  async (_what, agreed, linkTarget, ofPartner, ofTenant) => {
    const { partner, tenant } = await seed(agreed, linkTarget)
    expect([partner.report.sla_target, partner.alert]).toEqual([ofPartner, ofPartner])
    expect([tenant.report.sla_target, tenant.alert]).toEqual([ofTenant, ofTenant])
  },
)

test.each([
  ['is left out where the agreement says so', true, null],
  ['is downtime where the agreement does not leave it out', false, 99],
])('planned work %s, in the alert as in the report (B8, B9)', async (_what, excludesPlanned, alert) => {
  const terms = { kind: 'link', version: 1, target: 99, excludesPlanned } as const
  const { partner, tenant } = await seed([terms], null, true)
  expect(partner.alert).toBe(alert)
  expect(partner.report.meets_sla).toBe(alert === null ? null : false)
  expect([tenant.alert, tenant.report.meets_sla]).toEqual([null, null])
})
