import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { priorities, toPriority } from './ticket-forms.tsx'
import type { TicketPriority } from './ticket-forms.tsx'

export type TicketDraft = { subject: string; description: string; priority: TicketPriority; category: string }
type Created = { ticket_id: string; ticket_number: string }

const categories = ['technical', 'billing', 'provisioning', 'general'] as const
const blank: TicketDraft = { subject: '', description: '', priority: 'normal', category: 'technical' }

function checkDraft(draft: TicketDraft): FormError[] {
  const errors: FormError[] = []
  if (draft.subject.trim() === '') errors.push({ field: 'subject', text: t('newticket.subject_missing') })
  if (draft.description.trim() === '') {
    errors.push({ field: 'description', text: t('newticket.description_missing') })
  }
  return errors
}

type FieldsProps = { draft: TicketDraft; errors: readonly FormError[]; onDraft: (draft: TicketDraft) => void }

function Choices({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
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

function Fields({ draft, errors, onDraft }: FieldsProps) {
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
    </>
  )
}

type NewTicketFormProps = {
  act: string
  /** Creates the ticket; the key makes a repeated attempt create nothing twice. */
  create: (draft: TicketDraft, key: string) => Promise<Created>
  onCreated: (created: Created) => void
}

/** The form of a new ticket. */
export function NewTicketForm({ act, create, onCreated }: NewTicketFormProps) {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const key = useAttemptKey(draft)
  const write = useWrite((wanted: TicketDraft) => create(wanted, key), onCreated)
  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <Fields draft={draft} errors={errors} onDraft={setDraft} />
      <div>
        <Button type="submit" loading={write.isPending}>
          {act}
        </Button>
      </div>
    </form>
  )
}
