import {
  IconAdjustments,
  IconBuildingStore,
  IconCashRegister,
  IconGift,
  IconListCheck,
  IconTags,
  IconApps,
  IconDoorEnter,
  IconMailOpened,
  IconBell,
  IconFileExport,
  IconClockPlay,
  IconHistory,
  IconClockHour4,
  IconHeadset,
  IconHome,
  IconInbox,
  IconPackage,
  IconReceipt,
  IconReportAnalytics,
  IconRouter,
  IconShieldHalf,
  IconSnowflake,
  IconTicket,
  IconUserDollar,
  IconUsers,
  IconUserShare,
  IconWebhook,
} from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'

import { AppFrame } from '../../parts/app-frame.tsx'
import { Bell } from '../../parts/bell.tsx'
import type { NavEntry, NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { clientFor, FrameContext, frameKey, roleMay } from '../../platform/frame.ts'
import { findOrg } from '../../platform/me.ts'
import { useParam } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'

function workOf(ten: string): NavEntry[] {
  return [
    { to: places.home(ten), label: t('nav.home'), icon: IconHome, letter: 'h' },
    {
      to: places.tickets(ten),
      label: t('nav.tickets'),
      icon: IconTicket,
      letter: 'q',
      needs: 'tenant.tickets.read',
    },
    { to: places.alerts(ten), label: t('nav.alerts'), icon: IconBell, letter: 'w' },
    {
      to: places.sla(ten),
      label: t('nav.sla'),
      icon: IconClockHour4,
      letter: 'l',
      needs: 'tenant.tickets.read',
    },
    {
      to: places.billing(ten),
      label: t('nav.billing'),
      icon: IconReceipt,
      letter: 'b',
      needs: 'tenant.billing.read',
    },
    {
      to: places.reports(ten),
      label: t('nav.reports'),
      icon: IconReportAnalytics,
      needs: 'tenant.profile.read',
    },
  ]
}

/** What the organisation has, who belongs to it, and what its own programs use. */
function ownOf(ten: string): NavEntry[] {
  return [
    {
      to: places.orders(ten),
      label: t('nav.orders'),
      icon: IconPackage,
      letter: 'o',
      needs: 'tenant.orders.read',
    },
    {
      to: places.services(ten),
      label: t('nav.services'),
      icon: IconRouter,
      letter: 's',
      needs: 'tenant.orders.read',
    },
    {
      to: places.members(ten),
      label: t('nav.members'),
      icon: IconUsers,
      letter: 'm',
      needs: 'tenant.members.read',
    },
    {
      to: places.clients(ten),
      label: t('nav.own_apps'),
      icon: IconApps,
      letter: 'k',
      needs: 'tenant.clients.read',
    },
    {
      to: places.exports(ten),
      label: t('nav.exports'),
      icon: IconFileExport,
      needs: 'tenant.profile.read',
    },
    {
      to: places.referred(ten),
      label: t('nav.referred'),
      icon: IconUserShare,
      needs: 'tenant.referral.read',
    },
    {
      to: places.webhooks(ten),
      label: t('nav.webhooks'),
      icon: IconWebhook,
      needs: 'tenant.webhooks.manage',
    },
  ]
}

/** What partners have or lack for the moment. */
function nowOf(ten: string): NavEntry[] {
  return [
    {
      to: places.elevations(ten),
      label: t('nav.elevations'),
      icon: IconClockPlay,
      letter: 'e',
      needs: 'tenant.partner_access.read',
    },
    {
      to: places.support(ten),
      label: t('nav.support'),
      icon: IconHeadset,
      needs: 'tenant.partner_access.read',
    },
    {
      to: places.freezes(ten),
      label: t('nav.freezes'),
      icon: IconSnowflake,
      letter: 'f',
      needs: 'tenant.partner_access.read',
    },
    {
      to: places.accounts(ten),
      label: t('nav.accounts'),
      icon: IconUserDollar,
      needs: 'tenant.partner_access.read',
    },
    {
      to: places.visits(ten),
      label: t('nav.visits'),
      icon: IconDoorEnter,
      letter: 'v',
      needs: 'tenant.partner_access.audit.read',
    },
    {
      to: places.notices(ten),
      label: t('nav.notices'),
      icon: IconMailOpened,
      letter: 'n',
      needs: 'tenant.partner_access.read',
    },
  ]
}

/** Members who do not manage partner access see who has it, and change nothing. */
function seenByMembers(ten: string, role: string): NavEntry[] {
  if (roleMay(role, 'tenant.partner_access.read')) return []
  const label = t('nav.who_has_access')
  return [{ to: places.whoHasAccess(ten), label, icon: IconShieldHalf, needs: 'tenant.profile.read' }]
}

function accessOf(ten: string): NavEntry[] {
  return [
    {
      to: places.access(ten),
      label: t('nav.who_has_access'),
      icon: IconShieldHalf,
      letter: 'p',
      needs: 'tenant.partner_access.read',
    },
    {
      to: places.requests(ten),
      label: t('nav.requests'),
      icon: IconInbox,
      letter: 'r',
      needs: 'tenant.partner_access.approve',
    },
    ...nowOf(ten),
    {
      to: places.activity(ten),
      label: t('nav.what_they_did'),
      icon: IconHistory,
      letter: 'a',
      needs: 'tenant.partner_access.audit.read',
    },
    {
      to: places.rules(ten),
      label: t('nav.rules'),
      icon: IconAdjustments,
      letter: 'u',
      needs: 'tenant.partner_access.policy.write',
    },
  ]
}

/** Vouchers, the agencies that issue them, and the till. */
function vouchersOf(ten: string): NavEntry[] {
  return [
    {
      to: places.till(ten),
      label: t('nav.till'),
      icon: IconCashRegister,
      letter: 't',
      needs: 'tenant.vouchers.redeem',
    },
    { to: places.vouchers(ten), label: t('nav.vouchers'), icon: IconGift, needs: 'tenant.vouchers.read' },
    {
      to: places.voucherReview(ten),
      label: t('nav.voucher_review'),
      icon: IconListCheck,
      needs: 'tenant.vouchers.review',
    },
    {
      to: places.agencies(ten),
      label: t('nav.agencies'),
      icon: IconBuildingStore,
      needs: 'tenant.agencies.read',
    },
    {
      to: places.voucherTypes(ten),
      label: t('nav.voucher_types'),
      icon: IconTags,
      needs: 'tenant.voucher_types.manage',
    },
  ]
}

function navOf(ten: string, role: string): NavGroup[] {
  return [
    { entries: [...workOf(ten), ...ownOf(ten)] },
    { title: t('nav.partner_access'), entries: [...seenByMembers(ten, role), ...accessOf(ten)] },
    { title: t('nav.voucher_group'), entries: vouchersOf(ten) },
  ]
}

/** The own organisation's frame: its work, and who it lets in. */
export function Frame() {
  const ten = useParam('ten')
  return (
    <WithMe>
      {(me) => {
        const part = findOrg(me, ten)
        if (part?.kind !== 'org') return <NoPart text={t('nopart.org')} />
        const frame = {
          kind: 'org',
          key: frameKey('org', ten),
          client: clientFor(ten),
          me,
          partnerId: '',
          tenantId: ten,
          name: part.name,
          tenantName: part.name,
          role: part.role,
          acting: null,
        } as const
        const words = (
          <>
            <b>{part.name}</b> <span className="bar-note">{t('bar.own_organisation')}</span>{' '}
            <span className="bar-note">{tValue('member_role', part.role)}</span>
          </>
        )
        return (
          // One organisation's frame never goes on as another's: what it keeps while it reads anew is that one's.
          <FrameContext key={ten} value={frame}>
            <AppFrame words={words} nav={navOf(ten, part.role)} bell={<Bell to={places.alerts(ten)} />}>
              <Outlet />
            </AppFrame>
          </FrameContext>
        )
      }}
    </WithMe>
  )
}
