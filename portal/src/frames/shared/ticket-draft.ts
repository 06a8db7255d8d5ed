import type { TicketPriority } from './ticket-forms.tsx'

export type TicketDraft = {
  subject: string
  description: string
  priority: TicketPriority
  category: string
  tags: string[]
  notify_customer: boolean
}
/** What stands in the form: the tags as they are typed. */
export type Entered = Omit<TicketDraft, 'tags'> & { tags: string }
