import {
  compilePatterns,
  formatInstant,
  MASK_BITS,
  newestRoleTemplate,
  NO_CONDITIONS,
  permissionsOf,
  resolveGrant,
  ROLE_TITLES,
  toBits,
} from '@liaison/access'
import type { LinkRole, LinkStatus, Mask, Override } from '@liaison/access'
import { addDays } from './dice.ts'
import { LINK_PLOTS, NORTHWIND } from './link-plots.ts'
import type { LinkPlot } from './link-plots.ts'
import { elevationColumns } from './running-elevation.ts'
import type { DemoMember, DemoPartner, DemoPeople, DemoTenant, Making } from './people.ts'

const APPROVED: ReadonlySet<LinkStatus> = new Set(['approved', 'active', 'suspended', 'expired', 'revoked'])

/** A link of the demo world. */
export interface DemoLink {
  readonly id: string
  readonly partner: DemoPartner
  readonly tenant: DemoTenant
  readonly role: LinkRole
  readonly status: LinkStatus
  readonly members: readonly DemoMember[]
  readonly requestedAt: Date
  readonly changedAt: Date
  readonly reason: string | undefined
}

interface Cast {
  readonly id: string
  readonly partner: DemoPartner
  readonly tenant: DemoTenant
  readonly owner: DemoMember
  readonly via: DemoPartner | undefined
  readonly requestedAt: Date
  readonly changedAt: Date
  readonly startsAt: Date
  readonly endsAt: Date | null
}

function castOf(
  { dice, now }: Making,
  people: Pick<DemoPeople, 'partners' | 'tenants'>,
  plot: LinkPlot,
): Cast {
  const partner = people.partners.get(plot.partner)
  const tenant = people.tenants.get(plot.tenant)
  const owner = partner?.members[0]
  if (!partner || !tenant || !owner)
    throw new Error(`The cast has no link of ${plot.partner} with ${plot.tenant}.`)
  const requestedAt = addDays(
    now,
    plot.status === 'requested' ? -dice.between(1, 5) : Math.min(plot.startsInDays, 0) - 1,
  )
  const changedAt =
    plot.changedDaysAgo === undefined
      ? addDays(now, Math.min(plot.startsInDays, -0.5))
      : addDays(now, -plot.changedDaysAgo)
  return {
    id: dice.uuid(requestedAt),
    partner,
    tenant,
    owner,
    via: plot.via === undefined ? undefined : people.partners.get(plot.via),
    requestedAt,
    changedAt: plot.status === 'requested' ? requestedAt : changedAt,
    startsAt: addDays(now, plot.startsInDays),
    endsAt: plot.endsInDays === null ? null : addDays(now, plot.endsInDays),
  }
}

function masksOf({ now }: Making, plot: LinkPlot) {
  const overrides: Override[] = (plot.overrides ?? []).map(({ pattern, effect, endsInDays }) => ({
    pattern,
    effect,
    expires_at: endsInDays === undefined ? null : addDays(now, endsInDays),
  }))
  const terms = {
    role: plot.role,
    roleVersion: newestRoleTemplate(plot.role).version,
    relationshipType: plot.type,
    now,
  }
  const lasting = overrides.filter((override) => override.expires_at === null)
  const role = resolveGrant({ ...terms, overrides: [] }).mask
  return {
    overrides,
    role,
    lasting: resolveGrant({ ...terms, overrides: lasting }).mask,
    today: resolveGrant({ ...terms, overrides }).mask,
  }
}

/** What the approver was shown, in the form in which the links module keeps it. */
function snapshotOf(
  plot: LinkPlot,
  today: Mask,
  dates: Pick<Cast, 'startsAt' | 'endsAt'>,
): Record<string, unknown> {
  return {
    text_version: 1,
    access_role: plot.role,
    role_version: newestRoleTemplate(plot.role).version,
    relationship_type: plot.type,
    permissions: permissionsOf(today),
    overrides: (plot.overrides ?? []).map(({ pattern, effect }) => ({
      pattern,
      effect,
      reason: null,
      expires_at: null,
    })),
    conditions: plot.conditions ? { ...NO_CONDITIONS, ...plot.conditions } : {},
    starts_at: dates.startsAt,
    ends_at: dates.endsAt,
    auto_renew_days: plot.renewDays ?? 0,
  }
}

/** Who decided a request, and on what basis; nothing while nobody has. */
function approvalOf(plot: LinkPlot, cast: Cast, today: Mask) {
  if (!APPROVED.has(plot.status))
    return {
      approved_by: null,
      approved_by_name: null,
      approved_at: null,
      approval_basis: null,
      approval_snapshot: null,
    }
  const isInvited = plot.initiatedBy === 'tenant'
  const approver = isInvited ? cast.owner : cast.tenant.adminPerson
  return {
    approved_by: approver.id,
    approved_by_name: approver.name,
    approved_at: addDays(cast.requestedAt, 0.4),
    approval_basis: isInvited ? 'partner_acceptance' : 'tenant_approval',
    approval_snapshot: snapshotOf(plot, today, cast),
  }
}

