import { readBody } from '@liaison/client'
import type { LiaisonClient } from '@liaison/client'

import { readAllByCursor, readAllByOffset } from '../../platform/read-all.ts'

/** The longest part of a list that the server hands out at once. */
const limit = 100

/** Every link of the partner in these states, for a choice that has to offer each of them. */
export const readEveryLink = (client: LiaisonClient, status: string, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/links', { params: { query: { status, limit, ...place } }, signal })),
  )

/** Everybody of the partner, for a choice that has to offer each of them. */
export const readEveryMember = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/members', { params: { query: { limit, ...place } }, signal })),
  )

/** Every link with who is assigned to it, for a choice that has to offer each of them. */
export const readEveryAssignment = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/assignments', { params: { query: { limit, ...place } }, signal })),
  )

/** Every partner of the registry, or those that are active, for a choice that has to offer each of them. */
export const readEveryPartner = (client: LiaisonClient, status: 'active' | undefined, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(
      client.GET('/admin/partners', {
        params: { query: { ...(status !== undefined && { status }), limit, ...place } },
        signal,
      }),
    ),
  )

/** Every tenant that the person is assigned to, for a choice that has to offer each of them; asked for without naming a tenant. */
export const readEveryReach = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/context/tenants', { params: { query: { limit, ...place } }, signal })),
  )

/** Every group of tenants of the partner, for a choice that has to offer each of them. */
export const readEveryGroup = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/tenant-groups', { params: { query: { limit, ...place } }, signal })),
  )

/** Every API client of the partner, also those that are revoked, for a choice that has to offer each of them. */
export const readEveryClient = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/partner/clients', { params: { query: { limit, ...place } }, signal })),
  )

/** Every consent of the partner, for a choice that has to offer each customer. */
export const readEveryConsent = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByCursor((place) =>
    readBody(client.GET('/partner/consents', { params: { query: { limit, ...place } }, signal })),
  )

/** Every agency of the organisation, for a choice that has to offer each of them. */
export const readEveryAgency = (client: LiaisonClient, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(client.GET('/tenant/agencies', { params: { query: { limit, ...place } }, signal })),
  )

/** Every code of a partner, for a choice that has to offer each of them. */
export const readEveryCode = (client: LiaisonClient, partnerId: string, signal: AbortSignal) =>
  readAllByOffset((place) =>
    readBody(
      client.GET('/admin/codes', {
        params: { query: { partner_id: partnerId, limit, ...place } },
        signal,
      }),
    ),
  )
