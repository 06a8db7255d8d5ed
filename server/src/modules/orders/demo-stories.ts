/** Code, name, price once and for each month in minor units. */
export const PRODUCTS = [
  ['FIBRE-1G', 'Fibre 1 Gbit/s', 9900, 4999],
  ['FIBRE-10G', 'Fibre 10 Gbit/s', 29_900, 19_999],
  ['ROUTER-PRO', 'Business router', 12_900, 0],
  ['STATIC-IP', 'Static IPv4 address', 0, 500],
  ['VOICE-TRUNK', 'Voice trunk, 10 channels', 4900, 2990],
] as const

type Code = (typeof PRODUCTS)[number][0]

/** One order of the past, and how it ended. */
export interface Story {
  readonly daysAgo: number
  readonly status: 'acknowledged' | 'in_progress' | 'completed' | 'rejected' | 'cancelled'
  readonly reference: string
  readonly reason: string | null
  readonly items: readonly (readonly [code: Code, quantity: number])[]
}

/** What the wholesaler ordered for its end customer. */
export const RESALE_STORIES: readonly Story[] = [
  {
    daysAgo: 60,
    status: 'completed',
    reference: 'HQ uplink',
    reason: null,
    items: [
      ['FIBRE-10G', 1],
      ['ROUTER-PRO', 2],
    ],
  },
  {
    daysAgo: 31,
    status: 'cancelled',
    reference: 'Branch 4',
    reason: 'The branch was not opened.',
    items: [['FIBRE-1G', 1]],
  },
  {
    daysAgo: 2,
    status: 'in_progress',
    reference: 'Branch 5',
    reason: null,
    items: [
      ['FIBRE-1G', 1],
      ['STATIC-IP', 4],
    ],
  },
]

/** What the application of a partner ordered for a customer that let it, on the customer's own bill. */
export const CONSENT_STORIES: readonly Story[] = [
  {
    daysAgo: 70,
    status: 'completed',
    reference: 'SB-2041/1',
    reason: null,
    items: [
      ['FIBRE-1G', 2],
      ['STATIC-IP', 2],
    ],
  },
  {
    daysAgo: 0.2,
    status: 'in_progress',
    reference: 'SB-2041/2',
    reason: null,
    items: [
      ['FIBRE-10G', 1],
      ['ROUTER-PRO', 2],
    ],
  },
]

/** What a tenant's own client ordered. */
export const OWN_STORIES: readonly Story[] = [
  {
    daysAgo: 45,
    status: 'completed',
    reference: 'Call centre',
    reason: null,
    items: [['VOICE-TRUNK', 3]],
  },
  {
    daysAgo: 12,
    status: 'rejected',
    reference: 'Harbour shed',
    reason: 'There is no fibre at this address yet.',
    items: [['FIBRE-1G', 1]],
  },
  { daysAgo: 0.1, status: 'acknowledged', reference: 'Spare', reason: null, items: [['ROUTER-PRO', 1]] },
]
