import './agreements-words.ts'
import type { Agreement } from '@liaison/client'

import { platformPlaces, partnerPlaces } from '../../places.ts'
import { t } from '../../platform/words.ts'

/** Whose page it is: the provider's, which sees all partners, or that of the partner of the frame. */
export type Side = 'platform' | 'partner'

/** The reading operations of one side; both answer the same facts. */
export const paths = {
  platform: { list: '/admin/agreements', one: '/admin/agreements/{agreement_id}' },
  partner: { list: '/program/agreements', one: '/program/agreements/{agreement_id}' },
} as const

/** Where the pages of a side are. */
export function placesOf(side: Side, partnerId: string) {
  return side === 'platform'
    ? { list: platformPlaces.agreements(), one: platformPlaces.agreement }
    : {
        list: partnerPlaces.agreements(partnerId),
        one: (agreement: string) => partnerPlaces.agreement(partnerId, agreement),
      }
}

/** How an agreement is called. */
export const nameOf = ({ title, version }: Pick<Agreement, 'title' | 'version'>): string =>
  t('agreements.version', { title, version })

/** Where the file of an agreement is; the browser downloads it with the session. */
export const fileOf = (side: Side, agreement: string): string =>
  side === 'platform'
    ? `/api/v1/admin/agreements/${agreement}/pdf`
    : `/api/v1/program/agreements/${agreement}/pdf`