/** Who moved the link into the state that it is in. */
function changeOf(plot: LinkPlot, cast: Cast) {
  const asker = plot.initiatedBy ?? 'partner'
  const answerer = asker === 'tenant' ? 'partner' : 'tenant'
  const side = plot.changedBy ?? (APPROVED.has(plot.status) ? answerer : asker)
  const persons = { tenant: cast.tenant.adminPerson.id, partner: cast.owner.id, clock: null }
  return {
    status_reason: plot.reason ?? null,
    status_changed_at: cast.changedAt,
    status_changed_by: persons[side],
    status_changed_by_side: side,
  }
}

function versionOf(plot: LinkPlot): number {
  if (plot.changedBy) return 3
  return APPROVED.has(plot.status) ? 2 : 1
}

function addDelegation(making: Making, plot: LinkPlot, cast: Cast): void {
  const { ledger } = making
  const { role, lasting, today, overrides } = masksOf(making, plot)
  ledger.add('delegation', {
    id: cast.id,
    tenant_id: cast.tenant.id,
    partner_id: cast.partner.id,
    kind: 'link',
    status: plot.status,
    ...changeOf(plot, cast),
    role_mask: toBits(role),
    mask: toBits(lasting),
    has_timed_overrides: overrides.some((override) => override.expires_at !== null),
    conditions: plot.conditions ? { ...NO_CONDITIONS, ...plot.conditions } : {},
    own_accounts_only: plot.isForAccounts ?? false,
    starts_at: cast.startsAt,
    ends_at: cast.endsAt,
    epoch: plot.changedBy ? 2 : 1,
    billing_party: 'tenant',
    requested_by: plot.initiatedBy === 'tenant' ? cast.tenant.adminPerson.id : cast.owner.id,
    requested_at: cast.requestedAt,
    ...approvalOf(plot, cast, today),
    version: versionOf(plot),
    created_at: cast.requestedAt,
    updated_at: cast.changedAt,
  })
}

/** From what outstanding amount on a partner that sees the bills wants to be alerted. */
function thresholdOf({ role }: LinkPlot, { currency }: DemoTenant) {
  const minor = role === 'msp_full' ? 150_000 : role === 'msp_billing' ? 200_000 : null
  return {
    billing_alert_threshold_minor: minor,
    billing_alert_currency: minor === null ? null : currency,
  }
}

const REVIEW_DAYS = 180

/** The next review: as the plot says, or 180 days after the last one that lies behind. */
function reviewOf({ now }: Making, plot: LinkPlot, cast: Cast): Date {
  if (plot.reviewInDays !== undefined) return addDays(now, plot.reviewInDays)
  const passed = Math.floor((now.getTime() - cast.requestedAt.getTime()) / 86_400_000)
  return addDays(cast.requestedAt, REVIEW_DAYS * (Math.floor(passed / REVIEW_DAYS) + 1))
}

/** What the partner typed stands beside the request that the tenant reads, under the same id. */
function addRequest(making: Making, plot: LinkPlot, cast: Cast): void {
  if ((plot.initiatedBy ?? 'partner') !== 'partner') return
  making.ledger.add('link_request_sent', {
    id: cast.id,
    partner_id: cast.partner.id,
    tenant_slug: plot.tenant,
    relationship_type: plot.type,
    access_role: plot.role,
    role_version: newestRoleTemplate(plot.role).version,
    overrides: [],
    request_message: plot.message ?? 'As agreed.',
    starts_at: cast.startsAt,
    ends_at: cast.endsAt,
    requested_by: cast.owner.id,
    requested_at: cast.requestedAt,
    expires_at: addDays(cast.requestedAt, 30),
  })
}

/** What each side noted for itself about the link that is looked at most. */
function notesOf({ partner, tenant }: LinkPlot) {
  const isNoted = tenant === 'acme-fiber' && partner === NORTHWIND
  return {
    notes_partner: isNoted ? 'Gold contract. Call Dana before any change after 18:00.' : null,
    notes_tenant: isNoted ? 'Review the scope at the yearly meeting.' : null,
  }
}

function addLinkRow(making: Making, plot: LinkPlot, cast: Cast): void {
  making.ledger.add('link', {
    id: cast.id,
    tenant_id: cast.tenant.id,
    partner_id: cast.partner.id,
    relationship_type: plot.type,
    access_role: plot.role,
    role_version: newestRoleTemplate(plot.role).version,
    initiated_by: plot.initiatedBy ?? 'partner',
    request_message: plot.message ?? null,
    request_expires_at: addDays(cast.requestedAt, 30),
    via_partner_id: cast.via?.id ?? null,
    via_partner_name: cast.via?.name ?? null,
    auto_renew_days: plot.renewDays ?? 0,
    review_due_at: APPROVED.has(plot.status) ? reviewOf(making, plot, cast) : null,
    sla_response_hours: plot.role === 'msp_support' || plot.role === 'msp_full' ? 8 : null,
    sla_uptime_target: plot.role === 'msp_full' ? 99.9 : null,
    notify_on_sla_breach: true,
    notify_on_billing_threshold: true,
    ...thresholdOf(plot, cast.tenant),
    ...notesOf(plot),
    metadata: {},
  })
}

