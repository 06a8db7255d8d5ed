import { expect, test } from 'vitest'
import { decide } from './decide.ts'
import { explainFor, findBlocker } from './explain.ts'
import type { Facts, Owner, Question } from './facts.ts'
import { DECISION_STATUS } from './refusals.ts'
import { REFUSAL_WORDS } from './refusal-words.ts'
import { orderModel } from './testing/model.ts'
import { DAY, at, factsOf, withActor, withConditions, withLink } from './testing/worlds.ts'

const question: Question = { permission: 'partner.billing.invoices.read' }
const good = factsOf()
const office = { ip_mode: 'enforce', ip_allow: ['198.51.100.0/24'] } as const

function blockerFor(facts: Facts, viewer: Owner) {
  return findBlocker(explainFor(decide(facts, question, { trace: true }), viewer))
}

test('the steps stand in the order of a decision, and stop at the one that refuses', () => {
  const { steps = [] } = decide(withLink(good, { assignment: null }), question, { trace: true })
  const states = steps.map(({ check, state }) => `${check} ${state}`)
  expect(steps.map(({ order }) => order)).toEqual(steps.map(({ order }) => order).toSorted((a, b) => a - b))
  expect(states.slice(states.indexOf('granted pass'), states.indexOf('granted pass') + 5)).toEqual([
    'granted pass',
    'standing not_evaluated',
    'accounts not_evaluated',
    'assignment fail',
    'assignment_role not_evaluated',
  ])
})

test('a refusal names what is wrong, who can help and how, and the record it rests on', () => {
  const denied = withLink(good, { overrides: [{ id: 'o1', pattern: 'partner.billing.*', effect: 'deny' }] })
  expect(blockerFor(denied, 'self')).toEqual({
    order: 7,
    check: 'deny',
    state: 'fail',
    detail: 'The exception "partner.billing.*" of the link denies this.',
    owner: 'tenant',
    remedy: 'Ask the tenant to approve a change that lifts the exception.',
    evidence: { type: 'override', id: 'o1' },
  })
})

test('an allowance says what it rests on', () => {
  const detailOf = (facts: Facts) =>
    decide(facts, { permission: 'partner.billing.summary.read' }, { trace: true }).steps?.find(
      ({ check }) => check === 'granted',
    )?.detail
  const support = withLink(good, { role: 'msp_support' })
  const granted = withLink(support, {
    overrides: [{ pattern: 'partner.billing.summary.read', effect: 'grant' }],
  })
  const elevated = withLink(support, { elevations: [{ mask: 1n << 5n, starts_at: at(0), ends_at: at(DAY) }] })
  expect(detailOf(good)).toBe('The role MSP full, version 1, includes this permission.')
  expect(detailOf(granted)).toBe('The tenant granted this permission besides the role.')
  expect(detailOf(elevated)).toBe('An elevation gives this permission until 22 Nov 2026, 12:00 UTC.')
})

test('grant, elevation and role are told one by one, and only the last of them can refuse (B12)', () => {
  const support = withLink(good, {
    role: 'msp_support',
    elevations: [{ id: 'e1', mask: 1n << 5n, starts_at: at(0), ends_at: at(DAY) }],
  })
  const told = (facts: Facts) =>
    decide(facts, { permission: 'partner.billing.summary.read' }, { trace: true })
      .steps?.filter(({ check }) => ['grant', 'elevation', 'granted', 'standing'].includes(check))
      .map(({ check, state, evidence }) => `${check} ${state} ${evidence?.type ?? '-'}`)
  expect(told(support)).toEqual([
    'grant not_evaluated -',
    'elevation pass elevation',
    'granted pass elevation',
    'standing not_evaluated -',
  ])
  expect(told(withLink(support, { elevations: [] }))?.slice(0, 3)).toEqual([
    'grant not_evaluated -',
    'elevation not_evaluated -',
    'granted fail link',
  ])
})

test('where the tenant demands an elevation the partner is told so, and what helps (B13)', () => {
  const ruled = withConditions(good, { elevation_required: true })
  const asked = (facts: Facts) =>
    findBlocker(
      explainFor(decide(facts, { permission: 'partner.reports.export' }, { trace: true }), 'partner'),
    )
  expect(asked(ruled)).toMatchObject({
    check: 'standing',
    state: 'fail',
    owner: 'tenant',
    remedy: 'Ask for an elevation.',
  })
  expect(decide(ruled, question).code).toBe('ALLOWED')
  const elevated = withLink(ruled, { elevations: [{ mask: 1n << 27n, starts_at: at(0), ends_at: at(1) }] })
  expect(asked(elevated)).toBeNull()
})

test('a factor whose time is not known refuses as unknown, so that nobody is told a falsehood (B12)', () => {
  const resting = withActor(good, { factor_at: null })
  const decision = decide(resting, { permission: 'partner.reports.export' }, { trace: true })
  expect(decision.code).toBe('STEP_UP_REQUIRED')
  expect(findBlocker(decision)).toMatchObject({ check: 'step_up', state: 'unknown' })
})

test('the side that set a freeze reads it, whatever its scope (B11)', () => {
  const byPartner: Facts = { ...good, freezes: [{ id: 'f1', scope: 'delegation', set_by: 'partner' }] }
  expect(blockerFor(byPartner, 'partner')).toMatchObject({ state: 'fail', owner: 'partner' })
  expect(blockerFor(byPartner, 'tenant')).toMatchObject({ state: 'hidden', owner: 'partner' })
})

