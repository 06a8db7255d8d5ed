import type { FreezeFacts } from '../facts.ts'
import { maskOf } from '../mask.ts'
import {
  DAY,
  OTHER_PARTNER,
  OTHER_TENANT,
  TENANT,
  at,
  withActor,
  withConditions,
  withLink,
} from './worlds.ts'
import type { Case } from './worlds.ts'

type Fault = (from: Case) => Case

const WANTED = 'partner.billing.invoices.export'

function facts(change: (from: Case['facts']) => Case['facts']): Fault {
  return (from) => ({ ...from, facts: change(from.facts) })
}

function link(change: Parameters<typeof withLink>[1]): Fault {
  return facts((from) => (from.link ? withLink(from, change) : from))
}

function asked(change: Partial<Case['question']>): Fault {
  return (from) => ({ ...from, question: { ...from.question, ...change } })
}

function frozen(scope: FreezeFacts['scope']): Fault {
  return facts((from) => ({ ...from, freezes: [...from.freezes, { scope }] }))
}

const PARTY_FAULTS: readonly Fault[] = [
  facts((from) => ({ ...from, actor: null })),
  facts((from) => withActor(from, { status: 'inactive' })),
  facts((from) => withActor(from, { factor: 'none' })),
  facts((from) =>
    from.partner_member ? { ...from, partner_member: { ...from.partner_member, status: 'inactive' } } : from,
  ),
  facts((from) => (from.partner ? { ...from, partner: { ...from.partner, status: 'inactive' } } : from)),
  facts((from) => ({ ...from, tenant: { id: TENANT, status: 'inactive' } })),
  facts((from) => ({ ...from, partner_member: null })),
  facts((from) => ({ ...from, plane: 'program' })),
  frozen('platform'),
  frozen('partner'),
  frozen('tenant'),
  frozen('delegation'),
  frozen('person'),
]

const LINK_FAULTS: readonly Fault[] = [
  asked({ partner_id: OTHER_PARTNER }),
  asked({ tenant_id: OTHER_TENANT }),
  asked({ permission: 'partner_org.links.read' }),
  asked({ presented_epoch: 6 }),
  facts((from) => ({ ...from, link: null })),
  facts((from) => ({ ...from, tenant: null })),
  link({ status: 'requested' }),
  link({ status: 'suspended' }),
  link({ status: 'revoked' }),
  link({ ends_at: at(0) }),
  link({ starts_at: at(DAY) }),
]

const RIGHTS_FAULTS: readonly Fault[] = [
  link({ role: 'auditor' }),
  link({ role: 'msp_support' }),
  link({ role_version: 2 }),
  link({ overrides: [{ pattern: 'partner.billing.*', effect: 'deny' }] }),
  link({ elevations: [{ mask: maskOf([WANTED]), starts_at: at(0), ends_at: at(1) }] }),
  facts((from) => withConditions(from, { elevation_required: true })),
  link({ own_accounts_only: true }),
  asked({ permission: 'partner.reports.export' }),
  link({ assignment: null }),
  link({ assignment: { role: 'msp_support', ends_at: null } }),
  facts((from) => ({ ...from, features_off: new Set(['billing']) })),
  facts((from) => ({ ...from, token: { scopes: maskOf(['partner.billing.invoices.read']) } })),
]

const REQUEST_FAULTS: readonly Fault[] = [
  facts((from) => withConditions(from, { ip_mode: 'enforce', ip_allow: ['198.51.100.0/24'] })),
  facts((from) =>
    withConditions(from, { hours: { tz: 'UTC', windows: [{ days: [6], from: '08:00', to: '12:00' }] } }),
  ),
  facts((from) => withConditions(from, { phishing_resistant: true })),
  facts((from) => withConditions({ ...from, access_reason: 'missing' }, { read_reason_required: true })),
  facts((from) => withActor(from, { factor_at: at(-DAY) })),
  facts((from) => ({ ...from, actor_kind: 'job' })),
  facts((from) => ({ ...from, resource: { found: false, tenant_id: null } })),
  facts((from) => ({ ...from, resource: { found: true, tenant_id: OTHER_TENANT } })),
  facts((from) => ({ ...from, rate: { limited: true } })),
]

/** Single things that can be wrong with a request; each keeps what the others changed. */
export const FAULTS: readonly Fault[] = [...PARTY_FAULTS, ...LINK_FAULTS, ...RIGHTS_FAULTS, ...REQUEST_FAULTS]
