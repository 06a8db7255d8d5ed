import { Button } from '@mantine/core'
import type { ExportKind, ExportPreview } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatCount } from '../../platform/format.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import { useExportKinds, useExportPlaces, useExportSide, useOrder } from './calls.ts'
import { chosenColumns, filtersOf, formats, orderSpec, placesOf, toWanted } from './filters.ts'
import type { OrderValues } from './filters.ts'
import { usePreview } from './use-preview.ts'

function Formats({
  value,
  onValue,
}: {
  value: OrderValues['format']
  onValue: (value: OrderValues['format']) => void
}) {
  return (
    <fieldset className="stack tight">
      <legend>{t('exports.format')}</legend>
      {formats.map((format) => (
        <label key={format} className="check">
          <input
            type="radio"
            name="format"
            value={format}
            checked={format === value}
            onChange={() => onValue(format)}
          />
          <span>
            {t(`exports.format.${format}`)}{' '}
            <span className="small muted">{t(`exports.format_about.${format}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

type ColumnsProps = { kind: ExportKind; values: OrderValues; onColumns: (columns: string) => void }

/** All columns, or some of them; chosen ones keep the order of the file. */
function Columns({ kind, values, onColumns }: ColumnsProps) {
  const all = kind.columns.map((column) => column.key)
  const fitting = kind.columns.filter((column) => column.on_page).map((column) => column.key)
  const isChosen = values.columns !== ''
  const choose = (keys: readonly string[]) => onColumns(placesOf(keys, all))
  return (
    <fieldset className="stack tight">
      <legend>{t('exports.columns')}</legend>
      <label className="check">
        <input type="radio" name="columns" checked={!isChosen} onChange={() => onColumns('')} />
        {t(values.format === 'pdf' ? 'exports.columns_page' : 'exports.columns_all')}
      </label>
      <label className="check">
        <input
          type="radio"
          name="columns"
          checked={isChosen}
          onChange={() => choose(values.format === 'pdf' ? fitting : all)}
        />
        {t('exports.columns_chosen')}
      </label>
      {isChosen && (
        <div className="export-columns">
          <Ticks
            id="columns"
            legend=""
            entries={kind.columns.map(({ key, label }) => ({ value: key, label }))}
            ticked={chosenColumns(values, all)}
            onTicked={(next) => choose(all.filter((key) => next.includes(key)))}
          />
        </div>
      )}
    </fieldset>
  )
}

function scopeWords(values: OrderValues): string {
  const filters = filtersOf(values)
  return filters.length === 0
    ? t('exports.scope_all')
    : t('exports.scope_filtered', {
        filters: filters
          .map(({ words }) => words)
          .filter((words) => words !== '')
          .join(', '),
      })
}

function LeftOut({ manifest }: Pick<ExportPreview, 'manifest'>) {
  const { excluded } = manifest
  if (excluded.length === 0) return null
  return (
    <details>
      <summary>{t('exports.left_out', { count: excluded.length })}</summary>
      <ul className="lines">
        {excluded.map((tenant) => (
          <li key={tenant.tenant_id}>
            <span>{tenant.tenant_name}</span>
            <span className="muted">{tValue('reason', tenant.reason)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** How many rows the file would hold now, from whom, and who pays for it. */
function HowMuch({ preview, values }: { preview: ExportPreview; values: OrderValues }) {
  const side = useExportSide()
  const isOfTenants = side === 'partner'
  const isOfProgram = side === 'program' || side === 'platform'
  const { manifest, row_estimate: rows } = preview
  const isEmpty = isOfProgram ? rows === 0 : manifest.included.length === 0
  const counted = formatCount(rows)
  const said = preview.is_at_least
    ? t('exports.scope_least', { counted })
    : t('exports.scope_rows', { count: rows, counted })
  const tenants = t('exports.scope_tenants', { count: manifest.included.length })
  return (
    <section className="stack tight" aria-live="polite">
      <Facts
        facts={[
          fact(t('exports.what'), scopeWords(values)),
          fact(t('exports.scope'), isOfTenants ? `${said} ${tenants}` : said),
          fact(t('exports.paid_by'), !isOfProgram && tValue('exports.paid', preview.billing_party)),
        ]}
      />
      {values.kind === 'tickets' && values.who === 'mine' && (
        <Note tone="attention">{t('exports.mine_left')}</Note>
      )}
      {isEmpty && <Note tone="attention">{t(isOfProgram ? 'exports.empty' : 'exports.nothing')}</Note>}
      <LeftOut manifest={manifest} />
      {preview.too_large && <Note tone="attention">{t('exports.too_many')}</Note>}
    </section>
  )
}

const checkedWords = {
  tenant: 'exports.own_checked',
  partner: 'exports.checked',
  program: 'exports.program_checked',
  platform: 'exports.program_checked',
} as const

type OrderFormProps = {
  kind: ExportKind
  values: OrderValues
  set: (change: Partial<OrderValues>) => void
}

function OrderForm({ kind, values, set }: OrderFormProps) {
  const go = useGo()
  const side = useExportSide()
  const preview = usePreview(values)
  const { list } = useExportPlaces()
  const order = useOrder(useAttemptKey(JSON.stringify(values)), () => go(list))
  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        order.mutate(
          toWanted(
            values,
            kind.columns.map((column) => column.key),
          ),
        )
      }}
    >
      <WriteProblem error={order.error} />
      <Answer query={preview} lines={3}>
        {(found) => <HowMuch preview={found} values={values} />}
      </Answer>
      <Formats value={values.format} onValue={(format) => set({ format })} />
      {values.format === 'csv' && (
        <label className="check">
          <input
            type="checkbox"
            checked={values.mark === 'yes'}
            onChange={(event) => set({ mark: event.currentTarget.checked ? 'yes' : 'no' })}
          />
          {t('exports.mark')}
        </label>
      )}
      <Columns kind={kind} values={values} onColumns={(columns) => set({ columns })} />
      <p className="small muted">{t(checkedWords[side])}</p>
      <div className="row">
        <Button type="submit" loading={order.isPending}>
          {t('exports.act')}
        </Button>
      </div>
    </form>
  )
}

/** For whoever comes without a list: which one the file is of. */
function KindChoice({ kinds, set }: { kinds: readonly ExportKind[]; set: OrderFormProps['set'] }) {
  if (kinds.length === 0) return <Empty title={t('exports.no_kind')} text={t('exports.none_text')} />
  return (
    <Panel title={t('exports.of_what')}>
      <div className="row">
        {kinds.map(({ kind }) => (
          <Button key={kind} variant="default" onClick={() => set({ kind })}>
            {t('exports.order', { noun: tValue('exports.noun', kind) })}
          </Button>
        ))}
      </div>
    </Panel>
  )
}

/** Orders a file of what a list showed. */
export function NewExportPage() {
  const { values, set } = useFilters(orderSpec)
  const kinds = useExportKinds()
  const places = useExportPlaces()
  const noun = values.kind === '' ? t('exports.a_list') : tValue('exports.noun', values.kind)
  return (
    <Page
      title={t('exports.order', { noun })}
      lead={t('exports.order_lead')}
      back={{ to: places.back(values), label: t('exports.keep') }}
    >
      <Answer query={kinds} lines={10}>
        {({ items }) => {
          const kind = items.find((one) => one.kind === values.kind)
          if (!kind) return <KindChoice kinds={items} set={set} />
          return <OrderForm kind={kind} values={values} set={set} />
        }}
      </Answer>
    </Page>
  )
}
