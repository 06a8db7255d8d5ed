import { createLiaisonClient } from '@liaison/client'
import { expect, test } from 'vitest'

import { readEveryAssignment, readEveryLink, readEveryMember, readEveryPartner } from './every.ts'

const count = 230

/** A server whose lists have more rows than it hands out at once. */
const client = createLiaisonClient({
  baseUrl: 'https://api.example.test',
  fetch: ({ url }) => {
    const query = new URL(url).searchParams
    const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset') ?? 0)]
    const items = Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, at) => offset + at)
    return Promise.resolve(
      Response.json({ items, total: count, limit, offset, has_more: offset + limit < count }),
    )
  },
})

test('a choice of links, people or partners offers every one of them, however many there are (B3, B18)', async () => {
  const { signal } = new AbortController()
  const lists = await Promise.all([
    readEveryLink(client, 'active,suspended', signal),
    readEveryMember(client, signal),
    readEveryAssignment(client, signal),
    readEveryPartner(client, undefined, signal),
    readEveryPartner(client, 'active', signal),
  ])
  const all = Array.from({ length: count }, (_, at) => at)
  expect(lists).toEqual([all, all, all, all, all])
})
