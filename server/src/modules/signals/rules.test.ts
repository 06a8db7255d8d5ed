import { describe, expect, test } from 'vitest'
import { delayAfter, eventOf, refusalIn, subjectOf } from './rules.ts'

const NONE = { random: 0, retryAfterMs: null }

describe('the wait after a push that was not taken', () => {
  test('grows in the steps of the schedule, and the last one repeats', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => delayAfter(attempt, NONE) / 1000)
    expect(waits).toEqual([1, 5, 15, 60, 300, 900, 3600, 3600, 3600])
  })

  test('is up to a fifth longer, and as long as the receiver asks for, up to an hour', () => {
    expect(delayAfter(2, { random: 1, retryAfterMs: null })).toBe(6000)
    expect(delayAfter(1, { random: 0, retryAfterMs: 120_000 })).toBe(120_000)
    expect(delayAfter(1, { random: 0, retryAfterMs: 86_400_000 })).toBe(3_600_000)
  })
})

test.each<[number | null, string | null, string | null]>([
  [400, '{"err": "invalid_request", "description": "No"}', 'invalid_request'],
  [400, '{"err":"invalid_issuer"}', 'invalid_issuer'],
  [400, '{"err":"invalid_audience"}', 'invalid_audience'],
  [400, '{"err":"invalid_key"}', null],
  [400, '{"err":"authentication_failed"}', null],
  [400, 'not found', null],
  [500, '{"err":"invalid_request"}', null],
  [null, null, null],
])('an answer %s with %s is final as %s (RFC 8935 section 2.4)', (code, excerpt, refusal) => {
  expect(refusalIn({ code, excerpt })).toBe(refusal)
})

describe('an event', () => {
  const occurredAt = new Date('2026-11-22T08:50:00.900Z')

  test.each<[string | undefined, string]>([
    [undefined, 'system'],
    ['clock', 'policy'],
    ['tenant', 'admin'],
    ['partner', 'admin'],
    ['provider', 'admin'],
  ])('of the side %s was set off by %s', (side, entity) => {
    const change = { about: 'delegation', change: 'ended', state: 'revoked', ...(side && { side }) } as const
    const { claims } = eventOf(change, { kind: 'consent', scopes: null, occurredAt })
    expect(claims).toMatchObject({ initiating_entity: entity, event_timestamp: 1_795_337_400 })
  })

  test('about a resale names no client, and one about everything the issuer alone', () => {
    const known = {
      client_id: null,
      kind: 'resale',
      streamPartnerId: null,
      tokenIssuer: 'https://as.example',
    }
    const id = '019a8f0c-6d0e-7b3e-9d1f-0a2b3c4d5e6f'
    const change = {
      about: 'delegation',
      change: 'ended',
      delegation_id: id,
      tenant_id: id,
      partner_id: id,
    } as const
    expect(Object.keys(subjectOf(change, known))).toEqual(['format', 'session', 'tenant', 'partner'])
    expect(subjectOf({ about: 'platform', change: 'ended' }, known)).toEqual({
      format: 'uri',
      uri: 'https://as.example',
    })
  })
})
