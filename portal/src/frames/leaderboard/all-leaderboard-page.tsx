import './leaderboard-words.ts'
import { readBody } from '@liaison/client'
import type { Leaderboard, LeaderboardPlace } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import { formatCount } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { BoardChoice, useBoard } from './board-choice.tsx'
import type { Board } from './board-choice.tsx'

const toColumns = ({ by, currency }: Board): Column<LeaderboardPlace>[] => [
  { id: 'place', header: t('leaderboard.place'), cell: ({ place }) => formatCount(place) },
  {
    id: 'partner',
    header: t('leaderboard.partner'),
    cell: ({ partner }) => <GoLink to={platformPlaces.partner(partner.partner_id)}>{partner.name}</GoLink>,
  },
  {
    id: 'named',
    header: t('leaderboard.is_named'),
    cell: ({ is_named: isNamed }) => t(isNamed ? 'leaderboard.by_name' : 'leaderboard.nameless'),
  },
  {
    id: 'score',
    header: t(by === 'sign_ups' ? 'leaderboard.sign_ups' : 'leaderboard.earned'),
    numeric: true,
    cell: ({ score }) =>
      by === 'sign_ups' ? formatCount(score) : <MoneyText money={[{ amount_minor: score, currency }]} />,
  },
]

const NOTHING = { items: [], total: 0, limit: 1, offset: 0, has_more: false }

function usePlaces({ by, period, currency }: Board, page: number) {
  return useRead(
    ['leaderboard-places', by, period, currency, page],
    async ({ client }, signal) => {
      const query = { period, ...pagingQuery(page) }
      if (by === 'sign_ups')
        return readBody(client.GET('/admin/leaderboard/sign-ups', { params: { query }, signal }))
      if (currency === '') return NOTHING
      const inCurrency = { ...query, currency }
      return readBody(client.GET('/admin/leaderboard/earnings', { params: { query: inCurrency }, signal }))
    },
    { keep: true },
  )
}

function Places({ about }: { about: Leaderboard }) {
  const { filters, board } = useBoard(about)
  const places = usePlaces(board, filters.values.page)
  return (
    <>
      <BoardChoice offered={about} board={board} filters={filters} note={<Refreshed query={places} />} />
      <Answer query={places} lines={6}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Empty title={t('leaderboard.none')} text={t('leaderboard.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('leaderboard.title')}
              columns={toColumns(board)}
              rows={page.items}
              rowId={({ partner }) => partner.partner_id}
              paging={pagingOf(page, (next) => filters.set({ page: next }))}
            />
          )
        }
      </Answer>
    </>
  )
}

/** How all partners rank, with their names, for the provider. */
export function AllLeaderboardPage() {
  const maySeeEarnings = useMay('platform.earnings.read')
  const about = useRead(['leaderboard'], ({ client }, signal) =>
    readBody(client.GET('/admin/leaderboard', { signal })),
  )
  return (
    <Page title={t('leaderboard.title')} lead={t('leaderboard.all_lead')}>
      <Answer query={about} lines={6}>
        {(body) => {
          const shows = body.shows.filter((by) => by === 'sign_ups' || maySeeEarnings)
          return shows.length === 0 ? (
            <div className="list">
              <Empty title={t('leaderboard.off')} text={t('leaderboard.all_off_text')}>
                <GoLink to={platformPlaces.programSettings()}>{t('nav.program_settings')}</GoLink>
              </Empty>
            </div>
          ) : (
            <div className="stack">
              <Places about={{ ...body, shows }} />
            </div>
          )
        }}
      </Answer>
    </Page>
  )
}
