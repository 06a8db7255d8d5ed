import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { ReactNode } from 'react'

import { readActivityFile } from '../platform/calls.ts'
import type { ActivityFilter } from '../platform/calls.ts'
import { endOfDay } from '../platform/last-day.ts'
import { isMoment, isRequestId } from '../platform/pasted.ts'
import { useWrite } from '../platform/query.ts'
import { t } from '../platform/words.ts'
import { ActivityFields, activitySpec } from './activity-fields.tsx'
import type { ActivityChoice, ActivityValues, Side } from './activity-fields.tsx'
import { WriteProblem } from './error-summary.tsx'
import { ActivityList } from './activity-list.tsx'
import { FilterBar, useFilters } from './filter-bar.tsx'
import { Page } from './page.tsx'
import { saveFile } from './save-file.ts'

/** A day of the address as the time at which it begins, or at which it is over; a time of it stays as it is. */
function timeFilter(name: 'from' | 'to', text: string): ActivityFilter {
  const end = endOfDay(text)
  if (end !== null) return { [name]: name === 'to' ? end.toISOString() : `${text}T00:00:00Z` }
  return isMoment(text) ? { [name]: text } : {}
}

/** Words are looked for in what was done; the id of a request finds all that it did, in every system that names it. */
function wordsOrRequest(search: string): ActivityFilter {
  if (isRequestId(search)) return { request_id: search }
  return search === '' ? {} : { search }
}

/** An id out of the address; anything else is left out. */
function idFilter(name: 'person_id' | 'tenant_id', text: string): ActivityFilter {
  return /^(psn|ten)_[0-9a-z]{26}$/.test(text) ? { [name]: text } : {}
}

/** What the feed asks the server for, from what the address holds. */
export function toFilter(values: ActivityValues, by: Side): ActivityFilter {
  return {
    ...wordsOrRequest(values.search.trim()),
    ...(values.outcome === 'any' ? {} : { outcome: values.outcome }),
    ...(by === 'any' ? {} : { by }),
    ...idFilter('person_id', values.person),
    ...idFilter('tenant_id', values.tenant),
    ...timeFilter('from', values.from),
    ...timeFilter('to', values.to),
  }
}

/** The days of a time that the page begins with. */
export type ActivityDays = { from: string; to: string }

/** Writes the days into the address of a page that names none, so that the address always says what is shown. */
function useFirstDays(
  days: ActivityDays | undefined,
  { values, set }: { values: ActivityValues; set: (change: Partial<ActivityValues>) => void },
): void {
  const isOpen = values.from === '' && values.to === ''
  const from = days?.from ?? ''
  const to = days?.to ?? ''
  useEffect(() => {
    if (isOpen && from !== '') set({ from, to })
  }, [isOpen, from, to, set])
}

/** Saves exactly the slice that the filters show, and tells the checksum by which others know the file. */
function ExportButton({ filter }: { filter: ActivityFilter }) {
  const write = useWrite(async (wanted: ActivityFilter, frame) => {
    const { text, isCut } = await readActivityFile(frame, wanted)
    return { digest: await saveFile({ name: 'activity.csv', type: 'text/csv', text }), isCut }
  })
  return (
    <>
      <Button variant="default" loading={write.isPending} onClick={() => write.mutate(filter)}>
        {t('activity.export')}
      </Button>
      <WriteProblem error={write.error} />
      {write.data?.isCut === true && (
        <p className="small" role="status">
          {t('activity.export_cut')}
        </p>
      )}
      {write.data && write.data.digest !== null && (
        <p className="small" role="status">
          {t('activity.digest')} <code className="mono once">{write.data.digest}</code>
        </p>
      )}
    </>
  )
}

function timeOf({ from, to }: ActivityFilter): Pick<ActivityFilter, 'from' | 'to'> {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

type ActivityPageProps = {
  /** Whose acts are shown at first. */
  side: Side
  title: string
  lead: string
  emptyText: string
  fixed?: ActivityFilter
  /** False where the feed holds the acts of one side only. */
  hasSides?: boolean
  /** In place of the button that saves the slice at once. */
  tools?: ReactNode
  /** Who can be chosen, and where they acted; the pages of a partner. */
  people?: readonly ActivityChoice[]
  tenants?: readonly ActivityChoice[]
  days?: ActivityDays
  /** Stands between the filters and the list, told of the time that they name. */
  renderWhole?: (time: Pick<ActivityFilter, 'from' | 'to'>) => ReactNode
  children?: ReactNode
}

/** The feed with its filters in the address, the same for every frame. */
export function ActivityPage(props: ActivityPageProps) {
  const { title, lead, emptyText, side, fixed, hasSides = true, tools, children } = props
  const { people, tenants, days, renderWhole } = props
  const { values, set, clear, active } = useFilters(activitySpec)
  useFirstDays(days, { values, set })
  const by = values.by === 'default' ? side : values.by
  const filter = { ...toFilter(values, by), ...fixed }
  return (
    <Page title={title} lead={lead} tools={tools ?? <ExportButton filter={filter} />}>
      {children}
      <FilterBar active={active} onClear={clear} note={t('activity.zone')}>
        <ActivityFields {...{ values, by, side, hasSides, people, tenants, set }} />
      </FilterBar>
      {renderWhole?.(timeOf(filter))}
      <ActivityList filter={filter} isFiltered={active.length > 0} emptyText={emptyText} />
    </Page>
  )
}
