import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPLICATIONS, makeApplicationActs } from '#testing/application-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeApplicationRoutes } from './index.ts'

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

describe('the review', () => {
  test('shows the answers beside the checks, with what failed and which register answered (C1)', async () => {
    const fine = await apply(
      { organisation: 'Fine Networks', registration_no: '76543218' },
      'ana@northwind.example',
    )
    expect((await read(fine.reference)).checks).toMatchObject([
      { name: 'company_number', result: 'ok', source: null },
      { name: 'company_register', result: 'ok', source: 'simulated' },
      { name: 'sanctions', result: 'ok', source: 'simulated' },
      { name: 'email_domain', result: 'ok' },
      { name: 'duplicates' },
    ])
    const bad = await apply(
      { organisation: 'Embargo Trading', registration_no: '12-9', contact_name: 'Eve' },
      'eve@gmail.com',
    )
    const { checks, answers } = await read(bad.reference)
    expect(checks.map(({ result }: { result: string }) => result)).toEqual([
      'failed',
      'failed',
      'failed',
      'look',
      'ok',
    ])
    expect(answers).toContainEqual({ name: 'country', label: 'Country', answer: 'United Kingdom' })
    const refused = await review(admin, { ...bad, name: 'approve' })
    expect(refused.json().code).toBe('APPLICATION_CHECKS_FAILED')
    const despite = { despite_checks: 'Their lawyer showed us the papers.' }
    expect((await review(admin, { ...bad, name: 'approve', body: despite })).json()).toMatchObject({
      status: 'approved',
      despite_checks: despite.despite_checks,
    })
  })

  test('finds the same company among partners and open applications by number, name and domain (C1)', async () => {
    const partner = await world.partner('Twin Carriers')
    await world.seed(`update partner set country = 'GB', registration_no = '0987 6543' where id = $1`, [
      partner,
    ])
    const same = await apply(
      { organisation: 'Twin Carriers Limited', registration_no: '09876543' },
      'a@twin.example',
    )
    const found = async () =>
      (await read(same.reference)).checks.find(({ name }: { name: string }) => name === 'duplicates')
    expect(await found()).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('Twin Carriers'),
    })
    const [other] = [await apply({ organisation: 'Another', registration_no: '11111111' }, 'b@twin.example')]
    expect((await found()).detail).toContain(`(${other.reference}) has the same e-mail domain`)
  })

  test('approves in one step: one partner with what was applied for, an invitation for its owner, one mail; a second decision is refused (C1)', async () => {
    const begun = await apply({ organisation: 'Approved Ltd', registration_no: '22222222' })
    const approved = await review(admin, { ...begun, name: 'approve' })
    expect(approved.json(), approved.body).toMatchObject({
      status: 'approved',
      decided_by_name: 'Sam Platform',
      checks: expect.arrayContaining([expect.objectContaining({ name: 'sanctions' })]),
    })
    const partners = await world.sql(
      'select name, slug, legal_name, country, registration_no, contact_email, kinds, status, registry_status from partner where name = $1',
      ['Approved Ltd'],
    )
    expect(partners).toEqual([
      {
        name: 'Approved Ltd',
        slug: 'approved-ltd',
        legal_name: 'Approved Ltd',
        country: 'GB',
        registration_no: '22222222',
        contact_email: begun.email,
        kinds: ['msp'],
        status: 'active',
        registry_status: 'active',
      },
    ])
    const subjects = (await mailsTo(begun.email)).map(({ subject }) => subject)
    expect(subjects.toSorted().slice(0, 2)).toEqual([
      'Approved Ltd is approved as a partner',
      'Sam Platform invites you to Approved Ltd',
    ])
    for (const name of ['approve', 'ask'])
      expect(
        (await review(admin, { ...begun, name, body: name === 'ask' ? { question: 'Why?!' } : {} })).json()
          .code,
      ).toBe('APPLICATION_DECIDED')
    expect((await begun.browser.get(begun.place)).text).toContain('You are a partner')
    const twin = await apply({ organisation: 'Approved Ltd', registration_no: '33333333' })
    expect((await review(admin, { ...twin, name: 'approve' })).statusCode).toBe(200)
  })

  test('asks a question that the applicant reads in a mail and answers on the page, and waits for it (C1)', async () => {
    const begun = await apply({ organisation: 'Asked Ltd', registration_no: '44444444' })
    const asked = await review(admin, {
      ...begun,
      name: 'ask',
      body: { question: 'Who are your customers?' },
    })
    expect(asked.json(), asked.body).toMatchObject({ status: 'needs_info', answer_by: null })
    expect((await review(admin, { ...begun, name: 'approve' })).json().code).toBe(
      'APPLICATION_STATE_CONFLICT',
    )
    const mail = (await mailsTo(begun.email)).at(-1)
    expect(mail?.text).toContain('Who are your customers?')
    const page = await begun.browser.get(mail?.link ?? '')
    expect(page.text).toContain('We have a question')
    const place = mail?.link ?? ''
    expect((await begun.browser.post(`${place}/answer`, { answer: ' ' })).status).toBe(422)
    await begun.browser.post(`${place}/answer`, { answer: 'Schools and <b>libraries</b>.' })
    const after = await read(begun.reference)
    expect(after).toMatchObject({ status: 'submitted' })
    expect(after.messages).toMatchObject([
      { side: 'provider', author_name: 'Sam Platform', body: 'Who are your customers?' },
      { side: 'applicant', author_name: 'Ana Ruiz', body: 'Schools and <b>libraries</b>.' },
    ])
    expect((await begun.browser.get(place)).text).not.toContain('<b>libraries</b>')
  })

  test('declines with a reason that the applicant reads, and the address waits 30 days before it sends another (C1)', async () => {
    const begun = await apply({ organisation: 'Declined Ltd', registration_no: '55555555' })
    expect((await review(admin, { ...begun, name: 'decline' })).statusCode).toBe(422)
    const body = { reason: 'not_a_fit', text: 'We work with registered carriers only.' }
    const declined = await review(admin, { ...begun, name: 'decline', body })
    expect(declined.json(), declined.body).toMatchObject({
      status: 'rejected',
      decision_reason: 'not_a_fit',
      decision_text: body.text,
    })
    expect((await mailsTo(begun.email)).at(-1)?.text).toContain(body.text)
    expect((await begun.browser.get(begun.place)).text).toContain(body.text)
    const again = await begin(begun.email)
    await fill(again)
    const early = await again.browser.post(`${again.place}/send`, { is_true: 'on' })
    expect(early.status).toBe(409)
    expect(early.text).toContain('You can apply again from')
    await world.sql('alter table partner_application disable trigger user')
    await world.sql(`update partner_application set reapply_after = now() where reference = $1`, [
      begun.reference,
    ])
    await world.sql('alter table partner_application enable trigger user')
    expect((await again.browser.post(`${again.place}/send`, { is_true: 'on' })).status).toBe(200)
  })

  test('declines with a long reason, also where it is cut for the log within a letter of two signs (C1)', async () => {
    const begun = await apply({ organisation: 'Long Ltd', registration_no: '55555554' })
    const text = `${'a'.repeat(499)}🙂 and more.`
    const declined = await review(admin, { ...begun, name: 'decline', body: { text } })
    expect(declined.json(), declined.body).toMatchObject({ status: 'rejected', decision_text: text })
    const [event] = await world.sql<{ reason: string }>(
      `select reason from audit_event where resource_label = $1 and action = 'partner_applications.decline'`,
      [begun.reference],
    )
    expect(event?.reason).toBe(`${'a'.repeat(499)}🙂`)
  })

  test('is decided once when several decide at the same moment (C1)', async () => {
    const begun = await apply({ organisation: 'Raced Ltd', registration_no: '66666666' })
    const etag = String(
      (await world.call(admin, 'GET', `${APPLICATIONS}/${begun.reference}`)).headers['etag'],
    )
    const act = (name: string, body: object = {}) => review(admin, { ...begun, name, body, etag })
    const answers = await Promise.all([
      act('approve'),
      act('approve'),
      act('decline', { text: 'No.' }),
      act('ask', { question: 'Really?' }),
    ])
    const codes = answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)
    expect(codes.filter((code) => code === 200)).toHaveLength(1)
    expect(codes.slice(1).every((code) => code === 409 || code === 412)).toBe(true)
    const partners = await world.sql('select id from partner where name = $1', ['Raced Ltd'])
    const isApproved = answers.slice(0, 2).some(({ statusCode }) => statusCode === 200)
    expect(partners).toHaveLength(isApproved ? 1 : 0)
  })

  test('is the work of the provider alone, and deciding takes a fresh factor and the version that was read (C1)', async () => {
    const begun = await apply({ organisation: 'Guarded Ltd', registration_no: '77777777' })
    const [partner, person, staff] = [await world.partner('Nosy'), await world.person(), await world.person()]
    await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
    const owner = await world.signIn(person.id)
    for (const caller of [owner, null]) {
      const path = `${APPLICATIONS}/${begun.reference}`
      expect([401, 403]).toContain((await world.call(caller, 'GET', path)).statusCode)
      const answer = await world.call(caller, 'POST', `${path}/approve`, {
        body: {},
        headers: { 'if-match': '"v1"' },
      })
      expect([401, 403]).toContain(answer.statusCode)
    }
    await world.platformAdmin(staff.id)
    const tired = await world.signIn(staff.id, { factorAgeSeconds: 3600 })
    expect((await review(tired, { ...begun, name: 'approve' })).json().code).toBe('STEP_UP_REQUIRED')
    const blind = await world.call(admin, 'POST', `${APPLICATIONS}/${begun.reference}/approve`, { body: {} })
    expect(blind.json().code).toBe('PRECONDITION_REQUIRED')
  })

  test('finds what waits first, by state, kind and words (C1)', async () => {
    const begun = await apply({ organisation: 'Findable Ltd', registration_no: '88888888' })
    const list = async (query: string) => (await world.call(admin, 'GET', `${APPLICATIONS}?${query}`)).json()
    expect(await list('search=findable&status=submitted&kind=msp')).toMatchObject({
      total: 1,
      items: [{ reference: begun.reference }],
    })
    expect((await list('search=findable&kind=auditor')).total).toBe(0)
    const states = (await list('limit=100')).items.map(({ status }: { status: string }) => status)
    const waiting = states.lastIndexOf('submitted')
    expect(states.slice(0, waiting + 1).every((status: string) => status === 'submitted')).toBe(true)
  })

  test('leaves an event of every step, in the order in which they were made (C1)', async () => {
    const begun = await apply({ organisation: 'Logged Ltd', registration_no: '99999998' })
    await review(admin, { ...begun, name: 'ask', body: { question: 'Where are you?' } })
    await begun.browser.post(`${begun.place}/answer`, { answer: 'Here.' })
    await review(admin, { ...begun, name: 'decline', body: { text: 'Thanks, but no.' } })
    const events = await world.sql<{ action: string }>(
      `select action from audit_event where resource_label = $1 and action like 'partner_applications.%' order by occurred_at, id`,
      [begun.reference],
    )
    expect(events.map(({ action }) => action.split('.')[1])).toEqual([
      'start',
      'save',
      'save',
      'save',
      'save',
      'send',
      'ask',
      'answer',
      'decline',
    ])
  })
})
