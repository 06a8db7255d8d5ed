/** The words of what is done to a ticket. */
export const ticketForms = {
  'ticket.move': 'Move the ticket of {tenant}',
  'ticket.status_done': 'Ticket of {tenant} moved',
  'ticket.priority_reason': 'Why does the priority change?',
  'ticket.priority_about': 'The reason stays on record. A missed promise stays missed.',
  'ticket.priority_save': 'Change priority for {tenant}',
  'ticket.priority_done': 'Priority changed for {tenant}',
  'assign.who': 'Person',
  'assign.save': 'Hand over the ticket of {tenant}',
  'assign.done': 'Ticket of {tenant} handed over',
  'comment.title': 'Answer',
  'comment.text': 'Comment',
  'comment.seen': 'People of {tenant} read this.',
  'comment.seen_internal': 'Only people who may read internal notes see this.',
  'comment.internal': 'Internal note',
  'comment.send': 'Send comment to {tenant}',
  'comment.done': 'Comment sent to {tenant}',
}
