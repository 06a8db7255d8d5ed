import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { BlastRadius } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { StatusChip, LinkChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { formatCount, formatInstant } from '../../platform/format.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { dayOf, spanOf } from '../shared/day-span.ts'

type Reached = BlastRadius['tenants'][number]

const spec = { from: textField(), to: textField() }
const dayMs = 86_400_000
const usualDays = 30

function When({ from, until }: { from: string; until: string | null }) {
  const start = formatInstant(from)
  return (
    <>
      <span className="nowrap">
        {until === null ? t('blast.when_open', { from: start }) : t('blast.when_from', { from: start })}
      </span>
      {until !== null && (
        <>
          <br />
          <span className="nowrap">{t('blast.when_until', { until: formatInstant(until) })}</span>
        </>
      )}
    </>
  )
}

function Rights({ names }: { names: readonly string[] }) {
  return (
    <details>
      <summary className="thing">{formatCount(names.length)}</summary>
      <span className="small">{names.join(', ')}</span>
    </details>
  )
}

function Ways({ tenant }: { tenant: Reached }) {
  return (
    <table className="table cards">
      <caption>{t('blast.open_title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('blast.way')}</th>
          <th scope="col">{t('column.status')}</th>
          <th scope="col">{t('blast.when')}</th>
          <th scope="col">{t('consents.accounts')}</th>
          <th scope="col">{t('blast.rights')}</th>
        </tr>
      </thead>
      <tbody>
        {tenant.delegations.map((way) => (
          <tr key={way.delegation_id}>
            <td>
              {t(`blast.kind.${way.kind}`)}
              <br />
              <code className="mono small">{way.delegation_id}</code>
            </td>
            <td data-label={t('column.status')}>
              <LinkChip status={way.status} days={null} />
            </td>
            <td data-label={t('blast.when')}>
              <When from={way.open_from} until={way.open_until} />
            </td>
            <td data-label={t('consents.accounts')}>{way.bans?.join(', ') ?? t('blast.accounts_all')}</td>
            <td data-label={t('blast.rights')}>
              <Rights names={way.permissions} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Acts({ tenant }: { tenant: Reached }) {
  if (tenant.acts.length === 0) return <p className="muted">{t('blast.did_none')}</p>
  return (
    <table className="table cards">
      <caption>{t('blast.did_title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('blast.act')}</th>
          <th scope="col">{t('blast.outcome')}</th>
          <th scope="col" className="num">
            {t('blast.times')}
          </th>
          <th scope="col" className="num">
            {t('blast.rows')}
          </th>
          <th scope="col">{t('blast.first')}</th>
          <th scope="col">{t('blast.last')}</th>
        </tr>
      </thead>
      <tbody>
        {tenant.acts.map((act) => (
          <tr key={`${act.action} ${act.outcome}`}>
            <td>
              <code className="mono">{act.action}</code>
            </td>
            <td data-label={t('blast.outcome')}>
              <StatusChip family="outcome" value={act.outcome} />
            </td>
            <td className="num" data-label={t('blast.times')}>
              {formatCount(act.times)}
            </td>
            <td className="num" data-label={t('blast.rows')}>
              {act.row_count === null ? '–' : formatCount(act.row_count)}
            </td>
            <td data-label={t('blast.first')}>{formatInstant(act.first_at)}</td>
            <td data-label={t('blast.last')}>{formatInstant(act.last_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Report({ report }: { report: BlastRadius }) {
  const { tenants } = report
  if (tenants.length === 0) {
    return (
      <div className="list">
        <Empty title={t('blast.none')} text={t('blast.none_text')} />
      </div>
    )
  }
  return (
    <div className="stack report">
      <p role="status">
        <span className="strong">
          {t('blast.span', { from: formatInstant(report.from), to: formatInstant(report.to) })}
        </span>{' '}
        {t('blast.summary', { count: tenants.length })}{' '}
        {t('blast.used', { count: tenants.filter(({ acts }) => acts.length > 0).length })}
      </p>
      {tenants.map((tenant) => (
        <Panel key={tenant.tenant_id} title={tenant.tenant_name}>
          <div className="stack">
            <Ways tenant={tenant} />
            <Acts tenant={tenant} />
          </div>
        </Panel>
      ))}
    </div>
  )
}

type Days = { from: string; to: string }

function SpanForm({ days, onDays }: { days: Days; onDays: (days: Days) => void }) {
  const [draft, setDraft] = useState(days)
  const [isWrong, setWrong] = useState(false)
  const errors = isWrong ? [{ field: 'from', text: t('blast.span_wrong') }] : []
  return (
    <form
      data-unkept=""
      className="filters no-print"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const span = spanOf(draft.from, draft.to)
        setWrong(span === null)
        if (span !== null) onDays(draft)
      }}
    >
      <TextInput
        className="pick"
        id="from"
        type="date"
        label={t('blast.from')}
        value={draft.from}
        error={errorOf(errors, 'from')}
        onChange={(event) => setDraft({ ...draft, from: event.currentTarget.value })}
      />
      <TextInput
        className="pick"
        id="to"
        type="date"
        label={t('blast.to')}
        value={draft.to}
        onChange={(event) => setDraft({ ...draft, to: event.currentTarget.value })}
      />
      <Button type="submit" variant="light">
        {t('blast.show')}
      </Button>
    </form>
  )
}

/** For a partner in trouble: which tenants it could reach within a time, by which rights, and what it did there. */
export function BlastRadiusPage() {
  const id = useParam('par')
  const { values, set } = useFilters(spec)
  const today = useNow(dayMs).getTime()
  const days = { from: values.from || dayOf(today - usualDays * dayMs), to: values.to || dayOf(today) }
  const span = spanOf(days.from, days.to)
  const partner = useRead(['partner', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}', { params: { path: { partner_id: id } }, signal }),
    ),
  )
  const report = useRead(
    ['blast-radius', id, span],
    (frame, signal) =>
      readBody(
        frame.client.GET('/admin/partners/{partner_id}/blast-radius', {
          params: { path: { partner_id: id }, query: span ?? days },
          signal,
        }),
      ),
    { enabled: span !== null },
  )
  const name = partner.data?.name
  return (
    <Page
      title={name === undefined ? t('blast.plain') : t('blast.title', { partner: name })}
      lead={t('blast.lead')}
      back={{ to: platformPlaces.partner(id), label: name ?? t('column.partner') }}
      tools={
        <Button variant="default" onClick={() => window.print()}>
          {t('blast.print')}
        </Button>
      }
    >
      <SpanForm key={`${days.from} ${days.to}`} days={days} onDays={set} />
      <Answer query={report} lines={10}>
        {(body) => <Report report={body} />}
      </Answer>
    </Page>
  )
}
