import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { NOBODY_READ, readPdfWords } from '#testing/pdf-words.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const { ask, cast, choose, decide, look, org, outcome } = makeConsentActs(() => world)

const plain = (body: string) => body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

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
  const reference = publicIdOf('consent', delegation.id)
  for (const said of ['Northwind now has access', 'Dana Kim', people.accounts[0]?.ban ?? '', reference])
    expect(words).toContain(said)
  const [row] = await world.sql<{ shown: { can: string[]; cannot: string[] } }>(
    `select approval_snapshot as shown from delegation where tenant_id = $1`,
    [people.tenant],
  )
  const kept = [...(row?.shown.can ?? []), ...(row?.shown.cannot ?? [])]
  expect(kept.filter((sentence) => !words.includes(sentence.replaceAll(/\s+/g, ' ')))).toEqual([])
})

test('whoever decides reads the legal name as the provider verified it; it is kept with the approval, stands in the receipt, and a change of it is shown first (A10)', async (context) => {
  const people = await cast()
  const name = (legal: string) =>
    world.seed('update partner set legal_name = $2 where id = $1', [people.partner, legal])
  const uid = await ask(people)
  const inLanguage = (language: string) =>
    world.call(people.admin, 'GET', `/consent/${uid}/review${org(people)}&lang=${language}`)
  expect(plain((await look(people, uid)).body)).not.toContain('Legal name')
  await name('Northwind Managed\u202E <b>Services</b> Ltd')
  const review = await look(people, uid)
  expect(review.body).toContain(
    '<bdi>Northwind Managed &lt;b&gt;Services&lt;/b&gt; Ltd</bdi>, verified by Liaison.',
  )
  expect(plain((await inLanguage('es')).body)).toContain('Razón social')
  expect(plain((await inLanguage('fr')).body)).toContain('Dénomination légale')
  const check = await choose(people, uid)
  await name('Northwind Holding Ltd')
  expect((await decide(people, uid, { page: check.body })).statusCode).toBe(409)
  await decide(people, uid, { page: (await choose(people, uid)).body })
  const { delegation } = await outcome(people, uid)
  const told = await world.call(
    people.admin,
    'GET',
    `/api/v1/tenant/consents/${encodeId('consent', delegation.id)}`,
  )
  expect(told.json().shown).toMatchObject({ legal_name: 'Northwind Holding Ltd' })
  await name('Renamed Ltd')
  expect(plain((await look(people, uid, { rest: 'done' })).body)).toContain('Northwind Holding Ltd')
  const file = await look(people, uid, { rest: 'receipt' })
  const words = (await readPdfWords(file.rawPayload))?.replaceAll(/\s+/g, ' ')
  if (words === undefined) return context.skip(NOBODY_READ)
  expect(words).toContain('Northwind Holding Ltd')
})

test('whoever decides reads which agreement of the partner is in force, and none that is over; a new one is read first, and what was read is kept (A10)', async (context) => {
  const people = await cast()
  const uid = await ask(people)
  const inLanguage = (language: string) =>
    world.call(people.admin, 'GET', `/consent/${uid}/review${org(people)}&lang=${language}`)
  await activeAgreement(world, people.partner, {}, { until: new Date('2024-01-01') })
  expect(plain((await look(people, uid)).body)).not.toContain('Agreement')
  const early = await choose(people, uid)
  await activeAgreement(world, people.partner, {}, { from: new Date('2024-01-01') })
  expect((await decide(people, uid, { page: early.body })).statusCode).toBe(409)
  const said = 'Partner agreement, version 2, in force with Liaison.'
  expect(plain((await look(people, uid)).body)).toContain(said)
  expect(plain((await inLanguage('es')).body)).toContain(
    'Partner agreement, versión 2, en vigor con Liaison.',
  )
  expect(plain((await inLanguage('fr')).body)).toContain('en vigueur avec Liaison.')
  await decide(people, uid, { page: (await choose(people, uid)).body })
  const { delegation } = await outcome(people, uid)
  const path = `/api/v1/tenant/consents/${encodeId('consent', delegation.id)}`
  const told = await world.call(people.admin, 'GET', path)
  expect(told.json().shown.agreement).toEqual({ title: 'Partner agreement', version: 2 })
  expect(plain((await look(people, uid, { rest: 'done' })).body)).toContain(said)
  const file = await look(people, uid, { rest: 'receipt' })
  const words = (await readPdfWords(file.rawPayload))?.replaceAll(/\s+/g, ' ')
  if (words === undefined) return context.skip(NOBODY_READ)
  expect(words).toContain(said)
})

test('the receipt is mailed to the security contact of the organisation, too, once and in its language, and names who receives what is shared (A10, C7)', async () => {
  const people = await cast()
  await world.seed(`update partner set legal_name = 'Northwind Holding Ltd' where id = $1`, [people.partner])
  await activeAgreement(world, people.partner, {}, { from: new Date('2024-01-01') })
  const [admin] = await world.sql<{ email: string }>('select email from person where id = $1', [
    people.adminId,
  ])
  const mailsTo = (to: string) =>
    world.sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and lower(payload ->> 'to') = lower($1) order by xid, id`,
      [to],
    )
  const nameContact = (email: string) =>
    world.seed(
      `insert into tenant_security_contact (tenant_id, email, language) values ($1, $2, 'fr') on conflict (tenant_id) do update set email = excluded.email`,
      [people.tenant, email],
      people.tenant,
    )
  const allow = async () => {
    const uid = await ask(people)
    const check = await choose(people, uid)
    await decide(people, uid, { page: check.body })
  }
  await nameContact('receipts@acme.example')
  await allow()
  const [receipt, ...others] = await mailsTo('receipts@acme.example')
  expect(others).toEqual([])
  expect(receipt?.subject).toContain('a accès à des comptes')
  expect(receipt?.text).toContain('Dana Kim')
  expect(receipt?.text?.replaceAll(/\s/g, ' ')).toContain(
    [
      'Sa dénomination légale, vérifiée par Liaison : Northwind Holding Ltd.',
      'Son accord : Partner agreement, version 1, en vigueur avec Liaison.',
    ].join('  '),
  )
  const partnersMails = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'subject' like '% allows %'`,
  )
  expect(partnersMails).not.toEqual([])
  expect(partnersMails.filter(({ text }) => text.includes('Northwind Holding Ltd'))).toEqual([])
  await nameContact(String(admin?.email).toUpperCase())
  const before = (await mailsTo(String(admin?.email))).length
  await allow()
  expect(await mailsTo(String(admin?.email))).toHaveLength(before + 1)
})

test('the support contact that the provider approved stands where it is decided, is kept with the approval and stands in the receipt (A10)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const saved = `update partner set support_contact = $2 where id = $1`
  await world.seed(saved, [people.partner, 'https://northwind.example/help'])
  const link = '<a href="https://northwind.example/help" rel="noopener noreferrer nofollow">'
  expect((await look(people, uid)).body).toContain(link)
  const check = await choose(people, uid)
  await world.seed(saved, [people.partner, '+1 303 555 0100'])
  expect((await decide(people, uid, { page: check.body })).statusCode).toBe(409)
  await decide(people, uid, { page: (await choose(people, uid)).body })
  expect((await look(people, uid, { rest: 'done' })).body).toContain('href="tel:+13035550100"')
  const { delegation } = await outcome(people, uid)
  const path = `/api/v1/tenant/consents/${encodeId('consent', delegation.id)}`
  const told = await world.call(people.admin, 'GET', path)
  expect(told.json().shown.support_contact).toBe('+1 303 555 0100')
})
