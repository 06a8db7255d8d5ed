import { findPermission } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { findLink } from './access-records.ts'
import { addDays } from './dice.ts'
import type { DemoLink } from './links.ts'
import type { DemoTrade } from './orders.ts'
import type { DemoPeople, DemoPerson, Making } from './people.ts'

/** What one past event of the demo world says. */
interface Happening {
  readonly at: Date
  readonly plane: 'platform' | 'program' | 'delegation' | 'tenant' | 'system'
  readonly action: string
  readonly permission?: Permission
  readonly by: DemoPerson | null
  readonly link: DemoLink
  readonly isRead?: boolean
  readonly rowCount?: number
  readonly code?: string
  readonly reason?: string
  readonly resource?: { readonly type: string; readonly id?: string; readonly label?: string }
  readonly route?: string
}

const PARTNER_ADDRESS = '192.0.2.44'
const OTHER_ADDRESS = '198.51.100.7'

function actorOf(by: DemoPerson | null, isPartnerSide: boolean) {
  if (!by)
    return {
      actor_type: 'system',
      actor_id: null,
      actor_name: null,
      member_id: null,
      ip: null,
      source: 'job',
    }
  const member_id = isPartnerSide && 'memberId' in by ? by.memberId : null
  const ip = isPartnerSide ? PARTNER_ADDRESS : OTHER_ADDRESS
  return { actor_type: 'person', actor_id: by.id, actor_name: by.name, member_id, ip, source: 'portal' }
}

function sidesOf(link: DemoLink, plane: Happening['plane']) {
  return {
    partner_id: link.partner.id,
    partner_name: link.partner.name,
    tenant_id: link.tenant.id,
    tenant_name: link.tenant.name,
    delegation_id: link.id,
    delegation_epoch: 1,
    role: plane === 'delegation' ? link.role : null,
  }
}

function addEvent({ dice, ledger }: Making, happening: Happening): void {
  const { at, by, link, plane, resource } = happening
  const id = dice.uuid(at)
  ledger.add('audit_event', {
    id,
    occurred_at: at,
    plane,
    action: happening.action,
    outcome: happening.code === undefined ? 'allowed' : 'denied',
    code: happening.code,
    ...actorOf(by, plane === 'delegation' || plane === 'program'),
    ...sidesOf(link, plane),
    permission: happening.permission,
    resource_type: resource?.type,
    resource_id: resource?.id,
    resource_label: resource?.label,
    row_count: happening.rowCount,
    repeats: 1,
    reason: happening.reason,
    request_id: `req_${id.replaceAll('-', '').slice(10)}`,
    method: happening.isRead ? 'GET' : 'POST',
    route: happening.route,
  })
  const scope = { occurred_at: at, event_id: id, row_count: happening.rowCount ?? null }
  ledger.add('audit_scope', { kind: 'partner', scope_id: link.partner.id, ...scope })
  ledger.add('audit_scope', { kind: 'tenant', scope_id: link.tenant.id, ...scope })
}

type Habit = readonly [permission: Permission, route: string, rows: number]

const READS: readonly Habit[] = [
  ['partner.tenants.read', '/api/v1/partner/customers/:tenant_id', 1],
  ['partner.support.tickets.list', '/api/v1/partner/support/tickets', 12],
  ['partner.support.tickets.read', '/api/v1/partner/support/tickets/:ticket_id', 1],
  ['partner.billing.invoices.read', '/api/v1/partner/billing/invoices', 50],
]

const WRITES: readonly Habit[] = [
  ['partner.support.tickets.create', '/api/v1/partner/support/tickets', 1],
  ['partner.support.tickets.comment', '/api/v1/partner/support/tickets/:ticket_id', 1],
  ['partner.support.tickets.update', '/api/v1/partner/support/tickets/:ticket_id', 1],
]

function actionOf(permission: Permission): string {
  return findPermission(permission)?.audit_action ?? permission
}

/** What the role of a link is used for: support people open tickets, the others read bills. */
function habitsOf(link: DemoLink): readonly Habit[] {
  if (link.role === 'msp_billing' || link.role === 'auditor')
    return READS.filter((habit) => !habit[0].startsWith('partner.support'))
  return link.role === 'msp_support' ? [...READS.slice(0, 3), ...WRITES] : [...READS, ...WRITES]
}

/** The days of the past that a demo world tells of; older months have no place in a new audit log. */
const TOLD_DAYS = 24