test('the partner learns that a rule of the tenant blocks, not what it says; the tenant and the provider read it', () => {
  const blocked = withConditions(good, office)
  for (const viewer of ['self', 'partner'] as const) {
    expect(blockerFor(blocked, viewer)).toEqual({
      order: 12,
      check: 'ip',
      state: 'hidden',
      detail: 'The tenant has a rule that blocks this.',
      owner: 'tenant',
      remedy: 'Ask the tenant.',
      evidence: null,
    })
  }
  const detail = 'The address 192.0.2.10 is not on the allow-list.'
  expect(blockerFor(blocked, 'tenant')).toMatchObject({ state: 'fail', detail })
  expect(blockerFor(blocked, 'provider')).toMatchObject({ state: 'fail', detail })
})

test('a rule of the tenant that does not block looks to the partner like no rule', () => {
  const withRule = withConditions(good, { ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] })
  const told = (facts: Facts) => explainFor(decide(facts, question, { trace: true }), 'partner')
  expect(told(withRule)).toEqual(told(good))
})

test('the partner reads its own conditions, and the tenant does not', () => {
  const own = withLink(withConditions(good, office), { conditions_owner: 'partner' })
  expect(blockerFor(own, 'self')).toMatchObject({ state: 'fail', owner: 'partner' })
  expect(blockerFor(own, 'tenant')).toMatchObject({ state: 'hidden', owner: 'partner' })
})

test("the tenant learns that the partner's own rule blocks, not which role a person has there", () => {
  const narrow = withLink(good, { assignment: { role: 'delegate', ends_at: null } })
  expect(blockerFor(narrow, 'self')).toMatchObject({ check: 'assignment_role', state: 'fail' })
  expect(blockerFor(narrow, 'tenant')).toMatchObject({
    state: 'hidden',
    detail: 'The partner has a rule that blocks this.',
  })
})

test('which freeze the tenant set is its own matter; that access is frozen is told by the code', () => {
  const frozen: Facts = { ...good, freezes: [{ id: 'f1', scope: 'tenant' }] }
  expect(blockerFor(frozen, 'partner')).toMatchObject({ check: 'freeze', state: 'hidden', evidence: null })
  expect(blockerFor(frozen, 'tenant')).toMatchObject({
    state: 'fail',
    evidence: { type: 'freeze', id: 'f1' },
  })
  expect(blockerFor({ ...good, freezes: [{ scope: 'partner' }] }, 'partner')).toMatchObject({ state: 'fail' })
})

test('what a link asks of the factor is told, because the person has to meet it', () => {
  const strict = withConditions(good, { phishing_resistant: true })
  expect(blockerFor(strict, 'self')).toMatchObject({ state: 'fail', detail: 'The link asks for a passkey.' })
})

test('a missing fact refuses as unknown', () => {
  const nowhere = withActor(withConditions(good, office), { ip: null })
  expect(blockerFor(nowhere, 'tenant')).toMatchObject({
    state: 'unknown',
    detail: 'The address of the request is not known.',
  })
})

test('hiding changes neither effect, code and status nor the number and order of the steps', () => {
  const changed = orderModel().filter(({ facts, question: asked }) => {
    const whole = decide(facts, asked, { trace: true })
    return (['self', 'partner', 'tenant', 'provider'] as const).some((viewer) => {
      const told = explainFor(whole, viewer)
      const checks = (decision: typeof whole) => decision.steps?.map(({ check }) => check).join()
      const isSame = told.code === whole.code && told.effect === whole.effect && told.status === whole.status
      const hasBlocker = (findBlocker(told) === null) === (whole.effect === 'allow')
      return !isSame || !hasBlocker || checks(told) !== checks(whole)
    })
  })
  expect(changed).toEqual([])
})

test("no address or hour of the tenant's conditions reaches the partner in any explanation", () => {
  const secrets = ['198.51.100', '08:00']
  const leaks = orderModel().flatMap(({ facts, question: asked }) => {
    const text = JSON.stringify(explainFor(decide(facts, asked, { trace: true }), 'partner'))
    return secrets.filter((secret) => text.includes(secret))
  })
  const seenByTenant = orderModel().some(({ facts, question: asked }) =>
    JSON.stringify(explainFor(decide(facts, asked, { trace: true }), 'tenant')).includes('08:00'),
  )
  expect(leaks.slice(0, 3)).toEqual([])
  expect(seenByTenant).toBe(true)
})

test('a decision without steps is handed on as it is', () => {
  const decision = decide(good, question)
  expect(explainFor(decision, 'partner')).toBe(decision)
  expect(findBlocker(decision)).toBeNull()
})

test('every code that refuses has its words', () => {
  const codes = Object.keys(DECISION_STATUS).filter((code) => code !== 'ALLOWED')
  expect(Object.keys(REFUSAL_WORDS)).toEqual(codes)
  const sentences = Object.values(REFUSAL_WORDS).flatMap((words) => [words.sentence, words.next_step])
  expect(
    sentences.filter((text) => !/^[A-Z].*\.$/.test(text) || /please|oops|invalid|successfully/i.test(text)),
  ).toEqual([])
})
