import type { Ticket, TicketPage } from '@liaison/client'
import type { KeyboardEvent } from 'react'

import './sla-words.ts'
import './sla.css'
import { StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount, formatLeft } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { SlaRing } from './sla-ring.tsx'

const columns = ['breached', 'at_risk', 'ok', 'paused'] as const

type CardProps = { ticket: Ticket; to: string; now: Date; withTenant: boolean }

function Card({ ticket, to, now, withTenant }: CardProps) {
  const left = ticket.sla === null ? null : formatLeft(ticket.sla.due_at, now)
  const isRunning = ticket.sla?.state === 'ok' || ticket.sla?.state === 'at_risk'
  return (
    <li>
      <GoLink className="board-card" to={to}>
        <span className="head">
          {ticket.sla === null ? <span /> : <SlaRing sla={ticket.sla} />}
          <span className="strong">{ticket.subject}</span>
        </span>
        {withTenant && <span className="small">{ticket.tenant_name}</span>}
        <span className="foot small muted">
          <StatusChip family="priority" value={ticket.priority} />
          <span className="num">{ticket.ticket_number}</span>
          <span>{ticket.assigned_to_name ?? t('ticket.nobody')}</span>
          {isRunning && left !== null && <span className="num">{t('ticket.left', { left })}</span>}
        </span>
      </GoLink>
    </li>
  )
}

/** Moves focus between cards: up and down in a column, left and right to the card at the same height or the last. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
  }
  const step = steps[event.key]
  if (step === undefined) return
  const lists = [...event.currentTarget.querySelectorAll('ul')]
    .map((list) => [...list.querySelectorAll('a')])
    .filter((cards) => cards.length > 0)
  const column = lists.findIndex((cards) => cards.some((card) => card === document.activeElement))
  const row = lists[column]?.findIndex((card) => card === document.activeElement) ?? -1
  const next = lists[column + step[0]]
  const wanted = next?.[Math.min(row + step[1], next.length - 1)]
  if (wanted === undefined) return
  event.preventDefault()
  wanted.focus()
}

type BoardProps = {
  page: TicketPage
  addressOf: (ticket: Ticket) => string
  withTenant?: boolean
}

/** Tickets as cards in columns by the state of their clock, the nearest promise on top. */
export function TicketBoard({ page, addressOf, withTenant = false }: BoardProps) {
  const now = useNow(60_000)
  const unclocked = page.items.filter((ticket) => ticket.sla === null)
  const parts = columns.map((state) => ({
    key: state as string,
    title: tValue('status.sla', state),
    tickets: page.items.filter((ticket) => ticket.sla?.state === state),
  }))
  const shown =
    unclocked.length === 0
      ? parts
      : [...parts, { key: 'none', title: t('tboard.unclocked'), tickets: unclocked }]
  return (
    <>
      {page.total > page.items.length && (
        <p className="muted small">
          {t('tboard.part', { shown: formatCount(page.items.length), total: formatCount(page.total) })}
        </p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys move between the links inside */}
      <div className="board" role="group" aria-label={t('ticket.caption')} onKeyDown={moveFocus}>
        {shown.map(({ key, title, tickets }) => (
          <section key={key} className="board-column" aria-labelledby={`board-${key}`}>
            <h2 id={`board-${key}`}>
              {title} <span className="muted num">{formatCount(tickets.length)}</span>
            </h2>
            {tickets.length === 0 ? (
              <p className="muted small">{t('tboard.none')}</p>
            ) : (
              <ul>
                {tickets.map((ticket) => (
                  <Card
                    key={ticket.ticket_id}
                    ticket={ticket}
                    to={addressOf(ticket)}
                    now={now}
                    withTenant={withTenant}
                  />
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
      <p className="muted small">{t('tboard.about')}</p>
    </>
  )
}
