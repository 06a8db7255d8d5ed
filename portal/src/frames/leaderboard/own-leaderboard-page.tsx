import './leaderboard-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { OwnLeaderboard, OwnLeaderboardPlace } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import { formatCount } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { BoardChoice, useBoard } from './board-choice.tsx'
import type { Board } from './board-choice.tsx'

/** Whether others read the name of the partner; an owner decides. */
function Naming({ isNamed }: { isNamed: boolean }) {
  const write = useWrite(
    (named: boolean, { client }) =>
      readBody(client.PUT('/program/leaderboard/choice', { body: { is_named: named } })),
    () => showToast(t('leaderboard.name_done')),
  )
  return (
    <Panel title={t('leaderboard.name')}>
      <div className="stack tight">
        <p className="muted">{t('leaderboard.name_about')}</p>
        <p>{t(isNamed ? 'leaderboard.named' : 'leaderboard.not_named')}</p>
        <WriteProblem error={write.error} />
        <div>
          <Button variant="default" loading={write.isPending} onClick={() => write.mutate(!isNamed)}>
            {t(isNamed ? 'leaderboard.hide_name' : 'leaderboard.show_name')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}

type Row = OwnLeaderboardPlace & { key: string }

function PartnerName({ row }: { row: Row }) {
  if (!row.is_own) return row.name ?? <span className="muted">{t('leaderboard.other')}</span>
  return (
    <>
      <span className="strong">{row.name}</span> <span className="small muted">{t('leaderboard.you')}</span>
    </>
  )
}

function Score({ row: { score }, board }: { row: Row; board: Board }) {
  if (score === null) return <span className="muted">–</span>
  if (board.by === 'sign_ups') return formatCount(score)
  return <MoneyText money={[{ amount_minor: score, currency: board.currency }]} />
}

const toColumns = (board: Board): Column<Row>[] => [
  { id: 'place', header: t('leaderboard.place'), cell: ({ place }) => formatCount(place) },
  { id: 'partner', header: t('leaderboard.partner'), cell: (row) => <PartnerName row={row} /> },
  {
    id: 'score',
    header: t(board.by === 'sign_ups' ? 'leaderboard.sign_ups' : 'leaderboard.earned'),
    numeric: true,
    cell: (row) => <Score row={row} board={board} />,
  },
]

function Places({ about }: { about: OwnLeaderboard }) {
  const { filters, board } = useBoard(about)
  const { by, period, currency } = board
  const places = useRead(
    ['own-leaderboard-places', by, period, currency],
    async ({ client }, signal): Promise<readonly OwnLeaderboardPlace[]> => {
      if (by === 'sign_ups') {
        const query = { period }
        return (await readBody(client.GET('/program/leaderboard/sign-ups', { params: { query }, signal })))
          .places
      }
      if (currency === '') return []
      const query = { period, currency }
      return (await readBody(client.GET('/program/leaderboard/earnings', { params: { query }, signal })))
        .places
    },
    { keep: true },
  )
  return (
    <>
      <BoardChoice offered={about} board={board} filters={filters} note={<Refreshed query={places} />} />
      <Answer query={places} lines={6}>
        {(rows) =>
          rows.length === 0 ? (
            <div className="list">
              <Empty title={t('leaderboard.too_few')} text={t('leaderboard.too_few_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('leaderboard.title')}
              columns={toColumns(board)}
              // Others have no id that they could be known by.
              rows={rows.map((row, index) => ({ ...row, key: String(index) }))}
              rowId={({ key }) => key}
            />
          )
        }
      </Answer>
    </>
  )
}

/** How the partner ranks among others, as far as the provider shows it. */
export function OwnLeaderboardPage() {
  const mayName = useMay('partner_org.profile.update')
  const about = useRead(['own-leaderboard'], ({ client }, signal) =>
    readBody(client.GET('/program/leaderboard', { signal })),
  )
  return (
    <Page title={t('leaderboard.title')} lead={t('leaderboard.lead')}>
      <Answer query={about} lines={6}>
        {(body) =>
          body.shows.length === 0 ? (
            <div className="list">
              <Empty title={t('leaderboard.off')} text={t('leaderboard.off_text')} />
            </div>
          ) : (
            <div className="stack">
              <Places about={body} />
              {mayName && <Naming isNamed={body.is_named} />}
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
