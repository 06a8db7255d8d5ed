import './payouts-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PayoutCandidate } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Pick } from '../../parts/filter-bar.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MoneyText } from '../../parts/values.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useNow } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ObstacleList } from './parts.tsx'

const rails = ['manual', 'external', 'simulated'] as const
type Draft = { currency: string; cutoff: string; rail: (typeof rails)[number]; note: string }

const nameOf: Column<PayoutCandidate> = {
  id: 'partner',
  header: t('batch.partner'),
  cell: (row) => row.partner_name,
}
const amountOf: Column<PayoutCandidate> = {
  id: 'amount',
  header: t('payouts.amount'),
  numeric: true,
  cell: (row) => <MoneyText money={row.amount} />,
}
const ready: Column<PayoutCandidate>[] = [
  {
    ...nameOf,
    cell: (row) => (
      <>
        {row.partner_name}
        <div className="small muted">
          <ObstacleList obstacles={row.obstacles} />
        </div>
      </>
    ),
  },
  { id: 'rows', header: t('payouts.earnings'), numeric: true, cell: (row) => row.row_count },
  amountOf,
]
const leftOut: Column<PayoutCandidate>[] = [
  nameOf,
  {
    id: 'why',
    header: t('batch_form.reasons'),
    cell: (row) => <ObstacleList obstacles={row.obstacles.filter(({ blocks }) => blocks)} />,
  },
  amountOf,
]

type PartProps = { title: string; none: string; rows: PayoutCandidate[]; columns: Column<PayoutCandidate>[] }

function Part({ title, none, rows, columns }: PartProps) {
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <DataTable caption={title} columns={columns} rows={rows} rowId={(row) => row.partner_id} />
      )}
    </Panel>
  )
}

function useBuild(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(JSON.stringify(draft))
  return useWrite(
    (wanted: Draft, { client }) =>
      readBody(
        client.POST('/admin/payout-batches', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            currency: wanted.currency,
            rail: wanted.rail,
            ...(wanted.cutoff !== '' && { cutoff_on: wanted.cutoff }),
            ...(wanted.note.trim() !== '' && { note: wanted.note.trim() }),
          },
        }),
      ),
    (made) => {
      showToast(t('batch_form.done', { number: made.number }))
      go(platformPlaces.payout(made.batch_id))
    },
  )
}

type FormProps = { candidates: PayoutCandidate[]; draft: Draft; onDraft: (change: Partial<Draft>) => void }

function Choices({ currencies, draft, onDraft }: Omit<FormProps, 'candidates'> & { currencies: string[] }) {
  return (
    <div className="row">
      {currencies.length > 0 && (
        <Pick
          label={t('batch_form.currency')}
          value={draft.currency}
          words={currencies}
          labelOf={(word) => word}
          onValue={(currency) => onDraft({ currency })}
        />
      )}
      <TextInput
        type="date"
        label={t('batch_form.cutoff')}
        value={draft.cutoff}
        onChange={(event) => onDraft({ cutoff: event.currentTarget.value })}
      />
      <Pick
        label={t('batch_form.rail')}
        value={draft.rail}
        words={rails}
        labelOf={(word) => tValue('rail', word)}
        onValue={(rail) => onDraft({ rail })}
      />
    </div>
  )
}

/** The currency that was chosen, or the first where none of it is left before the day that was chosen since. */
export function currencyOf(wanted: string, currencies: readonly string[]): string {
  return currencies.includes(wanted) ? wanted : (currencies[0] ?? '')
}

/** Says of a day that is still to come what is in a payout up to it. */
function Later({ day }: { day: string }) {
  return Date.parse(day) > useNow().getTime() && <Note tone="attention">{t('batch_form.later')}</Note>
}

function Parts({ rows }: { rows: PayoutCandidate[] }) {
  return (
    <>
      <Part
        title={t('batch_form.in')}
        none={t('batch_form.none_in')}
        rows={rows.filter((row) => row.is_ready)}
        columns={ready}
      />
      <Part
        title={t('batch_form.out')}
        none={t('batch_form.none_out')}
        rows={rows.filter((row) => !row.is_ready)}
        columns={leftOut}
      />
    </>
  )
}

function Preview({ candidates, draft, onDraft }: FormProps) {
  const currencies = [...new Set(candidates.map(({ amount }) => amount.currency))]
  const chosen = { ...draft, currency: currencyOf(draft.currency, currencies) }
  const write = useBuild(chosen)
  const rows = candidates.filter(({ amount }) => amount.currency === chosen.currency)
  const choices = <Choices currencies={currencies} draft={chosen} onDraft={onDraft} />
  if (currencies.length === 0)
    return (
      <div className="stack">
        {choices}
        <Empty title={t('batch_form.nothing')} text={t('batch_form.nothing_text')} />
      </div>
    )
  return (
    <div className="stack">
      {choices}
      {chosen.cutoff !== '' && <Later day={chosen.cutoff} />}
      <Parts rows={rows} />
      <form
        className="stack tight form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(chosen)
        }}
      >
        <TextInput
          label={t('batch_form.note')}
          description={t('batch_form.note_about')}
          maxLength={500}
          value={draft.note}
          onChange={(event) => onDraft({ note: event.currentTarget.value })}
        />
        <WriteProblem error={write.error} />
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('batch_form.save')}
          </Button>
        </div>
      </form>
    </div>
  )
}

/** Builds a payout: first who is in and who is left out and why, then the draft. */
export function NewBatchPage() {
  const [draft, setDraft] = useState<Draft>({ currency: '', cutoff: '', rail: 'manual', note: '' })
  const query = draft.cutoff === '' ? {} : { cutoff_on: draft.cutoff }
  const candidates = useRead(
    ['payouts', 'preview', query],
    (frame, signal) => readBody(frame.client.GET('/admin/payout-preview', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('batch_form.title')}
      lead={t('batch_form.lead')}
      back={{ to: platformPlaces.payouts(), label: t('payouts.title') }}
    >
      <Answer query={candidates}>
        {({ items }) => (
          <Preview candidates={items} draft={draft} onDraft={(change) => setDraft({ ...draft, ...change })} />
        )}
      </Answer>
    </Page>
  )
}
