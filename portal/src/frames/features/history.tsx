import './features-words.ts'
import { readBody } from '@liaison/client'
import type { FeatureChange } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { formatDateTime, formatPercent } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import type { WordId } from '../../platform/words.ts'

const NAMES: Readonly<Record<string, WordId>> = {
  share_bp: 'feature_history.share',
  starts_at: 'feature_history.starts',
  noted_at: 'feature_history.noted',
  withdrawn_at: 'feature_history.withdrawn',
  ended_at: 'feature_history.withdrawn',
}

/** One field's value as people say it: shares in percent, moments in the form of every page. */
function show(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (name === 'share_bp' && typeof value === 'number') return formatPercent(value / 100)
  if (name.endsWith('_at') && typeof value === 'string') return formatDateTime(value)
  if (typeof value === 'boolean') return t(value ? 'feature_history.yes' : 'feature_history.no')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function nameOf(field: string): string {
  const known = NAMES[field]
  return known === undefined ? field.replaceAll('_', ' ') : t(known)
}

/** More than this many at once is a feature that was added: its page says what it is. */
const mostNew = 8

/** The fields that differ, with what they were and are. */
function describeChange({ before, after }: FeatureChange): string {
  if (after === null) return ''
  const names = Object.keys(after).filter(
    (name) => name !== 'version' && JSON.stringify(before?.[name]) !== JSON.stringify(after[name]),
  )
  if (before !== null)
    return names
      .map((name) => `${nameOf(name)}: ${show(name, before[name])} → ${show(name, after[name])}`)
      .join('; ')
  const given = names.filter((name) => after[name] !== null)
  if (given.length > mostNew) return ''
  return given.map((name) => `${nameOf(name)}: ${show(name, after[name])}`).join('; ')
}

const columns: Column<FeatureChange>[] = [
  {
    id: 'when',
    header: t('feature_history.when'),
    cell: (row) => <span className="nowrap">{formatDateTime(row.occurred_at)}</span>,
  },
  {
    id: 'what',
    header: t('feature_history.what'),
    cell: (row) => (
      <>
        <b>{row.partner_name ?? tValue('feature_about', row.about)}</b>{' '}
        <span className="small">{describeChange(row)}</span>
        {row.reason !== null && <div className="small muted">{row.reason}</div>}
      </>
    ),
  },
  { id: 'who', header: t('feature_history.who'), cell: (row) => row.actor_name },
]

/** What was changed about a feature, newest first. */
export function FeatureHistory({ featureKey }: { featureKey: string }) {
  const history = useRead(['features', 'history', featureKey], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/features/{key}/history', {
        params: { path: { key: featureKey }, query: { limit: 50 } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('feature_history.title')}>
      <Answer query={history} lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('state.none')} text={t('feature_history.none_text')} />
          ) : (
            <DataTable
              caption={t('feature_history.title')}
              columns={columns}
              rows={items}
              rowId={(row) => `${row.occurred_at} ${row.about} ${row.partner_id ?? ''}`}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
