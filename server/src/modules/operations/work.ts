import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import type { PermissionOf } from '@liaison/access'
import { requestFromTemplate, stepLink } from '#modules/links/index.ts'
import type { LinkStep } from '#modules/links/index.ts'
import { databaseCodeOf } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { constraintOf } from '#platform/guarded.ts'
import { ProblemError } from '#platform/problem.ts'
import { openForOperation } from '#platform/resolvers/resolver.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import type { Action } from './tables.ts'
import { claimNext, endTurn, listWaiting, renewLease, settleItem } from './work-store.ts'
import type { Claimed, ItemOutcome, WaitingItem } from './work-store.ts'

/** What a person needs for each action, at the order and again at each item. */
export const PERMISSION_OF: Readonly<Record<Action, PermissionOf<'program'>>> = {
  assign: 'partner_org.assignments.manage',
  unassign: 'partner_org.assignments.manage',
  renew: 'partner_org.links.manage',
  suspend: 'partner_org.links.manage',
  set_auto_renew: 'partner_org.links.manage',
  set_alerts: 'partner_org.links.manage',
  request: 'partner_org.links.request',
}

/** Where the work happens. */
export interface Workplace {
  readonly database: Database
  /** The public address that mails point to. */
  readonly publicOrigin: () => string
  /** Hears of what broke; the person is told only that something did. */
  readonly onError: (error: Error, where: string) => void
}

interface Job extends Claimed {
  readonly claim: string
  readonly claimHash: Buffer
}

/** Runs our own bookkeeping in a transaction of its own. */
function asSystem<Result>(
  { database }: Workplace,
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  return inSystemTransaction(database, { job: 'operation' }, work)
}

function toStep(
  { action, parameters }: Claimed & { readonly action: Exclude<Action, 'request'> },
  item: WaitingItem,
): LinkStep {
  const reason = parameters.reason ?? null
  const memberOf = () => idFromUuid('member', item.parameters.member_id ?? '')
  switch (action) {
    case 'assign':
      return {
        action,
        memberId: memberOf(),
        role: item.parameters.role ?? null,
        endsAt: item.parameters.ends_at ? new Date(item.parameters.ends_at) : null,
      }
    case 'unassign':
      return { action, memberId: memberOf() }
    case 'set_auto_renew':
      return { action, days: parameters.auto_renew_days ?? 0, reason }
    case 'set_alerts':
      return { action, alerts: parameters.alerts ?? {} }
    case 'renew':
    case 'suspend':
      return { action, reason }
  }
}

function act(mandate: Mandate<'program'>, job: Job, done: { item: WaitingItem; origin: string }) {
  const { item, origin } = done
  const { action } = job
  if (action === 'request') {
    const asked = { slug: item.parameters.tenant_slug ?? '', terms: job.parameters.request }
    return requestFromTemplate(mandate, asked, origin)
  }
  const linkId = idFromUuid('link', item.link_id ?? '')
  return stepLink(mandate, { linkId, step: toStep({ ...job, action }, item) }, origin)
}

/** Does one item as the person who ordered it; its outcome commits with the work. False when the claim or the item is lost. */
async function doItem(place: Workplace, job: Job, item: WaitingItem): Promise<boolean> {
  const { mandate, transaction } = await openForOperation(place.database, {
    operationId: job.id,
    claim: job.claim,
    permission: PERMISSION_OF[job.action],
    requestId: `job_${randomUUID()}`,
  })
  try {
    if (mandate.kind !== 'program') throw new Error('An operation works for a partner.')
    const result = await act(mandate, job, { item, origin: place.publicOrigin() })
    const isOurs = await settleItem(mandate, { operationId: job.id, place: item.place }, result)
    if (isOurs) await transaction.commit(takeEvents(mandate, null), 'durable')
    return isOurs
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

const BROKEN = {
  outcome: 'refused',
  code: 'INTERNAL_ERROR',
  detail: 'Something broke on our side; nothing was changed for this tenant.',
} as const

const OVERTAKEN = {
  outcome: 'refused',
  code: 'CONFLICT',
  detail: 'Another change got there first; nothing was changed for this tenant.',
} as const

const SESSION_ENDED = {
  outcome: 'refused',
  code: 'OPERATION_SESSION_ENDED',
  detail: 'The session in which this was ordered was ended; nothing was changed for this tenant.',
} as const

/** The claim is lost, so another process answers, or nobody, since it was stopped; or there is no connection now, so whoever takes over when the lease ends. */
const LEFT_TO_OTHERS = new Set(['UNAUTHORIZED', 'DEPENDENCY_UNAVAILABLE'])

/** What an item that failed is told; null when it is left to others. */
function toRefusal(error: unknown): ItemOutcome | null {
  if (error instanceof ProblemError)
    return LEFT_TO_OTHERS.has(error.code)
      ? null
      : { outcome: 'refused', code: error.code, detail: error.message }
  if (constraintOf(error) === 'bulk_operation_session') return SESSION_ENDED
  return databaseCodeOf(error)?.startsWith('40') ? OVERTAKEN : BROKEN
}

async function settle(place: Workplace, job: Job, item: WaitingItem): Promise<boolean> {
  try {
    return await doItem(place, job, item)
  } catch (error) {
    const refusal = toRefusal(error)
    if (refusal === null) return false
    if (refusal === BROKEN && error instanceof Error) place.onError(error, 'operation')
    const at = { operationId: job.id, place: item.place }
    return asSystem(place, async (mandate) => {
      const isOurs = await renewLease(mandate, job.id, job.claimHash)
      return isOurs && settleItem(mandate, at, refusal)
    })
  }
}

/** Few enough for one lease, and for another partner to wait while they are done. */
const ITEMS_PER_TURN = 20

async function workOn(place: Workplace, job: Job): Promise<void> {
  const waiting = await asSystem(place, (mandate) => listWaiting(mandate, job.id, ITEMS_PER_TURN))
  for (const item of waiting) if (!(await settle(place, job, item))) return
  await asSystem(place, (mandate) => endTurn(mandate, job.id, job.claimHash))
}

/**
 * Works on every operation that waits, item by item, each in a transaction of its own that is decided anew as the person
 * who ordered it. May be called at any time and by any number of processes: what is settled is not done again, and what a
 * process left behind is taken over when its lease has ended. Partners take turns, one operation of each at a time. Returns
 * how many turns it took. Source: B14.
 */
export async function runOperations(place: Workplace): Promise<number> {
  let taken = 0
  for (;;) {
    const claim = randomBytes(32).toString('hex')
    const claimHash = createHash('sha256').update(Buffer.from(claim, 'hex')).digest()
    const claimed = await asSystem(place, (mandate) => claimNext(mandate, claimHash))
    if (!claimed) return taken
    taken += 1
    await workOn(place, { ...claimed, claim, claimHash })
  }
}
