import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { InvoiceRow } from './invoice-columns-store.ts'
import type { BillingTables } from './tables.ts'

export const REMINDER_MODES = ['off', 'customer', 'tenant'] as const
export type ReminderMode = (typeof REMINDER_MODES)[number]

/** How a tenant lets a reminder of one invoice be sent. */
export interface ReminderTerms {
  reminders: ReminderMode
  /** The address it goes to; null when none is known. It never leaves the server but in the mail. */
  recipient: string | null
  reply_to: string | null
  note: string | null
  tenant_name: string
}

/** The terms of a reminder; undefined when the mandate may send none. */
export async function findTerms(
  mandate: Mandate<'acting'>,
  invoice: InvoiceRow,
): Promise<ReminderTerms | undefined> {
  const { rows } = await sql<ReminderTerms>`
    select * from access.reminder_terms(${invoice.tenant_id}, ${invoice.id})`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]
}

/** Notes a reminder of today; undefined when one was sent today already, by whomever. */
export async function insertReminder(
  mandate: Mandate<'acting'>,
  invoice: InvoiceRow,
  reminder: {
    readonly recipient: 'customer' | 'tenant'
    readonly daysOverdue: number
    readonly today: string
  },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    insert into invoice_reminder (tenant_id, invoice_id, sent_on, sent_at, recipient, days_overdue, balance_minor, currency, billing_party,
      sent_by, sent_by_name, partner_id, partner_name, delegation_id)
    values (${mandate.tenant.id}, ${invoice.id}, ${reminder.today}, ${mandate.origin.now}, ${reminder.recipient}, ${reminder.daysOverdue}, ${invoice.balance_minor}, ${invoice.currency},
      ${mandate.link.billingParty}, ${mandate.actor.id}, ${mandate.actor.name}, ${mandate.partner.id}, ${mandate.partner.name}, ${mandate.link.id})
    on conflict (tenant_id, invoice_id, sent_on) do nothing returning id`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]?.id
}

/** One reminder that was sent. */
export interface ReminderRow {
  id: string
  sent_at: Date
  sent_by_name: string
  partner_name: string
  recipient: 'customer' | 'tenant'
}

/** The reminders of an invoice, the newest first. */
export async function listReminders(
  mandate: Mandate,
  invoice: { tenant_id: string; id: string },
): Promise<ReminderRow[]> {
  const { rows } = await sql<ReminderRow>`
    select id, sent_at, sent_by_name, partner_name, recipient from invoice_reminder
    where tenant_id = ${invoice.tenant_id} and invoice_id = ${invoice.id} order by sent_at desc limit 50`.execute(
    tables<BillingTables>(mandate),
  )
  return rows
}

/** Whether a dispute about the invoice is open. */
export async function isDisputed(
  mandate: Mandate,
  invoice: { tenant_id: string; id: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from invoice_dispute where tenant_id = ${invoice.tenant_id} and invoice_id = ${invoice.id} and status = 'open'`.execute(
    tables<BillingTables>(mandate),
  )
  return rows.length > 0
}

/** How a tenant lets reminders be sent. */
export interface SettingRow {
  reminders: ReminderMode
  reply_to: string | null
  reminder_note: string | null
  version: number
}

/** What holds while a tenant has set nothing; its version is 0. */
const DEFAULT_SETTING: SettingRow = {
  reminders: 'customer',
  reply_to: null,
  reminder_note: null,
  version: 0,
}

export async function findSetting(mandate: Mandate<'tenant'>): Promise<SettingRow> {
  const { rows } = await sql<SettingRow>`
    select reminders, reply_to, reminder_note, version from billing_setting where tenant_id = ${mandate.tenant.id}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0] ?? DEFAULT_SETTING
}

/** Keeps the setting when it is still in this version. False when it changed in between. */
export async function saveSetting(mandate: Mandate<'tenant'>, setting: SettingRow): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into billing_setting as s (tenant_id, reminders, reply_to, reminder_note, version, updated_at)
    values (${mandate.tenant.id}, ${setting.reminders}, ${setting.reply_to}, ${setting.reminder_note}, ${setting.version + 1}, ${mandate.origin.now})
    on conflict (tenant_id) do update set reminders = excluded.reminders, reply_to = excluded.reply_to, reminder_note = excluded.reminder_note,
      version = excluded.version, updated_at = excluded.updated_at
    where s.version = ${setting.version}`.execute(tables<BillingTables>(mandate))
  return numAffectedRows === 1n
}
