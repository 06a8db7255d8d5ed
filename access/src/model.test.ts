import { expect, test } from 'vitest'
import { tellFigures } from '../../tests/support/figures.ts'
import { NO_CONDITIONS } from './conditions.ts'
import { decide, effectiveMask } from './decide.ts'
import type { Facts } from './facts.ts'
import { has } from './mask.ts'
import { DECISION_STATUS } from './refusals.ts'
import { edgeModel, orderModel, planeModel, rightsModel } from './testing/model.ts'
import { oracleCode } from './testing/oracle.ts'
import { withActor } from './testing/worlds.ts'
import type { Case } from './testing/worlds.ts'

const models = [
  { name: 'rights', cases: rightsModel() },
  { name: 'edges', cases: edgeModel() },
  { name: 'planes', cases: planeModel() },
  { name: 'order', cases: orderModel() },
]
const everyCase = models.flatMap(({ cases }) => cases)

function show({ facts, question }: Case): string {
  return JSON.stringify({ facts, question }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString(2) : value,
  )
}

function findCounterexamples(cases: readonly Case[], holds: (each: Case) => boolean): string[] {
  return cases
    .filter((each) => !holds(each))
    .map(show)
    .slice(0, 3)
}

test.each(models)(
  'kernel and oracle give the same code for every case of the model of $name',
  ({ cases }) => {
    const isAgreed = ({ facts, question }: Case) =>
      decide(facts, question).code === oracleCode(facts, question)
    expect(findCounterexamples(cases, isAgreed)).toEqual([])
    tellFigures([{ name: 'decisions of the small model', count: cases.length }])
  },
)

test('the small model meets every code that a decision can carry', () => {
  const codes = new Set(everyCase.map(({ facts, question }) => decide(facts, question).code))
  expect([...codes].toSorted()).toEqual(Object.keys(DECISION_STATUS).toSorted())
})

test('every code of the small model comes with its own status, and only ALLOWED allows', () => {
  const isConsistent = ({ facts, question }: Case) => {
    const { code, status, effect } = decide(facts, question)
    return status === DECISION_STATUS[code] && (effect === 'allow') === (code === 'ALLOWED')
  }
  expect(findCounterexamples(everyCase, isConsistent)).toEqual([])
})

test('the explanation of every case is the decision: same code, and the first step that refuses is the only one', () => {
  const isSame = ({ facts, question }: Case) => {
    const { steps = [], ...told } = decide(facts, question, { trace: true })
    const enforced = decide(facts, question)
    const refusing = steps.filter(({ state }) => state === 'fail' || state === 'unknown')
    const isTold = told.code === enforced.code && told.effect === enforced.effect
    return isTold && steps.length === 31 && refusing.length === (enforced.effect === 'allow' ? 0 : 1)
  }
  expect(findCounterexamples(everyCase, isSame)).toEqual([])
})

/** The same facts without anything that belongs to a single request. */
function withoutRequest(facts: Facts): Facts {
  const { rate: _rate, resource: _resource, ...lasting } = facts
  const standing = {
    ...NO_CONDITIONS,
    elevation_required: lasting.link?.conditions.elevation_required ?? false,
  }
  const calm = lasting.link ? { ...lasting, link: { ...lasting.link, conditions: standing } } : lasting
  const isFactorJudged = facts.plane === 'delegation' || facts.plane === 'platform'
  const isWithout = isFactorJudged && facts.actor?.factor === 'none'
  return withActor(calm, { factor: isWithout ? 'none' : 'phishing_resistant', factor_at: facts.now })
}

test('the effective mask holds exactly the permissions that a decision without request conditions allows', () => {
  const isEqual = ({ facts, question: { permission } }: Case) => {
    const isAllowed = decide(withoutRequest(facts), { permission }).effect === 'allow'
    return has(effectiveMask(facts), permission) === isAllowed
  }
  expect(findCounterexamples(everyCase, isEqual)).toEqual([])
})

test('program roles change no decision about a tenant', () => {
  const isIndifferent = ({ facts, question }: Case) => {
    if (facts.plane !== 'delegation' || !facts.partner_member) return true
    const owner: Facts = { ...facts, partner_member: { ...facts.partner_member, role: 'PARTNER_OWNER' } }
    return decide(owner, question).code === decide(facts, question).code
  }
  expect(findCounterexamples(everyCase, isIndifferent)).toEqual([])
})

test('links change nothing on the planes of the own organisation', () => {
  const isIndifferent = ({ facts, question }: Case) =>
    facts.plane === 'delegation' ||
    decide({ ...facts, link: null }, question).code === decide(facts, question).code
  expect(findCounterexamples(everyCase, isIndifferent)).toEqual([])
})
