import { firstPageOf } from '@liaison/access'
import { readBody } from '@liaison/client'
import type { Me } from '@liaison/client'
import { useQuery } from '@tanstack/react-query'

import { orgPlaces, partnerPlaces, platformPlaces } from '../places.ts'
import { clientFor } from './frame.ts'
import { t } from './words.ts'

/** Who is signed in and where they have a part, as the server says now. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => readBody(clientFor('').GET('/me')), staleTime: 60_000 })
}

export function findPartner(me: Me, partnerId: string) {
  return me.frames.find((frame) => frame.kind === 'partner' && frame.id === partnerId)
}

export function findOrg(me: Me, tenantId: string) {
  return me.frames.find((frame) => frame.kind === 'org' && frame.id === tenantId)
}

export function findPlatform(me: Me) {
  return me.frames.find((frame) => frame.kind === 'platform')
}

export type Place = { kind: Me['frames'][number]['kind']; name: string; to: string }

/** Whether a partner only refers tenants, and works in none. */
export function onlyRefers(kinds: readonly string[]): boolean {
  return kinds.every((kind) => kind === 'referral')
}

type Part = Extract<Me['frames'][number], { kind: 'partner' }>

const firstPlaces = {
  activity: partnerPlaces.activity,
  orders: partnerPlaces.orders,
  overview: partnerPlaces.overview,
  queue: partnerPlaces.queue,
  referrals: partnerPlaces.referrals,
  'reports/revenue': partnerPlaces.revenueReport,
  tenants: partnerPlaces.tenants,
} as const

function homeOfPartner(part: Part): string {
  return firstPlaces[firstPageOf(part)](part.id)
}

/** The places where this person has a part, with the address of each. */
export function placesOf(me: Me): Place[] {
  return me.frames.map((frame) => {
    if (frame.kind === 'platform')
      return { kind: frame.kind, name: t('place.platform'), to: platformPlaces.work() }
    const to = frame.kind === 'partner' ? homeOfPartner(frame) : orgPlaces.home(frame.id)
    return { kind: frame.kind, name: frame.name, to }
  })
}
