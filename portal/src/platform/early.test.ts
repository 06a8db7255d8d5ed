import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { askEarly, fetchOnce } from './early.ts'

const origin = 'https://portal.example'
const sent: Request[] = []

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('window', { location: { origin } })
  vi.stubGlobal('fetch', (request: Request) => {
    sent.push(request)
    return Promise.resolve(new Response(String(sent.length)))
  })
})
afterEach(() => vi.unstubAllGlobals())

const read = async (init?: RequestInit) => (await fetchOnce(new Request(`${origin}/api/v1/me`, init))).text()

test('an answer that was asked for early is taken once; the next read asks anew', async () => {
  askEarly('/api/v1/me')
  expect(await read()).toBe('1')
  expect(await read()).toBe('2')
  expect(sent).toHaveLength(2)
})

test('an answer that was asked for without a tenant is never taken for one of a tenant, nor for another method', async () => {
  askEarly('/api/v1/me')
  expect(await read({ headers: { 'X-Active-Tenant-Id': 'ten_a' } })).toBe('2')
  expect(await read({ method: 'POST' })).toBe('3')
  expect(await read()).toBe('1')
})

test('an early read that fails tells the one who takes it', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('unreachable')))
  askEarly('/api/v1/me')
  await expect(read()).rejects.toThrow('unreachable')
})
