import { idFromUuid } from '@liaison/access'
import type { IdOf, LinkId, LinkRole, PartnerId, TenantId, TicketId } from '@liaison/access'
import { evaluateAlerts } from '#modules/alerts/index.ts'
import { systemClock } from '#platform/clock.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Caller, SeededPerson, TestWorld } from './world.ts'

/** A partner with one linked tenant, its owner and one technician who are assigned, and an admin of the tenant. */
export interface AlertScene {
  readonly world: TestWorld
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly link: LinkId
  readonly owner: SeededPerson
  readonly staff: SeededPerson
  readonly admin: SeededPerson
  readonly ownerMember: IdOf<'member'>
  readonly staffMember: IdOf<'member'>
  readonly asOwner: Caller
  readonly asStaff: Caller
  readonly asAdmin: Caller
}

/** Another tenant of the scene's partner, with the same people. */
export async function linkTenant(
  scene: Pick<AlertScene, 'world' | 'partner' | 'ownerMember' | 'staffMember'>,
  name: string,
  role: LinkRole = 'msp_full',
): Promise<{ tenant: TenantId; link: LinkId }> {
  const { world } = scene
  const tenant = await world.tenant(name)
  const link = await world.link(scene.partner, tenant, { role })
  await world.assign(link, scene.ownerMember)
  await world.assign(link, scene.staffMember)
  return { tenant, link }
}

export async function openAlertScene(world: TestWorld, role: LinkRole = 'msp_full'): Promise<AlertScene> {
  const partner = await world.partner('Northwind')
  const [owner, staff, admin] = [await world.person(), await world.person(), await world.person()]
  const ownerMember = await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const staffMember = await world.partnerMember(partner, staff.id)
  const { tenant, link } = await linkTenant({ world, partner, ownerMember, staffMember }, 'Acme', role)
  await world.tenantMember(tenant, admin.id)
  return {
    world,
    partner,
    tenant,
    link,
    owner,
    staff,
    admin,
    ownerMember,
    staffMember,
    asOwner: await world.signIn(owner.id),
    asStaff: await world.signIn(staff.id),
    asAdmin: await world.signIn(admin.id, { tenantId: tenant }),
  }
}

const HOUR_MS = 3_600_000

/**
 * Lets a tenant live where the month began a day ago at least and ends in an hour at the earliest, so that there is time
 * in it for outages on the first of a month, too; answers with the name of the month there.
 */
export async function liveWithinMonth(world: TestWorld, tenant: TenantId): Promise<string> {
  const there = (hours: number) => new Date(systemClock().getTime() + hours * HOUR_MS)
  const isWithin = [14, 15].every((hours) => there(hours).getUTCDate() > 1)
  const [zone, hours] = isWithin ? ['Etc/GMT-14', 14] : ['Etc/GMT+12', -12]
  await world.seed('update tenant set timezone = $2 where id = $1', [tenant, zone], tenant)
  return there(hours).toISOString().slice(0, 7)
}

let serial = 0

/** An invoice that is owed; `due` counts days after today, so a negative one is overdue. */
export async function seedOwed(
  world: TestWorld,
  tenant: TenantId,
  invoice: { readonly total: number; readonly due?: number; readonly currency?: string },
): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `with account as (
       insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR')
       on conflict (tenant_id, ban) do update set name = excluded.name returning id)
     insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
     select $1, id, $2, (now() at time zone 'UTC')::date - 400, (now() at time zone 'UTC')::date + $3::integer, 'finalized', $4, $5, $5 from account returning id`,
    [tenant, `AL-${(serial += 1)}`, invoice.due ?? 10, invoice.currency ?? 'EUR', invoice.total],
    tenant,
  )
  if (!row) throw new Error('No invoice was made.')
  return row.id
}

/** A ticket with a running clock of its resolution, and the shares of its time that are used up. */
export async function seedTimedTicket(
  world: TestWorld,
  tenant: TenantId,
  levels: readonly number[] = [],
): Promise<TicketId> {
  const [row] = await world.seed<{ id: string }>(
    `insert into ticket (tenant_id, number, subject, priority) values ($1, $2, 'Down', 'high') returning id`,
    [tenant, `T-${(serial += 1)}`],
    tenant,
  )
  if (!row) throw new Error('No ticket was made.')
  await world.seed(
    `insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at)
     values ($1, $2, 'resolution', 480, now() - interval '1 hour', now() + interval '7 hours')`,
    [tenant, row.id],
    tenant,
  )
  const id = idFromUuid('ticket', row.id)
  for (const level of levels) await seedSignal(world, tenant, { ticket: id, level })
  return id
}

export async function seedSignal(
  world: TestWorld,
  tenant: TenantId,
  signal: { readonly ticket: TicketId; readonly level: number },
): Promise<void> {
  await world.seed(
    `insert into ticket_sla_signal (tenant_id, ticket_id, metric, level, occurred_at) values ($1, $2, 'resolution', $3, now())`,
    [tenant, signal.ticket, signal.level],
    tenant,
  )
}

/** An alert as the database holds it. */
export interface StoredAlert {
  readonly id: string
  readonly audience: string
  readonly type: string
  readonly severity: string
  readonly state: string
  readonly title: string
  readonly occurrences: number
  readonly metadata: Record<string, unknown>
  readonly delegation_id: string | null
}

/** The alerts of one link, or of a tenant's own when no link is named, oldest first. */
export async function storedAlerts(
  world: TestWorld,
  of: { readonly link: LinkId } | { readonly ownTenant: TenantId } | { readonly ofPartner: PartnerId },
): Promise<StoredAlert[]> {
  const [column, id] =
    'link' in of
      ? ([`audience = 'partner' and delegation_id`, of.link] as const)
      : 'ofPartner' in of
        ? ([`audience = 'partner' and partner_id`, of.ofPartner] as const)
        : ([`audience = 'tenant' and tenant_id`, of.ownTenant] as const)
  return world.sql<StoredAlert & Record<string, unknown>>(
    `select id, audience, type, severity, state, title, occurrences, metadata, delegation_id from alert where ${column} = $1 order by triggered_at, id`,
    [id],
  )
}

/** A scene with one service-level and one billing alert of its link. */
export async function openAlertedScene(
  world: TestWorld,
): Promise<AlertScene & { readonly ticketAlert: string; readonly overdueAlert: string }> {
  const scene = await openAlertScene(world)
  await seedTimedTicket(world, scene.tenant, [75, 100])
  await seedOwed(world, scene.tenant, { total: 500, due: -70 })
  await seedOwed(world, scene.tenant, { total: 9500, due: 3 })
  await evaluateAlerts(world.database)
  const alerts = await storedAlerts(world, { link: scene.link })
  const idOf = (type: string) => publicIdOf('alert', String(alerts.find((alert) => alert.type === type)?.id))
  return { ...scene, ticketAlert: idOf('ticket_clock'), overdueAlert: idOf('overdue_threshold') }
}
