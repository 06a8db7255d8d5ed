import './vouchers-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'
import { readEveryAgency } from '../shared/every.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { toColumns } from './voucher-table.tsx'

const states = ['any', 'pending_review', 'issued', 'redeemed', 'expired', 'voided', 'declined'] as const
const spec = {
  search: textField(),
  born: textField(),
  state: choiceField(states, 'any'),
  agency: textField(),
  page: pageField(),
}

type AgencyPickProps = { value: string; onValue: (value: string) => void }

/** Whose vouchers are shown; for those who may see the agencies. */
function AgencyPick({ value, onValue }: AgencyPickProps) {
  const mayRead = useMay('tenant.agencies.read')
  const agencies = useRead(['agencies', 'every'], (frame, signal) => readEveryAgency(frame.client, signal), {
    enabled: mayRead,
  })
  if (!mayRead || agencies.data === undefined || agencies.data.length === 0) return null
  return (
    <NativeSelect
      className="pick"
      label={t('voucher.agency')}
      value={value}
      data={[
        { value: '', label: t('pick.any') },
        ...agencies.data.map((agency) => ({ value: agency.agency_id, label: agency.name })),
      ]}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

type FiltersProps = { filters: ReturnType<typeof useFilters<typeof spec>>; note: ReactNode }

function Filters({ filters, note }: FiltersProps) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('vouchers.find')} value={values.search} onValue={(search) => set({ search })} />
      <TextInput
        className="pick"
        type="date"
        label={t('vouchers.born')}
        value={values.born}
        onChange={(event) => set({ born: event.currentTarget.value })}
      />
      <Pick
        label={t('vouchers.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.voucher')}
        onValue={(state) => set({ state })}
      />
      <AgencyPick value={values.agency} onValue={(agency) => set({ agency })} />
    </FilterBar>
  )
}

type ListQuery = {
  search: string
  born: string
  state: (typeof states)[number]
  agency: string
  page: number
}

function useVouchers({ search, born, state, agency, page }: ListQuery) {
  const query = {
    ...pagingQuery(page),
    ...optional('search', search),
    ...optional('date_of_birth', born),
    ...optional('status', state),
    ...optional('agency_id', agency),
  }
  return useRead(
    ['vouchers', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/vouchers', { params: { query }, signal })),
    { keep: true },
  )
}

function Tools({ ten }: { ten: string }) {
  const mayErase = useMay('tenant.vouchers.void')
  return (
    <>
      {mayErase && <GoLink to={places.recipients(ten)}>{t('vouchers.kept_of_person')}</GoLink>}
      <BeginButton act="org.voucher">{t('vouchers.new')}</BeginButton>
    </>
  )
}

/** The organisation's vouchers: found by code, name, day of birth and state. */
export function VouchersPage() {
  const ten = useParam('ten')
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const vouchers = useVouchers(values)
  const columns = useMemo(() => toColumns((voucher) => places.voucher(ten, voucher)), [ten])
  const isFiltered = active.length > 0
  return (
    <Page title={t('vouchers.title')} lead={t('vouchers.lead')} tools={<Tools ten={ten} />}>
      <div className="stack">
        <Filters filters={filters} note={<Refreshed query={vouchers} />} />
        <PagedTable
          query={vouchers}
          caption={t('vouchers.title')}
          columns={columns}
          rowId={(voucher) => voucher.voucher_id}
          empty={<NoRows isFiltered={isFiltered} title={t('vouchers.none')} text={t('vouchers.none_text')} />}
          onPage={(page) => set({ page })}
        />
      </div>
    </Page>
  )
}
