import './referrals-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ReferralCode } from '@liaison/client'
import { useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'
import { blankCode, toCodeBody } from './code-draft.ts'
import type { CodeDraft } from './code-draft.ts'
import { CodeForm } from './code-form.tsx'
import { QrDialog } from './qr-dialog.tsx'

const states = ['any', 'active', 'inactive'] as const
const spec = { search: textField(), state: choiceField(states, 'any'), page: pageField() }

/** Copies a text; false where the browser does not let us. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

async function copyLink({ code, link }: ReferralCode): Promise<void> {
  if (await copyText(link)) showToast(t('codes.copied', { code }))
}

function SwitchButton({ code }: { code: ReferralCode }) {
  const act = code.state === 'active' ? 'deactivate' : 'activate'
  const names = { code: code.code }
  return (
    <MoveButton
      isInRow
      words={{
        act: t(`codes.${act}`),
        title: t(`codes.${act}_title`, names),
        effect: t(`codes.${act}_effect`),
        keep: t(`codes.${act}_keep`),
        done: t(`codes.${act}_done`, names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST(`/program/codes/{code_id}/${act}`, { params: { path: { code_id: code.code_id } } }),
        )
      }
    />
  )
}

type ActsProps = { code: ReferralCode; mayManage: boolean; onQr: (code: ReferralCode) => void }

function CodeActs({ code, mayManage, onQr }: ActsProps) {
  return (
    <RowActs>
      <button
        type="button"
        className="row-tool"
        aria-label={t('codes.copy_label', { code: code.code })}
        onClick={() => void copyLink(code)}
      >
        {t('codes.copy')}
      </button>
      <button
        type="button"
        className="row-tool"
        aria-label={t('codes.qr_label', { code: code.code })}
        onClick={() => onQr(code)}
      >
        {t('codes.qr')}
      </button>
      {mayManage && <SwitchButton code={code} />}
    </RowActs>
  )
}

const usesOf = ({ used_count: used, usage_limit: limit }: ReferralCode): string =>
  limit === null
    ? formatCount(used)
    : t('codes.uses_of', { used: formatCount(used), limit: formatCount(limit) })

function toColumns(mayManage: boolean, onQr: (code: ReferralCode) => void): Column<ReferralCode>[] {
  return [
    {
      id: 'code',
      header: t('codes.code'),
      cell: (code) => (
        <>
          <code className="thing mono">{code.code}</code>
          {code.label !== null && (
            <>
              <br />
              <span className="small muted">{code.label}</span>
            </>
          )}
        </>
      ),
    },
    {
      id: 'state',
      header: t('codes.state'),
      cell: (code) => <StatusChip family="code" value={code.state} />,
    },
    {
      id: 'campaign',
      header: t('codes.campaign'),
      cell: (code) => code.campaign ?? <span className="muted">–</span>,
    },
    { id: 'uses', header: t('codes.uses'), numeric: true, cell: usesOf },
    { id: 'until', header: t('codes.until'), cell: (code) => <DateText iso={code.expires_at} /> },
    {
      id: 'by',
      header: t('codes.made_by'),
      cell: (code) =>
        code.made_by_provider ? t('codes.by_provider', { name: code.made_by_name }) : code.made_by_name,
    },
    {
      id: 'acts',
      header: '',
      cell: (code) => <CodeActs code={code} mayManage={mayManage} onQr={onQr} />,
    },
  ]
}

function useMakeCode(onMade: () => void) {
  const [round, setRound] = useState(0)
  const attempt = useAttemptKey(round)
  return useWrite(
    (wanted: CodeDraft, { client }) =>
      readBody(
        client.POST('/program/codes', { headers: { 'Idempotency-Key': attempt }, body: toCodeBody(wanted) }),
      ),
    (made) => {
      setRound((before) => before + 1)
      onMade()
      void copyText(made.link).then((isCopied) =>
        showToast(t(isCopied ? 'codes.made' : 'codes.made_only', { code: made.code })),
      )
    },
  )
}

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
        labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.code', word))}
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
        <Empty
          title={t(isFiltered ? 'state.no_match' : 'codes.none')}
          text={t(isFiltered ? 'state.no_match_text' : 'codes.none_text')}
        />
      </div>
    )
  return (
    <DataTable
      caption={t('codes.title')}
      columns={columns}
      rows={page.items}
      rowId={(code) => code.code_id}
      paging={{
        offset: page.offset,
        limit: page.limit,
        total: page.total,
        onOffset: (offset) => onPage(Math.floor(offset / pageSize)),
      }}
    />
  )
}

type ToolsProps = { isBusy: boolean; onMake: () => void; onForm: () => void }

function Tools({ isBusy, onMake, onForm }: ToolsProps) {
  return (
    <>
      <Button loading={isBusy} onClick={onMake}>
        {t('codes.new')}
      </Button>
      <Button variant="default" onClick={onForm}>
        {t('codes.more')}
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
