import type { AgencyForm, FormActivity } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { fact, Facts, Note, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import { useFormActivity } from './calls.ts'

type Refusal = FormActivity['refusals'][number]
type Site = FormActivity['sites'][number]

function refusalColumns(): Column<Refusal>[] {
  return [
    {
      id: 'reason',
      header: t('formact.reasons'),
      cell: (row) => (
        <>
          {tValue('formact.reason', row.reason)}
          <div className="small muted mono">{row.reason}</div>
        </>
      ),
    },
    { id: 'times', header: t('formact.times'), numeric: true, cell: (row) => formatCount(row.times) },
  ]
}

function siteColumns(now: Date): Column<Site>[] {
  return [
    {
      id: 'site',
      header: t('formact.site'),
      cell: (row) => (
        <>
          {row.origin}
          <div className={row.is_allowed ? 'small muted' : 'small late'}>
            {t(row.is_allowed ? 'formact.allowed' : 'formact.foreign')}
          </div>
        </>
      ),
    },
    { id: 'visits', header: t('formact.visits'), numeric: true, cell: (row) => formatCount(row.visits) },
    {
      id: 'seen',
      header: t('formact.last_seen'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_seen_at} now={now} />,
    },
  ]
}

function ActivityParts({ activity }: { activity: FormActivity }) {
  const now = useNow(60_000)
  const isQuiet = activity.days.every((day) => day.issued + day.looked_up + day.refused === 0)
  return (
    <div className="stack">
      {activity.is_unusual && (
        <Note tone="bad">
          <p className="strong">{t('form.unusual_title')}</p>
          <p>{t('form.unusual_text', { count: activity.last_hour, most: activity.usual_at_most })}</p>
        </Note>
      )}
      {isQuiet && activity.sites.length === 0 ? (
        <p className="muted">{t('formact.nothing')}</p>
      ) : (
        <Facts
          facts={[
            fact(t('formact.issued'), formatCount(activity.issued)),
            fact(t('formact.review'), formatCount(activity.sent_to_review)),
            fact(t('formact.looked_up'), formatCount(activity.looked_up)),
            fact(t('formact.refused'), formatCount(activity.refused)),
            fact(t('formact.limited'), formatCount(activity.limited_minutes)),
          ]}
        />
      )}
      {activity.refusals.length > 0 && (
        <DataTable
          caption={t('formact.reasons')}
          columns={refusalColumns()}
          rows={activity.refusals}
          rowId={(row) => row.reason}
        />
      )}
      {activity.sites.length > 0 && (
        <DataTable
          caption={t('formact.sites')}
          columns={siteColumns(now)}
          rows={activity.sites}
          rowId={(row) => `${row.origin} ${String(row.is_allowed)}`}
        />
      )}
    </div>
  )
}

/** What happened on a form in four weeks, and whether it is far more than usual now. */
export function ActivityPanel({ form }: { form: AgencyForm }) {
  const activity = useFormActivity(form.form_id)
  return (
    <Panel title={t('formact.title')}>
      <Answer query={activity}>{(body) => <ActivityParts activity={body} />}</Answer>
    </Panel>
  )
}
