import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { RISK_RULES, settingsOf } from './settings.ts'
import type { RiskRule } from './settings.ts'
import { listRules, listRuleVersions, putRule } from './store.ts'
import { RISK_EFFECTS } from './tables.ts'
import { RuleBody, RuleVersionBody, toRuleBody, toRuleVersion } from './view.ts'

const read = { permission: 'platform.risk.read' } as const
const resolve = { permission: 'platform.risk.resolve' } as const
const RuleParams = z.strictObject({ rule: z.enum(RISK_RULES) })

const RuleDetailBody = RuleBody.extend({ versions: z.array(RuleVersionBody) }).strict()

async function findRule(mandate: Mandate<'platform'>, name: RiskRule) {
  const { programId, rules } = await listRules(mandate)
  const row = rules.find(({ rule }) => rule === name)
  if (!row) throw new Error(`The database knows no rule ${name}.`)
  return { programId, row }
}

async function answer(mandate: Mandate<'platform'>, name: RiskRule) {
  const { programId, row } = await findRule(mandate, name)
  const versions = await listRuleVersions(mandate, programId, name)
  return sentAt({ ...toRuleBody(row), versions: versions.map(toRuleVersion) }, row.number)
}

const listRoute = route({
  method: 'GET',
  path: '/api/v1/admin/risk-rules',
  summary: 'What the program looks for in sign-ups and what it does then',
  input: {},
  access: read,
  limit: 'list',
  responses: { 200: z.strictObject({ items: z.array(RuleBody) }) },
  async handle({ mandate }) {
    const { rules } = await listRules(mandate)
    return { items: rules.map(toRuleBody) }
  },
})

const readRoute = route({
  method: 'GET',
  path: '/api/v1/admin/risk-rules/:rule',
  summary: 'One rule with everything it was set to before',
  input: { params: RuleParams },
  access: read,
  limit: 'detail',
  responses: { 200: RuleDetailBody },
  handle: ({ mandate, params }) => answer(mandate, params.rule),
})

/** The settings of a rule, or every fault of them. */
function readSettings(rule: RiskRule, given: Readonly<Record<string, unknown>>) {
  const parsed = settingsOf(rule).safeParse(given)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${['body', 'settings', ...issue.path].map(String).join('/')}`,
    code: issue.code.toUpperCase(),
    detail: issue.message,
  }))
  throw inputRefused(errors)
}

const changeRoute = route({
  method: 'PUT',
  path: '/api/v1/admin/risk-rules/:rule',
  summary: 'Set what a rule does from now on; cases that are open keep what was seen',
  input: {
    params: RuleParams,
    body: z.strictObject({
      effect: z.enum(RISK_EFFECTS),
      settings: z
        .record(z.string(), z.unknown())
        .default({})
        .meta({ description: 'What the rule knows besides; what is left out keeps its default.' }),
      reason: plainText(1, 500),
    }),
  },
  access: resolve,
  limit: 'write',
  ifMatch: true,
  responses: { 200: RuleDetailBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const settings = readSettings(params.rule, body.settings)
    const { programId, row: before } = await findRule(mandate, params.rule)
    if (before.number !== expectedVersion)
      throw new ProblemError(412, 'PRECONDITION_FAILED', 'The rule was changed after it was read.')
    const at = { programId, rule: params.rule, number: before.number + 1 }
    await putRule(mandate, at, { effect: body.effect, settings, reason: body.reason })
    const { row: after } = await findRule(mandate, params.rule)
    recordEvent(mandate, {
      action: 'program.risk_rule.changed',
      resource: { type: 'risk_rule', label: params.rule },
      changes: {
        effect: { before: before.effect, after: after.effect },
        settings: { before: before.settings, after: after.settings },
      },
      reason: body.reason,
    })
    return answer(mandate, params.rule)
  },
})

/** The routes by which the provider sets what looks wrong (D5). */
export const riskRuleRoutes: readonly Route[] = [listRoute, readRoute, changeRoute]
