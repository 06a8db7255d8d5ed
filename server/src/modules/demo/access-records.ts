import { createHash } from 'node:crypto'
import { classifyChange, newestRoleTemplate, NO_CONDITIONS } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { addDays } from './dice.ts'
import type { DemoLink } from './links.ts'
import type { DemoPeople, Making } from './people.ts'

/** The link of the demo world between two organisations. */
export function findLink(links: readonly DemoLink[], partner: string, tenant: string): DemoLink {
  const link = links.find(
    (candidate) => candidate.partner.slug === partner && candidate.tenant.slug === tenant,
  )
  if (!link) throw new Error(`There is no link of ${partner} with ${tenant}.`)
  return link
}

const WANTED = ['partner.billing.read', 'partner.billing.summary.read', 'partner.billing.invoices.read']

/** A widening that waits for Acme Fiber: support staff who also want to see invoices. */
export function addChangeRequest({ now, dice, ledger }: Making, links: readonly DemoLink[]): void {
  const link = findLink(links, 'northwind-msp', 'acme-fiber')
  const before: LinkTerms = {
    role: link.role,
    role_version: newestRoleTemplate(link.role).version,
    relationship_type: 'msp_managed',
    starts_at: link.requestedAt,
    ends_at: addDays(now, 89),
    auto_renew_days: 0,
    overrides: [],
    conditions: NO_CONDITIONS,
  }
  const overrides = WANTED.map((pattern) => ({ pattern, effect: 'grant' as const, expires_at: null }))
  const change = classifyChange(before, { ...before, overrides }, now)
  const [asker] = link.partner.members
  const at = addDays(now, -2)
  ledger.add('link_change_request', {
    id: dice.uuid(at),
    link_id: link.id,
    tenant_id: link.tenant.id,
    partner_id: link.partner.id,
    status: 'waiting',
    proposal: { overrides },
    difference: change.rows,
    reason: 'Subscribers ask us about their bills. We would like to answer without calling you first.',
    requested_by: asker?.id,
    requested_by_name: asker?.name,
    requested_at: at,
    expires_at: addDays(at, 30),
  })
}

/** A freeze of a partner by the provider that was lifted again. */
export function addLiftedFreeze({ now, dice, ledger }: Making, people: DemoPeople): void {
  const partner = people.partners.get('southbank-systems')
  const [setter, lifter] = people.platformAdmins
  if (!partner || !setter || !lifter) throw new Error('The cast is not complete.')
  const at = addDays(now, -12)
  ledger.add('access_freeze', {
    id: dice.uuid(at),
    scope: 'partner',
    partner_id: partner.id,
    set_by: setter.id,
    set_by_name: setter.name,
    set_by_side: 'provider',
    reason: 'A laptop of Southbank Systems was stolen; access stops until its sessions are ended.',
    created_at: at,
    lifted_by: lifter.id,
    lifted_at: addDays(at, 0.15),
    lift_reason: 'Sessions ended, passwords changed, laptop wiped from afar.',
  })
}

/** What Lakeside Cable allows partners to ask for. */
export function addPolicies({ now, ledger }: Making, people: DemoPeople): void {
  const tenant = people.tenants.get('lakeside-cable')
  if (!tenant) throw new Error('The cast is not complete.')
  ledger.add('tenant_partner_policy', {
    tenant_id: tenant.id,
    who_may_ask: 'any',
    listed_partner_ids: [],
    roles_allowed: ['msp_billing', 'msp_support', 'auditor'],
    max_duration_days: 365,
    dual_approval: false,
    conditions: {},
    version: 1,
    updated_at: addDays(now, -40),
  })
  ledger.add('tenant_security_contact', {
    tenant_id: tenant.id,
    email: 'security@lakesidecable.example',
    language: 'en',
    version: 2,
    updated_at: addDays(now, -40),
  })
}

const CODES = [
  {
    hint: '7KQ4',
    note: 'Harrow Networks, for the new office',
    madeDaysAgo: 3,
    days: 14,
    takenBackAfter: null,
  },
  {
    hint: 'C9TW',
    note: 'Southbank, before we chose Northwind',
    madeDaysAgo: 47,
    days: 30,
    takenBackAfter: 6,
  },
  { hint: 'M2XR', note: null, madeDaysAgo: 61, days: 14, takenBackAfter: null },
] as const

/** Invitation codes of Acme Fiber: one that can be used, one that was taken back, one that ran out. What they say nobody knows. */
export function addInvitationCodes({ now, dice, ledger }: Making, people: DemoPeople): void {
  const tenant = people.tenants.get('acme-fiber')
  if (!tenant) throw new Error('The cast is not complete.')
  const admin = tenant.adminPerson
  for (const { hint, note, madeDaysAgo, days, takenBackAfter } of CODES) {
    const madeAt = addDays(now, -madeDaysAgo)
    const id = dice.uuid(madeAt)
    ledger.add('tenant_invitation_code', {
      id,
      tenant_id: tenant.id,
      code_hash: `\\x${createHash('sha256').update(id).digest('hex')}`,
      hint,
      note,
      made_by: admin.id,
      made_by_name: admin.name,
      made_at: madeAt,
      expires_at: addDays(madeAt, days),
      withdrawn_by: takenBackAfter === null ? null : admin.id,
      withdrawn_by_name: takenBackAfter === null ? null : admin.name,
      withdrawn_at: takenBackAfter === null ? null : addDays(madeAt, takenBackAfter),
    })
  }
}
