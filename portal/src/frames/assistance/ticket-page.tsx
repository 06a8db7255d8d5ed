import { readBody } from '@liaison/client'
import type { SupportAccess, SupportTicketDetail } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { AccessTab } from './access-tab.tsx'

function Conversation({ ticket }: { ticket: SupportTicketDetail }) {
  return (
    <Panel title={t('assist.talk')}>
      <article className="comment">
        <span className="muted small">{formatDateTime(ticket.created_at)}</span>
        <p>{ticket.description}</p>
      </article>
      {ticket.comments.map((comment) => (
        <article key={`${comment.created_at} ${comment.content}`} className="comment">
          <span className="strong">{comment.author_name}</span>{' '}
          <span className="muted small">{formatDateTime(comment.created_at)}</span>
          <p>{comment.content}</p>
        </article>
      ))}
    </Panel>
  )
}

function Ticket({ access }: { access: SupportAccess }) {
  const [id, ticketId] = [access.support_access_id, useParam('ticket')]
  const ticket = useRead(['support-look', id, 'ticket', ticketId], ({ client }, signal) =>
    readBody(
      client.GET('/admin/support-access/{support_access_id}/tickets/{ticket_id}', {
        params: { path: { support_access_id: id, ticket_id: ticketId } },
        signal,
      }),
    ),
  )
  return (
    <Answer query={ticket}>
      {(found) => (
        <div className="stack">
          <Panel title={found.subject}>
            <Facts
              facts={[
                fact(t('assist.number'), found.number),
                fact(t('column.status'), <StatusChip family="ticket" value={found.status} />),
                fact(t('ticket.priority'), <StatusChip family="priority" value={found.priority} />),
                fact(t('ticket.category'), tValue('category', found.category)),
                fact(t('assist.assigned'), found.assigned_to_name ?? t('ticket.nobody')),
                fact(t('assist.updated'), formatDateTime(found.updated_at)),
              ]}
            />
          </Panel>
          <Conversation ticket={found} />
        </div>
      )}
    </Answer>
  )
}

/** One of the tenant's tickets without internal notes, for the case. */
export function AccessTicketPage() {
  return <AccessTab tab="tickets">{(access) => <Ticket access={access} />}</AccessTab>
}
