import type { Conditions, LinkRole, LinkStatus, RelationshipType } from '@liaison/access'

/** One link as the demo wants it. Days count from now; negative ones lie in the past. */
export interface LinkPlot {
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
  /** Whether it opens the partner's own accounts alone. */
  readonly isForAccounts?: boolean
  readonly message?: string
  readonly changedBy?: 'partner' | 'tenant' | 'clock'
  readonly changedDaysAgo?: number
  readonly reason?: string
  readonly renewDays?: 180
  /** The distributor between the two, by its code. */
  readonly via?: string
  /** When the next access review is due; by itself 180 days after the last one. */
  readonly reviewInDays?: number
}

export const NORTHWIND = 'northwind-msp'
const SOUTHBANK = 'southbank-systems'
const MSP = { partner: NORTHWIND, type: 'msp_managed', initiatedBy: 'partner' } as const

export const LINK_PLOTS: readonly LinkPlot[] = [
  {
    ...MSP,
    tenant: 'acme-fiber',
    role: 'msp_support',
    status: 'active',
    startsInDays: -276,
    endsInDays: 89,
    reviewInDays: 11,
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
    reviewInDays: -6,
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
    via: NORTHWIND,
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
  {
    partner: 'helios-group',
    type: 'enterprise_subsidiary',
    tenant: 'iberia-rural',
    role: 'enterprise_hq',
    status: 'active',
    startsInDays: -340,
    endsInDays: null,
    people: { 'Stefan Novak': null },
  },
  {
    partner: 'helios-group',
    type: 'enterprise_subsidiary',
    tenant: 'fjord-fiber',
    role: 'enterprise_hq',
    status: 'active',
    startsInDays: -310,
    endsInDays: null,
    people: { 'Stefan Novak': null },
  },
  {
    partner: 'helios-group',
    type: 'enterprise_subsidiary',
    tenant: 'highland-wireless',
    role: 'enterprise_hq',
    status: 'active',
    startsInDays: -260,
    endsInDays: null,
    people: { 'Stefan Novak': null },
  },
  {
    partner: SOUTHBANK,
    type: 'reseller_channel',
    tenant: 'juniper-valley',
    role: 'reseller',
    status: 'active',
    startsInDays: -130,
    endsInDays: 235,
    people: { 'Victor Lindqvist': null, 'Amara Diallo': null },
    isForAccounts: true,
    via: NORTHWIND,
    message: 'For the customers that we sold your lines to.',
  },
]
