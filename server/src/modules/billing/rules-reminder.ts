import { minorDigits } from './rules-fx.ts'

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

/** An amount as it is written in a mail, for example `1,250.00 EUR`. */
export function writeMoney(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency)
  const sign = amountMinor < 0 ? '-' : ''
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits).replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''} ${currency}`
}

const daysLate = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

/** The mail of a reminder, in the tenant's name; it says who sent it. Mails carry no link that pays or signs in. */
export function writeReminder(reminder: Reminder): { subject: string; text: string } {
  const owed = writeMoney(reminder.balanceMinor, reminder.currency)
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
