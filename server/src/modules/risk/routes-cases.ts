import { encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route, sent, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { decideCase, getCase, listCaseEvents, listCases, openCase } from './store.ts'
import type { CaseRow } from './store.ts'
import { CASE_OUTCOMES, CASE_STATES } from './tables.ts'
import { CaseBody, CaseDetailBody, CaseParams, toCase, toCaseEvent } from './view.ts'

const read = { permission: 'platform.risk.read' } as const
const resolve = { permission: 'platform.risk.resolve' } as const

async function answer(mandate: Mandate<'platform'>, row: CaseRow, id: IdOf<'risk_case'>) {
  const events = await listCaseEvents(mandate, id)
  return sentAt({ ...toCase(row), events: events.map(toCaseEvent) }, row.version)
}

const listRoute = route({
  method: 'GET',
  path: '/api/v1/admin/risk-cases',
  summary: 'Sign-ups and payout accounts that look wrong; open ones first, the oldest on top',
  input: {
    query: z.strictObject({
      state: commaList(z.enum(CASE_STATES)).optional(),
      outcome: commaList(z.enum(CASE_OUTCOMES)).optional(),
      partner_id: publicId('partner').optional(),
      tenant_id: publicId('tenant').optional(),
      ...pageQuery,
    }),
  },
  access: read,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(CaseBody)) },
  async handle({ mandate, query }) {
    const filter = {
      state: query.state,
      outcome: query.outcome,
      partnerId: query.partner_id,
      tenantId: query.tenant_id,
    }
    const { rows, total } = await listCases(mandate, filter, query)
    return toPage(rows.map(toCase), query, total)
  },
})

const readRoute = route({
  method: 'GET',
  path: '/api/v1/admin/risk-cases/:risk_case_id',
  summary: 'One case with what was seen and what happened to it',
  input: { params: CaseParams },
  access: read,
  limit: 'detail',
  problems: ['RISK_CASE_NOT_FOUND'],
  responses: { 200: CaseDetailBody },
  async handle({ mandate, params }) {
    const row = await getCase(mandate, params.risk_case_id)
    noteRead(mandate, {
      action: 'platform.risk.read',
      resource: { type: 'risk_case', id: row.id, label: row.partner_name },
    })
    return answer(mandate, row, params.risk_case_id)
  },
})

const openRoute = route({
  method: 'POST',
  path: '/api/v1/admin/risk-cases',
  summary: 'Look into a referral by hand; its earnings wait until that is decided',
  input: { body: z.strictObject({ referral_id: publicId('referral'), note: plainText(1, 500) }) },
  access: resolve,
  limit: 'write',
  problems: ['RISK_REFERRAL_NOT_FOUND', 'RISK_CASE_OPEN'],
  responses: { 201: CaseDetailBody },
  async handle({ mandate, body }) {
    const id = await openCase(mandate, body.referral_id, body.note)
    const row = await getCase(mandate, id)
    recordEvent(mandate, {
      action: 'program.risk.flagged',
      partnerId: row.partner_id,
      partnerName: row.partner_name,
      resource: { type: 'risk_case', id: row.id, label: row.partner_name },
      changes: { category: { after: row.category }, outcome: { after: row.outcome } },
    })
    const { body: detail, headers } = await answer(mandate, row, id)
    return sent(detail, {
      ...headers,
      Location: `/api/v1/admin/risk-cases/${encodeId('risk_case', id)}`,
    })
  },
})

const DECISIONS = { release: 'released', confirm: 'confirmed' } as const

const resolveRoute = route({
  method: 'POST',
  path: '/api/v1/admin/risk-cases/:risk_case_id/resolve',
  summary: 'Decide a case: release what waits, or confirm and void it',
  input: {
    params: CaseParams,
    body: z.strictObject({
      decision: z.enum(['release', 'confirm']).meta({
        description:
          '`release`: earnings that wait go on. `confirm`: they are void, and the referral is void, or brings nothing further once it is locked.',
      }),
      reason: plainText(1, 500),
    }),
  },
  access: resolve,
  limit: 'write',
  ifMatch: true,
  problems: ['RISK_CASE_NOT_FOUND', 'RISK_CASE_DECIDED', 'RISK_OWN_PARTNER'],
  responses: { 200: CaseDetailBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const before = await getCase(mandate, params.risk_case_id)
    if (before.state !== 'open')
      throw new ProblemError(409, 'RISK_CASE_DECIDED', 'The case was decided already.')
    const read = { id: before.id, partnerId: before.partner_id, version: expectedVersion }
    await decideCase(mandate, read, { state: DECISIONS[body.decision], reason: body.reason })
    const after = await getCase(mandate, params.risk_case_id)
    recordEvent(mandate, {
      action: 'program.risk.resolved',
      partnerId: after.partner_id,
      partnerName: after.partner_name,
      resource: { type: 'risk_case', id: after.id, label: after.partner_name },
      changes: { state: { before: before.state, after: after.state }, category: { after: after.category } },
      reason: body.reason,
    })
    return answer(mandate, after, params.risk_case_id)
  },
})

/** The routes by which the provider looks into what looks wrong and decides it (D5). */
export const riskCaseRoutes: readonly Route[] = [listRoute, readRoute, openRoute, resolveRoute]
