import type { Permission } from '@liaison/access'

import { actingPlaces, orgPlaces, partnerPlaces, platformPlaces } from './places.ts'
import type { WordId } from './platform/words.ts'

/** Whose pages an address is of. */
type Where = { partnerId: string; tenantId: string }

/** Something that begins on a page of its own: what the palette calls it, in which frame, what it needs, where, and the page of the menu that offers it. */
export type Act = {
  label: WordId
  in: 'platform' | 'partner' | 'acting' | 'org'
  needs: Permission
  to: (at: Where) => string
  page: (at: Where) => string
}

/** What can be begun. The button of a page and the palette both read it here, so that neither offers what the other does not. */
export const ACTS = {
  'platform.partner': {
    label: 'act.partner',
    in: 'platform',
    needs: 'platform.partners.manage',
    to: platformPlaces.newPartner,
    page: platformPlaces.partners,
  },
  'platform.agreement': {
    label: 'act.agreement',
    in: 'platform',
    needs: 'platform.agreements.draft',
    to: platformPlaces.newAgreement,
    page: platformPlaces.agreements,
  },
  'platform.payout': {
    label: 'act.payout',
    in: 'platform',
    needs: 'platform.payouts.run',
    to: platformPlaces.newPayout,
    page: platformPlaces.payouts,
  },
  'platform.feature': {
    label: 'act.feature',
    in: 'platform',
    needs: 'platform.features.manage',
    to: platformPlaces.newFeature,
    page: platformPlaces.features,
  },
  'partner.link': {
    label: 'act.link',
    in: 'partner',
    needs: 'partner_org.links.request',
    to: ({ partnerId }) => partnerPlaces.requestLink(partnerId),
    page: ({ partnerId }) => partnerPlaces.links(partnerId),
  },
  'partner.client': {
    label: 'act.client',
    in: 'partner',
    needs: 'partner_org.clients.manage',
    to: ({ partnerId }) => partnerPlaces.newClient(partnerId),
    page: ({ partnerId }) => partnerPlaces.clients(partnerId),
  },
  'partner.group': {
    label: 'act.group',
    in: 'partner',
    needs: 'partner_org.groups.manage',
    to: ({ partnerId }) => partnerPlaces.newGroup(partnerId),
    page: ({ partnerId }) => partnerPlaces.groups(partnerId),
  },
  'partner.elevation': {
    label: 'act.elevation',
    in: 'partner',
    needs: 'partner_org.links.read',
    to: ({ partnerId }) => partnerPlaces.askElevation(partnerId),
    page: ({ partnerId }) => partnerPlaces.elevations(partnerId),
  },
  'acting.ticket': {
    label: 'act.ticket',
    in: 'acting',
    needs: 'partner.support.tickets.create',
    to: ({ partnerId, tenantId }) => actingPlaces.newTicket(partnerId, tenantId),
    page: ({ partnerId, tenantId }) => actingPlaces.tickets(partnerId, tenantId),
  },
  'org.ticket': {
    label: 'act.ticket',
    in: 'org',
    needs: 'tenant.tickets.write',
    to: ({ tenantId }) => orgPlaces.newTicket(tenantId),
    page: ({ tenantId }) => orgPlaces.tickets(tenantId),
  },
  'org.invite': {
    label: 'act.invite',
    in: 'org',
    needs: 'tenant.partner_access.approve',
    to: ({ tenantId }) => orgPlaces.invitePartner(tenantId),
    page: ({ tenantId }) => orgPlaces.access(tenantId),
  },
  'org.order': {
    label: 'act.order',
    in: 'org',
    needs: 'tenant.orders.create',
    to: ({ tenantId }) => orgPlaces.newOrder(tenantId),
    page: ({ tenantId }) => orgPlaces.orders(tenantId),
  },
  'org.voucher': {
    label: 'act.voucher',
    in: 'org',
    needs: 'tenant.vouchers.issue',
    to: ({ tenantId }) => orgPlaces.newVoucher(tenantId),
    page: ({ tenantId }) => orgPlaces.vouchers(tenantId),
  },
  'org.agency': {
    label: 'act.agency',
    in: 'org',
    needs: 'tenant.agencies.manage',
    to: ({ tenantId }) => orgPlaces.newAgency(tenantId),
    page: ({ tenantId }) => orgPlaces.agencies(tenantId),
  },
  'org.client': {
    label: 'act.client',
    in: 'org',
    needs: 'tenant.clients.manage',
    to: ({ tenantId }) => orgPlaces.newClient(tenantId),
    page: ({ tenantId }) => orgPlaces.clients(tenantId),
  },
} as const satisfies Readonly<Record<string, Act>>