/** The notices that both sides got, as the portal shows them. */
function addNews(making: Making, plot: LinkPlot, cast: Cast): void {
  if (plot.status !== 'active') return
  const { ledger } = making
  const { partner, tenant } = cast
  const role = ROLE_TITLES[plot.role]
  const tell = (at: Date, news: string, words: Readonly<Record<'tenant' | 'partner', string>>) => {
    for (const side of ['tenant', 'partner'] as const)
      ledger.add('link_news', {
        link_id: cast.id,
        tenant_id: tenant.id,
        partner_id: partner.id,
        side,
        news,
        sentence: words[side],
        created_at: at,
      })
  }
  const until = cast.endsAt === null ? 'without an end' : `until ${formatInstant(cast.endsAt)}`
  tell(addDays(cast.requestedAt, 0.4), 'approved', {
    tenant: `${partner.name} has access as ${role}, ${until}.`,
    partner: `${tenant.name} allows access as ${role}, ${until}.`,
  })
}

function addOverrides(making: Making, plot: LinkPlot, cast: Cast): void {
  for (const override of masksOf(making, plot).overrides) {
    making.ledger.add('link_override', {
      id: making.dice.uuid(cast.requestedAt),
      link_id: cast.id,
      tenant_id: cast.tenant.id,
      partner_id: cast.partner.id,
      pattern: override.pattern,
      effect: override.effect,
      mask: toBits(compilePatterns([override.pattern], { plane: 'delegation' }).mask),
      reason: override.effect === 'deny' ? 'Invoices leave us as paper only.' : 'Agreed with the approval.',
      expires_at: override.expires_at,
      set_by_side: 'tenant',
      created_at: cast.requestedAt,
    })
  }
}

const ALL_BITS = '1'.repeat(MASK_BITS)

function addMembers(making: Making, plot: LinkPlot, cast: Cast): DemoMember[] {
  return Object.entries(plot.people ?? {}).map(([name, role]) => {
    const member = cast.partner.members.find((candidate) => candidate.name === name)
    if (!member) throw new Error(`${cast.partner.name} has no ${name}.`)
    making.ledger.add('link_member', {
      link_id: cast.id,
      tenant_id: cast.tenant.id,
      partner_id: cast.partner.id,
      member_id: member.memberId,
      person_id: member.id,
      role,
      mask: role === null ? ALL_BITS : toBits(newestRoleTemplate(role).defaults),
      assigned_by: cast.owner.id,
      assigned_at: addDays(cast.requestedAt, 0.5),
      ...elevationColumns(making.now, plot.tenant, name),
    })
    return member
  })
}

function addHistory(making: Making, plot: LinkPlot, cast: Cast): void {
  const record = { delegation_id: cast.id, tenant_id: cast.tenant.id, partner_id: cast.partner.id }
  const tenant = { by: 'tenant', name: cast.tenant.adminPerson.name }
  const partner = { by: 'partner', name: cast.owner.name }
  const [asker, answerer] = plot.initiatedBy === 'tenant' ? [tenant, partner] : [partner, tenant]
  const told: { event: string; changed_at: Date; detail: object }[] = [
    { event: 'requested', changed_at: cast.requestedAt, detail: asker },
  ]
  if (APPROVED.has(plot.status)) {
    told.push({ event: 'approved', changed_at: addDays(cast.requestedAt, 0.4), detail: answerer })
  }
  if (plot.changedBy) {
    const actor = plot.changedBy === 'tenant' ? tenant : { by: plot.changedBy }
    const reason = plot.reason !== undefined && { reason: plot.reason }
    told.push({ event: plot.status, changed_at: cast.changedAt, detail: { ...actor, ...reason } })
  }
  for (const [index, entry] of told.entries()) {
    making.ledger.add('delegation_history', { ...record, ...entry, version: index + 1 })
  }
}

/** Adds one link in every state, with its people, exceptions and history. */
export function addLinks(
  making: Making,
  people: Pick<DemoPeople, 'partners' | 'tenants'>,
  plots: readonly LinkPlot[] = LINK_PLOTS,
): DemoLink[] {
  return plots.map((plot) => {
    const cast = castOf(making, people, plot)
    addDelegation(making, plot, cast)
    addLinkRow(making, plot, cast)
    addRequest(making, plot, cast)
    addNews(making, plot, cast)
    addOverrides(making, plot, cast)
    const members = addMembers(making, plot, cast)
    addHistory(making, plot, cast)
    return {
      id: cast.id,
      partner: cast.partner,
      tenant: cast.tenant,
      role: plot.role,
      status: plot.status,
      members,
      requestedAt: cast.requestedAt,
      changedAt: cast.changedAt,
      reason: plot.reason,
    }
  })
}
