import { writeAmount } from '#platform/words/amount-words.ts'

/** What a reminder says. */
export interface Reminder {
  readonly tenantName: string
  readonly partnerName: string
  readonly number: string
  readonly customerName: string | null
  readonly issuedOn: string
  readonly dueOn: string
  readonly daysOverdue: number
  readonly balanceMinor: number
  readonly currency: string
  readonly replyTo: string | null
  readonly note: string | null
  /** Whether it goes to the customer who owes, or to the tenant itself. */
  readonly recipient: 'customer' | 'tenant'
}

const daysLate = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

/** The mail of a reminder, in the tenant's name; it says who sent it. Mails carry no link that pays or signs in. */
export function writeReminder(reminder: Reminder): { subject: string; text: string } {
  const owed = writeAmount({ amount_minor: reminder.balanceMinor, currency: reminder.currency })
  const late = daysLate(reminder.daysOverdue)
  const opening =
    reminder.recipient === 'customer'
      ? `this is a reminder that invoice ${reminder.number} of ${reminder.tenantName} is ${late} overdue.`
      : `invoice ${reminder.number} is ${late} overdue. Your settings send reminders to you instead of the customer.`
  const lines = [
    `Hello${reminder.customerName !== null && reminder.recipient === 'customer' ? ` ${reminder.customerName}` : ''},`,
    '',
    opening,
    '',
    ...(reminder.recipient === 'tenant' && reminder.customerName !== null
      ? [`Customer: ${reminder.customerName}`]
      : []),
    `Still to pay: ${owed}`,
    `Issued: ${reminder.issuedOn}`,
    `Due: ${reminder.dueOn}`,
    ...(reminder.note === null ? [] : ['', reminder.note]),
    '',
    reminder.replyTo === null
      ? `If you have paid in the meantime, nothing more is needed.`
      : `If you have paid in the meantime, nothing more is needed. Questions: ${reminder.replyTo}`,
    '',
    `Sent by ${reminder.partnerName} on behalf of ${reminder.tenantName}.`,
  ]
  return { subject: `Reminder: invoice ${reminder.number} of ${reminder.tenantName}`, text: lines.join('\n') }
}
