import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Statement } from '#platform/statement.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import type { AlertArea } from './rules.ts'
import { newsOf } from './rules.ts'

const AREAS: readonly AlertArea[] = ['sla', 'billing', 'access']

const Change = z.object({
  change: z.enum(['alerts.raise', 'alerts.escalate', 'alerts.ease', 'alerts.clear']),
  alert_id: z.string(),
  audience: z.enum(['partner', 'tenant', 'provider']),
  partner_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  delegation_id: z.string().nullable(),
  type: z.string(),
  area: z.enum(['sla', 'billing', 'access']),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  channels: z.array(z.string()),
  ticket_id: z.string().nullable(),
  outage_id: z.string().nullable(),
  was_told: z.boolean(),
})

/** What an evaluation changed in one alert. */
export type AlertChange = z.output<typeof Change>

const Named = z.object({ id: z.string(), name: z.string() })

/** The tenants and partners of changes, by name: tickets of several tenants have the same number, and the provider reads the alerts of all. */
async function namesOf(
  mandate: Mandate<'system'>,
  changes: readonly AlertChange[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(changes.flatMap((change) => [change.tenant_id ?? [], change.partner_id ?? []].flat()))
  if (ids.size === 0) return new Map()
  const [result] = await runStatements(mandate, [
    {
      text: 'select id, name from tenant where id = any ($1) union all select id, name from partner where id = any ($1)',
      values: [[...ids]],
    },
  ])
  return new Map(
    z
      .array(Named)
      .parse(result?.rows ?? [])
      .map(({ id, name }) => [id, name]),
  )
}

/** What the alert says; a title that does not name the tenant begins with it where one is given. */
function labelOf({ title }: AlertChange, tenant: string | undefined): string {
  return tenant === undefined || title.includes(tenant) ? title : `${tenant}: ${title}`
}

/** Whose alert it is, with the name. */
function sideOf(
  { audience, partner_id: partner, tenant_id: tenant }: AlertChange,
  names: ReadonlyMap<string, string>,
) {
  if (audience === 'partner' && partner !== null)
    return { partnerId: partner, partnerName: names.get(partner) ?? '' }
  if (audience === 'tenant' && tenant !== null)
    return { tenantId: tenant, tenantName: names.get(tenant) ?? '' }
  return {}
}

/** The event of a change is read by those who read the alert: each side has alerts, and events, of its own. */
function recordChange(
  mandate: Mandate<'system'>,
  change: AlertChange,
  names: ReadonlyMap<string, string>,
): void {
  const tenant = change.audience === 'partner' ? names.get(change.tenant_id ?? '') : undefined
  recordEvent(mandate, {
    action: change.change,
    ...sideOf(change, names),
    resource: { type: 'alert', id: change.alert_id, label: labelOf(change, tenant) },
    changes: { severity: change.severity },
  })
}

function messagesOf(change: AlertChange): Statement[] {
  return newsOf(change).map((topic) => ({
    text: 'insert into outbox (topic, payload) values ($1, $2)',
    values: [
      topic,
      {
        alert_id: change.alert_id,
        tenant_id: change.tenant_id,
        ...(change.audience === 'partner' && {
          partner_id: change.partner_id,
          link_id: change.delegation_id,
        }),
        ticket_id: change.ticket_id,
        outage_id: change.outage_id,
      },
    ],
  }))
}

async function evaluateArea(database: Database, area: AlertArea): Promise<AlertChange[]> {
  return inSystemTransaction(database, { job: 'alert-clock' }, async (mandate) => {
    const [result] = await runStatements(mandate, [
      { text: 'select * from access.evaluate_alerts($1)', values: [area] },
    ])
    const changes = z.array(Change).parse(result?.rows ?? [])
    const names = await namesOf(mandate, changes)
    for (const change of changes) recordChange(mandate, change, names)
    // All in one round trip: an import can bring thousands.
    const messages = changes.flatMap(messagesOf)
    if (messages.length > 0) await runStatements(mandate, messages)
    return changes
  })
}

/**
 * Brings alerts in line with how things are now: raises what has begun, tells again what got worse, clears what is over.
 * However many processes do it at once, each thing is raised once. Returns what changed. Source: B9.
 */
export async function evaluateAlerts(
  database: Database,
  areas: readonly AlertArea[] = AREAS,
): Promise<AlertChange[]> {
  const changes: AlertChange[] = []
  for (const area of areas) changes.push(...(await evaluateArea(database, area)))
  return changes
}

const Asked = z.object({ area: z.enum(['sla', 'billing', 'access']) })

/** The work that others ask for in the outbox, so that what they change is seen before the clock comes round. */
export function makeAlertTopics(database: Database): Readonly<Record<'alerts.evaluate', TopicHandler>> {
  return {
    async 'alerts.evaluate'(payload) {
      await evaluateAlerts(database, [Asked.parse(payload).area])
    },
  }
}
