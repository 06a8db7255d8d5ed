import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import { APPLICATIONS, makeApplicationActs } from '#testing/application-acts.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeApplicationRoutes, sweepApplications } from './index.ts'

let world: TestWorld
let admin: Caller
const { mailsTo, begin, fill, apply, review } = makeApplicationActs(() => world)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeApplicationRoutes(services))
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const read = async (reference: string) =>
  (await world.call(admin, 'GET', `${APPLICATIONS}/${reference}`)).json()

/** Tidies up; answers how many were removed. */
async function sweep(): Promise<number> {
  const { mandate, transaction } = await openForSystem(world.database, 'test', 'job_test')
  const count = await sweepApplications(mandate)
  await transaction.commit(takeEvents(mandate, null), 'durable')
  return count
}

describe('an application', () => {
  test('is begun by a mailed link, asks page by page, and is seen by the provider only once it was sent (C1)', async () => {
    const begun = await begin()
    const first = await begun.browser.follow(await begun.browser.get(begun.place))
    expect(first.text).toContain('What do you want to do?')
    await fill(begun)
    expect((await read(begun.reference)).code).toBe('APPLICATION_NOT_FOUND')
    const check = await begun.browser.get(begun.place)
    expect(check.text).toContain('Check your answers before sending')
    for (const answer of ['Northwind', '01234567', 'United Kingdom', 'Ana Ruiz', begun.email])
      expect(check.text).toContain(answer)
    const unticked = await begun.browser.post(`${begun.place}/send`)
    expect(unticked.status).toBe(422)
    const sent = await begun.browser.post(`${begun.place}/send`, { is_true: 'on' })
    expect(sent.text).toMatch(/hear from us by \d{1,2} \w{3} \d{4}/)
    expect(await read(begun.reference)).toMatchObject({
      organisation: 'Northwind',
      website: 'https://northwind.example/',
      contact_email: begun.email,
      kind: 'msp',
      status: 'submitted',
      partner_id: null,
    })
    expect((await mailsTo(begun.email)).at(-1)?.subject).toBe(`We have your application ${begun.reference}`)
  })

  test('asks each kind only what it needs, and drops what another kind had been asked (C1)', async () => {
    const begun = await begin()
    await fill(begun)
    await begun.browser.post(`${begun.place}/kind`, { kind: 'referral' })
    const company = await begun.browser.get(`${begun.place}/company`)
    expect(company.text).toContain('Company name')
    expect(company.text).not.toContain('Company number')
    const people = await begun.browser.get(`${begun.place}/people`)
    expect(people.text).not.toContain('Who signs')
    const [row] = await world.sql<{ answers: Record<string, string> }>(
      'select answers from partner_application where reference = $1',
      [begun.reference],
    )
    expect(Object.keys(row?.answers ?? {}).toSorted()).toEqual([
      'contact_name',
      'country',
      'kind',
      'organisation',
      'purpose',
      'website',
    ])
    await begun.browser.post(`${begun.place}/kind`, { kind: 'white_label' })
    const next = await begun.browser.follow(await begun.browser.get(begun.place))
    expect(next.text).toContain('Company number')
  })

  test('shows a page with faults again with all of them and what was typed; nothing of it is kept', async () => {
    const begun = await begin()
    await begun.browser.post(`${begun.place}/kind`, { kind: 'msp' })
    const entered = { organisation: ' ', registration_no: '', country: 'XX', website: 'javascript:alert(1)' }
    const shown = await begun.browser.post(`${begun.place}/company`, entered)
    expect(shown.status).toBe(422)
    for (const field of ['organisation', 'registration_no', 'country', 'website'])
      expect(shown.text).toContain(`href="#${field}"`)
    expect(shown.text).toContain('value="javascript:alert(1)"')
    expect(shown.text).not.toContain('<script')
    const people = await begun.browser.post(`${begun.place}/people`, {
      contact_name: 'Ana',
      contact_role: 'Clerk',
      signs: 'other',
    })
    for (const field of ['signer_name', 'signer_email']) expect(people.text).toContain(`href="#${field}"`)
    const [row] = await world.sql('select answers from partner_application where reference = $1', [
      begun.reference,
    ])
    expect(row).toEqual({ answers: { kind: 'msp' } })
  })

  test('is answered alike whether or not the address or the reference is known, and writes to nobody more than three times an hour (C1)', async () => {
    const person = await world.person('Known Person')
    const { reference } = await begin(person.email)
    const texts: string[] = []
    for (let count = 0; count < 4; count += 1)
      texts.push((await new FormBrowser(world).post('/apply', { contact_email: person.email })).text)
    texts.push((await new FormBrowser(world).post('/apply', { contact_email: 'new@fresh.example' })).text)
    for (const named of [reference, 'PA-00000000', ''])
      texts.push((await new FormBrowser(world).post('/apply/return', { reference: named })).text)
    expect(new Set(texts).size).toBe(1)
    expect(await mailsTo(person.email)).toHaveLength(3)
    const strange = await new FormBrowser(world).get('/apply/PA-00000000')
    const known = await new FormBrowser(world).get(`/apply/${reference}`)
    expect(known.text.replaceAll(reference, 'PA-00000000')).toBe(strange.text)
  })

  test('is opened by its own mailed link alone, which a reference and the link of another do not replace, for 14 days (C1)', async () => {
    const [mine, other] = [await begin(), await begin()]
    const token = other.place.split('/').at(-1) ?? ''
    const crossed = await other.browser.get(`/apply/${mine.reference}/${token}`)
    expect(crossed.status).toBe(410)
    expect((await other.browser.post(`/apply/${mine.reference}/${token}/kind`, { kind: 'msp' })).status).toBe(
      410,
    )
    await other.browser.post('/apply/return', { reference: mine.reference })
    const again = (await mailsTo(mine.email)).at(-1)
    expect(again?.subject).toContain(mine.reference)
    expect((await mine.browser.get(again?.link ?? '')).status).toBe(303)
    await world.sql(
      `update partner_application_key set ends_at = now() where application_id in (select id from partner_application where reference = $1)`,
      [mine.reference],
    )
    expect((await mine.browser.get(mine.place)).status).toBe(410)
  })

  test('can be changed and withdrawn until it was decided, its kind no more once it was sent (C1)', async () => {
    const begun = await apply()
    const state = await begun.browser.get(begun.place)
    expect(state.text).toContain('We are reading your application')
    expect(state.text).not.toContain(`${begun.place}/kind`)
    const before = await read(begun.reference)
    await begun.browser.post(`${begun.place}/plan`, { purpose: 'Another plan.', customers: '41' })
    await begun.browser.post(`${begun.place}/kind`, { kind: 'referral' })
    const after = await read(begun.reference)
    expect(after).toMatchObject({ kind: 'msp', purpose: 'Another plan.' })
    expect(after.version).toBeGreaterThan(before.version)
    const stale = await review(admin, { ...begun, name: 'approve', etag: `"v${before.version}"` })
    expect(stale.json().code).toBe('PRECONDITION_FAILED')
    expect((await begun.browser.get(`${begun.place}/withdraw`)).text).toContain('Withdraw your application?')
    expect((await read(begun.reference)).status).toBe('submitted')
    await begun.browser.post(`${begun.place}/withdraw`)
    expect((await begun.browser.get(begun.place)).text).toContain('You withdrew this application')
    expect((await review(admin, { ...begun, name: 'approve' })).json().code).toBe('APPLICATION_DECIDED')
    const late = await begun.browser.post(`${begun.place}/plan`, { purpose: 'Too late.', customers: '1' })
    expect(late.status).toBe(303)
    expect((await read(begun.reference)).purpose).toBe('Another plan.')
  })

  test('keeps the answers of both pages that are saved at the same moment (C1)', async () => {
    const begun = await begin()
    await fill(begun)
    const people = { contact_name: 'Eva Lund', contact_role: 'Director', signs: 'me' }
    const plan = { purpose: 'We run the lines of a whole town.', customers: '900' }
    const lock = {
      text: 'select id from partner_application where reference = $1 for update',
      values: [begun.reference],
    }
    await meetAt(world, lock, [
      () => begun.browser.post(`${begun.place}/people`, people),
      () => begun.browser.post(`${begun.place}/plan`, plan),
    ])
    const rows = await world.sql('select answers from partner_application where reference = $1', [
      begun.reference,
    ])
    expect(rows).toMatchObject([{ answers: { contact_name: 'Eva Lund', purpose: plan.purpose } }])
  })

  test('writes to an address three times an hour, however often it is asked to at the same moment (C1)', async () => {
    const email = 'bombed@victim.example'
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        new FormBrowser(world, `10.9.0.${n + 1}`).post('/apply', { contact_email: email }),
      ),
    )
    expect(await mailsTo(email)).toHaveLength(3)
  })

  test('that nobody came back to is removed after its time, and no other (C1)', async () => {
    const [unopened, opened, sent] = [await begin(), await begin(), await apply()]
    await opened.browser.post(`${opened.place}/kind`, { kind: 'msp' })
    const references = [unopened.reference, opened.reference, sent.reference]
    await world.sql('alter table partner_application disable trigger user')
    await world.sql(
      `update partner_application set updated_at = now() - interval '2 days' where reference = any ($1)`,
      [references],
    )
    await world.sql('alter table partner_application enable trigger user')
    expect(await sweep()).toBe(1)
    const left = await world.sql('select reference from partner_application where reference = any ($1)', [
      references,
    ])
    expect(new Set(left.map(({ reference }) => reference))).toEqual(
      new Set([opened.reference, sent.reference]),
    )
    expect((await unopened.browser.get(unopened.place)).status).toBe(410)
  })

  test('that was withdrawn before it was sent is removed once its links are over, and none that the provider read (C1)', async () => {
    const [unsent, sent] = [await begin(), await apply()]
    await unsent.browser.post(`${unsent.place}/kind`, { kind: 'msp' })
    const references = [unsent.reference, sent.reference]
    for (const { browser, place } of [unsent, sent]) await browser.post(`${place}/withdraw`)
    const later = async (days: number) => {
      await world.sql('alter table partner_application disable trigger user')
      await world.sql(
        `update partner_application set updated_at = now() - make_interval(days => $2) where reference = any ($1)`,
        [references, days],
      )
      await world.sql('alter table partner_application enable trigger user')
      await sweep()
      return (
        await world.sql(
          'select reference, status from partner_application where reference = any ($1) order by submitted_at nulls first',
          [references],
        )
      ).map(({ reference, status }) => [reference, status])
    }
    const [first, second] = references.map((reference) => [reference, 'withdrawn'])
    expect(await later(13)).toEqual([first, second])
    expect(await later(15)).toEqual([second])
  })
})