function addDaysOfWork(making: Making, link: DemoLink): void {
  const { dice, now } = making
  const until =
    link.status === 'active' ? 0.02 : (now.getTime() - link.changedAt.getTime()) / 86_400_000 + 0.1
  for (let count = 0; count < 9; count += 1) {
    const at = addDays(now, -(until + dice.next() * Math.max(0, TOLD_DAYS - until)))
    const [permission, route, rows] = dice.pick(habitsOf(link))
    const isRead = READS.some((habit) => habit[0] === permission)
    const ticket = `T-${dice.between(1001, 1012)}`
    addEvent(making, {
      at,
      plane: 'delegation',
      action: actionOf(permission),
      permission,
      by: dice.pick(link.members),
      link,
      isRead,
      ...(isRead && { rowCount: rows === 1 ? 1 : dice.between(1, rows) }),
      ...(permission.startsWith('partner.support') &&
        rows === 1 && { resource: { type: 'ticket', label: ticket } }),
      route,
    })
  }
}

function addRefusals(making: Making, links: readonly DemoLink[]): void {
  const { now } = making
  const acme = findLink(links, 'northwind-msp', 'acme-fiber')
  const fjord = findLink(links, 'northwind-msp', 'fjord-fiber')
  const lee = acme.members.find((member) => member.name === 'Lee Park') ?? null
  const refused = { plane: 'delegation', by: lee, isRead: true } as const
  addEvent(making, {
    ...refused,
    at: addDays(now, -1.3),
    link: acme,
    permission: 'partner.billing.invoices.read',
    action: actionOf('partner.billing.invoices.read'),
    code: 'PERMISSION_DENIED',
    route: '/api/v1/partner/billing/invoices',
  })
  addEvent(making, {
    ...refused,
    at: addDays(now, -2.6),
    link: fjord,
    permission: 'partner.tenants.read',
    action: actionOf('partner.tenants.read'),
    code: 'TENANT_LINK_SUSPENDED',
    route: '/api/v1/partner/customers/:tenant_id',
  })
}

function addLifeOfLinks(making: Making, links: readonly DemoLink[]): void {
  const { now } = making
  const oldest = addDays(now, -TOLD_DAYS)
  for (const link of links) {
    const [owner = null] = link.partner.members
    const admin = link.tenant.adminPerson
    const resource = { type: 'link', id: link.id, label: `${link.partner.name} in ${link.tenant.name}` }
    if (link.requestedAt > oldest)
      addEvent(making, {
        at: link.requestedAt,
        plane: 'program',
        action: 'links.request',
        by: owner,
        link,
        resource,
      })
    const isEnded = link.status === 'revoked' || link.status === 'suspended' || link.status === 'declined'
    if (isEnded && link.changedAt > oldest) {
      const verb = link.status === 'revoked' ? 'revoke' : link.status === 'suspended' ? 'suspend' : 'decline'
      addEvent(making, {
        at: link.changedAt,
        plane: 'tenant',
        action: `links.${verb}`,
        by: admin,
        link,
        resource,
        ...(link.reason && { reason: link.reason }),
      })
    }
    if (link.status === 'expired')
      addEvent(making, {
        at: link.changedAt,
        plane: 'system',
        action: 'links.expire',
        by: null,
        link,
        resource,
      })
  }
}

/** Fills the past three weeks of the audit log: work under links, refusals, and what became of the links themselves. */
export function addActivity(making: Making, links: readonly DemoLink[]): void {
  for (const link of links.filter(
    (candidate) => candidate.members.length > 0 && candidate.status !== 'approved',
  ))
    addDaysOfWork(making, link)
  addRefusals(making, links)
  addLifeOfLinks(making, links)
}

/** The event of the loading itself, which every tenant and partner can read. */
export function addLoadingEvent({ now, dice, ledger }: Making, people: DemoPeople, trade: DemoTrade): void {
  const id = dice.uuid(now)
  const at = now
  ledger.add('audit_event', {
    id,
    occurred_at: at,
    plane: 'system',
    action: 'demo.records.create',
    outcome: 'allowed',
    actor_type: 'system',
    actor_name: 'The demo loader',
    source: 'cli',
    repeats: 1,
  })
  const tenantIds = [...[...people.tenants.values()].map((tenant) => tenant.id), ...trade.tenantIds]
  const partnerIds = [...[...people.partners.values()].map((partner) => partner.id), ...trade.partnerIds]
  for (const scope_id of tenantIds)
    ledger.add('audit_scope', { kind: 'tenant', scope_id, occurred_at: at, event_id: id })
  for (const scope_id of partnerIds)
    ledger.add('audit_scope', { kind: 'partner', scope_id, occurred_at: at, event_id: id })
}
