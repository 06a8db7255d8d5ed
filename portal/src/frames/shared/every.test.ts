import { createLiaisonClient } from '@liaison/client'
import { expect, test } from 'vitest'

import {
  readEveryAgency,
  readEveryAssignment,
  readEveryClient,
  readEveryCode,
  readEveryConsent,
  readEveryGroup,
  readEveryLink,
  readEveryMember,
  readEveryPartner,
  readEveryReach,
} from './every.ts'

const count = 230

/** A server whose lists have more rows than it hands out at once. */
const client = createLiaisonClient({
  baseUrl: 'https://api.example.test',
  fetch: ({ url }) => {
    const query = new URL(url).searchParams
    const limit = Number(query.get('limit'))
    const offset = Number(query.get('offset') ?? query.get('cursor') ?? 0)
    const next = offset + limit < count ? String(offset + limit) : null
    const items = Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, at) => offset + at)
    return Promise.resolve(
      Response.json({ items, total: count, limit, offset, has_more: next !== null, next_cursor: next }),
    )
  },
})

test('a choice offers every link, person, partner, client, customer, group, agency or code, however many there are (B3, B18)', async () => {
  const { signal } = new AbortController()
  const lists = await Promise.all([
    readEveryLink(client, 'active,suspended', signal),
    readEveryMember(client, signal),
    readEveryAssignment(client, signal),
    readEveryPartner(client, undefined, signal),
    readEveryPartner(client, 'active', signal),
    readEveryReach(client, signal),
    readEveryGroup(client, signal),
    readEveryClient(client, signal),
    readEveryConsent(client, signal),
    readEveryAgency(client, signal),
    readEveryCode(client, 'par_1', signal),
  ])
  const all = Array.from({ length: count }, (_, at) => at)
  expect(lists).toEqual(lists.map(() => all))
})
