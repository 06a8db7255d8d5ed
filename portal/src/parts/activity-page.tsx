import { Button, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'

import { readActivityFile } from '../platform/calls.ts'
import type { ActivityFilter } from '../platform/calls.ts'
import { isRequestId } from '../platform/pasted.ts'
import { choiceField, numberField, textField } from '../platform/filters.ts'
import type { FilterValues } from '../platform/filters.ts'
import { useWrite } from '../platform/query.ts'
import { t } from '../platform/words.ts'
import { WriteProblem } from './error-summary.tsx'
import { ActivityList } from './activity-list.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from './filter-bar.tsx'
import { Page } from './page.tsx'

const outcomes = ['any', 'allowed', 'denied', 'error'] as const

const sides = ['any', 'partner', 'tenant', 'provider'] as const

const spec = {
  search: textField(),
  outcome: choiceField(outcomes, 'any'),
  by: choiceField([...sides, 'default'] as const, 'default'),
  from: textField(),
  to: textField(),
  page: numberField(0, { min: 0, max: 0 }),
}

type Values = FilterValues<typeof spec>

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
}

/** Words are looked for in what was done; the id of a request finds all that it did, in every system that names it. */
function wordsOrRequest(search: string): ActivityFilter {
  if (isRequestId(search)) return { request_id: search }
  return search === '' ? {} : { search }
}

function toFilter(values: Values, by: (typeof sides)[number]): ActivityFilter {
  return {
    ...wordsOrRequest(values.search.trim()),
    ...(values.outcome === 'any' ? {} : { outcome: values.outcome }),
    ...(by === 'any' ? {} : { by }),
    ...(isDay(values.from) ? { from: `${values.from}T00:00:00Z` } : {}),
    ...(isDay(values.to) ? { to: `${values.to}T23:59:59Z` } : {}),
  }
}

type DayProps = { label: string; value: string; onValue: (value: string) => void }

function Day({ label, value, onValue }: DayProps) {
  return (
    <TextInput
      className="pick"
      type="date"
      label={label}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

/** Saves the file; gives its SHA-256, or nothing where the browser computes none because the portal came unencrypted. */
async function saveFile(name: string, text: string): Promise<string | null> {
  const bytes = new TextEncoder().encode(text)
  const digest = window.isSecureContext ? await crypto.subtle.digest('SHA-256', bytes) : null
  const address = URL.createObjectURL(new Blob([bytes], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
  return digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Saves exactly the slice that the filters show, and tells the checksum by which others know the file. */
function ExportButton({ filter }: { filter: ActivityFilter }) {
  const write = useWrite(async (wanted: ActivityFilter, frame) =>
    saveFile('activity.csv', await readActivityFile(frame, wanted)),
  )
  return (
    <>
      <Button variant="default" loading={write.isPending} onClick={() => write.mutate(filter)}>
        {t('activity.export')}
      </Button>
      <WriteProblem error={write.error} />
      {write.data && (
        <p className="small" role="status">
          {t('activity.digest')} <code className="mono once">{write.data}</code>
        </p>
      )}
    </>
  )
}

type ActivityPageProps = {
  /** Whose acts are shown at first. */
  side: (typeof sides)[number]
  title: string
  lead: string
  emptyText: string
  fixed?: ActivityFilter
  /** False where the feed holds the acts of one side only. */
  hasSides?: boolean
  /** In place of the button that saves the slice at once. */
  tools?: ReactNode
  children?: ReactNode
}

/** The feed with its filters in the address, the same for every frame. */
export function ActivityPage(props: ActivityPageProps) {
  const { title, lead, emptyText, side, fixed, hasSides = true, tools, children } = props
  const { values, set, clear, active } = useFilters(spec)
  const by = values.by === 'default' ? side : values.by
  const filter = { ...toFilter(values, by), ...fixed }
  return (
    <Page title={title} lead={lead} tools={tools ?? <ExportButton filter={filter} />}>
      {children}
      <FilterBar active={active} onClear={clear} note={t('activity.zone')}>
        <SearchBox label={t('activity.search')} value={values.search} onValue={(search) => set({ search })} />
        <Pick
          label={t('activity.outcome')}
          value={values.outcome}
          words={outcomes}
          labelOf={(word) => t(`activity.outcome.${word}`)}
          onValue={(outcome) => set({ outcome })}
        />
        {hasSides && (
          <Pick
            label={t('activity.by')}
            value={by}
            words={sides}
            labelOf={(word) => t(`activity.by.${word}`)}
            onValue={(next) => set({ by: next === side ? 'default' : next })}
          />
        )}
        <Day label={t('activity.from')} value={values.from} onValue={(from) => set({ from })} />
        <Day label={t('activity.to')} value={values.to} onValue={(to) => set({ to })} />
      </FilterBar>
      <ActivityList
        filter={filter}
        isFiltered={active.length > 0}
        emptyText={active.length > 0 ? t('state.no_match_text') : emptyText}
      />
    </Page>
  )
}
