import { ACTION_NAMES, scopeOfAction } from '@liaison/access'
import type { Action } from '@liaison/access'
import type { ApiClient } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

export const askDays = [30, 90, 180, 365] as const

/** A request to a customer, as the form holds it. */
export type AskDraft = {
  to: string
  client: string
  actions: Action[]
  purpose: string
  days: (typeof askDays)[number]
}

export const blankAsk: AskDraft = { to: '', client: '', actions: [], purpose: '', days: 90 }

/** What an API client may ask for. */
export function askable(client: ApiClient | undefined): Action[] {
  return ACTION_NAMES.filter((action) => client?.scopes.includes(scopeOfAction(action)) === true)
}

/** What stops a request before it is sent; the server decides. */
export function checkAsk({ to, client, actions, purpose }: AskDraft): FormError[] {
  const { length } = purpose.trim()
  return [
    ...(to.trim() === '' ? [{ field: 'to', text: t('ask.to_missing') }] : []),
    ...(client === '' ? [{ field: 'client_id', text: t('ask.app_missing') }] : []),
    ...(client !== '' && actions.length === 0 ? [{ field: 'actions', text: t('ask.can_missing') }] : []),
    ...(length < 120 || length > 300 ? [{ field: 'purpose', text: t('ask.why_length') }] : []),
  ]
}
