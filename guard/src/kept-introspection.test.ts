import { UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { keepIntrospection } from './index.ts'
import type { KeptIntrospectionOptions } from './index.ts'

const token = (claims: Record<string, string>) => new UnsecuredJWT(claims).encode()
const ACME = token({ partner_id: 'par_acme', customer_id: 'ten_globex', delegation_id: 'con_1' })
const OTHER = token({ partner_id: 'par_other', customer_id: 'ten_globex', delegation_id: 'con_2' })
const OWN = token({ partner_id: 'par_acme', customer_id: 'ten_acme' })

/** An authorization server whose answers a test sets, with the questions that it was asked. */
function makeWorld(options: Omit<KeptIntrospectionOptions, 'clock'> = {}) {
  const state = { nowMs: 1_000_000, isActive: true, asked: 0 }
  const ask = () => {
    state.asked += 1
    return Promise.resolve(state.isActive)
  }
  const kept = keepIntrospection(ask, { ...options, clock: () => new Date(state.nowMs) })
  return { state, kept }
}

describe('introspection that is kept (mode B)', () => {
  test('is asked once in five seconds, and a revocation that nobody tells of bites then', async () => {
    const { state, kept } = makeWorld()
    expect(await kept.introspection(ACME)).toBe(true)
    state.isActive = false
    state.nowMs += 4999
    expect([await kept.introspection(ACME), state.asked]).toEqual([true, 1])
    state.nowMs += 1
    expect([await kept.introspection(ACME), state.asked]).toEqual([false, 2])
  })

  test('does not keep that a token does not count, nor that nobody could tell', async () => {
    const { state, kept } = makeWorld()
    state.isActive = false
    expect([await kept.introspection(ACME), await kept.introspection(ACME), state.asked]).toEqual([
      false,
      false,
      2,
    ])
    const broken = keepIntrospection(() => Promise.reject(new Error('away')))
    await expect(broken.introspection(ACME)).rejects.toThrow('away')
    expect(broken.size).toBe(0)
  })

  test('drops what a change concerns, and only that; a change that names nobody concerns everybody', async () => {
    const { state, kept } = makeWorld()
    const askAll = async () => {
      state.asked = 0
      for (const each of [ACME, OTHER, OWN]) await kept.introspection(each)
      return state.asked
    }
    expect([await askAll(), await askAll()]).toEqual([3, 0])
    kept.forget({ partner_id: 'par_acme' })
    expect(await askAll()).toBe(2)
    kept.forget({ partner_id: 'par_acme', customer_id: 'ten_globex' })
    expect(await askAll()).toBe(1)
    // A token without a delegation might be concerned by what is told of one.
    kept.forget({ delegation_id: 'con_2' })
    expect(await askAll()).toBe(2)
    kept.forget()
    expect(await askAll()).toBe(3)
  })

  test('does not keep an answer that was under way when the change was told', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const question = Promise.withResolvers<null>()
    let asked = 0
    const kept = keepIntrospection(() => {
      asked += 1
      question.resolve(null)
      return asked === 1 ? promise : Promise.resolve(false)
    })
    const first = kept.introspection(ACME)
    await question.promise
    kept.forget({ partner_id: 'par_acme' })
    resolve(true)
    expect(await first).toBe(true)
    expect(await kept.introspection(ACME)).toBe(false)
  })

  test('holds no more answers than it may, and does not last when the clock is set back', async () => {
    const { state, kept } = makeWorld({ maxEntries: 2 })
    for (const each of [ACME, OTHER, OWN]) await kept.introspection(each)
    expect(kept.size).toBe(2)
    await kept.introspection(OWN)
    expect(state.asked).toBe(3)
    state.nowMs -= 3_600_000
    await kept.introspection(OWN)
    expect(state.asked).toBe(4)
  })

  test.each([0, -1, 5.1, 300, Number.NaN])('cannot be told to keep for %s seconds', (maxAgeSeconds) => {
    expect(() => keepIntrospection(() => Promise.resolve(true), { maxAgeSeconds })).toThrow(RangeError)
  })
})
