import type { AgencyForm, FormToken } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useFormTokens } from './calls.ts'

const isLive = ({ state }: FormToken): boolean => state === 'current' || state === 'overlapping'

function SeenOn({ token }: { token: FormToken }) {
  if (token.origins.length === 0) return <span className="muted">{t('token.not_seen')}</span>
  return token.origins.slice(0, 3).map(({ origin }) => <div key={origin}>{origin}</div>)
}

function columnsFor(stopOf: (tokenId: string) => string, now: Date): Column<FormToken>[] {
  return [
    {
      id: 'token',
      header: t('token.shown'),
      cell: (row) => (
        <>
          <span className="mono">{row.display}</span>
          <div className="small muted">
            {t('token.made_value', { date: formatDate(row.created_at), name: row.created_by_name })}
          </div>
        </>
      ),
    },
    {
      id: 'state',
      header: t('column.status'),
      cell: (row) => (
        <>
          <StatusChip family="form_token" value={row.state} />
          {row.state === 'overlapping' && row.valid_until !== null && (
            <div className="small muted">
              {t('token.until')} {formatDateTime(row.valid_until)}
            </div>
          )}
          {row.revoked_reason !== null && <div className="small muted">{row.revoked_reason}</div>}
        </>
      ),
    },
    { id: 'seen', header: t('token.seen_on'), cell: (row) => <SeenOn token={row} /> },
    {
      id: 'used',
      header: t('agencies.last_use'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_used_at} now={now} />,
    },
    {
      id: 'acts',
      header: '',
      cell: (row) =>
        isLive(row) && (
          <GoLink className="row-tool danger" to={stopOf(row.token_id)}>
            {t('token.stop')}…
          </GoLink>
        ),
    },
  ]
}

/** The tokens of a form: the current one, one that is being replaced, and those that ended. */
export function TokensPanel({ form }: { form: AgencyForm }) {
  const { tenantId: ten } = useFrame()
  const now = useNow(60_000)
  const tokens = useFormTokens(form.form_id)
  const stopOf = (tokenId: string) => orgPlaces.stopFormToken(ten, [form.agency_id, form.form_id, tokenId])
  const isReady = form.config !== null && form.allowed_origins.length > 0
  const toNew = orgPlaces.newFormToken(ten, form.agency_id, form.form_id)
  return (
    <Panel title={t('token.title')}>
      <div className="stack">
        <p className="muted">{t('token.not_secret')}</p>
        <Answer query={tokens}>
          {({ items }) => {
            const hasCurrent = items.some(({ state }) => state === 'current')
            return (
              <>
                {items.length > 0 && (
                  <DataTable
                    caption={t('token.title')}
                    columns={columnsFor(stopOf, now)}
                    rows={items}
                    rowId={(row) => row.token_id}
                  />
                )}
                {hasCurrent && <p className="small muted">{t('token.cannot_show')}</p>}
                {isReady ? (
                  <div>
                    <GoLink to={toNew}>{t(hasCurrent ? 'token.replace' : 'token.make')}</GoLink>
                  </div>
                ) : (
                  <p>{t('token.not_ready')}</p>
                )}
              </>
            )
          }}
        </Answer>
      </div>
    </Panel>
  )
}
