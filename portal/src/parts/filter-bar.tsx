import { NativeSelect, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useContext, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'

import {
  activeFilters,
  parseSearch,
  readFilters,
  stringifySearch,
  writeFilters,
} from '../platform/filters.ts'
import type { FilterSpec, FilterValues } from '../platform/filters.ts'
import { useGo, usePathname, useSearchText } from '../platform/navigate.tsx'
import { t, tValue } from '../platform/words.ts'
import { ShownFiltersContext, useShownFilter } from './shown-filters.ts'

export type Filters<Spec extends FilterSpec> = {
  values: FilterValues<Spec>
  /** Changes some filters; the list starts again at its first page unless the page itself is changed. */
  set: (change: Partial<FilterValues<Spec>>) => void
  clear: () => void
  active: string[]
}

/** Filters that live in the address, so that a link, a reload and the back button keep them. */
export function useFilters<Spec extends FilterSpec>(spec: Spec): Filters<Spec> {
  const searchText = useSearchText()
  const path = usePathname()
  const go = useGo()
  return useMemo(() => {
    const search = parseSearch(searchText)
    const values = readFilters(spec, search)
    return {
      values,
      set(change) {
        const start = 'page' in spec && !('page' in change) ? { page: spec['page']?.fallback } : {}
        const next = { ...values, ...start, ...change }
        const kept = Object.entries(search).filter(([name]) => !(name in spec))
        const written = { ...Object.fromEntries(kept), ...writeFilters(spec, next) }
        go(path + stringifySearch(written), { replace: true })
      },
      clear() {
        go(path, { replace: true })
      },
      active: activeFilters(spec, values),
    }
  }, [spec, searchText, path, go])
}

type SearchBoxProps = { label: string; value: string; onValue: (value: string) => void }

const typingPauseMs = 250

/** A text filter that waits for a pause in typing. The key "/" puts the cursor here. */
export function SearchBox({ label, value, onValue }: SearchBoxProps) {
  useShownFilter(label, value === '' ? null : value)
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => onValue(typed), typingPauseMs)
    return () => clearTimeout(timer)
  }, [typed, value, onValue])
  return (
    <TextInput
      className="grow"
      type="search"
      label={label}
      value={typed}
      data-filter-focus=""
      leftSection={<IconSearch size={15} aria-hidden="true" />}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  )
}

type PickProps<Word extends string> = {
  label: string
  value: Word
  words: readonly Word[]
  labelOf: (word: Word) => string
  onValue: (value: Word) => void
  /** False for a choice that hides nothing, such as how a list is shown. */
  narrows?: boolean
}

/** A filter with one choice out of a few. */
export function Pick<Word extends string>(props: PickProps<Word>) {
  const { label, value, words, labelOf, onValue, narrows = true } = props
  useShownFilter(label, !narrows || value === 'any' || value === '' ? null : labelOf(value))
  return (
    <NativeSelect
      className="pick"
      label={label}
      value={value}
      onChange={(event) => {
        const next = words.find((word) => word === event.currentTarget.value)
        if (next !== undefined) onValue(next)
      }}
    >
      {words.map((word) => (
        <option key={word} value={word}>
          {labelOf(word)}
        </option>
      ))}
    </NativeSelect>
  )
}

/** The words of a filter's values by their family, and "Any" for the one that filters nothing. */
export function anyOr(family: string): (word: string) => string {
  return (word) => (word === 'any' ? t('pick.any') : tValue(family, word))
}

type FilterBarProps = {
  children: ReactNode
  active: readonly string[]
  onClear: () => void
  note?: ReactNode
}

/** The filters of a list in one line, with the way back to all of it. */
export function FilterBar({ children, active, onClear, note }: FilterBarProps) {
  const filters = useContext(ShownFiltersContext)
  useEffect(() => {
    filters.clearBy(onClear)
    return () => filters.clearBy(null)
  }, [filters, onClear])
  return (
    <search className="filters" aria-label={t('filter.label')}>
      {children}
      {active.length > 0 && (
        <button type="button" className="row-tool clear" onClick={onClear}>
          {t('filter.clear')}
        </button>
      )}
      {note && <div className="filter-note">{note}</div>}
    </search>
  )
}
