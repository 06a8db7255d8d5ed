import { readBody } from '@liaison/client'
import { useDeferredValue } from 'react'

import type { Frame } from '../platform/frame.ts'
import { isDecisionId, isRequestId } from '../platform/pasted.ts'
import { useRead } from '../platform/query.ts'
import { t } from '../platform/words.ts'
import { orgPlaces, partnerPlaces, platformPlaces } from '../places.ts'

/** Where an entry of the palette leads. */
export type Target = { id: string; label: string; note: string; to: string }

/** What is found for a text, and whether the answer for this very text is there. */
export type Found = { targets: Target[]; isSettled: boolean }

const shortestText = 2
const limit = 6

/** Partners and tenants by a part of their name, for the provider's people; the organisations themselves are found by nobody else. */
export function useRegistryTargets(frame: Frame, typed: string): Found {
  const search = useDeferredValue(typed)
  const enabled = frame.kind === 'platform' && search.length >= shortestText
  const params = { query: { search, limit } }
  const partners = useRead(
    ['palette', 'partners', search],
    ({ client }, signal) => readBody(client.GET('/admin/partners', { params, signal })),
    { enabled },
  )
  const tenants = useRead(
    ['palette', 'tenants', search],
    ({ client }, signal) => readBody(client.GET('/admin/tenants', { params, signal })),
    { enabled },
  )
  if (!enabled) return { targets: [], isSettled: frame.kind !== 'platform' || search === typed }
  const targets = [
    ...(partners.data?.items ?? []).map(({ partner_id: id, name }) => ({
      id,
      label: name,
      note: t('find.partner'),
      to: platformPlaces.partner(id),
    })),
    ...(tenants.data?.items ?? []).map(({ tenant_id: id, name }) => ({
      id,
      label: name,
      note: t('find.tenant'),
      to: platformPlaces.tenant(id),
    })),
  ]
  return { targets, isSettled: search === typed && !partners.isPending && !tenants.isPending }
}

function activityOf({ kind, partnerId, tenantId }: Frame): string {
  if (kind === 'platform') return platformPlaces.activity()
  return kind === 'org' ? orgPlaces.activity(tenantId) : partnerPlaces.activity(partnerId)
}

function decisionOf({ kind, partnerId }: Frame, id: string): string | null {
  if (kind === 'platform') return platformPlaces.request(id)
  return kind === 'org' ? null : partnerPlaces.decision(partnerId, id)
}

/** What a pasted id of a refusal leads to: its decision, or all that the request did. */
export function pastedTargets(frame: Frame, typed: string): Target[] {
  if (isRequestId(typed)) {
    const to = `${activityOf(frame)}?search=${encodeURIComponent(typed)}`
    return [{ id: 'request', label: t('find.request'), note: typed, to }]
  }
  const to = isDecisionId(typed) ? decisionOf(frame, typed) : null
  return to === null ? [] : [{ id: 'decision', label: t('find.decision'), note: typed, to }]
}
