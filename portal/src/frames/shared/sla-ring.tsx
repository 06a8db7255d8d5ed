import type { Ticket } from '@liaison/client'

import './sla-words.ts'
import './sla.css'
import { StatusChip } from '../../parts/values.tsx'
import { formatLeft } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

type Sla = NonNullable<Ticket['sla']>

const radius = 9
const round = 2 * Math.PI * radius

/** How much of a promised time is used, as a ring; a missed one is full. The words say the same. */
export function SlaRing({ sla, size = 22 }: { sla: Sla; size?: number }) {
  const share = Math.min(100, sla.percent) / 100
  return (
    <svg
      className="sla-ring"
      data-state={sla.state}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      role="img"
      aria-label={t('ring.label', { percent: sla.percent, state: tValue('status.sla', sla.state) })}
    >
      <circle className="track" cx="12" cy="12" r={radius} />
      <circle
        className="used"
        cx="12"
        cy="12"
        r={radius}
        strokeDasharray={`${share * round} ${round}`}
        transform="rotate(-90 12 12)"
      />
      {sla.state === 'paused' && <path className="sign" d="M10 9v6M14 9v6" />}
      {sla.state === 'breached' && <path className="sign" d="M12 8v5M12 15.6v.1" />}
    </svg>
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
