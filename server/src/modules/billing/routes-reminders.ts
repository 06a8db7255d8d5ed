import { encodeId } from '@liaison/access'
import type { InvoiceId } from '@liaison/access'
import { z } from 'zod'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import { BILLING_PARTIES } from './dispute-schemas.ts'
import { getInvoiceActedOn } from './disputing.ts'
import type { InvoiceRow } from './invoice-columns-store.ts'
import {
  findSetting,
  findTerms,
  insertReminder,
  isDisputed,
  REMINDER_MODES,
  saveSetting,
} from './reminder-store.ts'
import type { ReminderTerms, SettingRow } from './reminder-store.ts'
import { dayOf, daysOverdue } from './rules.ts'
import { writeReminder } from './rules-reminder.ts'

const ReminderSent = z
  .strictObject({
    invoice_id: z.string(),
    invoice_number: z.string(),
    tenant_id: z.string(),
    recipient: z
      .enum(['customer', 'tenant'])
      .meta({ description: 'To whom it goes; the address is not told.' }),
    days_overdue: z.int(),
    billing_party: z.enum(BILLING_PARTIES),
    sent_at: z.string(),
  })
  .meta({ id: 'ReminderSent' })

const conflict = (code: string, detail: string) => new ProblemError(409, code, detail)

/** Where a reminder goes. Throws REMINDERS_OFF, REMINDER_WITHOUT_ADDRESS. */
function addressOf(terms: ReminderTerms | undefined) {
  if (!terms || terms.reminders === 'off')
    throw conflict('REMINDERS_OFF', 'This tenant lets no reminders be sent.')
  if (terms.recipient === null || terms.recipient === '')
    throw conflict(
      'REMINDER_WITHOUT_ADDRESS',
      terms.reminders === 'tenant'
        ? 'The tenant wants reminders itself, but has no billing address.'
        : 'No billing address of this customer is known.',
    )
  return { terms, to: terms.recipient, recipient: terms.reminders }
}

/** How late an invoice is that may be reminded of. Throws INVOICE_NOT_OVERDUE, INVOICE_DISPUTED. */
async function lateness(mandate: Mandate<'acting'>, invoice: InvoiceRow, today: string): Promise<number> {
  const days = daysOverdue(
    { status: invoice.status, dueOn: invoice.due_on, balanceMinor: invoice.balance_minor },
    today,
  )
  if (days === 0) throw conflict('INVOICE_NOT_OVERDUE', 'This invoice is not overdue.')
  if (await isDisputed(mandate, invoice))
    throw conflict(
      'INVOICE_DISPUTED',
      'A dispute about this invoice is open; it is reminded of after the answer.',
    )
  return days
}

async function remind(mandate: Mandate<'acting'>, id: InvoiceId): Promise<z.input<typeof ReminderSent>> {
  const invoice = await getInvoiceActedOn(mandate, id)
  const today = dayOf(mandate.origin.now)
  const days = await lateness(mandate, invoice, today)
  const { terms, to, recipient } = addressOf(await findTerms(mandate, invoice))
  const reminderId = await insertReminder(mandate, invoice, { recipient, daysOverdue: days, today })
  if (reminderId === undefined)
    throw conflict('REMINDER_SENT_TODAY', 'A reminder of this invoice was sent today already.')
  const mail = writeReminder({
    tenantName: terms.tenant_name,
    partnerName: mandate.partner.name,
    number: invoice.number,
    customerName: invoice.customer_name,
    issuedOn: invoice.issued_on,
    dueOn: invoice.due_on,
    daysOverdue: days,
    balanceMinor: invoice.balance_minor,
    currency: invoice.currency,
    replyTo: terms.reply_to,
    note: terms.note,
    recipient,
  })
  await enqueue(mandate, 'mail', { to, ...mail })
  recordEvent(mandate, {
    action: 'billing.reminders.send',
    resource: { type: 'invoice', id: invoice.id, label: invoice.number },
    changes: { recipient: { after: recipient }, days_overdue: { after: days } },
    billingParty: mandate.link.billingParty,
  })
  return {
    invoice_id: encodeId('invoice', id),
    invoice_number: invoice.number,
    tenant_id: encodeId('tenant', mandate.tenant.id),
    recipient,
    days_overdue: days,
    billing_party: mandate.link.billingParty,
    sent_at: mandate.origin.now.toISOString(),
  }
}

const settingFields = {
  reminders: z.enum(REMINDER_MODES).meta({
    description: '`off`: none; `customer`: to the customer who owes; `tenant`: to the organisation itself.',
  }),
  reply_to: z
    .email()
    .max(254)
    .nullable()
    .meta({ description: 'Where customers ask back; told in the mail.' }),
  note: plainText(1, 1000).nullable().meta({ description: 'A paragraph of the organisation in each mail.' }),
}
const NewSetting = z.strictObject(settingFields)
const Setting = z.strictObject({ ...settingFields, version: z.int() }).meta({ id: 'ReminderSetting' })

const toSetting = (row: SettingRow): z.input<typeof Setting> => ({
  reminders: row.reminders,
  reply_to: row.reply_to,
  note: row.reminder_note,
  version: row.version,
})

async function changeSetting(mandate: Mandate<'tenant'>, body: z.output<typeof NewSetting>, version: number) {
  const before = await findSetting(mandate)
  const after = { reminders: body.reminders, reply_to: body.reply_to, reminder_note: body.note, version }
  if (before.version !== version || !(await saveSetting(mandate, after)))
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The setting changed after it was read.')
  recordEvent(mandate, {
    action: 'billing_settings.update',
    resource: { type: 'billing_setting', id: mandate.tenant.id, label: mandate.tenant.name },
    changes: {
      reminders: { before: before.reminders, after: body.reminders },
      reply_to: { before: before.reply_to, after: body.reply_to },
    },
  })
  const saved = { ...after, version: version + 1 }
  return sentAt(toSetting(saved), saved.version)
}

const SETTING = '/api/v1/tenant/billing/reminder-setting'

/** Reminders of overdue invoices: sent by partners, as the tenant lets them. Source: B6. */
export const reminderRoutes = [
  route({
    method: 'POST',
    path: '/api/v1/partner/billing/invoices/:invoice_id/remind',
    summary: 'Send a reminder of an overdue invoice of the customer acted in, at most one a day',
    input: { params: z.strictObject({ invoice_id: publicId('invoice') }) },
    access: { permission: 'partner.billing.reminders.send', tenant: 'header' },
    limit: 'write',
    problems: [
      'INVOICE_NOT_FOUND',
      'INVOICE_NOT_OVERDUE',
      'INVOICE_DISPUTED',
      'REMINDERS_OFF',
      'REMINDER_WITHOUT_ADDRESS',
      'REMINDER_SENT_TODAY',
    ],
    responses: { 201: ReminderSent },
    handle: ({ mandate, params }) => remind(mandate, params.invoice_id),
  }),
  route({
    method: 'GET',
    path: SETTING,
    summary: 'How partners may send reminders of the organisation’s invoices',
    input: {},
    access: { permission: 'tenant.billing.read' },
    limit: 'detail',
    responses: { 200: Setting },
    async handle({ mandate }) {
      const setting = await findSetting(mandate)
      return sentAt(toSetting(setting), setting.version)
    },
  }),
  route({
    method: 'PUT',
    path: SETTING,
    summary: 'Set how partners may send reminders of the organisation’s invoices',
    input: { body: NewSetting },
    access: { permission: 'tenant.billing.manage' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: Setting },
    handle: ({ mandate, body, expectedVersion }) => changeSetting(mandate, body, expectedVersion),
  }),
]
