import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import { NOBODY_READ, readPdfWords } from '#testing/pdf-words.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const { ask, cast, choose, decide, look, org, outcome } = makeConsentActs(() => world)

test('the receipt is printed or saved as a file, in the words that were read; there is none of what was not allowed (C6)', async (context) => {
  const people = await cast()
  const uid = await ask(people)
  const none = await look(people, uid, { rest: 'receipt' })
  expect([none.statusCode, none.json().code]).toEqual([404, 'CONSENT_NOT_APPROVED'])
  const check = await choose(people, uid)
  await decide(people, uid, { page: check.body })
  // Nobody else has it under the same address, and an own organisation that it is not about has none either.
  const other = await cast()
  expect((await look(people, uid, { rest: 'receipt', as: other.admin })).statusCode).toBe(404)
  await world.tenantMember(other.tenant, people.adminId)
  for (const as of [other.admin, people.admin])
    expect((await look(other, uid, { rest: 'receipt', as })).statusCode).toBe(404)
  const done = await look(people, uid, { rest: 'done' })
  expect(done.body).toContain(`href="/consent/${uid}/receipt${org(people)}"`)
  const file = await look(people, uid, { rest: 'receipt' })
  expect([file.statusCode, file.headers['content-type']]).toEqual([200, 'application/pdf'])
  expect(file.headers['content-disposition']).toBe('inline; filename="receipt.pdf"')
  const words = (await readPdfWords(file.rawPayload))?.replaceAll(/\s+/g, ' ')
  if (words === undefined) return context.skip(NOBODY_READ)
  const { delegation } = await outcome(people, uid)
  const reference = encodeId('consent', idFromUuid('consent', delegation.id))
  for (const said of ['Northwind now has access', 'Dana Kim', people.accounts[0]?.ban ?? '', reference])
    expect(words).toContain(said)
  const [row] = await world.sql<{ shown: { can: string[]; cannot: string[] } }>(
    `select approval_snapshot as shown from delegation where tenant_id = $1`,
    [people.tenant],
  )
  const kept = [...(row?.shown.can ?? []), ...(row?.shown.cannot ?? [])]
  expect(kept.filter((sentence) => !words.includes(sentence.replaceAll(/\s+/g, ' ')))).toEqual([])
})
