import './agreements-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Agreement } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'
import { nameOf, paths, placesOf } from './calls.ts'
import type { Side } from './calls.ts'
import { SignBanner } from './sign-banner.tsx'

const states = [
  'any',
  'draft',
  'offered',
  'signed',
  'active',
  'superseded',
  'terminated',
  'declined',
  'withdrawn',
  'expired',
  'rejected',
] as const
const spec = { state: choiceField(states, 'any'), page: pageField() }

function forceText({ effective_from: from, effective_until: until }: Agreement): string {
  if (from === null) return '–'
  return until === null
    ? t('agreements.from', { from: formatDate(from) })
    : t('agreements.from_until', { from: formatDate(from), until: formatDate(until) })
}

function toColumns(side: Side, addressOf: (agreement: string) => string): Column<Agreement>[] {
  const partner: Column<Agreement> = {
    id: 'partner',
    header: t('agreements.partner'),
    cell: (row) => row.partner_name,
  }
  return [
    {
      id: 'agreement',
      header: t('agreements.agreement'),
      cell: (row) => (
        <GoLink className="thing" to={addressOf(row.agreement_id)}>
          {nameOf(row)}
        </GoLink>
      ),
    },
    ...(side === 'platform' ? [partner] : []),
    {
      id: 'state',
      header: t('agreements.state'),
      cell: (row) => <StatusChip family="agreement" value={row.state} />,
    },
    { id: 'force', header: t('agreements.force'), cell: forceText },
    {
      id: 'until',
      header: t('agreements.until'),
      cell: (row) => <DateText iso={row.state === 'offered' ? row.expires_at : null} />,
    },
    { id: 'changed', header: t('agreements.changed'), cell: (row) => <DateText iso={row.updated_at} /> },
  ]
}

function useAgreements(side: Side, { state, page }: { state: (typeof states)[number]; page: number }) {
  const query = { ...pagingQuery(page), ...optional('state', state) }
  return useRead(
    ['agreements', side, query],
    (frame, signal) => readBody(frame.client.GET(paths[side].list, { params: { query }, signal })),
    { keep: true },
  )
}

function Tools() {
  const go = useGo()
  const mayDraft = useMay('platform.agreements.draft')
  return (
    <div className="row">
      <Button variant="default" onClick={() => go(platformPlaces.agreementTemplates())}>
        {t('agreements.templates')}
      </Button>
      {mayDraft && <Button onClick={() => go(platformPlaces.newAgreement())}>{t('agreements.new')}</Button>}
    </div>
  )
}

function Nothing({ side, isFiltered }: { side: Side; isFiltered: boolean }) {
  if (isFiltered) return <Empty title={t('state.no_match')} text={t('state.no_match_text')} />
  return (
    <Empty
      title={t('agreements.none')}
      text={t(side === 'partner' ? 'agreements.none_own' : 'agreements.none_admin')}
    />
  )
}

function AgreementList({ side }: { side: Side }) {
  const { partnerId } = useFrame()
  const { values, set, clear, active } = useFilters(spec)
  const places = useMemo(() => placesOf(side, partnerId), [side, partnerId])
  const agreements = useAgreements(side, values)
  const columns = useMemo(() => toColumns(side, places.one), [side, places])
  const isFiltered = active.length > 0
  return (
    <div className="stack">
      {side === 'partner' && <SignBanner />}
      <FilterBar active={active} onClear={clear} note={<Refreshed query={agreements} />}>
        <Pick
          label={t('agreements.state')}
          value={values.state}
          words={states}
          labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.agreement', word))}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <Answer query={agreements} lines={6}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Nothing side={side} isFiltered={isFiltered} />
            </div>
          ) : (
            <DataTable
              caption={t('agreements.title')}
              columns={columns}
              rows={page.items}
              rowId={(row) => row.agreement_id}
              paging={{
                offset: page.offset,
                limit: page.limit,
                total: page.total,
                onOffset: (offset) => set({ page: Math.floor(offset / pageSize) }),
              }}
            />
          )
        }
      </Answer>
    </div>
  )
}

/** The agreements of all partners, for the provider. */
export function AgreementsPage() {
  return (
    <Page title={t('agreements.title')} lead={t('agreements.lead')} tools={<Tools />}>
      <AgreementList side="platform" />
    </Page>
  )
}

/** The own agreements: every version for owners, the one in force for staff. */
export function OwnAgreementsPage() {
  const mayReadHistory = useMay('partner_org.agreements.history.read')
  return (
    <Page title={t('agreements.title')} lead={t('agreements.lead_own')}>
      {mayReadHistory ? <AgreementList side="partner" /> : <CurrentLine />}
    </Page>
  )
}

function CurrentLine() {
  const { partnerId } = useFrame()
  const current = useRead(['agreement', 'current'], (frame, signal) =>
    readBody(frame.client.GET('/program/agreements/current', { signal })),
  )
  const places = placesOf('partner', partnerId)
  return (
    <Answer query={current}>
      {(row) => (
        <p>
          <GoLink className="thing" to={places.one(row.agreement_id)}>
            {nameOf(row)}
          </GoLink>{' '}
          <StatusChip family="agreement" value={row.state} />
        </p>
      )}
    </Answer>
  )
}
