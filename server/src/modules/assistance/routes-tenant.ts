import { z } from 'zod'
import { countsNoMore, stillDecides, whoStillDecides } from '#platform/first-approver.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceAccess, recordAccess } from './news.ts'
import { stopAssistance } from './stop-all.ts'
import {
  asksForTwo,
  changeAccess,
  countOpen,
  findRule,
  getAccess,
  holdAccess,
  listAccesses,
  saveRule,
} from './store.ts'
import type { AccessRow } from './store.ts'
import { ASSISTED_MODES, ASSISTED_STATES } from './tables.ts'
import type { AssistedMode } from './tables.ts'
import { AccessBody, AccessParams, firstOf, toAccess } from './view.ts'

const BASE = '/api/v1/tenant/support-access'
const PROBLEMS = ['SUPPORT_ACCESS_NOT_FOUND', 'SUPPORT_ACCESS_STATE_CONFLICT']

const ReasonInput = z.strictObject({ reason: plainText(1, 500).optional() })

const RuleBody = z.strictObject({
  mode: z.enum(ASSISTED_MODES).meta({
    description:
      '`ask`: your organisation is asked each time. `allow`: support may look without asking, and you are told each time; where your rules ask for two people, you are asked still. `refuse`: support may not even ask; what runs ends at once, and what waits is declined.',
  }),
  set_by_name: z.string().nullable(),
  set_at: z.string().nullable(),
  open_now: z.int().meta({ description: 'How many accesses run or wait: `refuse` ends them.' }),
})

async function tellRule(mandate: Mandate<'tenant'>): Promise<z.output<typeof RuleBody>> {
  const rule = await findRule(mandate)
  return {
    mode: rule?.mode ?? 'ask',
    set_by_name: rule?.set_by_name ?? null,
    set_at: rule?.set_at.toISOString() ?? null,
    open_now: await countOpen(mandate),
  }
}

function requireState(row: AccessRow, wanted: AccessRow['state']): void {
  if (row.state !== wanted)
    throw new ProblemError(409, 'SUPPORT_ACCESS_STATE_CONFLICT', `It is ${row.state} already.`)
}

const listRoute = route({
  method: 'GET',
  path: BASE,
  summary: "Who of the provider's support looks, looked, or asks to look into the organisation's data",
  input: {
    query: z.strictObject({ status: commaList(z.enum(ASSISTED_STATES)).optional(), ...pageQuery }),
  },
  access: { permission: 'tenant.partner_access.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(AccessBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listAccesses(mandate, { states: query.status }, query)
    const inCharge = await whoStillDecides(mandate, rows.map(firstOf))
    return toPage(
      rows.map((row) => toAccess(row, mandate.actor.id, inCharge)),
      query,
      total,
    )
  },
})

/** Where the tenant asks for two people, the first one's approval is kept and opens nothing; one that is void is replaced. */
async function approve(
  mandate: Mandate<'tenant'>,
  row: AccessRow,
  { isVoid }: { readonly isVoid: boolean },
): Promise<'waits' | 'started'> {
  const { actor, origin } = mandate
  const needsTwo = await asksForTwo(mandate, row)
  if (row.person_id === actor.id || (needsTwo && row.first_approved_by === actor.id))
    throw new ProblemError(409, 'SUPPORT_ACCESS_SOMEBODY_ELSE', 'Somebody else has to allow it.')
  if (needsTwo && (row.first_approved_by === null || isVoid)) {
    await changeAccess(mandate, row, {
      first_approved_by: actor.id,
      first_approved_by_name: actor.name,
      first_approved_at: origin.now,
    })
    return 'waits'
  }
  await changeAccess(mandate, row, {
    status: 'active',
    decided_by: actor.id,
    decided_by_name: actor.name,
    decided_at: origin.now,
  })
  return 'started'
}

const makeApproveRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:support_access_id/approve`,
    summary: "Let somebody of the provider's support look at the organisation's data for a while",
    input: { params: AccessParams },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [...PROBLEMS, 'SUPPORT_ACCESS_SOMEBODY_ELSE'],
    responses: { 200: AccessBody },
    async handle({ mandate, params }) {
      const row = await holdAccess(mandate, params.support_access_id)
      requireState(row, 'requested')
      const isVoid = row.first_approved_by !== null && !(await stillDecides(mandate, row.first_approved_by))
      const became = await approve(mandate, row, { isVoid })
      const after = await getAccess(mandate, params.support_access_id)
      recordAccess(mandate, after, {
        action: became === 'started' ? 'assistance.approve' : 'assistance.approve_first',
        changes: { status: { before: row.state, after: after.state } },
        ...(isVoid && { note: countsNoMore(row.first_approved_by_name) }),
      })
      if (became === 'started')
        await announceAccess(mandate, after, { news: 'started', origin: services.publicOrigin() })
      return toAccess(after, mandate.actor.id, await whoStillDecides(mandate, [firstOf(after)]))
    },
  })

const STOPS = [
  {
    path: 'decline',
    summary: "Say no to somebody of the provider's support",
    from: 'requested',
    to: 'declined',
    action: 'assistance.decline',
  },
  {
    path: 'end',
    summary: "End support's access to the organisation now; effective on the next read",
    from: 'active',
    to: 'ended',
    action: 'assistance.end',
  },
] as const

/** Taking away asks for no fresh factor. */
const makeStopRoute = (
  services: Services,
  { path, summary, from, to, action }: (typeof STOPS)[number],
): Route =>
  route({
    method: 'POST',
    path: `${BASE}/:support_access_id/${path}`,
    summary,
    input: { params: AccessParams, body: ReasonInput },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: PROBLEMS,
    responses: { 200: AccessBody },
    async handle({ mandate, params, body }) {
      const row = await getAccess(mandate, params.support_access_id)
      requireState(row, from)
      await changeAccess(mandate, row, {
        status: to,
        ended_at: mandate.origin.now,
        ended_by_side: 'tenant',
        ended_by_name: mandate.actor.name,
        end_reason: body.reason ?? null,
      })
      const after = await getAccess(mandate, params.support_access_id)
      recordAccess(mandate, after, {
        action,
        changes: { status: { before: row.state, after: to } },
        note: body.reason,
      })
      await announceAccess(mandate, after, { news: to, origin: services.publicOrigin() })
      return toAccess(after, mandate.actor.id, await whoStillDecides(mandate, [firstOf(after)]))
    },
  })

/** Sets the rule. Whoever refuses support lets nobody of it look on: what runs ends in the same transaction, and what waits is declined. */
async function setRule(mandate: Mandate<'tenant'>, mode: AssistedMode, origin: string) {
  const before = await tellRule(mandate)
  await saveRule(mandate, mode)
  const ended =
    mode === 'refuse'
      ? await stopAssistance(mandate, { reason: 'The organisation refuses support from now on.', origin })
      : 0
  recordEvent(mandate, {
    action: 'assistance.rule.change',
    resource: { type: 'rule for support access', label: mandate.tenant.name },
    changes: { mode: { before: before.mode, after: mode }, ...(ended > 0 && { ended }) },
  })
  return tellRule(mandate)
}

const makeRuleRoutes = (services: Services): readonly Route[] => [
  route({
    method: 'GET',
    path: `${BASE}/rule`,
    summary: "Whether the provider's support asks before it looks at the organisation's data",
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    responses: { 200: RuleBody },
    handle: ({ mandate }) => tellRule(mandate),
  }),
  route({
    method: 'PUT',
    path: `${BASE}/rule`,
    summary:
      "Set whether the provider's support asks before it looks, looks after telling, or may not ask, which ends what is open",
    input: { body: z.strictObject({ mode: z.enum(ASSISTED_MODES) }) },
    access: { permission: 'tenant.partner_access.policy.write' },
    limit: 'write',
    responses: { 200: RuleBody },
    handle: ({ mandate, body }) => setRule(mandate, body.mode, services.publicOrigin()),
  }),
]

/** The routes by which a tenant allows, declines and ends support's access, and sets its rule for it. */
export function makeTenantAssistanceRoutes(services: Services): readonly Route[] {
  return [
    listRoute,
    makeApproveRoute(services),
    ...STOPS.map((stop) => makeStopRoute(services, stop)),
    ...makeRuleRoutes(services),
  ]
}
