import { readBody } from '@liaison/client'
import type { TenantHome } from '@liaison/client'
import { lazy, Suspense } from 'react'

import { ActivityList } from '../../parts/activity-list.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Coming } from '../../parts/settled.tsx'
import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { isStopped, useFreezes } from './calls.ts'
import { useConsents, useResales } from './calls-consents.ts'

const WaitingRequests = lazy(async () => ({
  default: (await import('./waiting-requests.tsx')).WaitingRequests,
}))
const AskAdmins = lazy(async () => ({ default: (await import('./ask-admins.tsx')).AskAdmins }))
const HomeGlance = lazy(async () => ({ default: (await import('./home-glance.tsx')).HomeGlance }))

function WhoHasAccess({ access }: { access: NonNullable<TenantHome['who_has_access']> }) {
  const { name, tenantId } = useFrame()
  const now = useNow(60_000)
  const standing = useFreezes().data?.items ?? []
  const isOpen = (one: { status: string; partner_id: string }) =>
    one.status === 'active' && !isStopped(standing, one.partner_id)
  const apps = (useConsents('active').data ?? []).filter(isOpen).length
  const wholesalers = (useResales().data?.items ?? []).filter(isOpen).length
  const ways = [
    { says: 'home.partners', count: access.partners_with_people } as const,
    { says: 'home.apps', count: apps } as const,
    { says: 'home.wholesalers', count: wholesalers } as const,
  ].filter(({ count }) => count > 0)
  const own = access.own_partner_name
  return (
    <Panel title={t('home.who')}>
      <div className="stack tight">
        {ways.length === 0 && own === null && <p className="strong">{t('access.nobody', { org: name })}</p>}
        {ways.map(({ says, count }) => (
          <p key={says} className="strong">
            {t(says, { count })}
          </p>
        ))}
        {own !== null && <p className="strong">{t('home.own', { partner: own })}</p>}
        {access.last_use !== null && (
          <p className="muted">{t('home.last_use', { when: formatRelative(access.last_use, now) })}</p>
        )}
        {access.ends_soon > 0 && (
          <p>
            <GoLink to={orgPlaces.access(tenantId)}>
              {t('home.ends_soon', { count: access.ends_soon })}
            </GoLink>
          </p>
        )}
        <div className="row">
          <GoLink to={orgPlaces.access(tenantId)}>{t('home.see')}</GoLink>
          <GoLink to={orgPlaces.activity(tenantId)}>{t('home.did')}</GoLink>
          {access.partners > 0 && <GoLink to={orgPlaces.stopAll(tenantId)}>{t('stopall.open')}</GoLink>}
        </div>
      </div>
    </Panel>
  )
}

const latestActs = { by: 'partner', limit: 6 } as const

/** The organisation's front page: who has access comes first. */
export function HomePage() {
  const { name } = useFrame()
  const maySee = useMay('tenant.partner_access.audit.read')
  const home = useRead(['home'], (frame, signal) => readBody(frame.client.GET('/tenant/home', { signal })))
  return (
    <Page title={name} tab={t('nav.home')}>
      <Answer query={home}>
        {(found) => (
          <div className="stack">
            <Suspense fallback={<Coming />}>
              <WaitingRequests access={found.who_has_access} />
            </Suspense>
            {found.who_has_access !== null && <WhoHasAccess access={found.who_has_access} />}
            <Suspense fallback={<Coming />}>
              <HomeGlance access={found.who_has_access} openTickets={found.open_tickets} />
            </Suspense>
            <Suspense fallback={<Coming />}>
              <AskAdmins />
            </Suspense>
            {maySee && (
              <section aria-label={t('home.lately')}>
                <h2 className="section-title">{t('home.lately')}</h2>
                <ActivityList filter={latestActs} isFiltered={false} emptyText={t('org.activity_empty')} />
              </section>
            )}
          </div>
        )}
      </Answer>
    </Page>
  )
}
