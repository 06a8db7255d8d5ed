import {
  compilePatterns,
  describeMask,
  newestRoleTemplate,
  NO_CONDITIONS,
  permissionsOf,
  resolveGrant,
  toBits,
} from '@liaison/access'
import type { Conditions, LinkRole, LinkStatus, Mask, Override, RelationshipType } from '@liaison/access'
import { addDays } from './dice.ts'
import type { DemoMember, DemoPartner, DemoPeople, DemoTenant, Making } from './people.ts'

/** One link as the demo wants it. Days count from now; negative ones lie in the past. */
interface Plot {
  readonly partner: string
  readonly tenant: string
  readonly role: LinkRole
  readonly type: RelationshipType
  readonly status: LinkStatus
  readonly initiatedBy?: 'partner' | 'tenant'
  readonly startsInDays: number
  readonly endsInDays: number | null
  /** The people who may use it, by name, and those who hold a smaller role of their own. */
  readonly people?: Readonly<Record<string, LinkRole | null>>
  readonly overrides?: readonly {
    readonly pattern: string
    readonly effect: 'grant' | 'deny'
    readonly endsInDays?: number
  }[]
  readonly conditions?: Partial<Conditions>
  readonly message?: string
  readonly changedBy?: 'partner' | 'tenant' | 'clock'
  readonly changedDaysAgo?: number
  readonly reason?: string
  readonly renewDays?: 180
}

const NORTHWIND = 'northwind-msp'
const SOUTHBANK = 'southbank-systems'
const MSP = { partner: NORTHWIND, type: 'msp_managed', initiatedBy: 'partner' } as const

