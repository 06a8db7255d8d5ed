import type { IdOf, PersonId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { AlertArea, AlertState, Severity } from './rules.ts'
import type { AlertTables } from './tables.ts'

export type AlertId = IdOf<'alert'>

/** Who reads alerts; what each sees of them the row policies decide. */
export type AlertMandate = Mandate<'portfolio' | 'program' | 'tenant' | 'platform'>

/** One alert of a list. */
export type AlertRow = AlertTables['alert'] & {
  readonly tenant_name: string | null
  readonly partner_name: string | null
}

/** Which alerts are wanted. `tenantIds` is null where alerts need not concern a tenant. */
export interface AlertFilter {
  readonly areas: readonly AlertArea[]
  readonly tenantIds: readonly TenantId[] | null
  readonly now: Date
  readonly states?: readonly AlertState[] | undefined
  readonly severities?: readonly Severity[] | undefined
  readonly types?: readonly string[] | undefined
  readonly metrics?: readonly string[] | undefined
  readonly assignedTo?: readonly PersonId[] | undefined
  readonly isSnoozed?: boolean | undefined
  /** Calendar days in UTC, both included. */
  readonly fromDate?: string | undefined
  readonly toDate?: string | undefined
}

type Condition = RawBuilder<unknown>

const on = (mandate: AlertMandate) => tables<AlertTables>(mandate)

const textIn = (column: Condition, values: readonly string[] | undefined): Condition | null =>
  values === undefined ? null : sql`${column} = any (${[...values]}::text[])`

function placeConditions(filter: AlertFilter): (Condition | null)[] {
  return [
    textIn(sql`a.area`, filter.areas),
    filter.tenantIds === null ? null : sql`a.tenant_id = any (${[...filter.tenantIds]}::uuid[])`,
    filter.fromDate === undefined ? null : sql`a.triggered_at >= ${filter.fromDate}::date`,
    filter.toDate === undefined ? null : sql`a.triggered_at < ${filter.toDate}::date + 1`,
  ]
}

function snoozeCondition({ isSnoozed, now }: AlertFilter): Condition | null {
  if (isSnoozed === undefined) return null
  const asleep = sql`coalesce(a.snoozed_until > ${now}::timestamptz, false)`
  return isSnoozed ? asleep : sql`not ${asleep}`
}

/** Every condition of a filter on the alias `a`; that of the states only where it is wanted. */
function conditionsOf(filter: AlertFilter, withStates: boolean): Condition {
  const given = [
    ...placeConditions(filter),
    textIn(sql`a.severity`, filter.severities),
    textIn(sql`a.type`, filter.types),
    textIn(sql`a.metadata ->> 'metric'`, filter.metrics),
    filter.assignedTo === undefined ? null : sql`a.assigned_to = any (${[...filter.assignedTo]}::uuid[])`,
    snoozeCondition(filter),
    withStates ? textIn(sql`a.state`, filter.states) : null,
  ].filter((condition) => condition !== null)
  return sql.join(given, sql` and `)
}

/**
 * What is open stands by how bad it is, so that no page of warnings hides something critical; a history, which may be long,
 * stands as it came, by its index alone.
 */
function orderOf({ states }: AlertFilter): Condition {
  const newest = sql`a.triggered_at desc, a.id desc`
  if (states === undefined || states.includes('resolved')) return newest
  return sql`array_position(array['critical', 'warning', 'info'], a.severity), ${newest}`
}

/** A page of alerts: of those that are open the most severe first, then the newest. */
export async function listAlerts(
  mandate: AlertMandate,
  filter: AlertFilter,
  window: { readonly limit: number; readonly offset: number },
): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select a.*, t.name as tenant_name, ${mandate.kind === 'platform' ? sql`p.name` : sql`null::text`} as partner_name
    from alert a
    left join tenant t on t.id = a.tenant_id
    ${mandate.kind === 'platform' ? sql`left join partner p on p.id = a.partner_id` : sql``}
    where ${conditionsOf(filter, true)}
    order by ${orderOf(filter)}
    limit ${window.limit} offset ${window.offset}`.execute(on(mandate))
  return rows
}

/** How many alerts of a filter there are: in all its states, and in those it asks for. */
export interface AlertCounts {
  total: number
  active: number
  acknowledged: number
  resolved: number
  critical: number
  snoozed: number
}

export async function countAlerts(mandate: AlertMandate, filter: AlertFilter): Promise<AlertCounts> {
  const asleep = sql`a.snoozed_until > ${filter.now}::timestamptz`
  const wanted = textIn(sql`a.state`, filter.states) ?? sql`true`
  const { rows } = await sql<AlertCounts>`
    select (count(*) filter (where ${wanted}))::integer as total,
      (count(*) filter (where a.state = 'active'))::integer as active,
      (count(*) filter (where a.state = 'acknowledged'))::integer as acknowledged,
      (count(*) filter (where a.state = 'resolved'))::integer as resolved,
      (count(*) filter (where a.state = 'active' and a.severity = 'critical' and not coalesce(${asleep}, false)))::integer as critical,
      (count(*) filter (where a.state <> 'resolved' and ${asleep}))::integer as snoozed
    from alert a
    where ${conditionsOf(filter, false)}`.execute(on(mandate))
  return rows[0] ?? { total: 0, active: 0, acknowledged: 0, resolved: 0, critical: 0, snoozed: 0 }
}

/** Tenants about whose alerts the counts of a filter speak, at most so many. */
export async function findTenantsOf(
  mandate: AlertMandate,
  filter: AlertFilter,
  most: number,
): Promise<TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select distinct a.tenant_id from alert a
    where a.tenant_id is not null and ${conditionsOf(filter, false)} limit ${most}`.execute(on(mandate))
  return rows.map((row) => row.tenant_id)
}

