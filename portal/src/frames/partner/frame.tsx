import {
  IconApi,
  IconBuildingCommunity,
  IconCalendarDue,
  IconHistory,
  IconLayoutDashboard,
  IconLink,
  IconListCheck,
  IconReceipt,
  IconShieldCheck,
  IconTicket,
  IconUsersGroup,
} from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'

import { AppFrame } from '../../parts/app-frame.tsx'
import type { NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { rememberPlace } from '../../platform/last-place.ts'
import { findPartner } from '../../platform/me.ts'
import { useParam, usePathname, useSearchText } from '../../platform/navigate.tsx'
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
        to: places.granted(par),
        label: t('nav.granted'),
        icon: IconShieldCheck,
        needs: 'partner_org.consents.read',
      },
    ],
  }
}

function navOf(par: string): NavGroup[] {
  return [
    {
      entries: [
        { to: places.overview(par), label: t('nav.overview'), icon: IconLayoutDashboard, letter: 'o' },
        { to: places.customers(par), label: t('nav.customers'), icon: IconBuildingCommunity, letter: 't' },
        { to: places.queue(par), label: t('nav.queue'), icon: IconTicket, letter: 'q' },
        { to: places.invoices(par), label: t('nav.invoices'), icon: IconReceipt, letter: 'b' },
      ],
    },
    {
      title: t('nav.access'),
      entries: [
        { to: places.links(par), label: t('nav.links'), icon: IconLink, letter: 'l' },
        { to: places.expiring(par), label: t('nav.expiring'), icon: IconCalendarDue, letter: 'e' },
        {
          to: places.team(par),
          label: t('nav.team'),
          icon: IconUsersGroup,
          letter: 'm',
          needs: 'partner_org.members.read',
        },
        {
          to: places.activity(par),
          label: t('nav.activity'),
          icon: IconHistory,
          letter: 'a',
          needs: 'partner_org.audit.read',
        },
      ],
    },
    developersOf(par),
  ]
}

/** The partner frame: the own organisation's work across all its tenants. */
export function Frame() {
  const par = useParam('par')
  const address = usePathname() + useSearchText()
  const nav = useMemo(() => navOf(par), [par])
  useEffect(() => {
    rememberPlace(par, address)
  }, [par, address])
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
            <AppFrame words={words} nav={nav}>
              <Outlet />
            </AppFrame>
          </FrameContext>
        )
      }}
    </WithMe>
  )
}
