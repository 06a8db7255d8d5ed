/**
 * The permission table as it stands in the specification (managed-tenants.md section 3): (S) sensitive, ● by default,
 * ○ may be granted, – outside the ceiling of the role. Read by the second evaluator, never by the kernel.
 */
const TABLE = `
| Permission | F | B | U | H | A | R | D |
| partner.tenants.list | ● | ● | ● | ● | ● | ● | ● |
| partner.tenants.read | ● | ● | ● | ● | ● | ● | ● |
| partner.tenants.contacts.read | ● | ○ | ● | ● | ○ | ● | ○ |
| partner.tenants.switch_context | ● | ● | ● | ● | ● | ● | ● |
| partner.billing.read | ● | ● | ○ | ● | ● | ● | ○ |
| partner.billing.summary.read | ● | ● | ○ | ● | ● | ● | ○ |
| partner.billing.invoices.read | ● | ● | ○ | ● | ● | ● | ○ |
| partner.billing.invoices.export (S) | ● | ● | – | ● | ○ | ○ | ○ |
| partner.billing.payments.read | ● | ● | – | ● | ● | ● | ○ |
| partner.billing.disputes.create | ● | ● | – | ● | – | – | ○ |
| partner.billing.reminders.send | ● | ● | – | ● | – | – | ○ |
| partner.support.tickets.list | ● | ○ | ● | ● | ● | ● | ○ |
| partner.support.tickets.read | ● | ○ | ● | ● | ● | ● | ○ |
| partner.support.tickets.create | ● | – | ● | ● | – | ○ | ○ |
| partner.support.tickets.update | ● | – | ● | ● | – | ○ | ○ |
| partner.support.tickets.comment | ● | – | ● | ● | – | ○ | ○ |
| partner.support.tickets.assign | ● | – | ● | ● | – | – | ○ |
| partner.support.tickets.internal_notes.read | ● | – | ○ | ● | ○ | – | ○ |
| partner.provisioning.subscribers.list | ● | – | ○ | ● | ○ | ● | ○ |
| partner.provisioning.subscribers.read | ● | – | ○ | ● | ○ | ● | ○ |
| partner.provisioning.subscribers.activate (S) | ● | – | – | ● | – | ● | ○ |
| partner.provisioning.subscribers.suspend (S) | ● | – | – | ● | – | ○ | ○ |
| partner.provisioning.plans.assign (S) | ● | – | – | ● | – | ● | ○ |
| partner.provisioning.orders.create (S) | ● | – | – | ● | – | ● | ○ |
| partner.reports.usage.read | ● | ○ | ● | ● | ● | ● | ○ |
| partner.reports.sla.read | ● | ● | ● | ● | ● | ● | ○ |
| partner.reports.revenue.read | ● | ● | – | ● | ● | ○ | ○ |
| partner.reports.export (S) | ● | ● | ○ | ● | ○ | ○ | ○ |
| partner.alerts.sla.read | ● | ○ | ● | ● | ● | ● | ○ |
| partner.alerts.billing.read | ● | ● | – | ● | ● | ● | ○ |
| partner.alerts.acknowledge | ● | ● | ● | ● | – | ○ | ○ |
| partner.alerts.config.write | ● | ○ | ○ | ● | – | – | ○ |
| partner.sla.policy.write | – | – | – | ● | – | – | – |
| partner.audit.read | ● | ● | ● | ● | ● | ● | ● |
`

const COLUMNS: Readonly<Record<string, number>> = {
  msp_full: 1,
  msp_billing: 2,
  msp_support: 3,
  enterprise_hq: 4,
  auditor: 5,
  reseller: 6,
  delegate: 7,
}

const LINES = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells) => cells.slice(1, -1))

/** The 34 names, in the order of the table. */
export const TABLE_NAMES: readonly string[] = LINES.map(([name = '']) => name.replace(' (S)', ''))

/** The names that the table marks as sensitive. */
export const TABLE_SENSITIVE: ReadonlySet<string> = new Set(
  LINES.filter(([name = '']) => name.endsWith('(S)')).map(([name = '']) => name.replace(' (S)', '')),
)

/** The sign in the row of a permission and the column of a role. */
export function signOf(permission: string, role: string): string {
  const line = LINES[TABLE_NAMES.indexOf(permission)]
  return line?.[COLUMNS[role] ?? 0] ?? '–'
}

/** Whether a relationship type can ever carry a permission: the paragraph "Ceilings" under the table. */
export function fitsRelationship(permission: string, type: string): boolean {
  if (type === 'msp_managed') return permission !== 'partner.sla.policy.write'
  if (type === 'reseller_channel') return permission !== 'partner.support.tickets.internal_notes.read'
  if (type === 'audit_only') {
    const last = permission.split('.').at(-1) ?? ''
    return ['list', 'read', 'export', 'switch_context'].includes(last)
  }
  return type === 'enterprise_subsidiary'
}
