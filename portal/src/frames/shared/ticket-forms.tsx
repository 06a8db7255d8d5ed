import './ticket-form-words.ts'
import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { Ticket, TicketDetail } from '@liaison/client'
import { useState } from 'react'

import './sla-words.ts'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

export type TicketPriority = Ticket['priority']
export type TicketChange = {
  status?: (typeof statuses)[number]
  priority?: TicketPriority
  priority_reason?: string
  assigned_to?: string | null
  comment?: { content: string; is_internal?: boolean; notify_customer?: boolean }
}

/** Sends one change of the ticket, with the tag of the state it was made from. */
export type ChangeTicket = (change: TicketChange) => Promise<unknown>

export const priorities = ['low', 'normal', 'high', 'urgent'] as const
const statuses = ['open', 'pending', 'on_hold', 'resolved', 'closed'] as const satisfies Ticket['status'][]

/** The priority with this name; normal when there is none. */
export function toPriority(name: string): TicketPriority {
  return priorities.find((priority) => priority === name) ?? 'normal'
}

type FormProps = { tenant: string; change: ChangeTicket }

function useChange(change: ChangeTicket, done: string, onDone?: () => void) {
  return useWrite(
    (wanted: TicketChange) => change(wanted),
    () => {
      showToast(done)
      onDone?.()
    },
  )
}

type ReadersOf = { isInternal: boolean; isMailed: boolean }
type ReadersProps = {
  tenant: string
  withInternal: boolean
  readers: ReadersOf
  onReaders: (readers: ReadersOf) => void
}

/** Who reads a comment, and whether they are told. */
function Readers({ tenant, withInternal, readers, onReaders }: ReadersProps) {
  return (
    <>
      {withInternal && (
        <Checkbox
          label={t('comment.internal')}
          checked={readers.isInternal}
          onChange={(event) => onReaders({ ...readers, isInternal: event.currentTarget.checked })}
        />
      )}
      {!readers.isInternal && (
        <Checkbox
          label={t('comment.mail', { tenant })}
          description={t('comment.mail_about')}
          checked={readers.isMailed}
          onChange={(event) => onReaders({ ...readers, isMailed: event.currentTarget.checked })}
        />
      )}
    </>
  )
}

