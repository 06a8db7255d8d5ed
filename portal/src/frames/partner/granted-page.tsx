import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerConsent, Resale } from '@liaison/client'
import { useInfiniteQuery } from '@tanstack/react-query'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch } from '../../parts/states.tsx'
import { LinkChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { daysUntil } from '../shared/access-words.ts'
import { AccountNumber } from '../shared/account-number.tsx'
import { CanLines } from '../shared/can-lines.tsx'
import { orderedOf } from '../shared/ordered.ts'
import { GiveBack } from './give-back.tsx'

/** The numbers of accounts, each whole on a line of its own. */
function Bans({ bans }: { bans: readonly string[] }) {
  return bans.map((ban) => (
    <div key={ban}>
      <AccountNumber ban={ban} />
    </div>
  ))
}

function ConsentStatus({ consent }: { consent: PartnerConsent }) {
  const days = daysUntil(consent.ends_at, useNow(60_000))
  return <LinkChip status={consent.status} days={days} by={consent.status_changed_by} />
}

function Customer({ consent }: { consent: PartnerConsent }) {
  const { partnerId } = useFrame()
  return (
    <GoLink className="thing" to={partnerPlaces.grantedConsent(partnerId, consent.consent_id)}>
      {consent.tenant_name}
    </GoLink>
  )
}

const consentColumns: Column<PartnerConsent>[] = [
  {
    id: 'customer',
    header: t('granted.customer'),
    isStrong: true,
    cell: (row) => <Customer consent={row} />,
  },
  { id: 'client', header: t('granted.client'), cell: (row) => row.client.name },
  {
    id: 'accounts',
    header: t('granted.accounts'),
    cell: (row) => <Bans bans={row.accounts.map(({ ban }) => ban)} />,
  },
  { id: 'can', header: t('granted.can'), cell: (row) => <CanLines can={row.can} /> },
  { id: 'ordered', header: t('consent.ordered'), cell: (row) => orderedOf(row) ?? '–' },
  { id: 'state', header: t('column.status'), cell: (row) => <ConsentStatus consent={row} /> },
  {
    id: 'ends',
    header: t('granted.ends'),
    numeric: true,
    cell: (row) => <EndText iso={row.ends_at} isDay />,
  },
  { id: 'acts', header: '', cell: (row) => <GiveBack consent={row} isInRow /> },
]

const states = ['any', 'active', 'past'] as const
const spec = { state: choiceField(states, 'any') }

function useConsents(state: (typeof states)[number]) {
  const frame = useFrame()
  const filter = state === 'any' ? {} : { state }
  return useInfiniteQuery({
    queryKey: [frame.key, 'granted', state],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      readBody(
        frame.client.GET('/partner/consents', {
          params: { query: pageParam === '' ? filter : { ...filter, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
}

function Consents() {
  const { values, set, clear, active } = useFilters(spec)
  return (
    <>
      <FilterBar active={active} onClear={clear}>
        <Pick
          label={t('column.status')}
          value={values.state}
          words={states}
          labelOf={(state) => t(`granted.state_${state}`)}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <ConsentList state={values.state} />
    </>
  )
}

function ConsentList({ state }: { state: (typeof states)[number] }) {
  const consents = useConsents(state)
  return (
    <Answer query={consents}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.items)
        if (rows.length === 0) {
          return (
            <div className="list">
              {state === 'any' ? (
                <Empty title={t('granted.none')} text={t('granted.none_text')} />
              ) : (
                <NoMatch />
              )}
            </div>
          )
        }
        return (
          <>
            <DataTable
              caption={t('granted.consents')}
              columns={consentColumns}
              rows={rows}
              rowId={(row) => row.consent_id}
            />
            {consents.hasNextPage && (
              <Button
                variant="default"
                loading={consents.isFetchingNextPage}
                onClick={() => void consents.fetchNextPage()}
              >
                {t('granted.more')}
              </Button>
            )}
          </>
        )
      }}
    </Answer>
  )
}

const resaleColumns: Column<Resale>[] = [
  {
    id: 'customer',
    header: t('granted.customer'),
    isStrong: true,
    cell: (row) => row.tenant_name,
  },
  { id: 'agreement', header: t('granted.agreement'), cell: (row) => row.agreement_reference },
  { id: 'accounts', header: t('granted.accounts'), cell: (row) => <Bans bans={row.bans} /> },
  { id: 'state', header: t('column.status'), cell: (row) => <LinkChip status={row.status} days={null} /> },
  {
    id: 'ends',
    header: t('granted.ends'),
    numeric: true,
    cell: (row) => <EndText iso={row.ends_at} isDay />,
  },
]

function Resales() {
  const resales = useRead(['resales', 'every'], (frame, signal) =>
    readAllByOffset<Resale>((place) =>
      readBody(frame.client.GET('/partner/resales', { params: { query: { limit: 100, ...place } }, signal })),
    ),
  )
  return (
    <Answer query={resales} lines={2}>
      {(items) =>
        items.length === 0 ? (
          <p className="muted">{t('granted.resales_none')}</p>
        ) : (
          <DataTable
            caption={t('granted.resales')}
            columns={resaleColumns}
            rows={items}
            rowId={(row) => row.resale_id}
          />
        )
      }
    </Answer>
  )
}

function AskTools() {
  const { partnerId } = useFrame()
  const mayAsk = useMay('partner_org.consents.manage')
  return (
    <>
      <Button variant="default" component={GoLink} to={partnerPlaces.asks(partnerId)}>
        {t('granted.asked')}
      </Button>
      {mayAsk && (
        <Button component={GoLink} to={partnerPlaces.newAsk(partnerId)}>
          {t('granted.ask')}
        </Button>
      )}
    </>
  )
}

/** What customers and wholesale agreements let the partner's API clients do. */
export function GrantedPage() {
  return (
    <Page title={t('granted.title')} lead={t('granted.lead')} tools={<AskTools />}>
      <div className="stack">
        <h2 className="section-title">{t('granted.consents')}</h2>
        <Consents />
        <h2 className="section-title">{t('granted.resales')}</h2>
        <Resales />
      </div>
    </Page>
  )
}
