import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { KnownLink } from './store.ts'

/** The stable names of what happens to links. */
export type LinkAction =
  | 'links.request'
  | 'links.invite'
  | 'links.withdraw'
  | 'links.accept'
  | 'links.approve'
  | 'links.decline'
  | 'links.suspend'
  | 'links.resume'
  | 'links.revoke'
  | 'links.terminate'
  | 'links.renew'
  | 'links.change'
  | 'change_requests.request'
  | 'change_requests.withdraw'
  | 'change_requests.approve'
  | 'change_requests.decline'
  | 'links.assign'
  | 'links.activate'
  | 'links.expire'
  | 'links.lapse'
  | 'link_notices.send'
  | 'link_notices.tell'
  | 'link_reviews.ask'
  | 'links.review'
  | 'links.attest'
  | 'links.handover'
  | 'links.note'
  | 'links.check'

export interface LinkEventDetail {
  readonly changes?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | null | undefined
  /** An event of a request that is not answered is the tenant's alone: the partner must not learn that it arrived. */
  readonly isOfTenantAlone?: boolean
}

/** Records what happened to a link, for both of its sides unless it says otherwise. */
export function recordLinkEvent(
  mandate: Mandate,
  link: Pick<KnownLink, 'id' | 'tenant_id' | 'tenant_name' | 'partner_id' | 'partner_name' | 'access_role'>,
  event: LinkEventDetail & { readonly action: LinkAction },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: link.tenant_id,
    ...(link.tenant_name !== null && { tenantName: link.tenant_name }),
    ...(event.isOfTenantAlone !== true && { partnerId: link.partner_id }),
    ...(event.isOfTenantAlone !== true && link.partner_name !== null && { partnerName: link.partner_name }),
    delegationId: link.id,
    role: link.access_role,
    resource: {
      type: 'link',
      id: link.id,
      label: `${link.partner_name ?? 'Partner'} in ${link.tenant_name ?? 'organisation'}`,
    },
    ...(event.changes && { changes: event.changes }),
    ...(event.reason && { reason: event.reason }),
  })
}

/** Records of each earlier change of the same side that a new one took its place. */
export function recordReplaced(
  mandate: Mandate,
  link: Parameters<typeof recordLinkEvent>[1],
  {
    replaced,
    ...event
  }: Pick<LinkEventDetail, 'isOfTenantAlone'> & {
    readonly replaced: readonly { readonly difference: readonly unknown[] }[]
  },
): void {
  for (const { difference: rows } of replaced)
    recordLinkEvent(mandate, link, {
      ...event,
      action: 'change_requests.withdraw',
      reason: 'A newer request took its place.',
      changes: { rows },
    })
}

/** Records that a partner asked for access or took that back: the tenant reads it, the partner's own log names no tenant. */
export function recordRequest(
  mandate: Mandate<'program'>,
  request: {
    readonly action?: LinkAction
    readonly id: string
    readonly slug: string
    readonly role: string
    readonly tenantId: string | null
    /** The conditions that the partner offers; empty without any. */
    readonly offer?: object
  },
): void {
  recordEvent(mandate, {
    action: request.action ?? 'links.request',
    role: request.role,
    resource: { type: 'link', id: request.id, label: request.slug },
    ...(Object.keys(request.offer ?? {}).length > 0 && { changes: { conditions: { after: request.offer } } }),
    ...(request.tenantId !== null && { tenants: [{ tenantId: request.tenantId, rowCount: 0 }] }),
  })
}