/** Writes a comment. The button names the tenant whose people will read it. */
export function CommentForm({ tenant, withInternal, change }: FormProps & { withInternal: boolean }) {
  const [content, setContent] = useState('')
  const [readers, setReaders] = useState<ReadersOf>({ isInternal: false, isMailed: false })
  const { isInternal, isMailed } = readers
  const write = useChange(change, t('comment.done', { tenant }), () => setContent(''))
  return (
    <Panel title={t('comment.title')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          if (content.trim() !== '') {
            const notify = isMailed && !isInternal
            write.mutate({
              comment: { content: content.trim(), is_internal: isInternal, notify_customer: notify },
            })
          }
        }}
      >
        <WriteProblem error={write.error} />
        <Textarea
          id="content"
          label={t('comment.text')}
          description={t(isInternal ? 'comment.seen_internal' : 'comment.seen', { tenant })}
          rows={4}
          required
          maxLength={10_000}
          value={content}
          onChange={(event) => setContent(event.currentTarget.value)}
        />
        <Readers tenant={tenant} withInternal={withInternal} readers={readers} onReaders={setReaders} />
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('comment.send', { tenant })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

type TicketFormProps = FormProps & { ticket: TicketDetail }
type WithdrawProps = { ticket: TicketDetail; tenant: string; withdraw: WithdrawTicket }

/** Moves the ticket to one of the states that may follow the present one. */
export function StatusForm({ ticket, tenant, change }: TicketFormProps) {
  const write = useChange(change, t('ticket.status_done', { tenant }))
  return (
    <Panel title={t('ticket.move', { tenant })}>
      <div className="stack tight">
        <WriteProblem error={write.error} />
        <div className="row">
          {statuses
            .filter((status) => ticket.allowed_transitions.includes(status))
            .map((status) => (
              <Button
                key={status}
                variant="default"
                loading={write.isPending && write.variables.status === status}
                onClick={() => write.mutate({ status })}
              >
                {tValue('move', status)}
              </Button>
            ))}
        </div>
      </div>
    </Panel>
  )
}

/** Withdraws the ticket; the key makes a repeated attempt one. */
export type WithdrawTicket = (ticketId: string, key: string) => Promise<unknown>

/** Takes back a ticket that the reader has just opened, as long as it can be taken back. */
export function WithdrawForm({ ticket, tenant, withdraw }: WithdrawProps) {
  const now = useNow(1000)
  const [key] = useState(() => crypto.randomUUID())
  const write = useWrite(
    () => withdraw(ticket.ticket_id, key),
    () => showToast(t('ticket.withdrawn', { number: ticket.ticket_number, tenant })),
  )
  const isOver = now.getTime() > Date.parse(ticket.withdrawable_until ?? '')
  if (isOver && write.isIdle) return null
  return (
    <Panel title={t('ticket.withdraw', { tenant })}>
      <div className="stack tight">
        <WriteProblem error={write.error} />
        <p>{t('ticket.withdraw_about')}</p>
        <div>
          <Button variant="default" loading={write.isPending} onClick={() => write.mutate(undefined)}>
            {t('ticket.withdraw_act', { number: ticket.ticket_number, tenant })}
          </Button>
        </div>
      </div>
    </Panel>
  )
}

/** Changes the priority; the reason stays on record, because the promise depends on it (B7). */
export function PriorityForm({ ticket, tenant, change }: TicketFormProps) {
  const [priority, setPriority] = useState(ticket.priority)
  const [reason, setReason] = useState('')
  const write = useChange(change, t('ticket.priority_done', { tenant }))
  const isChanged = priority !== ticket.priority
  return (
    <Panel title={t('ticket.priority')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate({ priority, priority_reason: reason.trim() })
        }}
      >
        <WriteProblem error={write.error} />
        <NativeSelect
          aria-label={t('ticket.priority')}
          value={priority}
          onChange={(event) => setPriority(toPriority(event.currentTarget.value))}
        >
          {priorities.map((name) => (
            <option key={name} value={name}>
              {tValue('status.priority', name)}
            </option>
          ))}
        </NativeSelect>
        {isChanged && (
          <>
            <TextInput
              id="priority_reason"
              label={t('ticket.priority_reason')}
              description={t('ticket.priority_about')}
              required
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <div>
              <Button type="submit" loading={write.isPending}>
                {t('ticket.priority_save', { tenant })}
              </Button>
            </div>
          </>
        )}
      </form>
    </Panel>
  )
}

export type Assignee = { person_id: string; name: string; partner_name: string | null }

/** Who has it but cannot be chosen, being on the other side or gone: without a place here the field would say that nobody has it. */
function Holder({ ticket, people }: { ticket: TicketDetail; people: readonly Assignee[] }) {
  const { assigned_to: holder, assigned_to_name: name } = ticket
  if (holder === null || people.some(({ person_id: id }) => id === holder)) return null
  return <option value={holder}>{name ?? t('value.unknown_person')}</option>
}

/** Hands the ticket to somebody, or to nobody. */
export function AssignForm({
  ticket,
  tenant,
  change,
  people,
}: TicketFormProps & { people: readonly Assignee[] }) {
  const [chosen, setChosen] = useState(ticket.assigned_to ?? '')
  const write = useChange(change, t('assign.done', { tenant }))
  const isChanged = chosen !== (ticket.assigned_to ?? '')
  return (
    <Panel title={t('ticket.assigned')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate({ assigned_to: chosen === '' ? null : chosen })
        }}
      >
        <WriteProblem error={write.error} />
        <NativeSelect
          label={t('assign.who')}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          <option value="">{t('ticket.nobody')}</option>
          <Holder ticket={ticket} people={people} />
          {people.map((person) => (
            <option key={person.person_id} value={person.person_id}>
              {person.partner_name === null
                ? person.name
                : t('ticket.author', { name: person.name, partner: person.partner_name })}
            </option>
          ))}
        </NativeSelect>
        {isChanged && (
          <div>
            <Button type="submit" loading={write.isPending}>
              {t('assign.save', { tenant })}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  )
}
