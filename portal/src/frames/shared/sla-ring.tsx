import type { Ticket } from '@liaison/client'

import './sla-words.ts'
import './sla.css'
import { StatusChip } from '../../parts/values.tsx'
import { formatLeft } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

type Sla = NonNullable<Ticket['sla']>

declare module 'react' {
  interface CSSProperties {
    /** How much of a ring is drawn, from 0 to 100 %. */
    '--used'?: string
  }
}

/** How much of a promised time is used, as a ring; a missed one is full. The words say the same. */
export function SlaRing({ sla }: { sla: Sla }) {
  return (
    <span
      className="sla-ring"
      data-state={sla.state}
      style={{ '--used': `${Math.min(100, sla.percent)}%` }}
      role="img"
      aria-label={t('ring.label', { percent: sla.percent, state: tValue('status.sla', sla.state) })}
    />
  )
}

/** The clock of a ticket: its ring, its state, and how long is left. */
export function SlaText({ ticket, now }: { ticket: Ticket; now: Date }) {
  if (ticket.sla === null) return <span className="muted">–</span>
  const left = formatLeft(ticket.sla.due_at, now)
  const isRunning = ticket.sla.state === 'ok' || ticket.sla.state === 'at_risk'
  return (
    <span className="sla-text">
      <SlaRing sla={ticket.sla} />
      <StatusChip family="sla" value={ticket.sla.state} />
      {isRunning && left !== null && <span className="num muted small">{t('ticket.left', { left })}</span>}
    </span>
  )
}
