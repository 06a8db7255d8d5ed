import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideByName, manualAdapter, simulatedAdapter } from './adapters.ts'
import type { CheckState } from './rules.ts'
import { CHECK_STATES, movesFor, placeOf, readReasons, REASON_CODES, targetFor } from './rules.ts'
import { judgeSignature } from './signature.ts'
import { signEvent } from './simulated-vendor.ts'
import { meaningOf, MEANINGS, VENDOR_STATES } from './vendor-states.ts'
import type { VendorName } from './vendor-states.ts'

const VENDORS = Object.keys(VENDOR_STATES) as VendorName[]

describe('the states of vendors', () => {
  test('mean what registry.md section 5 says, and only what a vendor calls done verifies anybody (C8)', () => {
    const verifying = VENDORS.flatMap((vendor) =>
      Object.entries(VENDOR_STATES[vendor]).flatMap(([state, meaning]) =>
        meaning === 'verified' ? [`${vendor} ${state}`] : [],
      ),
    )
    expect(verifying).toEqual([
      'sumsub completed GREEN',
      'persona approved',
      'stripe_identity verified',
      'veriff approved',
      'simulated approved',
    ])
    expect(meaningOf('sumsub', 'completed RED RETRY')).toBe('resubmit')
    expect(meaningOf('sumsub', 'completed RED FINAL')).toBe('rejected')
    expect(meaningOf('persona', 'completed')).toBe('in_review')
    expect(meaningOf('stripe_identity', 'requires_input')).toBe('resubmit')
    expect(meaningOf('stripe_identity', 'redacted')).toBeNull()
    expect(meaningOf('veriff', 'abandoned')).toBe('cancelled')
  })

  test('that are not listed mean nothing, whatever they are called (C8)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VENDORS),
        fc.oneof(fc.string(), fc.constantFrom('toString', '__proto__', 'constructor', 'COMPLETED GREEN')),
        (vendor, state) => {
          fc.pre(!Object.keys(VENDOR_STATES[vendor]).includes(state))
          return meaningOf(vendor, state) === null
        },
      ),
    )
  })
})

describe('the moves of a vendor', () => {
  test('begin where a check waits, end in what was said, and touch nothing that is decided or not yet sent in (C8)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHECK_STATES), fc.constantFrom(...MEANINGS), (state, meaning) => {
        const moves = movesFor(state, meaning)
        const waits = ['submitted', 'in_review', 'resubmit'].includes(state)
        const isWhole = moves.length === 0 || (waits && moves.at(-1) === meaning)
        const staysAsked = state !== 'resubmit' || moves.every((to) => to === 'cancelled')
        return isWhole && staysAsked
      }),
    )
  })

  test('of any events in any order lead to the same state as the events that were not stale (C8)', () => {
    const event = fc.record({ at: fc.integer({ min: 0, max: 20 }), meaning: fc.constantFrom(...MEANINGS) })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        let state: CheckState = 'submitted'
        let last: Date | null = null
        for (const { at, meaning } of events) {
          const moves: readonly CheckState[] =
            placeOf(new Date(at), last) === 'stale' ? [] : movesFor(state, meaning)
          if (moves.length === 0) continue
          expect(at).toBeGreaterThanOrEqual(last?.getTime() ?? 0)
          state = moves.at(-1) ?? state
          last = new Date(at)
        }
      }),
    )
  })
})

describe('a signature', () => {
  const at = new Date('2026-11-22T12:00:00Z')
  const message = (secret: Buffer, body: Buffer) => {
    const headers = signEvent(secret, { id: 'evt_1', at, body: body.toString() })
    return {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      body,
    }
  }

  test('of the public library is good under any key that counts, and no changed byte passes (C8)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.string(),
        fc.nat(),
        (key, text, place) => {
          const secret = Buffer.from(key)
          const body = Buffer.from(text)
          const signed = message(secret, body)
          expect(judgeSignature(signed, [Buffer.alloc(32), secret], at)).toBe('valid')
          expect(judgeSignature(signed, [Buffer.alloc(32)], at)).toBe('forged')
          const changed = Buffer.concat([body, Buffer.from(' ')])
          changed.writeUInt8((changed[place % changed.length] ?? 0) ^ 1, place % changed.length)
          expect(judgeSignature({ ...signed, body: changed }, [secret], at)).toBe('forged')
        },
      ),
    )
  })

  test('counts within five minutes of our clock, to the second, on both sides (C8)', () => {
    const secret = Buffer.alloc(32, 1)
    const signed = message(secret, Buffer.from('{}'))
    const judge = (seconds: number) =>
      judgeSignature(signed, [secret], new Date(at.getTime() + seconds * 1000))
    expect([judge(-300), judge(300), judge(-301), judge(301)]).toEqual([
      'valid',
      'valid',
      'outside_window',
      'outside_window',
    ])
  })

  test('that is missing, doubled, or of another form is incomplete or forged, and never an error (C8)', () => {
    const odd = fc.oneof(fc.constant(undefined), fc.string(), fc.array(fc.string(), { maxLength: 2 }))
    fc.assert(
      fc.property(odd, odd, odd, (id, timestamp, signature) => {
        expect(
          judgeSignature({ id, timestamp, signature, body: Buffer.alloc(0) }, [Buffer.alloc(32)], at),
        ).not.toBe('valid')
      }),
    )
  })
})

test('a check leads one step up, and renews the role of whoever has one; nobody else is checked (C8)', () => {
  expect(['guest', 'basic', 'advanced', 'company', 'realm_admin'].map(targetFor)).toEqual([
    'basic',
    'basic',
    'advanced',
    'company',
    null,
  ])
})

test('reasons of vendors that are not known here are told as other, each once (C8)', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...REASON_CODES))), (codes) => {
      const read = readReasons(codes)
      expect(new Set(read).size).toBe(read.length)
      for (const code of read) expect(REASON_CODES).toContain(code)
    }),
  )
})

test('the adapters read what is theirs and nothing else, and people need no vendor (C8)', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      (content) => simulatedAdapter.readEvent(content) === null && manualAdapter.readEvent(content) === null,
    ),
  )
  const asked = { caseId: 'x', attempt: 1, legalName: 'Wait For Me', reference: 'sim_x', now: new Date(0) }
  expect(simulatedAdapter.fetchResult(asked)).toBeNull()
  expect(simulatedAdapter.fetchResult({ ...asked, legalName: 'Reject Me' })).toMatchObject({
    meaning: 'rejected',
  })
  expect(decideByName({ legalName: 'Rejected Family', attempt: 1 }).state).toBe('approved')
})
