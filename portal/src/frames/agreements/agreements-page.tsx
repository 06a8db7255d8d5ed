import './agreements-words.ts'
import { Button } from '@mantine/core'
import { LiaisonProblem, readBody } from '@liaison/client'
import { useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { toColumns } from './agreement-columns.tsx'
import { paths, placesOf } from './calls.ts'
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
  return (
    <div className="row">
      <Button variant="default" onClick={() => go(platformPlaces.agreementTemplates())}>
        {t('agreements.templates')}
      </Button>
      <BeginButton act="platform.agreement">{t('agreements.new')}</BeginButton>
    </div>
  )
}

function Nothing({ side, isFiltered }: { side: Side; isFiltered: boolean }) {
  if (isFiltered) return <NoMatch />
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
  const columns = useMemo(
    () => toColumns({ ofAll: side === 'platform', addressOf: places.one }),
    [side, places],
  )
  const isFiltered = active.length > 0
  return (
    <div className="stack">
      {side === 'partner' && <SignBanner />}
      <FilterBar active={active} onClear={clear} note={<Refreshed query={agreements} />}>
        <Pick
          label={t('agreements.state')}
          value={values.state}
          words={states}
          labelOf={anyOr('status.agreement')}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <PagedTable
        query={agreements}
        caption={t('agreements.title')}
        columns={columns}
        rowId={(row) => row.agreement_id}
        empty={<Nothing side={side} isFiltered={isFiltered} />}
        onPage={(page) => set({ page })}
      />
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
    <Page
      title={t('agreements.title')}
      lead={t(mayReadHistory ? 'agreements.lead_own' : 'agreements.lead_current')}
    >
      {mayReadHistory ? <AgreementList side="partner" /> : <CurrentLine />}
    </Page>
  )
}

/** The agreement in force, or null when there is none. */
function useCurrent() {
  return useRead(['agreement', 'current'], async (frame, signal) => {
    try {
      return await readBody(frame.client.GET('/program/agreements/current', { signal }))
    } catch (error) {
      if (error instanceof LiaisonProblem && error.status === 404) return null
      throw error
    }
  })
}

function CurrentLine() {
  const { partnerId } = useFrame()
  const current = useCurrent()
  const columns = useMemo(
    () => toColumns({ ofAll: false, addressOf: placesOf('partner', partnerId).one }),
    [partnerId],
  )
  return (
    <Answer query={current} lines={2}>
      {(row) =>
        row === null ? (
          <div className="list">
            <Empty title={t('agreements.none_current')} text={t('agreements.none_current_text')} />
          </div>
        ) : (
          <DataTable
            caption={t('agreements.title')}
            columns={columns}
            rows={[row]}
            rowId={(one) => one.agreement_id}
          />
        )
      }
    </Answer>
  )
}
