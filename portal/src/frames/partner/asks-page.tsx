import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ConsentAsk } from '@liaison/client'
import { useInfiniteQuery } from '@tanstack/react-query'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { sentencesOfActions } from '../shared/access-words.ts'
import { CanLines } from '../shared/can-lines.tsx'

function Act({ ask }: { ask: ConsentAsk }) {
  const { partnerId } = useFrame()
  const mayAsk = useMay('partner_org.consents.manage')
  const { consent_ask_id: id, consent_id: consent, status, to } = ask
  if (consent !== null)
    return <GoLink to={partnerPlaces.grantedConsent(partnerId, consent)}>{t('asks.consent')}</GoLink>
  if (status !== 'sent' || !mayAsk) return null
  return (
    <MoveButton
      isInRow
      words={{
        act: t('asks.withdraw'),
        title: t('asks.withdraw_title', { to }),
        effect: t('asks.withdraw_effect'),
        keep: t('asks.withdraw_keep'),
        done: t('asks.withdraw_done', { to }),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/partner/consent-asks/{consent_ask_id}/withdraw', {
            params: { path: { consent_ask_id: id } },
            body: {},
          }),
        )
      }
    />
  )
}

const columns: Column<ConsentAsk>[] = [
  { id: 'to', header: t('asks.to'), isStrong: true, cell: (row) => row.to },
  { id: 'client', header: t('granted.client'), cell: (row) => row.client_name },
  {
    id: 'can',
    header: t('granted.can'),
    cell: (row) => <CanLines can={sentencesOfActions(row.actions).can} />,
  },
  { id: 'by', header: t('asks.by'), cell: (row) => row.requested_by_name },
  { id: 'state', header: t('column.status'), cell: (row) => <StatusChip family="ask" value={row.status} /> },
  { id: 'until', header: t('asks.until'), numeric: true, cell: (row) => <DateText iso={row.ends_at} /> },
  { id: 'acts', header: '', cell: (row) => <Act ask={row} /> },
]

function useAsks() {
  const frame = useFrame()
  return useInfiniteQuery({
    queryKey: [frame.key, 'asks'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      readBody(
        frame.client.GET('/partner/consent-asks', {
          params: { query: pageParam === '' ? {} : { cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
}

function NewAsk() {
  const { partnerId } = useFrame()
  if (!useMay('partner_org.consents.manage')) return null
  return (
    <Button component={GoLink} to={partnerPlaces.newAsk(partnerId)}>
      {t('asks.new')}
    </Button>
  )
}

/** What was asked of customers from the portal, and what became of it. */
export function AsksPage() {
  const { partnerId } = useFrame()
  const asks = useAsks()
  return (
    <Page
      title={t('asks.title')}
      lead={t('asks.lead')}
      tools={<NewAsk />}
      back={{ to: partnerPlaces.granted(partnerId), label: t('nav.granted') }}
    >
      <Answer query={asks}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          if (rows.length === 0)
            return (
              <div className="list">
                <Empty title={t('asks.none')} text={t('asks.none_text')} />
              </div>
            )
          return (
            <>
              <DataTable
                caption={t('asks.title')}
                columns={columns}
                rows={rows}
                rowId={(row) => row.consent_ask_id}
              />
              {asks.hasNextPage && (
                <Button
                  variant="default"
                  loading={asks.isFetchingNextPage}
                  onClick={() => void asks.fetchNextPage()}
                >
                  {t('asks.more')}
                </Button>
              )}
            </>
          )
        }}
      </Answer>
    </Page>
  )
}
