import {
  IconClockHour4,
  IconHistory,
  IconLayoutDashboard,
  IconLogout2,
  IconPackage,
  IconReceipt,
  IconReportAnalytics,
  IconRouter,
  IconShieldHalf,
  IconTicket,
  IconUsers,
} from '@tabler/icons-react'
import { readBody } from '@liaison/client'
import type { ActingContext, Me } from '@liaison/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { Activity, useEffect, useMemo, useState } from 'react'

import { AppFrame } from '../../parts/app-frame.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import type { NavEntry, NavGroup } from '../../platform/nav.ts'
import { NoPart, WithMe } from '../../parts/gate.tsx'
import { Bones } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatClock, formatLeft } from '../../platform/format.ts'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { placeToReturnTo } from '../../platform/last-place.ts'
import { announce } from '../../platform/live.ts'
import { findPartner } from '../../platform/me.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { rememberTenant } from '../../platform/recents.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { AgainGate, EntryGate, needsGate } from './entry-gate.tsx'
import { Refused } from './refused.tsx'
import { useAccessStream } from './use-access-stream.ts'
import { useVisit } from './use-visit.ts'
import type { OwnVisit } from './use-visit.ts'
import { VisitWarning } from './visit-warning.tsx'

const refreshMs = 60_000

type ActingEntry = NavEntry & { on: boolean }
type Has = (prefix: string) => boolean

function workOf(par: string, ten: string, has: Has): ActingEntry[] {
  return [
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
      to: actingPlaces.sla(par, ten),
      label: t('nav.sla'),
      icon: IconClockHour4,
      letter: 'l',
      on: has('partner.support.tickets.read'),
    },
    {
      to: actingPlaces.billing(par, ten),
      label: t('nav.billing'),
      icon: IconReceipt,
      letter: 'b',
      on: has('partner.billing.invoices.'),
    },
  ]
}

function ordersOf(par: string, ten: string, has: Has): ActingEntry[] {
  return [
    {
      to: actingPlaces.newOrder(par, ten),
      label: t('nav.new_order'),
      icon: IconPackage,
      on: has('partner.provisioning.orders.create'),
    },
    // Apps order too, whatever the role of the people.
    {
      to: actingPlaces.services(par, ten),
      label: t('nav.services'),
      icon: IconRouter,
      on: has('partner.tenants.read'),
    },
  ]
}

function recordsOf(par: string, ten: string, has: Has): ActingEntry[] {
  return [
    {
      to: actingPlaces.subscribers(par, ten),
      label: t('managed.subscribers'),
      icon: IconUsers,
      letter: 'u',
      on: has('partner.provisioning.subscribers.'),
    },
    {
      to: actingPlaces.reports(par, ten),
      label: t('nav.reports'),
      icon: IconReportAnalytics,
      letter: 'r',
      on: has('partner.reports.'),
    },
    {
      to: actingPlaces.activity(par, ten),
      label: t('nav.activity'),
      icon: IconHistory,
      letter: 'a',
      on: has('partner.audit.read'),
    },
  ]
}

/** Who else had access is shown to auditors alone. */
function historyOf(par: string, ten: string, isAuditor: boolean): ActingEntry {
  return {
    to: actingPlaces.accessThen(par, ten),
    label: t('nav.access'),
    icon: IconShieldHalf,
    letter: 'p',
    on: isAuditor,
  }
}

function navOf(par: string, ten: string, context: ActingContext): NavGroup[] {
  const has = (prefix: string) => context.permissions.some((name) => name.startsWith(prefix))
  const isAuditor = context.access_role === 'auditor' && has('partner.audit.read')
  const all = [
    ...workOf(par, ten, has),
    ...ordersOf(par, ten, has),
    ...recordsOf(par, ten, has),
    historyOf(par, ten, isAuditor),
  ]
  return [{ entries: all.filter((entry) => entry.on) }]
}

/** The server's answer to "who am I here", asked again on focus, and each minute while no stream tells of changes. */
function useContextAnswer(key: string, tenantId: string, isFollowed: boolean) {
  return useQuery({
    queryKey: [key, 'context'],
    queryFn: () => readBody(clientFor(tenantId).POST('/partner/context', { body: { tenant_id: tenantId } })),
    refetchOnWindowFocus: 'always',
    refetchInterval: isFollowed ? false : refreshMs,
    staleTime: 0,
    retry: false,
  })
}

/** A server that is not reached, or is busy, refuses nothing: what is open stays, with what is being typed there. */
const passing: ReadonlySet<string> = new Set(['unreachable', 'busy'])

