import type { z } from 'zod'
import { workOnAlert } from './acting.ts'
import type { Act } from './acting.ts'
import { AlertNote, AlertParams, AlertSnooze, PlainAlert, toPlainAlert } from './schemas.ts'
import type { AlertId, AlertMandate } from './store.ts'

/** What every route of a step on one alert shares; the side that takes it adds its path, its words and its permission. */
export const stepTerms = {
  method: 'POST',
  limit: 'write',
  problems: ['ALERT_NOT_FOUND', 'ALERT_STATE_CONFLICT'],
  responses: { 200: PlainAlert },
} as const

/** Takes a step and answers with the alert as it is then, under the name that the caller's link has for its tenant. */
export async function takeStep(mandate: AlertMandate, id: AlertId, act: Act) {
  const row = await workOnAlert(mandate, id, act)
  const names = mandate.kind === 'portfolio' ? mandate.links : []
  const known = names.find(({ tenant }) => row.tenant_id === tenant.id)
  return toPlainAlert({ ...row, tenant_name: known?.tenant.name ?? row.tenant_name })
}

interface Step<Body extends z.ZodType> {
  readonly mandate: AlertMandate
  readonly params: z.output<typeof AlertParams>
  readonly body: z.output<Body>
}

/** What routes that take an alert share. */
export const acknowledging = {
  ...stepTerms,
  input: { params: AlertParams, body: AlertNote },
  handle: ({ mandate, params, body }: Step<typeof AlertNote>) =>
    takeStep(mandate, params.alert_id, { does: 'acknowledge', note: body.note }),
} as const

/** What routes that close an alert share. */
export const resolving = {
  ...stepTerms,
  input: { params: AlertParams, body: AlertNote },
  handle: ({ mandate, params, body }: Step<typeof AlertNote>) =>
    takeStep(mandate, params.alert_id, { does: 'resolve', note: body.note }),
} as const

/** What routes that take the last step on an alert back share. */
export const reopening = {
  ...stepTerms,
  input: { params: AlertParams },
  handle: ({ mandate, params }: Omit<Step<typeof AlertNote>, 'body'>) =>
    takeStep(mandate, params.alert_id, { does: 'reopen', note: null }),
} as const

/** What routes that let an alert sleep share. */
export const snoozing = {
  ...stepTerms,
  input: { params: AlertParams, body: AlertSnooze },
  handle: ({ mandate, params, body }: Step<typeof AlertSnooze>) => {
    const until = body.until === null ? null : new Date(body.until)
    return takeStep(mandate, params.alert_id, { does: 'snooze', until, note: body.note })
  },
} as const
