import { readBody } from '@liaison/client'
import type { BillingAlert, LiaisonClient, PlainAlert, SlaAlert } from '@liaison/client'

/** Whose alerts a list shows; each has addresses, and permissions, of its own. */
export type Desk = 'tenants' | 'access' | 'org' | 'platform'

/** What every list of alerts shows. */
export type ShownAlert = Omit<PlainAlert, 'partner_name'> & {
  partner_name?: string | null
  /** Said where each alert is of another organisation; elsewhere the own role decides about all. */
  may_acknowledge?: boolean
  metadata?: SlaAlert['metadata'] | BillingAlert['metadata']
}

/** Whether the reader may do anything to an alert, by the role in its organisation. */
export const mayWorkOn = ({ may_acknowledge: may = true }: ShownAlert): boolean => may

type Path = { params: { path: { alert_id: string } } }

const pathOf = (id: string): Path => ({ params: { path: { alert_id: id } } })
const noNote = { note: null }

/** Takes an alert. */
export function takeAlert(client: LiaisonClient, desk: Desk, id: string): Promise<PlainAlert> {
  const call = { ...pathOf(id), body: noNote }
  switch (desk) {
    case 'tenants':
      return readBody(client.POST('/partner/alerts/{alert_id}/acknowledge', call))
    case 'access':
      return readBody(client.POST('/partner/alerts/access/{alert_id}/acknowledge', call))
    case 'org':
      return readBody(client.POST('/tenant/alerts/{alert_id}/acknowledge', call))
    case 'platform':
      return readBody(client.POST('/admin/alerts/{alert_id}/acknowledge', call))
  }
}

/** Opens an alert again, as it was before it was closed or taken. */
export function reopenAlert(client: LiaisonClient, desk: Desk, id: string): Promise<PlainAlert> {
  switch (desk) {
    case 'tenants':
      return readBody(client.POST('/partner/alerts/{alert_id}/reopen', pathOf(id)))
    case 'access':
      return readBody(client.POST('/partner/alerts/access/{alert_id}/reopen', pathOf(id)))
    case 'org':
      return readBody(client.POST('/tenant/alerts/{alert_id}/reopen', pathOf(id)))
    case 'platform':
      return readBody(client.POST('/admin/alerts/{alert_id}/reopen', pathOf(id)))
  }
}

type Closing = { desk: Desk; id: string; note: string }

/** Closes an alert, with a note for the log or without. */
export function closeAlert(client: LiaisonClient, { desk, id, note }: Closing): Promise<PlainAlert> {
  const call = { ...pathOf(id), body: { note: note === '' ? null : note } }
  switch (desk) {
    case 'tenants':
      return readBody(client.POST('/partner/alerts/{alert_id}/resolve', call))
    case 'access':
      return readBody(client.POST('/partner/alerts/access/{alert_id}/resolve', call))
    case 'org':
      return readBody(client.POST('/tenant/alerts/{alert_id}/resolve', call))
    case 'platform':
      return readBody(client.POST('/admin/alerts/{alert_id}/resolve', call))
  }
}

type Snoozing = { desk: Exclude<Desk, 'platform'>; id: string; until: string | null }

/** Lets an alert sleep until an instant, or wakes it. */
export function snoozeAlert(client: LiaisonClient, { desk, id, until }: Snoozing): Promise<PlainAlert> {
  const call = { ...pathOf(id), body: { until, note: null } }
  switch (desk) {
    case 'tenants':
      return readBody(client.POST('/partner/alerts/{alert_id}/snooze', call))
    case 'access':
      return readBody(client.POST('/partner/alerts/access/{alert_id}/snooze', call))
    case 'org':
      return readBody(client.POST('/tenant/alerts/{alert_id}/snooze', call))
  }
}
