import './ticket-form-words.ts'
import type { TicketDetail } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { IdText, MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { t, tValue } from '../../platform/words.ts'
import { AssignForm, CommentForm, PriorityForm, StatusForm, WithdrawForm } from './ticket-forms.tsx'
import type { Assignee, ChangeTicket, WithdrawTicket } from './ticket-forms.tsx'
import { TicketClocks } from './ticket-clock.tsx'
import type { Justify } from './ticket-clock.tsx'

/** Who wrote it, always with the organisation when it was a partner's person. */
function authorOf(name: string | null, partner: string | null): string {
  const who = name ?? t('value.unknown_person')
  return partner === null ? who : t('ticket.author', { name: who, partner })
}

function Conversation({ ticket }: { ticket: TicketDetail }) {
  const now = useNow(60_000)
  return (
    <Panel title={t('ticket.conversation', { count: ticket.comments.length + 1 })}>
      <article className="comment">
        <span className="strong">{authorOf(ticket.created_by_name, ticket.created_by_partner_name)}</span>{' '}
        <span className="muted small">
          <MomentText iso={ticket.created_at} now={now} />
        </span>
        <p>{ticket.description}</p>
      </article>
      {ticket.comments.map((comment) => (
        <article key={comment.comment_id} className="comment" data-internal={comment.is_internal}>
          <span className="strong">{authorOf(comment.author_name, comment.author_partner_name)}</span>{' '}
          <span className="muted small">
            <MomentText iso={comment.created_at} now={now} />
          </span>
          {comment.is_internal && <span className="muted small"> · {t('ticket.internal')}</span>}
          <p>{comment.content}</p>
        </article>
      ))}
    </Panel>
  )
}

function TicketFacts({ ticket }: { ticket: TicketDetail }) {
  const now = useNow(60_000)
  return (
    <Panel title={t('ticket.facts')}>
      <Facts
        facts={[
          fact(t('ticket.status'), <StatusChip family="ticket" value={ticket.status} />),
          fact(t('ticket.priority'), <StatusChip family="priority" value={ticket.priority} />),
          fact(t('ticket.category'), ticket.category && tValue('category', ticket.category)),
          fact(t('ticket.assigned'), ticket.assigned_to_name ?? t('ticket.nobody')),
          fact(t('invoice.customer'), ticket.customer_name),
          fact(t('ticket.created'), <MomentText iso={ticket.created_at} now={now} />),
          fact(t('ticket.updated'), <MomentText iso={ticket.updated_at} now={now} />),
          fact(t('ticket.tags'), ticket.tags.join(', ')),
          fact(t('ticket.number'), <span className="num">{ticket.ticket_number}</span>),
          fact(t('ticket.id'), <IdText id={ticket.ticket_id} />),
        ]}
      />
    </Panel>
  )
}

/** Which ticket it is and how it stands, below its subject. */
export function TicketLead({ ticket }: { ticket: TicketDetail }) {
  return (
    <>
      <span className="num">{ticket.ticket_number}</span> <StatusChip family="ticket" value={ticket.status} />{' '}
      <StatusChip family="priority" value={ticket.priority} />
    </>
  )
}

export type TicketRights = { update: boolean; comment: boolean; internal: boolean; assign: boolean }
type TicketViewProps = {
  ticket: TicketDetail
  rights: TicketRights
  tenant: string
  people: readonly Assignee[]
  change: ChangeTicket
  justify: Justify
  withdraw: WithdrawTicket
}

const isShut = ({ status }: TicketDetail) => status === 'closed' || status === 'withdrawn'

/** What the reader's role allows to be done with a ticket that is not closed, beside answering it. */
function TicketActs({ ticket, rights, tenant, people, change, withdraw }: TicketViewProps) {
  return (
    <>
      {rights.update && ticket.withdrawable_until !== null && (
        <WithdrawForm ticket={ticket} tenant={tenant} withdraw={withdraw} />
      )}
      {rights.update && ticket.allowed_transitions.length > 0 && (
        <StatusForm ticket={ticket} tenant={tenant} change={change} />
      )}
      {rights.update && (
        <PriorityForm key={ticket.priority} ticket={ticket} tenant={tenant} change={change} />
      )}
      {rights.assign && people.length > 0 && (
        <AssignForm
          key={ticket.assigned_to}
          ticket={ticket}
          tenant={tenant}
          people={people}
          change={change}
        />
      )}
    </>
  )
}

/** One ticket: the conversation, the promise, the facts, and the acts that the reader's role allows. */
export function TicketView(props: TicketViewProps) {
  const { ticket, rights, tenant, change, justify } = props
  const isLive = !isShut(ticket)
  return (
    <div className="columns">
      <div className="stack">
        <Conversation ticket={ticket} />
        {rights.comment && isLive && (
          <CommentForm tenant={tenant} withInternal={rights.internal} change={change} />
        )}
      </div>
      <div className="stack">
        <TicketClocks ticket={ticket} tenant={tenant} justify={rights.update ? justify : null} />
        {isLive && <TicketActs {...props} />}
        <TicketFacts ticket={ticket} />
      </div>
    </div>
  )
}
