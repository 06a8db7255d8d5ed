import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { describeTrouble } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import type { Entered, TicketDraft } from './ticket-draft.ts'
import { priorities, toPriority } from './ticket-forms.tsx'
import type { WithdrawTicket } from './ticket-forms.tsx'
import { enteredBefore, forgetEntered, keepEntered } from './undone-ticket.ts'

type Created = { ticket_id: string; ticket_number: string }

const categories = ['technical', 'billing', 'provisioning', 'general'] as const
const blank: Entered = {
  subject: '',
  description: '',
  priority: 'normal',
  category: 'technical',
  tags: '',
  notify_customer: false,
}
const mostTags = 20
const longestTag = 40

/** Tags as they were typed, apart by commas; each counts once. */
export function tagsOf(typed: string): string[] {
  const tags = typed.split(',').map((tag) => tag.trim())
  return [...new Set(tags.filter((tag) => tag !== ''))]
}

function checkDraft(draft: Entered): FormError[] {
  const errors: FormError[] = []
  if (draft.subject.trim() === '') errors.push({ field: 'subject', text: t('newticket.subject_missing') })
  if (draft.description.trim() === '') {
    errors.push({ field: 'description', text: t('newticket.description_missing') })
  }
  const tags = tagsOf(draft.tags)
  if (tags.length > mostTags)
    errors.push({ field: 'tags', text: t('newticket.tags_many', { most: mostTags }) })
  if (tags.some((tag) => tag.length > longestTag)) {
    errors.push({ field: 'tags', text: t('newticket.tags_long', { most: longestTag }) })
  }
  return errors
}

type FieldsProps = {
  draft: Entered
  errors: readonly FormError[]
  onDraft: (draft: Entered) => void
  mailLabel: string | undefined
}

function Choices({ draft, onDraft }: Pick<FieldsProps, 'draft' | 'onDraft'>) {
  return (
    <div className="halves">
      <NativeSelect
        id="priority"
        label={t('ticket.priority')}
        value={draft.priority}
        onChange={(event) => onDraft({ ...draft, priority: toPriority(event.currentTarget.value) })}
      >
        {priorities.map((name) => (
          <option key={name} value={name}>
            {tValue('status.priority', name)}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        id="category"
        label={t('ticket.category')}
        value={draft.category}
        onChange={(event) => onDraft({ ...draft, category: event.currentTarget.value })}
      >
        {categories.map((name) => (
          <option key={name} value={name}>
            {tValue('category', name)}
          </option>
        ))}
      </NativeSelect>
    </div>
  )
}

function Fields({ draft, errors, onDraft, mailLabel }: FieldsProps) {
  return (
    <>
      <TextInput
        id="subject"
        label={t('ticket.subject')}
        maxLength={200}
        value={draft.subject}
        error={errorOf(errors, 'subject')}
        onChange={(event) => onDraft({ ...draft, subject: event.currentTarget.value })}
      />
      <Textarea
        id="description"
        label={t('newticket.description')}
        rows={6}
        maxLength={10_000}
        value={draft.description}
        error={errorOf(errors, 'description')}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <Choices draft={draft} onDraft={onDraft} />
      <TextInput
        id="tags"
        label={t('newticket.tags')}
        description={t('newticket.tags_about')}
        autoComplete="off"
        value={draft.tags}
        error={errorOf(errors, 'tags')}
        onChange={(event) => onDraft({ ...draft, tags: event.currentTarget.value })}
      />
      {mailLabel !== undefined && (
        <label className="check">
          <input
            id="notify_customer"
            type="checkbox"
            checked={draft.notify_customer}
            onChange={(event) => onDraft({ ...draft, notify_customer: event.currentTarget.checked })}
          />
          {mailLabel}
        </label>
      )}
    </>
  )
}

type NewTicketFormProps = {
  act: string
  tenant: string
  /** The address of this form, to which it leads back when its ticket is taken back. */
  address: string
  /** Where the ticket is shown. */
  addressOf: (ticketId: string) => string
  /** Without it the ticket cannot be taken back by whoever creates it. */
  withdraw: WithdrawTicket | null
  /** Creates the ticket; the key makes a repeated attempt create nothing twice. */
  create: (draft: TicketDraft, key: string) => Promise<Created>
  /** Whom a mail can go to; without it there is no such choice. */
  mailLabel?: string
  /** What is to be read before the ticket is made, such as who pays. */
  children?: ReactNode
}

type Undo = { created: Created; entered: Entered; key: string }

/** Shows the ticket that was created, and for ten seconds the way to take it back to the form as it stood. */
function useCreated({ tenant, address, addressOf, withdraw }: NewTicketFormProps) {
  const go = useGo()
  const takeBack = useWrite(
    async ({ created, key }: Undo) => withdraw?.(created.ticket_id, key),
    (_, { created, entered }) => {
      keepEntered(address, entered)
      showToast(t('newticket.undone', { number: created.ticket_number, tenant }))
      go(address)
    },
  )
  const undo = async (wanted: Undo) => {
    try {
      await takeBack.mutateAsync(wanted)
    } catch (error) {
      const why = describeTrouble(readTrouble(error)).text
      showToast(t('newticket.stays', { number: wanted.created.ticket_number, tenant, why }))
    }
  }
  return (created: Created, entered: Entered) => {
    const wanted = { created, entered, key: crypto.randomUUID() }
    const done = t('newticket.done', { number: created.ticket_number, tenant })
    showToast(done, withdraw === null ? null : () => void undo(wanted))
    go(addressOf(created.ticket_id))
  }
}

/** The form of a new ticket. */
export function NewTicketForm(props: NewTicketFormProps) {
  const { act, address, create, mailLabel, children } = props
  const [draft, setDraft] = useState(() => enteredBefore(address) ?? blank)
  useEffect(forgetEntered, [])
  const [errors, setErrors] = useState<FormError[]>([])
  const key = useAttemptKey(draft)
  const show = useCreated(props)
  const write = useWrite(
    (wanted: TicketDraft) => create(wanted, key),
    (created) => show(created, draft),
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={act}
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate({ ...draft, tags: tagsOf(draft.tags) })
      }}
    >
      <Fields draft={draft} errors={errors} onDraft={setDraft} mailLabel={mailLabel} />
      {children}
    </WriteForm>
  )
}
