/** One organisation of the demo world that buys from the provider. */
export interface CastTenant {
  readonly slug: string
  readonly name: string
  readonly domain: string
  readonly currency: string
  readonly timezone: string
  readonly country: string
  readonly city: string
  readonly plan: 'starter' | 'standard' | 'enterprise'
  readonly status: 'active' | 'trial' | 'suspended'
  readonly cycle: 'monthly' | 'quarterly' | 'annual'
  readonly admin: string
  readonly subscribers: number
  /** What one month costs a typical subscriber, in minor units. */
  readonly monthlyMinor: number
  /** Whether its network reports outages and usage; without reports there are no figures to show. */
  readonly isMonitored: boolean
}

export interface CastPartner {
  readonly slug: string
  readonly name: string
  readonly legalName: string
  /** Where it helps people of tenants. */
  readonly support: string | null
  readonly domain: string
  readonly kinds: readonly string[]
  readonly members: readonly {
    readonly name: string
    readonly role: 'PARTNER_OWNER' | 'PARTNER_STAFF'
    readonly job: string
  }[]
}

type TenantLine = readonly [
  slug: string,
  name: string,
  admin: string,
  currency: string,
  timezone: string,
  place: string,
  subscribers: number,
  monthlyMinor: number,
]

const LINES: readonly TenantLine[] = [
  ['acme-fiber', 'Acme Fiber', 'Dana Kim', 'USD', 'America/Denver', 'Denver, US', 120, 6490],
  ['beta-networks', 'Beta Networks', 'Marcus Hale', 'USD', 'America/Chicago', 'Austin, US', 90, 5450],
  [
    'cascade-broadband',
    'Cascade Broadband',
    'Ruth Alvarez',
    'USD',
    'America/Los_Angeles',
    'Portland, US',
    70,
    7200,
  ],
  ['elbe-netz', 'Elbe Netz', 'Jonas Brandt', 'EUR', 'Europe/Berlin', 'Hamburg, DE', 60, 3990],
  ['fjord-fiber', 'Fjord Fiber', 'Ingrid Solberg', 'NOK', 'Europe/Oslo', 'Bergen, NO', 45, 59_900],
  ['garonne-telecom', 'Garonne Telecom', 'Camille Laurent', 'EUR', 'Europe/Paris', 'Toulouse, FR', 55, 3490],
  [
    'highland-wireless',
    'Highland Wireless',
    'Fiona Munro',
    'GBP',
    'Europe/London',
    'Inverness, GB',
    40,
    3300,
  ],
  ['iberia-rural', 'Iberia Rural', 'Luis Ortega', 'EUR', 'Europe/Madrid', 'Teruel, ES', 35, 2990],
  [
    'juniper-valley',
    'Juniper Valley Internet',
    'Grace Whitman',
    'USD',
    'America/Boise',
    'Boise, US',
    50,
    5990,
  ],
  ['kanto-link', 'Kanto Link', 'Haruka Sato', 'JPY', 'Asia/Tokyo', 'Saitama, JP', 60, 4980],
  ['lakeside-cable', 'Lakeside Cable', 'Owen Tremblay', 'CAD', 'America/Toronto', 'Kingston, CA', 45, 7990],
  ['meridian-metro', 'Meridian Metro', 'Nadia Haddad', 'USD', 'America/New_York', 'Newark, US', 30, 8450],
]

const PLANS: Readonly<Record<string, CastTenant['plan']>> = {
  'acme-fiber': 'enterprise',
  'beta-networks': 'enterprise',
  'iberia-rural': 'starter',
  'meridian-metro': 'starter',
}

export const TENANTS: readonly CastTenant[] = LINES.map(
  ([slug, name, admin, currency, timezone, place, subscribers, monthlyMinor]) => {
    const [city = '', country = ''] = place.split(', ')
    return {
      slug,
      name,
      domain: `${slug.replaceAll('-', '')}.example`,
      currency,
      timezone,
      country,
      city,
      plan: PLANS[slug] ?? 'standard',
      status: slug === 'meridian-metro' ? 'trial' : 'active',
      cycle: slug === 'elbe-netz' ? 'quarterly' : slug === 'kanto-link' ? 'annual' : 'monthly',
      admin,
      subscribers,
      monthlyMinor,
      isMonitored: slug !== 'kanto-link' && slug !== 'meridian-metro',
    }
  },
)

export const PARTNERS: readonly CastPartner[] = [
  {
    slug: 'northwind-msp',
    name: 'Northwind MSP',
    legalName: 'Northwind Managed Services Ltd',
    support: 'help@northwind.example',
    domain: 'northwind.example',
    kinds: ['msp', 'reseller'],
    members: [
      { name: 'Ana Ruiz', role: 'PARTNER_OWNER', job: 'owner' },
      { name: 'Lee Park', role: 'PARTNER_STAFF', job: 'technician' },
      { name: 'Mia Chen', role: 'PARTNER_STAFF', job: 'technician' },
      { name: 'Tom Okafor', role: 'PARTNER_STAFF', job: 'billing clerk' },
    ],
  },
  {
    slug: 'southbank-systems',
    name: 'Southbank Systems',
    legalName: 'Southbank Network Systems plc',
    support: '+1 555 0142',
    domain: 'southbank.example',
    kinds: ['msp'],
    members: [
      { name: 'Victor Lindqvist', role: 'PARTNER_OWNER', job: 'owner' },
      { name: 'Amara Diallo', role: 'PARTNER_STAFF', job: 'technician' },
    ],
  },
  {
    slug: 'ledger-and-pine',
    name: 'Ledger & Pine Assurance',
    legalName: 'Ledger & Pine Assurance LLP',
    support: null,
    domain: 'ledgerpine.example',
    kinds: ['auditor'],
    members: [{ name: 'Edith Crane', role: 'PARTNER_OWNER', job: 'auditor' }],
  },
  {
    slug: 'helios-group',
    name: 'Helios Group',
    legalName: 'Helios Group SE',
    support: 'https://helios.example/support',
    domain: 'helios.example',
    kinds: ['enterprise_hq'],
    members: [
      { name: 'Stefan Novak', role: 'PARTNER_OWNER', job: 'head of subsidiaries' },
      { name: 'Bea Costa', role: 'PARTNER_STAFF', job: 'analyst' },
    ],
  },
]

export const PLATFORM_ADMINS: readonly string[] = ['Priya Nair', 'Sam Whitfield']

/** A tenant's own person who is no admin. */
export const TENANT_USER = { name: 'Ravi Menon', tenant: 'acme-fiber' } as const

export const FIRST_NAMES: readonly string[] = [
  'Alice',
  'Ben',
  'Carla',
  'Dmitri',
  'Elena',
  'Farid',
  'Gwen',
  'Hugo',
  'Isla',
  'Jamal',
  'Kate',
  'Liam',
  'Maya',
  'Noah',
  'Olga',
  'Pablo',
  'Quinn',
  'Rosa',
  'Sven',
  'Tara',
  'Umar',
  'Vera',
  'Wes',
  'Yuki',
  'Zoe',
]
export const LAST_NAMES: readonly string[] = [
  'Abbott',
  'Baker',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gomez',
  'Hughes',
  'Ivanov',
  'Jensen',
  'Kowalski',
  'Larsen',
  'Moreau',
  'Nguyen',
  'Osei',
  'Petrov',
  'Quist',
  'Rossi',
  'Schmidt',
  'Tanaka',
  'Usman',
  'Varga',
  'Weber',
  'Young',
  'Zeman',
]
