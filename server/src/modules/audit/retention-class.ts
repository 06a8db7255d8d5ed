/** Why an event is kept as long as it is. Source: access.md section 6. */
export type RetentionClass =
  | 'money'
  | 'agreements'
  | 'delegations'
  | 'exports'
  | 'administration'
  | 'rest'
  /** An action that nobody gave a class: kept long, until somebody does. */
  | 'unlisted'

const YEARS_OF_REST = 3
const YEARS_OF_OTHERS = 7

/**
 * Each family of actions by how its names begin; the longest beginning counts. The database has an opinion of its own,
 * `audit.is_kept_short`, and both must agree before an event goes.
 */
const FAMILIES: Readonly<Record<Exclude<RetentionClass, 'exports' | 'unlisted'>, readonly string[]>> = {
  money: [
    'api.orders',
    'billing',
    'billing_settings',
    'commercial',
    'disputes',
    'fx_rates',
    'ingest',
    'invoice',
    'invoices',
    'order',
    'orders',
    'partner_org.billing',
    'partner_org.referrals',
    'plans',
    'platform.commercial',
    'platform.payouts',
    'products',
    'program.code',
    'program.earning',
    'program.earning_policy',
    'program.earnings',
    'program.payout_account',
    'program.payout_batch',
    'program.payout_item',
    'program.payout_policy',
    'program.payout_receiver',
    'program.payout_results',
    'program.referral',
    'program.sign_ups',
    'program.statement',
    'program.tax_document',
    'subscriptions',
    'tenant.billing',
    'tenant.orders',
    'tenant.voucher_types',
    'tenant.vouchers',
    'voucher',
    'voucher_type',
  ],
  agreements: [
    'api_terms',
    'partner_org.agreements',
    'platform.agreements',
    'program.agreement',
    'program.agreement_template',
    'program.dashboard',
    'program.deal',
    'program.demands',
    'program.four_eyes',
    'program.leaderboard',
  ],
  delegations: [
    'agency',
    'agency_key',
    'assistance',
    'change_requests',
    'consent_notices',
    'consent_reminders',
    'consent_requests',
    'consents',
    'elevations',
    'form',
    'form_token',
    'freezes',
    'homes',
    'link_notices',
    'link_reviews',
    'link_templates',
    'links',
    'oauth.grant',
    'operations',
    'partner_networks',
    'partner_org.links',
    'platform.freezes',
    'resales',
    'teams',
    'tenant.agencies',
    'tenant.partner_access',
  ],
  administration: [
    'clients',
    'configuration',
    'features',
    'identity.member',
    'identity_checks',
    'identity_vendors',
    'partner_applications',
    'partner_org',
    'partners',
    'personal_data',
    'platform',
    'program.contacts',
    'program.risk',
    'program.risk_rule',
    'program.settings',
    'realms',
    'sandbox',
    'signals',
    'sla',
    'tenant.clients',
    'tenant.webhooks',
    'webhooks',
  ],
  rest: [
    'access',
    'accounts',
    'alert_rules',
    'alerts',
    'audit',
    'calendars',
    'demo',
    'embed',
    'gateway',
    'identity',
    'leak',
    'oauth',
    'provisioning',
    'realm',
    'realms.password',
    'realms.profile',
    'realms.session',
    'realms.sign_in',
    'realms.token',
    'realms.user',
    'realms.users',
    'reports',
    'saved_views',
    'service',
    'services',
    'site',
    'sla.breach',
    'support',
    'tenant.members',
    'tenant.profile',
    'tenant.tickets',
    'tenant_groups',
    'tenant_pins',
    'tenants',
    'usage',
  ],
}

const CLASS_OF_FAMILY = new Map<string, RetentionClass>(
  Object.entries(FAMILIES).flatMap(([name, families]) =>
    // The keys of the record above.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    families.map((family) => [family, name as RetentionClass] as const),
  ),
)

const EXPORTS = /(?:^|\.)(?:export|exported|prove)$/u
/** Reading changes nothing, whatever is read. */
const READS =
  /\.(?:read|read_all|list|search|searched|looked_up|count|preview|explain|reach_read|switch_context)$/u

function familyOf(action: string): RetentionClass {
  const words = action.replace(/^partner\./u, '').split('.')
  for (let length = words.length; length > 0; length -= 1) {
    const found = CLASS_OF_FAMILY.get(words.slice(0, length).join('.'))
    if (found) return found
  }
  return 'unlisted'
}

/** The class of an action. What leaves is an export, whatever it is of; what is only read is of the rest. */
export function classOf(action: string): RetentionClass {
  if (action.startsWith('exports.') || EXPORTS.test(action)) return 'exports'
  return READS.test(action) ? 'rest' : familyOf(action)
}

/** Whether events of the action are kept for three years only. */
export const isKeptShort = (action: string): boolean => classOf(action) === 'rest'

/** What a month still holds when part of it, or all of it, is past its time. */
export type Kept = 'long' | 'nothing'

function addYears(moment: Date, years: number): Date {
  const later = new Date(moment)
  later.setUTCFullYear(later.getUTCFullYear() + years)
  return later
}

/** From when on a month that ends then may hold no more than that. */
export function retiresAt(until: Date, kept: Kept): Date {
  return addYears(until, kept === 'long' ? YEARS_OF_REST : YEARS_OF_OTHERS)
}

/** What a month that ends then may still hold; null while it may hold everything. */
export function keptAt(until: Date, now: Date): Kept | null {
  if (retiresAt(until, 'nothing') <= now) return 'nothing'
  return retiresAt(until, 'long') <= now ? 'long' : null
}
