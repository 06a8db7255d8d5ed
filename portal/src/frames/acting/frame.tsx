import {
  IconHistory,
  IconLayoutDashboard,
  IconLogout2,
  IconReceipt,
  IconTicket,
  IconUsers,
} from '@tabler/icons-react'
import { readBody } from '@liaison/sdk'
import type { ActingContext, Me } from '@liaison/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'

import { AppFrame } from '../../parts/app-frame.tsx'
import type { NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { Bones } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatLeft } from '../../platform/format.ts'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { recallPlace } from '../../platform/last-place.ts'
import { announce } from '../../platform/live.ts'
import { findPartner } from '../../platform/me.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { rememberTenant } from '../../platform/recents.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { EntryGate, hasEntered } from './entry-gate.tsx'
import { Refused } from './refused.tsx'

const refreshMs = 60_000

function navOf(par: string, ten: string, permissions: readonly string[]): NavGroup[] {
  const has = (prefix: string) => permissions.some((name) => name.startsWith(prefix))
  const all = [
    {
      to: actingPlaces.summary(par, ten),
      label: t('nav.summary'),
      icon: IconLayoutDashboard,
      letter: 's',
      on: true,
    },
    {
      to: actingPlaces.tickets(par, ten),
      label: t('nav.tickets'),
      icon: IconTicket,
      letter: 'q',
      on: has('partner.support.tickets.'),
    },
    {
      to: actingPlaces.billing(par, ten),
      label: t('nav.billing'),
      icon: IconReceipt,
      letter: 'b',
      on: has('partner.billing.invoices.'),
    },
    {
      to: actingPlaces.subscribers(par, ten),
      label: t('managed.subscribers'),
      icon: IconUsers,
      letter: 'u',
      on: has('partner.provisioning.subscribers.'),
    },
    {
      to: actingPlaces.activity(par, ten),
      label: t('nav.activity'),
      icon: IconHistory,
      letter: 'a',
      on: true,
    },
  ]
  return [{ entries: all.filter((entry) => entry.on) }]
}

/** The server's answer to "who am I here", asked again on focus and each minute. */
function useContextAnswer(key: string, tenantId: string) {
  return useQuery({
    queryKey: [key, 'context'],
    queryFn: () => readBody(clientFor(tenantId).POST('/partner/context', { body: { tenant_id: tenantId } })),
    refetchOnWindowFocus: 'always',
    refetchInterval: refreshMs,
    staleTime: 0,
    retry: false,
  })
}

/** Drops all data of the tenant when the frame is left or entry is refused. */
function useDropData(key: string, isRefused: boolean): void {
  const cache = useQueryClient()
  useEffect(() => {
    const drop = () =>
      cache.removeQueries({ queryKey: [key], predicate: (query) => query.queryKey[1] !== 'context' })
    if (isRefused) drop()
    return drop
  }, [cache, key, isRefused])
}

function LeaveLink({ par, tenant }: { par: string; tenant: string }) {
  return (
    <GoLink
      className="bar-tool leave"
      to={recallPlace(par) ?? partnerPlaces.customers(par)}
      aria-label={t('bar.leave', { tenant })}
    >
      <IconLogout2 size={15} aria-hidden="true" />
      <span className="wide">{t('bar.leave', { tenant })}</span>
      <span className="narrow">{t('bar.leave_short')}</span>
    </GoLink>
  )
}

function BarWords({ context }: { context: ActingContext }) {
  const left = formatLeft(context.link_ends_at, useNow())
  return (
    <>
      <span className="bar-line">
        <b>{t('bar.acting', { tenant: context.tenant_name })}</b>{' '}
        {t('bar.acting_as', { role: context.role_title, partner: context.partner_name })}
      </span>
      <span className="bar-line small">
        {t('bar.seen', { tenant: context.tenant_name })}
        {left !== null && ` · ${t('bar.left', { left })}`}
      </span>
    </>
  )
}

type InsideProps = { context: ActingContext; me: Me; par: string; ten: string }

function Inside({ context, me, par, ten }: InsideProps) {
  const [entered, setEntered] = useState(() => !context.writes || hasEntered(ten))
  const nav = useMemo(() => navOf(par, ten, context.permissions), [par, ten, context.permissions])
  useEffect(() => {
    announce(t('bar.now_acting', { tenant: context.tenant_name }))
    rememberTenant({ tenantId: ten, name: context.tenant_name })
  }, [context.tenant_name, ten])
  const frame = {
    kind: 'acting',
    key: frameKey('acting', ten),
    client: clientFor(ten),
    me,
    partnerId: par,
    tenantId: ten,
    name: context.partner_name,
    tenantName: context.tenant_name,
    role: context.role_title,
    acting: context,
  } as const
  return (
    <FrameContext value={frame}>
      <AppFrame
        words={<BarWords context={context} />}
        nav={nav}
        leave={<LeaveLink par={par} tenant={context.tenant_name} />}
      >
        {entered ? <Outlet /> : <EntryGate onEnter={() => setEntered(true)} />}
      </AppFrame>
    </FrameContext>
  )
}

function Entered({ me, par, ten }: Omit<InsideProps, 'context'>) {
  const key = frameKey('acting', ten)
  const answer = useContextAnswer(key, ten)
  useDropData(key, answer.isError)
  if (answer.isError) return <Refused me={me} par={par} ten={ten} error={answer.error} />
  if (answer.data === undefined) return <Bones lines={10} />
  return <Inside context={answer.data} me={me} par={par} ten={ten} />
}

/** The acting frame. The tenant is the one in the address; everything shown about it is the server's answer. */
export function Frame() {
  const par = useParam('par')
  const ten = useParam('ten')
  return (
    <WithMe>
      {(me) =>
        findPartner(me, par) === undefined ? (
          <NoPart text={t('nopart.partner')} />
        ) : (
          <Entered key={ten} me={me} par={par} ten={ten} />
        )
      }
    </WithMe>
  )
}
