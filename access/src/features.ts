/**
 * The parts of the product that the provider can switch off for one partner. Each stands in the table of features, on for
 * everybody until somebody changes that. Source: C3, managed-tenants.md section 3.
 */
export const FEATURES = [
  'billing',
  'support',
  'provisioning',
  'reports',
  'alerts',
  'webhooks',
  'api_clients',
  'white_label',
] as const

export type Feature = (typeof FEATURES)[number]

/** Whole areas of the catalogue that stand and fall with one feature. */
const FEATURE_OF_AREA: Readonly<Record<string, Feature>> = {
  'partner_org.clients': 'api_clients',
  'partner_org.consents': 'api_clients',
  'api.orders': 'api_clients',
  'api.services': 'api_clients',
  'api.accounts': 'api_clients',
  'api.invoices': 'api_clients',
  'partner_org.branding': 'white_label',
  'partner_org.users': 'white_label',
  'partner_org.realm': 'white_label',
  'partner_org.plans': 'white_label',
  'partner_org.subscriptions': 'white_label',
  'partner_org.kyc': 'white_label',
  'realm.profile': 'white_label',
  'realm.plans': 'white_label',
  'realm.subscription': 'white_label',
  'realm.identity_check': 'white_label',
  'realm.service': 'white_label',
  'realm.users': 'white_label',
}

/** The feature with which the area of a permission stands and falls; null when there is none. */
export function featureOfArea(permission: string): Feature | null {
  const [namespace = '', area = ''] = permission.split('.')
  return FEATURE_OF_AREA[`${namespace}.${area}`] ?? null
}
