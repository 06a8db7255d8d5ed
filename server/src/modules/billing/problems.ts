import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

const BILLING_PROBLEMS = {
  INVOICE_NOT_FOUND: {
    status: 404,
    title: 'Invoice not found',
    cause: 'No invoice that this caller may see has this id.',
    remedy: 'Open it from the list of invoices.',
  },
  DISPUTE_NOT_FOUND: {
    status: 404,
    title: 'Dispute not found',
    cause: 'No dispute that this caller may see has this id in this tenant.',
    remedy: 'Open it from the list of disputes.',
  },
  DISPUTE_ALREADY_OPEN: {
    status: 409,
    title: 'Dispute already open',
    cause: 'An invoice has at most one open dispute, whoever raised it.',
    remedy: 'Wait for the answer, or withdraw the open dispute first.',
  },
  DISPUTE_STATE_CONFLICT: {
    status: 409,
    title: 'Dispute has ended',
    cause: 'The dispute is not open any more, or belongs to another partner.',
    remedy: 'Read it again; an ended dispute stays as it is.',
  },
  INVOICE_NOT_OVERDUE: {
    status: 409,
    title: 'Invoice not overdue',
    cause: 'Reminders are sent of overdue invoices only.',
    remedy: 'Wait until the due day has passed.',
  },
  INVOICE_DISPUTED: {
    status: 409,
    title: 'Invoice in dispute',
    cause: 'A dispute about the invoice is open.',
    remedy: 'Wait until the tenant has answered it, or withdraw it.',
  },
  REMINDERS_OFF: {
    status: 409,
    title: 'Reminders switched off',
    cause: 'The tenant lets no reminders of its invoices be sent.',
    remedy: 'Ask the tenant to allow them in its billing settings.',
  },
  REMINDER_WITHOUT_ADDRESS: {
    status: 409,
    title: 'No address for a reminder',
    cause: 'The address that the tenant’s settings ask for is not known.',
    remedy: 'Ask the tenant to add a billing address.',
  },
  REMINDER_SENT_TODAY: {
    status: 409,
    title: 'Reminder sent today',
    cause: 'A reminder of this invoice was sent today (UTC) already, by any partner.',
    remedy: 'Send the next one tomorrow.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(BILLING_PROBLEMS)