function refusalOf({ data, error }: ReturnType<typeof useContextAnswer>): Error | null {
  return error !== null && (data === undefined || !passing.has(readTrouble(error).kind)) ? error : null
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
    <GoLink className="bar-tool leave" to={placeToReturnTo(par)} aria-label={t('bar.leave', { tenant })}>
      <IconLogout2 size={15} aria-hidden="true" />
      <span className="wide">{t('bar.leave', { tenant })}</span>
      <span className="narrow">{t('bar.leave_short')}</span>
    </GoLink>
  )
}

function BarWords({ context, visit }: { context: ActingContext; visit: OwnVisit }) {
  const left = formatLeft(context.link_ends_at, useNow())
  const isOpen = visit.state.kind === 'open' || visit.state.kind === 'ending'
  return (
    <>
      <span className="bar-line">
        <b>{t('bar.acting', { tenant: context.tenant_name })}</b>{' '}
        {t('bar.acting_as', { role: context.role_title, partner: context.partner_name })}
      </span>
      <span className="bar-line small">
        {t('bar.seen', { tenant: context.tenant_name })}
        {isOpen && ` · ${t('bar.until', { time: formatClock(visit.endsAt) })}`}
        {left !== null && ` · ${t('bar.left', { left })}`}
      </span>
    </>
  )
}

type InsideProps = { context: ActingContext; visit: OwnVisit; me: Me; par: string; ten: string }

/** Whether the person is in the tenant: came in, the time is not over, and a reason is given where one is wanted. */
function isIn({ state, reason }: OwnVisit, context: ActingContext): boolean {
  const isOpen = state.kind === 'open' || state.kind === 'ending'
  return isOpen && (reason !== '' || !context.read_reason_required)
}

/** The pages while the person is in; else what leads in. What was typed in a page outlives the end of a visit. */
function Pages({ context, visit }: Pick<InsideProps, 'context' | 'visit'>) {
  const isInside = isIn(visit, context)
  const [wasInside, setWasInside] = useState(isInside)
  if (isInside && !wasInside) setWasInside(true)
  const { mutate } = visit.enter
  const entersAlone = visit.state.kind === 'none' && !needsGate(context)
  useEffect(() => {
    if (entersAlone) mutate('')
  }, [entersAlone, mutate])
  const isWaiting = entersAlone && visit.enter.error === null
  return (
    <>
      {wasInside && (
        <Activity mode={isInside ? 'visible' : 'hidden'}>
          <Outlet />
        </Activity>
      )}
      {isWaiting && <Bones lines={10} />}
      {!isInside &&
        !isWaiting &&
        (visit.state.kind === 'over' ? <AgainGate visit={visit} /> : <EntryGate visit={visit} />)}
      <VisitWarning visit={visit} tenant={context.tenant_name} />
    </>
  )
}

function Inside({ context, visit, me, par, ten }: InsideProps) {
  const nav = useMemo(() => navOf(par, ten, context), [par, ten, context])
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
        words={<BarWords context={context} visit={visit} />}
        nav={nav}
        leave={<LeaveLink par={par} tenant={context.tenant_name} />}
      >
        <Pages context={context} visit={visit} />
      </AppFrame>
    </FrameContext>
  )
}

/** Whether the stream begins with what the page knows already. */
function isSameAccess(heard: unknown, known: ActingContext | undefined): boolean {
  if (typeof heard !== 'object' || heard === null || known === undefined) return false
  const names = ['permissions', 'read_reason_required', 'link_ends_at'] as const
  return names.every((name) => JSON.stringify(Reflect.get(heard, name)) === JSON.stringify(known[name]))
}

function Entered({ me, par, ten }: Pick<InsideProps, 'me' | 'par' | 'ten'>) {
  const key = frameKey('acting', ten)
  const cache = useQueryClient()
  const visit = useVisit(ten)
  const isOpen = visit.state.kind === 'open' || visit.state.kind === 'ending'
  const isFollowed = useAccessStream(ten, isOpen, (heard) => {
    const known = cache.getQueryData<ActingContext>([key, 'context'])
    if (heard.event !== 'open' || !isSameAccess(heard.data, known))
      void cache.invalidateQueries({ queryKey: [key] })
  })
  const answer = useContextAnswer(key, ten, isFollowed)
  const refusal = refusalOf(answer)
  useDropData(key, refusal !== null)
  if (refusal !== null) return <Refused me={me} par={par} ten={ten} error={refusal} />
  if (answer.data === undefined) return <Bones lines={10} />
  return <Inside context={answer.data} visit={visit} me={me} par={par} ten={ten} />
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
