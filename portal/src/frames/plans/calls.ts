import './plans-words.ts'
import { platformPlaces, partnerPlaces } from '../../places.ts'
import type { Permission } from '@liaison/access'

/** Whose plans a page is about: the catalogue of the provider, or those of the partner of the frame. */
export type Side = 'platform' | 'partner'

/** The operations of one side; both take and answer the same. */
export const paths = {
  platform: {
    list: '/admin/plans',
    one: '/admin/plans/{plan_id}',
    terms: '/admin/plans/{plan_id}/terms',
    offer: '/admin/plans/{plan_id}/offer',
    discontinue: '/admin/plans/{plan_id}/discontinue',
  },
  partner: {
    list: '/partner/plans',
    one: '/partner/plans/{plan_id}',
    terms: '/partner/plans/{plan_id}/terms',
    offer: '/partner/plans/{plan_id}/offer',
    discontinue: '/partner/plans/{plan_id}/discontinue',
  },
} as const

const MANAGE = { platform: 'platform.plans.manage', partner: 'partner_org.plans.manage' } as const

/** The permission to change plans of a side. */
export const managing = (side: Side): Permission => MANAGE[side]

/** Where the pages of a side are. */
export function placesOf(side: Side, partnerId: string) {
  return side === 'platform'
    ? { list: platformPlaces.plans(), one: platformPlaces.plan, made: platformPlaces.newPlan() }
    : {
        list: partnerPlaces.plans(partnerId),
        one: (plan: string) => partnerPlaces.plan(partnerId, plan),
        made: partnerPlaces.newPlan(partnerId),
      }
}