const PLOTS: readonly Plot[] = [
  {
    ...MSP,
    tenant: 'acme-fiber',
    role: 'msp_support',
    status: 'active',
    startsInDays: -276,
    endsInDays: 89,
    people: { 'Ana Ruiz': null, 'Lee Park': null, 'Mia Chen': null },
    message: 'We take over first-line support, as agreed in our call.',
  },
  {
    ...MSP,
    tenant: 'beta-networks',
    role: 'msp_full',
    status: 'active',
    startsInDays: -340,
    endsInDays: 25,
    people: { 'Ana Ruiz': null, 'Lee Park': null, 'Mia Chen': 'msp_support', 'Tom Okafor': 'msp_billing' },
  },
  {
    ...MSP,
    tenant: 'cascade-broadband',
    role: 'msp_full',
    status: 'active',
    startsInDays: -360,
    endsInDays: 5,
    people: { 'Ana Ruiz': null, 'Lee Park': null },
  },
  {
    ...MSP,
    tenant: 'highland-wireless',
    role: 'msp_billing',
    status: 'active',
    startsInDays: -120,
    endsInDays: 245,
    people: { 'Ana Ruiz': null, 'Tom Okafor': null },
    overrides: [
      { pattern: 'partner.support.tickets.read', effect: 'grant' },
      { pattern: 'partner.support.tickets.list', effect: 'grant' },
      { pattern: 'partner.billing.invoices.export', effect: 'deny' },
    ],
    renewDays: 180,
  },
  {
    ...MSP,
    tenant: 'elbe-netz',
    role: 'msp_support',
    status: 'active',
    startsInDays: -90,
    endsInDays: 275,
    people: { 'Ana Ruiz': null, 'Lee Park': null, 'Mia Chen': null },
    conditions: { mfa_max_age_s: 43_200, read_reason_required: false },
    overrides: [{ pattern: 'partner.provisioning.subscribers.read', effect: 'grant', endsInDays: 14 }],
  },
  {
    ...MSP,
    tenant: 'fjord-fiber',
    role: 'msp_support',
    status: 'suspended',
    startsInDays: -200,
    endsInDays: 165,
    people: { 'Ana Ruiz': null, 'Lee Park': null },
    changedBy: 'tenant',
    changedDaysAgo: 3,
    reason: 'Paused until the new contract is signed.',
  },
  {
    ...MSP,
    tenant: 'juniper-valley',
    role: 'msp_full',
    status: 'expired',
    startsInDays: -375,
    endsInDays: -10,
    people: { 'Ana Ruiz': null, 'Lee Park': null },
    changedBy: 'clock',
    changedDaysAgo: 10,
  },
  {
    ...MSP,
    tenant: 'iberia-rural',
    role: 'msp_support',
    status: 'revoked',
    startsInDays: -300,
    endsInDays: 65,
    people: { 'Ana Ruiz': null },
    changedBy: 'tenant',
    changedDaysAgo: 18,
    reason: 'We run support ourselves from now on.',
  },
  {
    ...MSP,
    tenant: 'kanto-link',
    role: 'msp_support',
    status: 'requested',
    startsInDays: 0,
    endsInDays: 365,
    message: 'Haruka, as discussed with your operations team: second-line support outside office hours.',
  },
  {
    ...MSP,
    tenant: 'lakeside-cable',
    role: 'msp_billing',
    status: 'approved',
    startsInDays: 3,
    endsInDays: 368,
    people: { 'Tom Okafor': null },
  },
  {
    ...MSP,
    tenant: 'garonne-telecom',
    role: 'msp_billing',
    status: 'declined',
    startsInDays: -20,
    endsInDays: 345,
    changedBy: 'tenant',
    changedDaysAgo: 19,
    reason: 'Our group office already does this.',
  },
  {
    ...MSP,
    tenant: 'meridian-metro',
    role: 'msp_support',
    status: 'requested',
    initiatedBy: 'tenant',
    startsInDays: 0,
    endsInDays: 180,
    message: 'Please look after our tickets during the trial.',
  },
  {
    partner: SOUTHBANK,
    type: 'msp_managed',
    tenant: 'acme-fiber',
    role: 'msp_billing',
    status: 'active',
    startsInDays: -60,
    endsInDays: 120,
    people: { 'Victor Lindqvist': null },
  },
  {
    partner: SOUTHBANK,
    type: 'msp_managed',
    tenant: 'lakeside-cable',
    role: 'msp_support',
    status: 'active',
    startsInDays: -150,
    endsInDays: 215,
    people: { 'Victor Lindqvist': null, 'Amara Diallo': null },
  },
  {
    partner: SOUTHBANK,
    type: 'msp_managed',
    tenant: 'beta-networks',
    role: 'msp_support',
    status: 'requested',
    startsInDays: 0,
    endsInDays: 90,
    message: 'Cover for the holidays.',
  },
  {
    partner: 'ledger-and-pine',
    type: 'audit_only',
    tenant: 'acme-fiber',
    role: 'auditor',
    status: 'active',
    initiatedBy: 'tenant',
    startsInDays: -32,
    endsInDays: 28,
    people: { 'Edith Crane': null },
  },
  {
    partner: 'ledger-and-pine',
    type: 'audit_only',
    tenant: 'kanto-link',
    role: 'auditor',
    status: 'active',
    startsInDays: -15,
    endsInDays: 75,
    people: { 'Edith Crane': null },
  },
  {
    partner: 'helios-group',
    type: 'enterprise_subsidiary',
    tenant: 'elbe-netz',
    role: 'enterprise_hq',
    status: 'active',
    startsInDays: -400,
    endsInDays: null,
    people: { 'Stefan Novak': null, 'Bea Costa': 'auditor' },
  },
  {
    partner: 'helios-group',
    type: 'enterprise_subsidiary',
    tenant: 'garonne-telecom',
    role: 'enterprise_hq',
    status: 'active',
    startsInDays: -380,
    endsInDays: null,
    people: { 'Stefan Novak': null, 'Bea Costa': null },
  },
]

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
  readonly requestedAt: Date
  readonly changedAt: Date
}

function castOf({ dice, now }: Making, people: DemoPeople, plot: Plot): Cast {
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
    requestedAt,
    changedAt: plot.status === 'requested' ? requestedAt : changedAt,
  }
}

