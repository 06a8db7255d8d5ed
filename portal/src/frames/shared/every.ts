import { readBody } from '@liaison/client'
import type { LiaisonClient } from '@liaison/client'

import { readAllByOffset } from '../../platform/read-all.ts'

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
