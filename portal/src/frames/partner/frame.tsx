import {
  IconApi,
  IconBell,
  IconBriefcase,
  IconBuildingCommunity,
  IconCalendarDue,
  IconCash,
  IconChartBar,
  IconClockPlay,
  IconCoins,
  IconCreditCard,
  IconFileCertificate,
  IconFileExport,
  IconFlask,
  IconGauge,
  IconHistory,
  IconId,
  IconLayoutDashboard,
  IconLink,
  IconListCheck,
  IconListSearch,
  IconMailOpened,
  IconNetwork,
  IconPackage,
  IconPalette,
  IconQrcode,
  IconReceipt,
  IconReportAnalytics,
  IconRouter,
  IconShieldCheck,
  IconShieldHalf,
  IconSnowflake,
  IconTags,
  IconTicket,
  IconToggleRight,
  IconUserCheck,
  IconUserCircle,
  IconUserDollar,
  IconUserShare,
  IconUsersGroup,
  IconUsersPlus,
  IconWebhook,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useEffect } from 'react'

import { AppFrame } from '../../parts/app-frame.tsx'
import { Bell } from '../../parts/bell.tsx'
import type { NavEntry, NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { rememberPlace } from '../../platform/last-place.ts'
import { findPartner, onlyRefers } from '../../platform/me.ts'
import { useParam, usePathname, useSearchText } from '../../platform/navigate.tsx'
import { useIsShown } from '../../platform/shown.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces as places } from '../../places.ts'

function developersOf(par: string): NavGroup {
  return {
    title: t('nav.developers'),
    entries: [
      { to: places.ready(par), label: t('nav.ready'), icon: IconListCheck },
      {
        to: places.clients(par),
        label: t('nav.apps'),
        icon: IconApi,
        needs: 'partner_org.clients.read',
      },
      {
        to: places.sandbox(par),
        label: t('nav.sandbox'),
        icon: IconFlask,
        needs: 'partner_org.clients.read',
      },
      {
        to: places.clientCalls(par),
        label: t('nav.client_calls'),
        icon: IconListSearch,
        needs: 'partner_org.clients.read',
      },
      {
        to: places.granted(par),
        label: t('nav.granted'),
        icon: IconShieldCheck,
        needs: 'partner_org.consents.read',
      },
      {
        to: places.webhooks(par),
        label: t('nav.webhooks'),
        icon: IconWebhook,
        needs: 'partner_org.webhooks.manage',
      },
    ],
  }
}

/** Only those who sell or buy for others order in the portal. */
function ordersOf(par: string, kinds: readonly string[]): NavEntry[] {
  if (!kinds.includes('wholesaler') && !kinds.includes('reseller')) return []
  return [{ to: places.orders(par), label: t('nav.orders'), icon: IconPackage }]
}

function workOf(par: string, kinds: readonly string[]): NavGroup {
  return {
    entries: [
      { to: places.overview(par), label: t('nav.overview'), icon: IconLayoutDashboard, letter: 'o' },
      { to: places.tenants(par), label: t('nav.tenants'), icon: IconBuildingCommunity, letter: 't' },
      { to: places.customers(par), label: t('nav.customers'), icon: IconUsersGroup },
      { to: places.queue(par), label: t('nav.queue'), icon: IconTicket, letter: 'q' },
      ...ordersOf(par, kinds),
      // Apps of any partner order, too.
      { to: places.services(par), label: t('nav.services'), icon: IconRouter },
      { to: places.alerts(par), label: t('nav.alerts'), icon: IconBell, letter: 'w' },
      { to: places.money(par), label: t('nav.billing'), icon: IconChartBar, letter: 'b' },
      { to: places.invoices(par), label: t('nav.invoices'), icon: IconReceipt, letter: 'i' },
      {
        to: places.exports(par),
        label: t('nav.exports'),
        icon: IconFileExport,
        needs: 'partner_org.exports.read',
      },
      { to: places.slaReport(par), label: t('nav.reports'), icon: IconReportAnalytics, letter: 'r' },
    ],
  }
}

/** The partner program: whom the partner brought, and what comes of it. */
function programOf(par: string): NavGroup {
  return {
    title: t('nav.program'),
    entries: [
      {
        to: places.agreements(par),
        label: t('nav.agreements'),
        icon: IconFileCertificate,
        needs: 'partner_org.agreements.read',
      },
      {
        to: places.referrals(par),
        label: t('nav.referrals'),
        icon: IconUserShare,
        needs: 'partner_org.referrals.read',
      },
      {
        to: places.codes(par),
        label: t('nav.codes'),
        icon: IconQrcode,
        needs: 'partner_org.codes.create',
      },
      {
        to: places.deals(par),
        label: t('nav.deals'),
        icon: IconBriefcase,
        needs: 'partner_org.codes.create',
      },
      {
        to: places.earnings(par),
        label: t('nav.earnings'),
        icon: IconCoins,
        needs: 'partner_org.earnings.summary.read',
      },
      {
        to: places.payouts(par),
        label: t('nav.payouts'),
        icon: IconCash,
        needs: 'partner_org.payouts.read',
      },
      {
        to: places.leaderboard(par),
        label: t('nav.leaderboard'),
        icon: IconChartBar,
        needs: 'partner_org.earnings.summary.read',
      },
    ],
  }
}

function accessOf(par: string, isHeadquarters: boolean): NavGroup {
  const floors = { to: places.slaFloors(par), label: t('nav.sla_floors'), icon: IconShieldHalf }
  return {
    title: t('nav.access'),
    entries: [
      { to: places.links(par), label: t('nav.links'), icon: IconLink, letter: 'l' },
      { to: places.elevations(par), label: t('nav.elevations'), icon: IconClockPlay, letter: 'u' },
      {
        to: places.freezes(par),
        label: t('nav.freezes'),
        icon: IconSnowflake,
        letter: 'f',
        needs: 'partner_org.links.manage',
      },
      { to: places.expiring(par), label: t('nav.expiring'), icon: IconCalendarDue, letter: 'e' },
      { to: places.accounts(par), label: t('nav.own_accounts'), icon: IconUserDollar },
      { to: places.notices(par), label: t('nav.notices'), icon: IconMailOpened, letter: 'n' },
      { to: places.networks(par), label: t('nav.networks'), icon: IconNetwork },
      ...(isHeadquarters ? [floors] : []),
    ],
  }
}

function organisationOf(par: string): NavGroup {
  return {
    title: t('nav.organisation'),
    entries: [
      {
        to: places.team(par),
        label: t('nav.team'),
        icon: IconUsersGroup,
        letter: 'm',
        needs: 'partner_org.members.read',
      },
      {
        to: places.teams(par),
        label: t('nav.teams'),
        icon: IconUsersPlus,
        needs: 'partner_org.members.read',
      },
      { to: places.groups(par), label: t('nav.groups'), icon: IconTags },
      {
        to: places.profile(par),
        label: t('nav.profile'),
        icon: IconId,
        needs: 'partner_org.profile.read',
      },
      {
        to: places.features(par),
        label: t('nav.features'),
        icon: IconToggleRight,
        needs: 'partner_org.features.choose',
      },
      {
        to: places.activity(par),
        label: t('nav.activity'),
        icon: IconHistory,
        letter: 'a',
        needs: 'partner_org.audit.read',
      },
    ],
  }
}

/** Menus follow the features of the partner while the page is shown. */
function useFeatureNews(): void {
  const cache = useQueryClient()
  const isShown = useIsShown()
  useEffect(() => {
    if (!isShown) return
    const controller = new AbortController()
    void import('../features/feature-stream.ts').then(({ followFeatures }) =>
      followFeatures(controller.signal, () => void cache.invalidateQueries({ queryKey: ['me'] })),
    )
    return () => controller.abort()
  }, [cache, isShown])
}

/** What partners with a user base of their own see besides. */
function userBaseOf(par: string): NavGroup {
  return {
    title: t('nav.user_base'),
    entries: [
      {
        to: places.users(par),
        label: t('nav.users'),
        icon: IconUserCircle,
        needs: 'partner_org.users.read',
      },
      {
        to: places.subscriptions(par),
        label: t('nav.subscriptions'),
        icon: IconCreditCard,
        needs: 'partner_org.subscriptions.read',
      },
      {
        to: places.plans(par),
        label: t('nav.plans'),
        icon: IconPackage,
        needs: 'partner_org.plans.read',
      },
      {
        to: places.usage(par),
        label: t('nav.usage'),
        icon: IconGauge,
        needs: 'partner_org.users.read',
      },
      {
        to: places.identityChecks(par),
        label: t('nav.identity_checks'),
        icon: IconUserCheck,
        needs: 'partner_org.users.read',
      },
      {
        to: places.branding(par),
        label: t('nav.branding'),
        icon: IconPalette,
        needs: 'partner_org.branding.manage',
      },
    ],
  }
}

/** A partner that only refers tenants works in none, so it is shown nothing of that work. */
function groupsOf(par: string, kinds: readonly string[]): NavGroup[] {
  if (!onlyRefers(kinds)) {
    const access = accessOf(par, kinds.includes('enterprise_hq'))
    return [workOf(par, kinds), programOf(par), access, organisationOf(par), developersOf(par)]
  }
  const overview = {
    to: places.overview(par),
    label: t('nav.overview'),
    icon: IconLayoutDashboard,
    letter: 'o',
  }
  return [{ entries: [overview] }, programOf(par), organisationOf(par), developersOf(par)]
}

const navOf = (par: string, kinds: readonly string[]): NavGroup[] => [
  ...groupsOf(par, kinds),
  ...(kinds.includes('white_label') ? [userBaseOf(par)] : []),
]

/** The partner frame: the own organisation's work across all its tenants. */
export function Frame() {
  const par = useParam('par')
  const address = usePathname() + useSearchText()
  useEffect(() => {
    rememberPlace(par, address)
  }, [par, address])
  useFeatureNews()
  return (
    <WithMe>
      {(me) => {
        const part = findPartner(me, par)
        if (part?.kind !== 'partner') return <NoPart text={t('nopart.partner')} />
        const frame = {
          kind: 'partner',
          key: frameKey('partner', par),
          client: clientFor(''),
          me,
          partnerId: par,
          tenantId: '',
          name: part.name,
          tenantName: '',
          role: part.role,
          acting: null,
        } as const
        const words = (
          <>
            <b>{part.name}</b> <span className="bar-note">{tValue('member_role', part.role)}</span>
          </>
        )
        return (
          <FrameContext value={frame}>
            <AppFrame words={words} nav={navOf(par, part.kinds)} bell={<Bell to={places.alerts(par)} />}>
              <Outlet />
            </AppFrame>
          </FrameContext>
        )
      }}
    </WithMe>
  )
}