/** How many alerts of one area wait for somebody. */
export interface AreaCount {
  area: AlertArea
  active: number
  critical: number
}

/** The alerts that wait, by area: what a bell shows. Snoozed ones and those kept out of the product are not counted. */
export async function countWaiting(mandate: Mandate<'program' | 'tenant'>): Promise<AreaCount[]> {
  if (mandate.kind === 'program') {
    // No row of a tenant is read for it, so that a bell that looks once a minute does not fill the tenants' logs.
    const { rows } = await sql<AreaCount>`select * from access.alert_counts()`.execute(on(mandate))
    return rows
  }
  const { rows } = await sql<AreaCount>`
    select a.area, count(*)::integer as active, (count(*) filter (where a.severity = 'critical'))::integer as critical
    from alert a
    where a.state = 'active' and 'in_app' = any (a.channels)
      and (a.snoozed_until is null or a.snoozed_until <= ${mandate.origin.now}::timestamptz)
    group by a.area`.execute(on(mandate))
  return rows
}

/** The alerts of these ids that the caller sees. */
export async function findAlerts(mandate: AlertMandate, ids: readonly AlertId[]): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select a.*, t.name as tenant_name, null::text as partner_name
    from alert a left join tenant t on t.id = a.tenant_id
    where a.id = any (${[...ids]}::uuid[])`.execute(on(mandate))
  return rows
}

/** Waits for whatever withdraws access to these tenants; what is read after it is as it then is. */
export async function holdTenants(
  mandate: Mandate<'portfolio'>,
  tenantIds: readonly string[],
): Promise<void> {
  await runStatements(mandate, [{ text: 'select access.hold_tenants($1)', values: [tenantIds] }])
}

/** The columns that work on an alert changes. */
export type AlertPatch = Partial<
  Pick<
    AlertTables['alert'],
    | 'state'
    | 'acknowledged_at'
    | 'acknowledged_by'
    | 'acknowledged_by_name'
    | 'resolved_at'
    | 'resolved_by'
    | 'resolved_by_name'
    | 'note'
    | 'snoozed_until'
    | 'assigned_to'
    | 'assigned_to_name'
  >
>

/** Changes an alert that is still as it was read. False when it is not, or when the caller may not work on it. */
export async function updateAlert(
  mandate: AlertMandate,
  row: Pick<AlertRow, 'id' | 'state' | 'version'>,
  patch: AlertPatch,
): Promise<boolean> {
  const updated = await on(mandate)
    .updateTable('alert')
    .set({ ...patch, version: row.version + 1 })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('version', '=', row.version)
    // What the clock saw clear meanwhile is not opened again: nothing would ever close it.
    .$if(patch.state !== undefined && patch.state !== 'resolved', (query) => query.where('level', '>', 0))
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

/** Whether an alert can be given to a person: to those who may see and acknowledge it. Their name, or null. */
export async function findAssignee(
  mandate: Mandate<'portfolio'>,
  { delegation_id: linkId, area }: Pick<AlertRow, 'delegation_id' | 'area'>,
  personId: PersonId,
): Promise<string | null> {
  if (linkId === null) return null
  const [result] = await runStatements(mandate, [
    {
      text: 'select name from access.alert_assignees($1, $2) where person_id = $3',
      values: [linkId, area, personId],
    },
  ])
  const name = result?.rows[0]?.['name']
  return typeof name === 'string' ? name : null
}
