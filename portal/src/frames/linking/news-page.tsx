import { readBody } from '@liaison/client'
import type { LinkNewsPage } from '@liaison/client'
import { lazy, Suspense, useEffect, useRef } from 'react'

import { Page } from '../../parts/page.tsx'
import { Coming } from '../../parts/settled.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'
import { CalendarPanel } from './calendar-panel.tsx'

const SupportTold = lazy(async () => ({
  default: (await import('../assistance/told.tsx')).SupportTold,
}))

const most = 100
const query = { limit: most }

type NewsListProps = { query: Readable<LinkNewsPage>; addressOf: (link: string) => string }

function NewsList({ query: news, addressOf }: NewsListProps) {
  return (
    <Answer query={news} lines={8}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="list">
            <Empty title={t('news.none')} text={t('news.none_text')} />
          </div>
        ) : (
          <div className="panel">
            <ol className="steps">
              {items.map((item) => (
                <li key={item.link_id + item.created_at + item.news} className="history">
                  <time dateTime={item.created_at} className="muted small num">
                    {formatDateTime(item.created_at)}
                  </time>
                  <p>
                    <GoLink to={addressOf(item.link_id)}>{item.sentence}</GoLink>{' '}
                    {item.is_new && (
                      <span className="chip" data-tone="info">
                        {t('news.new')}
                      </span>
                    )}
                  </p>
                </li>
              ))}
            </ol>
          </div>
        )
      }
    </Answer>
  )
}

/** Notes once that the page was seen; what was new stays marked until the page is opened again. */
function useSeen(unread: number | undefined, mark: () => void): void {
  const isMarked = useRef(false)
  useEffect(() => {
    if (unread === undefined || unread === 0 || isMarked.current) return
    isMarked.current = true
    mark()
  }, [unread, mark])
}

/** What the own organisation was told about partner access, and the calendar of what is to come. */
export function OrgNewsPage() {
  const { tenantId, client } = useFrame()
  const news = useRead(['news'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/news', { params: { query }, signal })),
  )
  useSeen(news.data?.unread, () => void client.POST('/tenant/partner-access/news/read'))
  const calendars = useRead(['calendars'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/calendars', { signal })),
  )
  const make = useWrite((_: null, frame) => readBody(frame.client.POST('/tenant/partner-access/calendars')))
  const revoke = useWrite(
    (id: string, frame) =>
      readBody(
        frame.client.DELETE('/tenant/partner-access/calendars/{calendar_id}', {
          params: { path: { calendar_id: id } },
        }),
      ),
    () => showToast(t('calendar.revoked')),
  )
  return (
    <Page title={t('news.title')} lead={t('news.lead')}>
      <div className="columns">
        <NewsList query={news} addressOf={(link) => orgPlaces.link(tenantId, link)} />
        <CalendarPanel
          items={calendars.data?.items ?? []}
          isBusy={make.isPending}
          error={make.error ?? revoke.error}
          onMake={async () => (await make.mutateAsync(null)).address}
          onRevoke={(id) => revoke.mutate(id)}
        />
      </div>
    </Page>
  )
}

/** What the partner was told about its links and of support's looks, and the calendar of what is to come. */
export function PartnerNewsPage() {
  const { partnerId, client } = useFrame()
  const news = useRead(['news'], (frame, signal) =>
    readBody(frame.client.GET('/partner/link-news', { params: { query }, signal })),
  )
  useSeen(news.data?.unread, () => void client.POST('/partner/link-news/read'))
  const calendars = useRead(['calendars'], (frame, signal) =>
    readBody(frame.client.GET('/partner/calendars', { signal })),
  )
  const make = useWrite((_: null, frame) => readBody(frame.client.POST('/partner/calendars')))
  const revoke = useWrite(
    (id: string, frame) =>
      readBody(
        frame.client.DELETE('/partner/calendars/{calendar_id}', { params: { path: { calendar_id: id } } }),
      ),
    () => showToast(t('calendar.revoked')),
  )
  return (
    <Page title={t('news.title')} lead={t('news.lead')}>
      <div className="columns">
        <div className="stack">
          <NewsList query={news} addressOf={(link) => partnerPlaces.link(partnerId, link)} />
          <Suspense fallback={<Coming />}>
            <SupportTold />
          </Suspense>
        </div>
        <CalendarPanel
          items={calendars.data?.items ?? []}
          isBusy={make.isPending}
          error={make.error ?? revoke.error}
          onMake={async () => (await make.mutateAsync(null)).address}
          onRevoke={(id) => revoke.mutate(id)}
        />
      </div>
    </Page>
  )
}
