import { TextInput } from '@mantine/core'
import type { AccessHistory, AccessThen } from '@liaison/client'
import { useState } from 'react'

import { PageFoot } from '../../parts/data-table.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { formatInstant } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { AccessEntry } from './access-entry.tsx'
import { toInstant } from './moment.ts'

const spec = { at: textField(), page: pageField() }

/** What is asked for; the moment is left out for now. */
export type AsOfQuery = { as_of?: string; limit: number; offset: number }

/** The date and time. A moment goes into the address once the field holds one, so that no half of it is asked for. */
function MomentField({ filters }: { filters: Filters<typeof spec> }) {
  const { values, set, clear, active } = filters
  const [written, setWritten] = useState(values.at)
  const [known, setKnown] = useState(values.at)
  if (known !== values.at) {
    setKnown(values.at)
    setWritten(values.at)
  }
  return (
    <>
      <FilterBar active={active} onClear={clear}>
        <TextInput
          type="datetime-local"
          label={t('then.as_of')}
          value={written}
          onChange={(event) => {
            const next = event.currentTarget.value
            setWritten(next)
            if (next === '' || toInstant(next) !== null) set({ at: next })
          }}
        />
      </FilterBar>
      <p className="small muted">{t('then.share')}</p>
    </>
  )
}

function NotRecorded({ answer, org }: { answer: AccessHistory; org: string }) {
  return (
    <div className="list">
      <Empty
        title={t('then.not_recorded')}
        text={t('then.not_recorded_text', { org, moment: formatInstant(answer.recorded_since) })}
      />
    </div>
  )
}

/** That a partner was the organisation itself at that moment, whose apps needed no access of their own. */
function OwnPartnerThen({ told, org }: { told: NonNullable<AccessHistory['own_partner']>; org: string }) {
  const { partner_name: partner, since, ended_at: ended } = told
  return (
    <Note>
      <p>
        {t('then.own', { org, partner, since: formatInstant(since) })}
        {ended !== null && ` ${t('then.own_ended', { ended: formatInstant(ended) })}`}
      </p>
    </Note>
  )
}

type EntriesProps = { items: readonly AccessThen[]; org: string; hasOwnPartner: boolean }

function Entries({ items, org, hasOwnPartner }: EntriesProps) {
  if (items.length > 0)
    return items.map((entry) => <AccessEntry key={entry.delegation_id} entry={entry} org={org} />)
  return (
    <div className="list">
      <Empty title={t(hasOwnPartner ? 'then.none_else' : 'then.none', { org })} text={t('then.none_text')} />
    </div>
  )
}

function Stood({ told, org, filters }: { told: AccessHistory; org: string; filters: Filters<typeof spec> }) {
  const own = told.own_partner
  return (
    <>
      <p role="status">
        <span className="strong">{t('then.stood', { moment: formatInstant(told.as_of) })}</span>{' '}
        <span className="muted">
          {t('then.recorded_since', { moment: formatInstant(told.recorded_since) })}
        </span>
      </p>
      {own !== null && <OwnPartnerThen told={own} org={org} />}
      <Entries items={told.items ?? []} org={org} hasOwnPartner={own !== null} />
      <PageFoot paging={pagingOf({ ...told, total: told.total ?? 0 }, (page) => filters.set({ page }))} />
    </>
  )
}

type Props = {
  /** Whose data it was about. */
  org: string
  back?: { to: string; label: string }
  read: (frame: Frame, query: AsOfQuery, signal: AbortSignal) => Promise<AccessHistory>
}

/** The answer in whichever state it is. */
function AsOf({ org, read, filters }: Pick<Props, 'org' | 'read'> & { filters: Filters<typeof spec> }) {
  const moment = toInstant(filters.values.at)
  const query = { ...(moment === null ? {} : { as_of: moment }), ...pagingQuery(filters.values.page) }
  const answer = useRead(['access-history', query], (frame, signal) => read(frame, query, signal))
  return (
    <Answer query={answer} lines={10}>
      {(told) =>
        told.items === null ? (
          <NotRecorded answer={told} org={org} />
        ) : (
          <Stood told={told} org={org} filters={filters} />
        )
      }
    </Answer>
  )
}

/** Who could do what at one moment, the same for the organisation itself and for its auditor. */
export function AccessThenView({ org, back, read }: Props) {
  const filters = useFilters(spec)
  const moment = toInstant(filters.values.at)
  const now = useNow()
  return (
    <Page title={t('then.title', { org })} lead={t('then.lead')} {...(back && { back })}>
      <div className="stack">
        <MomentField filters={filters} />
        {moment !== null && new Date(moment) > now ? (
          <div className="list">
            <Empty title={t('then.future')} text={t('then.future_text')} />
          </div>
        ) : (
          <AsOf org={org} read={read} filters={filters} />
        )}
      </div>
    </Page>
  )
}
