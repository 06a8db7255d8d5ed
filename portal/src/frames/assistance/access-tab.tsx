import { readBody } from '@liaison/client'
import type { SupportAccess } from '@liaison/client'
import type { ReactNode } from 'react'

import { MoveButton } from '../../parts/move-button.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { isOpen } from './calls.ts'
import { endMove } from './end-move.ts'
import { TimeLeft } from './time-left.tsx'

const tabs = ['access', 'invoices', 'payments', 'tickets', 'orders'] as const
type Tab = (typeof tabs)[number]

const placeOf = (id: string, tab: Tab) =>
  tab === 'access' ? platformPlaces.supportAccess(id) : platformPlaces.supportPart(id, tab)

function Tabs({ access, tab }: { access: SupportAccess; tab: Tab }) {
  return (
    <nav className="tab-row" aria-label={t('assist.parts')}>
      {tabs.map((one) => (
        <GoLink
          key={one}
          to={placeOf(access.support_access_id, one)}
          {...(one === tab ? { 'aria-current': 'page' as const } : {})}
        >
          {t(`assist.part_${one}`)}
        </GoLink>
      ))}
    </nav>
  )
}

function namesOf({ case_number, tenant_name, person_name, ends_at, answer_by, status }: SupportAccess) {
  return {
    case: case_number,
    tenant: tenant_name ?? '',
    person: person_name,
    until: formatDateTime(status === 'requested' ? answer_by : ends_at),
  }
}

/** For whom and how long one acts, and that it is seen; the first sentence on each page that shows a tenant's data. */
function Acting({ access }: { access: SupportAccess }) {
  const names = namesOf(access)
  return (
    <Note tone="attention">
      <p>
        <span className="strong">{t('assist.acting', names)}</span>{' '}
        {access.ends_at !== null && (
          <>
            {t('assist.left')}: <TimeLeft endsAt={access.ends_at} />
          </>
        )}
      </p>
      <p>{t('assist.acting_rules', names)}</p>
    </Note>
  )
}

function Standing({ access }: { access: SupportAccess }) {
  const now = useNow(1000)
  const names = namesOf(access)
  if (isOpen(access, now)) {
    return access.is_own ? <Acting access={access} /> : <Note>{t('assist.not_yours', names)}</Note>
  }
  if (access.status === 'requested') return <Note>{t('assist.waiting', names)}</Note>
  const was = access.started_at === null ? 'assist.nothing_opened' : 'assist.over'
  return <Note tone="off">{t(was, names)}</Note>
}

function Inside({ access, tab, children }: { access: SupportAccess; tab: Tab; children: ReactNode }) {
  const now = useNow(1000)
  const mayLook = access.is_own && isOpen(access, now)
  return (
    <div className="stack">
      <Standing access={access} />
      {mayLook && <Tabs access={access} tab={tab} />}
      {(mayLook || tab === 'access') && children}
    </div>
  )
}

type AccessTabProps = { tab: Tab; children: (access: SupportAccess) => ReactNode }

/** One part of the page of an access: whose data, for which case, until when; what is in it is gone when the time is over. */
export function AccessTab({ tab, children }: AccessTabProps) {
  const id = useParam('access')
  const access = useRead(['support-access', id], ({ client }, signal) =>
    readBody(
      client.GET('/admin/support-access/{support_access_id}', {
        params: { path: { support_access_id: id } },
        signal,
      }),
    ),
  )
  const found = access.data
  const isLive = found?.status === 'requested' || found?.status === 'active'
  return (
    <Page
      title={found === undefined ? t('assist.title') : t('assist.of', namesOf(found))}
      back={{ to: platformPlaces.supportAccesses(), label: t('assist.title') }}
      tools={found !== undefined && isLive && <MoveButton {...endMove(found)} />}
    >
      <Answer query={access}>
        {(one) => (
          <Inside access={one} tab={tab}>
            {children(one)}
          </Inside>
        )}
      </Answer>
    </Page>
  )
}
