import {
  IconActivityHeartbeat,
  IconAdjustments,
  IconApps,
  IconBell,
  IconBriefcase,
  IconBuildingCommunity,
  IconBuildingStore,
  IconCash,
  IconChecklist,
  IconCoins,
  IconFileCertificate,
  IconFileText,
  IconGridDots,
  IconHeadset,
  IconHeartHandshake,
  IconHistory,
  IconInbox,
  IconKey,
  IconLink,
  IconListCheck,
  IconPackage,
  IconQuestionMark,
  IconReceipt,
  IconRefresh,
  IconRouter,
  IconServer2,
  IconShieldCheck,
  IconShieldExclamation,
  IconSnowflake,
  IconToggleRight,
  IconUserShare,
  IconUserShield,
  IconUsers,
} from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'

import { AppFrame } from '../../parts/app-frame.tsx'
import type { NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { findPlatform } from '../../platform/me.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces as places } from '../../places.ts'

const nav: NavGroup[] = [
  {
    entries: [
      { to: places.work(), label: t('nav.work'), icon: IconChecklist, letter: 'w' },
      { to: places.applications(), label: t('nav.applications'), icon: IconInbox },
      { to: places.partners(), label: t('nav.partners'), icon: IconHeartHandshake, letter: 'p' },
      { to: places.tenants(), label: t('nav.tenants'), icon: IconBuildingCommunity, letter: 't' },
      { to: places.links(), label: t('nav.links'), icon: IconLink, letter: 'l' },
      {
        to: places.plans(),
        label: t('nav.plans'),
        icon: IconPackage,
        needs: 'platform.plans.read',
      },
      {
        to: places.features(),
        label: t('nav.features'),
        icon: IconToggleRight,
        needs: 'platform.features.read',
      },
      {
        to: places.roles(),
        label: t('nav.roles'),
        icon: IconListCheck,
        needs: 'platform.links.read',
      },
      { to: places.persons(), label: t('nav.persons'), icon: IconUsers, letter: 'u' },
      { to: places.staff(), label: t('nav.staff'), icon: IconUserShield },
    ],
  },
  {
    title: t('nav.api'),
    entries: [
      {
        to: places.clients(),
        label: t('nav.clients'),
        icon: IconApps,
        letter: 'c',
        needs: 'platform.clients.read',
      },
      {
        to: places.consents(),
        label: t('nav.consents'),
        icon: IconShieldCheck,
        letter: 'o',
        needs: 'platform.links.read',
      },
      {
        to: places.scopes(),
        label: t('nav.scopes'),
        icon: IconFileText,
        needs: 'platform.links.read',
      },
      {
        to: places.resales(),
        label: t('nav.resales'),
        icon: IconBuildingStore,
        letter: 'r',
        needs: 'platform.commercial.read',
      },
      {
        to: places.commercial(),
        label: t('nav.commercial'),
        icon: IconReceipt,
        letter: 'b',
        needs: 'platform.commercial.read',
      },
      {
        to: places.services(),
        label: t('nav.services'),
        icon: IconServer2,
        letter: 's',
        needs: 'platform.commercial.read',
      },
      {
        to: places.gateways(),
        label: t('nav.gateways'),
        icon: IconRouter,
        letter: 'g',
        needs: 'platform.gateways.manage',
      },
      {
        to: places.keys(),
        label: t('nav.keys'),
        icon: IconKey,
        letter: 'k',
        needs: 'platform.keys.manage',
      },
    ],
  },
  {
    title: t('nav.program'),
    entries: [
      {
        to: places.agreements(),
        label: t('nav.agreements'),
        icon: IconFileCertificate,
        needs: 'platform.agreements.read',
      },
      {
        to: places.referrals(),
        label: t('nav.referrals'),
        icon: IconUserShare,
        needs: 'platform.referrals.read',
      },
      {
        to: places.deals(),
        label: t('nav.deals'),
        icon: IconBriefcase,
        needs: 'platform.referrals.read',
      },
      {
        to: places.earnings(),
        label: t('nav.earnings'),
        icon: IconCoins,
        needs: 'platform.earnings.read',
      },
      {
        to: places.payouts(),
        label: t('nav.payouts'),
        icon: IconCash,
        needs: 'platform.payouts.read',
      },
      {
        to: places.leaderboard(),
        label: t('nav.leaderboard'),
        icon: IconListCheck,
        needs: 'platform.referrals.read',
      },
      {
        to: places.riskCases(),
        label: t('nav.risk'),
        icon: IconShieldExclamation,
        needs: 'platform.risk.read',
      },
      {
        to: places.programSettings(),
        label: t('nav.program_settings'),
        icon: IconAdjustments,
        needs: 'platform.agreements.read',
      },
    ],
  },
  {
    title: t('nav.safety'),
    entries: [
      { to: places.alerts(), label: t('nav.alerts'), icon: IconBell },
      {
        to: places.supportAccesses(),
        label: t('nav.support_access'),
        icon: IconHeadset,
        needs: 'platform.assistance.oversee',
      },
      { to: places.freezes(), label: t('freeze.page'), icon: IconSnowflake, letter: 'f' },
      { to: places.activity(), label: t('nav.audit'), icon: IconHistory, letter: 'a' },
      { to: places.explain(), label: t('nav.explain'), icon: IconQuestionMark, letter: 'e' },
      { to: places.grid(), label: t('nav.grid'), icon: IconGridDots },
    ],
  },
  {
    title: t('nav.service'),
    entries: [
      {
        to: places.health(),
        label: t('nav.health'),
        icon: IconActivityHeartbeat,
        needs: 'platform.operations.read',
      },
      { to: places.jobs(), label: t('nav.jobs'), icon: IconRefresh, needs: 'platform.operations.read' },
    ],
  },
]

/** The platform frame: the provider's own staff. It reaches metadata and access, never a tenant's contents. */
export function Frame() {
  return (
    <WithMe>
      {(me) => {
        const part = findPlatform(me)
        if (part === undefined) return <NoPart text={t('nopart.platform')} />
        const frame = {
          kind: 'platform',
          key: frameKey('platform'),
          client: clientFor(''),
          me,
          partnerId: '',
          tenantId: '',
          name: t('place.platform'),
          tenantName: '',
          role: part.role,
          acting: null,
        } as const
        const words = (
          <>
            <b>{t('place.platform')}</b> <span className="bar-note">{tValue('member_role', part.role)}</span>
          </>
        )
        return (
          <FrameContext value={frame}>
            <AppFrame words={words} nav={nav}>
              <Outlet />
            </AppFrame>
          </FrameContext>
        )
      }}
    </WithMe>
  )
}
