import './referrals-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ReferralCode } from '@liaison/client'
import { useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { toColumns, useMakeCode } from './code-columns.tsx'
import { blankCode } from './code-draft.ts'
import { CodeForm } from './code-form.tsx'
import { QrDialog } from './qr-dialog.tsx'

const states = ['any', 'active', 'inactive'] as const
const spec = { search: textField(), state: choiceField(states, 'any'), page: pageField() }

type CodesQuery = { search: string; state: (typeof states)[number]; page: number }

function useCodes({ search, state, page }: CodesQuery) {
  const query = { ...pagingQuery(page), ...optional('search', search), ...optional('state', state) }
  return useRead(
    ['program-codes', query],
    (frame, signal) => readBody(frame.client.GET('/program/codes', { params: { query }, signal })),
    { keep: true },
  )
}

type PageOfCodes = NonNullable<ReturnType<typeof useCodes>['data']>

type FiltersProps = {
  filters: ReturnType<typeof useFilters<typeof spec>>
  query: ReturnType<typeof useCodes>
}

function Filters({ filters, query }: FiltersProps) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={<Refreshed query={query} />}>
      <SearchBox label={t('codes.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('codes.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.code')}
        onValue={(state) => set({ state })}
      />
    </FilterBar>
  )
}

/** What was chosen on this page: the form, or the picture of one code. */
function Dialogs({
  hosts,
  shown,
  onClose,
}: {
  hosts: readonly string[]
  shown: ReferralCode | 'form'
  onClose: () => void
}) {
  const make = useMakeCode(onClose)
  if (shown !== 'form') return <QrDialog code={shown} onClose={onClose} />
  return (
    <CodeForm
      hosts={hosts}
      isBusy={make.isPending}
      error={make.error}
      onMake={(draft) => make.mutate(draft)}
      onClose={onClose}
    />
  )
}

type ListProps = {
  page: PageOfCodes
  isFiltered: boolean
  columns: readonly Column<ReferralCode>[]
  onPage: (page: number) => void
}

function List({ page, isFiltered, columns, onPage }: ListProps) {
  if (page.items.length === 0)
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('codes.none')} text={t('codes.none_text')} />}
      </div>
    )
  return (
    <DataTable
      caption={t('codes.title')}
      columns={columns}
      rows={page.items}
      rowId={(code) => code.code_id}
      paging={pagingOf(page, onPage)}
    />
  )
}

type ToolsProps = { isBusy: boolean; onMake: () => void; onForm: () => void }

function Tools({ isBusy, onMake, onForm }: ToolsProps) {
  return (
    <>
      <Button variant="default" onClick={onForm}>
        {t('codes.more')}
      </Button>
      <Button data-new="" loading={isBusy} onClick={onMake}>
        {t('codes.new')}
      </Button>
    </>
  )
}

/** The codes of the partner, each with its link: staff see their own, owners all. */
export function CodesPage() {
  const mayManage = useMay('partner_org.codes.manage')
  const [shown, setShown] = useState<ReferralCode | 'form' | null>(null)
  const filters = useFilters(spec)
  const codes = useCodes(filters.values)
  const make = useMakeCode(() => undefined)
  const columns = useMemo(() => toColumns(mayManage, setShown), [mayManage])
  const tools = (
    <Tools isBusy={make.isPending} onMake={() => make.mutate(blankCode)} onForm={() => setShown('form')} />
  )
  return (
    <Page title={t('codes.title')} lead={t('codes.lead')} tools={tools}>
      <div className="stack">
        <WriteProblem error={make.error} />
        {!mayManage && <p className="small muted">{t('codes.staff_note')}</p>}
        <Filters filters={filters} query={codes} />
        <Answer query={codes} lines={6}>
          {(page) => (
            <>
              <List
                page={page}
                isFiltered={filters.active.length > 0}
                columns={columns}
                onPage={(number) => filters.set({ page: number })}
              />
              {shown !== null && (
                <Dialogs hosts={page.allowed_hosts} shown={shown} onClose={() => setShown(null)} />
              )}
            </>
          )}
        </Answer>
      </div>
    </Page>
  )
}
