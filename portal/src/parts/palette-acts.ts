import type { Permission } from '@liaison/access'

import { actingPlaces, orgPlaces, partnerPlaces, platformPlaces } from '../places.ts'
import { mayIn } from '../platform/frame.ts'
import type { Frame } from '../platform/frame.ts'
import type { NavGroup } from '../platform/nav.ts'
import { t } from '../platform/words.ts'
import type { Target } from './palette-finds.ts'

/** Something that begins on a page of its own: where, what it needs, and the page of the menu that it belongs to. */
type Act = { label: string; to: string; page: string; needs: Permission }

function platformActs(): Act[] {
  const places = platformPlaces
  return [
    {
      label: t('act.partner'),
      to: places.newPartner(),
      page: places.partners(),
      needs: 'platform.partners.manage',
    },
    {
      label: t('act.agreement'),
      to: places.newAgreement(),
      page: places.agreements(),
      needs: 'platform.agreements.draft',
    },
    { label: t('act.payout'), to: places.newPayout(), page: places.payouts(), needs: 'platform.payouts.run' },
    {
      label: t('act.feature'),
      to: places.newFeature(),
      page: places.features(),
      needs: 'platform.features.manage',
    },
  ]
}

function partnerActs(par: string): Act[] {
  const places = partnerPlaces
  return [
    {
      label: t('act.link'),
      to: places.requestLink(par),
      page: places.links(par),
      needs: 'partner_org.links.request',
    },
    {
      label: t('act.client'),
      to: places.newClient(par),
      page: places.clients(par),
      needs: 'partner_org.clients.manage',
    },
    {
      label: t('act.group'),
      to: places.newGroup(par),
      page: places.groups(par),
      needs: 'partner_org.groups.manage',
    },
    {
      label: t('act.elevation'),
      to: places.askElevation(par),
      page: places.elevations(par),
      needs: 'partner_org.links.read',
    },
  ]
}

function orgActs(ten: string): Act[] {
  const places = orgPlaces
  return [
    {
      label: t('act.ticket'),
      to: places.newTicket(ten),
      page: places.tickets(ten),
      needs: 'tenant.tickets.write',
    },
    {
      label: t('act.invite'),
      to: places.invitePartner(ten),
      page: places.access(ten),
      needs: 'tenant.partner_access.approve',
    },
    {
      label: t('act.order'),
      to: places.newOrder(ten),
      page: places.orders(ten),
      needs: 'tenant.orders.create',
    },
    {
      label: t('act.voucher'),
      to: places.newVoucher(ten),
      page: places.vouchers(ten),
      needs: 'tenant.vouchers.issue',
    },
    {
      label: t('act.agency'),
      to: places.newAgency(ten),
      page: places.agencies(ten),
      needs: 'tenant.agencies.manage',
    },
    {
      label: t('act.client'),
      to: places.newClient(ten),
      page: places.clients(ten),
      needs: 'tenant.clients.manage',
    },
  ]
}

function actsOf({ kind, partnerId, tenantId }: Frame): Act[] {
  if (kind === 'platform') return platformActs()
  if (kind === 'partner') return partnerActs(partnerId)
  if (kind === 'org') return orgActs(tenantId)
  return [
    {
      label: t('act.ticket'),
      to: actingPlaces.newTicket(partnerId, tenantId),
      page: actingPlaces.tickets(partnerId, tenantId),
      needs: 'partner.support.tickets.create',
    },
  ]
}

const may = (frame: Frame, needs: Permission): boolean =>
  frame.acting === null ? mayIn(frame, needs) : frame.acting.permissions.includes(needs)

/** What can be begun from everywhere in a frame: each only where the menu has its page and the person may do it (U1). */
export function actTargets(frame: Frame, nav: readonly NavGroup[]): Target[] {
  const pages = new Set(nav.flatMap(({ entries }) => entries.map(({ to }) => to)))
  return actsOf(frame)
    .filter(({ page, needs }) => pages.has(page) && may(frame, needs))
    .map(({ label, to }) => ({ id: to, label, note: t('act.note'), to }))
}