function masksOf({ now }: Making, plot: Plot) {
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

function addDelegation(making: Making, plot: Plot, cast: Cast): void {
  const { now, ledger } = making
  const { role, lasting, today, overrides } = masksOf(making, plot)
  const isApproved = APPROVED.has(plot.status)
  const approver = plot.initiatedBy === 'tenant' ? cast.owner : cast.tenant.adminPerson
  const approvedAt = addDays(cast.requestedAt, 0.4)
  const conditions = { ...NO_CONDITIONS, ...plot.conditions }
  const { can, cannot } = describeSnapshot(today)
  ledger.add('delegation', {
    id: cast.id,
    tenant_id: cast.tenant.id,
    partner_id: cast.partner.id,
    kind: 'link',
    status: plot.status,
    status_reason: plot.reason ?? null,
    status_changed_at: cast.changedAt,
    status_changed_by:
      plot.changedBy === 'tenant'
        ? cast.tenant.adminPerson.id
        : isApproved && plot.changedBy !== 'clock'
          ? approver.id
          : null,
    status_changed_by_side:
      plot.changedBy ??
      (isApproved ? (plot.initiatedBy === 'tenant' ? 'partner' : 'tenant') : (plot.initiatedBy ?? 'partner')),
    role_mask: toBits(role),
    mask: toBits(lasting),
    has_timed_overrides: overrides.some((override) => override.expires_at !== null),
    conditions: plot.conditions ? conditions : {},
    starts_at: addDays(now, plot.startsInDays),
    ends_at: plot.endsInDays === null ? null : addDays(now, plot.endsInDays),
    epoch: plot.changedBy ? 2 : 1,
    billing_party: plot.type === 'reseller_channel' ? 'partner' : 'tenant',
    requested_by: plot.initiatedBy === 'tenant' ? cast.tenant.adminPerson.id : cast.owner.id,
    requested_at: cast.requestedAt,
    approved_by: isApproved ? approver.id : null,
    approved_by_name: isApproved ? approver.name : null,
    approved_at: isApproved ? approvedAt : null,
    approval_basis: isApproved
      ? plot.initiatedBy === 'tenant'
        ? 'partner_acceptance'
        : 'tenant_approval'
      : null,
    approval_snapshot: isApproved
      ? {
          text_version: 1,
          access_role: plot.role,
          permissions: permissionsOf(today),
          conditions,
          can,
          cannot,
        }
      : null,
    version: plot.changedBy ? 3 : isApproved ? 2 : 1,
    created_at: cast.requestedAt,
    updated_at: cast.changedAt,
  })
}

function describeSnapshot(mask: Mask): { can: string[]; cannot: string[] } {
  const areas = describeMask(mask)
  return {
    can: areas.flatMap((area) => area.can.map(({ sentence }) => sentence)),
    cannot: areas.flatMap((area) => area.cannot.map(({ sentence }) => sentence)),
  }
}

function addLinkRow(making: Making, plot: Plot, cast: Cast): void {
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
    auto_renew_days: plot.renewDays ?? 0,
    review_due_at: APPROVED.has(plot.status) ? addDays(cast.requestedAt, 180) : null,
    sla_response_hours: plot.role === 'msp_support' || plot.role === 'msp_full' ? 8 : null,
    sla_uptime_target: plot.role === 'msp_full' ? 99.9 : null,
    notify_on_sla_breach: true,
    notify_on_billing_threshold: true,
    notes_partner:
      plot.tenant === 'acme-fiber' && plot.partner === NORTHWIND
        ? 'Gold contract. Call Dana before any change after 18:00.'
        : null,
    notes_tenant:
      plot.tenant === 'acme-fiber' && plot.partner === NORTHWIND
        ? 'Review the scope at the yearly meeting.'
        : null,
    metadata: {},
  })
}

function addOverrides(making: Making, plot: Plot, cast: Cast): void {
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

const ALL_BITS = '1'.repeat(128)

function addMembers(making: Making, plot: Plot, cast: Cast): DemoMember[] {
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
    })
    return member
  })
}

function addHistory(making: Making, plot: Plot, cast: Cast): void {
  const entry = (version: number, event: string, at: Date, detail: object = {}) =>
    making.ledger.add('delegation_history', {
      delegation_id: cast.id,
      tenant_id: cast.tenant.id,
      partner_id: cast.partner.id,
      changed_at: at,
      version,
      event,
      detail,
    })
  const [asker, answerer] =
    plot.initiatedBy === 'tenant'
      ? [cast.tenant.adminPerson.name, cast.owner.name]
      : [cast.owner.name, cast.tenant.adminPerson.name]
  entry(1, 'requested', cast.requestedAt, { by_name: asker })
  if (APPROVED.has(plot.status)) entry(2, 'approved', addDays(cast.requestedAt, 0.4), { by_name: answerer })
  if (plot.changedBy)
    entry(3, plot.status, cast.changedAt, {
      ...(plot.changedBy === 'tenant' && { by_name: cast.tenant.adminPerson.name }),
      ...(plot.reason && { reason: plot.reason }),
    })
}

/** Adds one link in every state, with its people, exceptions and history. */
export function addLinks(making: Making, people: DemoPeople): DemoLink[] {
  return PLOTS.map((plot) => {
    const cast = castOf(making, people, plot)
    addDelegation(making, plot, cast)
    addLinkRow(making, plot, cast)
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
