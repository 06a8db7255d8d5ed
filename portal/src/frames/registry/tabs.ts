import type { Permission } from '@liaison/access'

import type { WordId } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

/** One part of the page of a partner, with its own address. */
export type PartnerTabEntry = {
  name: string
  label: WordId
  to: (par: string) => string
  /** Shown only for partners of one of these kinds. */
  kinds?: readonly string[]
  /** Shown only to roles with this permission. */
  needs?: Permission
}

/** The tabs of the page of a partner, in order. A module adds its line here and shows its page in a `PartnerTab`. */
export const partnerTabs: readonly PartnerTabEntry[] = [
  { name: 'overview', label: 'tab.overview', to: platformPlaces.partner },
  { name: 'people', label: 'tab.people', to: (par) => platformPlaces.partnerPart(par, 'people') },
  {
    name: 'links',
    label: 'tab.links',
    to: (par) => platformPlaces.partnerPart(par, 'links'),
    needs: 'platform.links.read',
  },
  {
    name: 'clients',
    label: 'tab.clients',
    to: (par) => platformPlaces.partnerPart(par, 'clients'),
    needs: 'platform.clients.read',
  },
  {
    name: 'consents',
    label: 'tab.consents',
    to: (par) => platformPlaces.partnerPart(par, 'consents'),
    needs: 'platform.links.read',
  },
  {
    name: 'agreements',
    label: 'tab.agreements',
    to: (par) => platformPlaces.partnerPart(par, 'agreements'),
    needs: 'platform.agreements.read',
  },
  {
    name: 'codes',
    label: 'tab.codes',
    to: (par) => platformPlaces.partnerPart(par, 'codes'),
    needs: 'platform.referrals.read',
  },
  {
    name: 'earnings',
    label: 'tab.earnings',
    to: (par) => platformPlaces.partnerPart(par, 'earnings'),
    needs: 'platform.earnings.read',
  },
  {
    name: 'payouts',
    label: 'tab.payouts',
    to: (par) => platformPlaces.partnerPart(par, 'payouts'),
    needs: 'platform.payouts.read',
  },
  {
    name: 'configuration',
    label: 'tab.configuration',
    to: (par) => platformPlaces.partnerPart(par, 'configuration'),
    needs: 'platform.configuration.read',
  },
  {
    name: 'branding',
    label: 'tab.branding',
    to: (par) => platformPlaces.partnerPart(par, 'branding'),
    needs: 'platform.configuration.read',
  },
  {
    name: 'features',
    label: 'tab.features',
    to: (par) => platformPlaces.partnerPart(par, 'features'),
    needs: 'platform.features.read',
  },
  {
    name: 'plans',
    label: 'tab.plans',
    to: (par) => platformPlaces.partnerPart(par, 'plans'),
    kinds: ['white_label'],
    needs: 'platform.plans.read',
  },
  {
    name: 'usage',
    label: 'tab.usage',
    to: (par) => platformPlaces.partnerPart(par, 'usage'),
    kinds: ['white_label'],
    needs: 'platform.realms.read',
  },
  {
    name: 'realm',
    label: 'tab.realm',
    to: (par) => platformPlaces.partnerPart(par, 'realm'),
    kinds: ['white_label'],
    needs: 'platform.realms.read',
  },
  {
    name: 'activity',
    label: 'tab.activity',
    to: (par) => platformPlaces.partnerPart(par, 'activity'),
    needs: 'platform.audit.read',
  },
]
