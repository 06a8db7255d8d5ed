import { Button, NativeSelect, Textarea } from '@mantine/core'
import type { TicketDetail } from '@liaison/client'
import { useState } from 'react'

import './sla-words.ts'
import './sla.css'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime, formatLeft } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { formatLength } from './length.ts'
import { SlaRing } from './sla-ring.tsx'

type ClockOf = TicketDetail['clocks'][number]
type StepOf = TicketDetail['sla_steps'][number]

const codes = [
  'third_party',
  'customer_unreachable',
  'force_majeure',
  'wrong_priority',
  'understaffed',
  'recorded_late',
  'other',
] as const
export type Justification = { code: (typeof codes)[number]; note: string }

/** Says why a promise was missed. */
export type Justify = (metric: ClockOf['metric'], said: Justification) => Promise<unknown>

function reasonOf({ reason }: StepOf): string {
  if (reason === null) return ''
  return reason === 'pending' || reason === 'on_hold'
    ? t(`promise.pause_${reason}`)
    : tValue('status.priority', reason)
}

function wordsOf(step: StepOf, clock: ClockOf): string {
  if (step.kind === 'paused')
    return step.reason === 'resolved' || step.reason === 'closed' || step.reason === 'withdrawn'
      ? tValue('status.ticket', step.reason)
      : t('clock.paused', { reason: reasonOf(step) })
  if (step.kind === 'resumed') return t('clock.resumed', { length: formatLength(step.paused_minutes ?? 0) })
  if (step.kind === 'retargeted') return t('clock.retargeted', { reason: reasonOf(step) })
  if (step.kind === 'met') return t(clock.breached_at === null ? 'clock.met' : 'clock.met_late')
  return t(`clock.${step.kind}`)
}

/** Whether a step tells a due time of its own: the first one, and each that moved it. */
const movesDue = ({ kind }: StepOf) => kind === 'started' || kind === 'resumed' || kind === 'retargeted'

function Steps({ clock, steps }: { clock: ClockOf; steps: readonly StepOf[] }) {
  return (
    <ol className="clock-steps" aria-label={t('clock.steps')}>
      {steps.map((step) => (
        <li key={`${step.at} ${step.kind}`} data-kind={step.kind}>
          <span>{wordsOf(step, clock)}</span>
          <span className="muted small num">
            {formatDateTime(step.at)}
            {movesDue(step) && <> · {t('clock.due_moved', { at: formatDateTime(step.due_at) })}</>}
          </span>
        </li>
      ))}
    </ol>
  )
}

type JustifyProps = { clock: ClockOf; tenant: string; justify: Justify }

function JustifyForm({ clock, tenant, justify }: JustifyProps) {
  const [code, setCode] = useState<Justification['code']>('third_party')
  const [note, setNote] = useState('')
  const write = useWrite(
    (said: Justification) => justify(clock.metric, said),
    () => showToast(t('clock.why_done', { tenant })),
  )
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate({ code, note: note.trim() })
      }}
    >
      <WriteProblem error={write.error} />
      <NativeSelect
        id={`code-${clock.metric}`}
        label={t('clock.why_code')}
        value={code}
        data={codes.map((name) => ({ value: name, label: t(`clock.code_${name}`) }))}
        onChange={(event) => setCode(codes.find((name) => name === event.currentTarget.value) ?? 'other')}
      />
      <Textarea
        id={`note-${clock.metric}`}
        label={t('clock.why_note')}
        description={t('clock.why_about')}
        rows={3}
        required
        minLength={10}
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('clock.why_act')}
        </Button>
      </div>
    </form>
  )
}

/** The way to say why a promise was missed, where it was and nobody has. */
function MayJustify({ clock, tenant, justify }: Omit<JustifyProps, 'justify'> & { justify: Justify | null }) {
  const [isOpen, setOpen] = useState(false)
  if (justify === null || clock.breached_at === null || clock.justification !== null) return null
  if (isOpen) return <JustifyForm clock={clock} tenant={tenant} justify={justify} />
  return (
    <div>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('clock.why_act')}
      </Button>
    </div>
  )
}

function Why({ clock }: { clock: ClockOf }) {
  const said = clock.justification
  if (said === null) return null
  const known = codes.find((name) => name === said.code) ?? 'other'
  const name =
    said.author_partner_name === null
      ? said.author_name
      : t('ticket.author', { name: said.author_name, partner: said.author_partner_name })
  return (
    <div className="stack tight">
      <span className="strong">
        {t('clock.why')}: {t(`clock.code_${known}`)}
      </span>
      <span>{said.note}</span>
      <span className="muted small">
        {name}, {formatDateTime(said.created_at)}
      </span>
    </div>
  )
}

/** How a clock stands, in one line: kept, missed, given up, standing still or due. */
function standingOf(clock: ClockOf, ticket: TicketDetail): string {
  if (clock.breached_at !== null) return t('clock.late_at', { at: formatDateTime(clock.breached_at) })
  if (clock.met_at !== null) return t('clock.kept_at', { at: formatDateTime(clock.met_at) })
  if (ticket.status === 'withdrawn') return t('clock.given_up')
  return clock.due_at === null
    ? t('ticket.clock_paused')
    : t('ticket.clock_due', { at: formatDateTime(clock.due_at) })
}

type ClockPanelProps = {
  ticket: TicketDetail
  clock: ClockOf
  tenant: string
  justify: Justify | null
}

/** The clock that counts now: its ring, its state, and how long is left. */
function Counting({ sla }: { sla: NonNullable<TicketDetail['sla']> }) {
  const left = formatLeft(sla.due_at, useNow(15_000))
  const isRunning = sla.state === 'ok' || sla.state === 'at_risk'
  return (
    <div className="row">
      <SlaRing sla={sla} />
      <StatusChip family="sla" value={sla.state} />
      {isRunning && left !== null && <span className="strong num">{t('ticket.left', { left })}</span>}
    </div>
  )
}

/** What was promised, in which hours, and how long the clock stood still. */
function Terms({ clock }: { clock: ClockOf }) {
  const calendar = clock.time_zone === null ? t('promise.counted_24x7') : t('promise.counted_business')
  const parts = [
    t('clock.promised', { length: formatLength(clock.target_minutes), calendar }),
    clock.time_zone,
    clock.paused_minutes > 0 ? t('clock.paused_sum', { length: formatLength(clock.paused_minutes) }) : null,
  ]
  return <p className="muted small">{parts.filter((part) => part !== null).join(' · ')}</p>
}

function ClockPanel({ ticket, clock, tenant, justify }: ClockPanelProps) {
  return (
    <Panel title={t(`ticket.clock_${clock.metric}`)}>
      <div className="stack tight">
        {ticket.sla?.metric === clock.metric && <Counting sla={ticket.sla} />}
        <p className="num">{standingOf(clock, ticket)}</p>
        <Terms clock={clock} />
        <Steps clock={clock} steps={ticket.sla_steps.filter(({ metric }) => metric === clock.metric)} />
        <Why clock={clock} />
        <MayJustify clock={clock} tenant={tenant} justify={justify} />
      </div>
    </Panel>
  )
}

/** The promised times of a ticket, each with how it came about: when it stood still, for how long, and what it moved. */
export function TicketClocks({
  ticket,
  tenant,
  justify,
}: {
  ticket: TicketDetail
  tenant: string
  justify: Justify | null
}) {
  return ticket.clocks.map((clock) => (
    <ClockPanel key={clock.metric} ticket={ticket} clock={clock} tenant={tenant} justify={justify} />
  ))
}
