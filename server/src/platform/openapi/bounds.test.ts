import { ID_PREFIXES } from '@liaison/access'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { longestMatch, withBounds, withBoundsOfAnswer } from './bounds.ts'

test.each([
  ['^-?\\d{1,16}$', 17],
  ['^\\d{4}-(?:0[1-9]|1[0-2])$', 7],
  ['^(?:a|bcd){2}[A-Z]$', 7],
  ['^par_[0-7][0-9a-hjkmnp-tv-z]{25}$', 30],
  ['^a+$', undefined],
  ['^.*$', undefined],
  ['^a{2,}$', undefined],
  ['^a|b$', undefined],
  ['^(a$', undefined],
  ['a{2}', undefined],
])('the longest text that %s matches is %s long', (pattern, length) => {
  expect(longestMatch(pattern)).toBe(length)
})

test('no text that an expression matches is longer than what is told of it (R8)', () => {
  const patterns = [
    '^-?\\d{1,16}$',
    '^\\d{4}-(?:0[1-9]|1[0-2])$',
    '^(?:a|bcd){2}[A-Z]$',
    '^[a-f0-9]{8}(?:-x)?$',
  ]
  for (const pattern of patterns) {
    const longest = longestMatch(pattern) ?? 0
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(pattern)), (text) => text.length <= longest),
      { numRuns: 200 },
    )
  }
})

test('numbers say their width, texts the length that follows from their form, and nothing is said that does not follow', () => {
  const schema = {
    type: 'object',
    properties: {
      few: { type: 'integer', minimum: 0, maximum: 10 },
      many: { type: ['integer', 'null'], minimum: 0, maximum: 9_007_199_254_740_991 },
      day: { type: 'string', format: 'date' },
      month: { type: 'string', pattern: '^\\d{4}-\\d{2}$' },
      note: { type: 'string', maxLength: 5 },
      name: { type: 'string' },
      seen_at: { type: 'string' },
    },
  }
  expect(withBounds(schema)).toEqual({
    type: 'object',
    properties: {
      few: { ...schema.properties.few, format: 'int32' },
      many: { ...schema.properties.many, format: 'int64' },
      day: { ...schema.properties.day, maxLength: 10 },
      month: { ...schema.properties.month, maxLength: 7 },
      note: schema.properties.note,
      name: schema.properties.name,
      seen_at: schema.properties.seen_at,
    },
  })
})

test('what delegates access is named by the id of its own kind: a link, a consent, a resale, a form token or a key of an agency (R8)', () => {
  const bounded = withBoundsOfAnswer({ properties: { delegation_id: { type: 'string' } } })
  const { pattern, maxLength } = z
    .object({
      properties: z.object({ delegation_id: z.object({ pattern: z.string(), maxLength: z.int() }) }),
    })
    .parse(bounded).properties.delegation_id
  const kinds = ['link', 'consent', 'resale', 'form_token', 'agency_key', 'tenant'] as const
  const named = kinds.filter((kind) => new RegExp(pattern).test(`${ID_PREFIXES[kind]}_${'0'.repeat(26)}`))
  expect(named).toEqual(['link', 'consent', 'resale', 'form_token', 'agency_key'])
  expect(maxLength).toBe(30)
})

test('the name of a field of an answer says that it is an instant, or whose id it is', () => {
  const bare = { type: ['string', 'null'] }
  const properties = { seen_at: bare, tenant_id: bare, request_id: bare, name: bare }
  expect(withBoundsOfAnswer({ properties })).toEqual({
    properties: {
      seen_at: { ...bare, format: 'date-time', maxLength: 24 },
      tenant_id: { ...bare, pattern: '^ten_[0-7][0-9a-hjkmnp-tv-z]{25}$', maxLength: 30 },
      request_id: bare,
      name: bare,
    },
  })
})
