import { isWithin } from '@liaison/access'
import type { LinkId, LinkRole, MemberId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { listChanges } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import { announce } from './mails.ts'
import { addMembers, findActiveMembers, findAssignment, removeMember } from './member-store.ts'
import { listPeople } from './people-store.ts'
import { submitChange } from './routes-change.ts'
import { askedEnd, requireStatus } from './routes-partner.ts'
import { savePartnerSettings } from './settings-store.ts'
import type { PartnerSettingsChange } from './settings-store.ts'
import { TemplateTerms } from './routes-template.ts'
import { SENT_DETAIL, sendRequest } from './routes-request.ts'
import { changeDelegation, getLink, isKnown } from './store.ts'
import type { KnownLink } from './store.ts'
import type { Proposal } from './tables.ts'
import { countRequestsOfDay } from './template-store.ts'

/** One step for one link, as a person would make it with the link's own routes. */
export type LinkStep =
  | {
      readonly action: 'assign'
      readonly memberId: MemberId
      readonly role: LinkRole | null
      readonly endsAt: Date | null
    }
  | { readonly action: 'unassign'; readonly memberId: MemberId }
  | { readonly action: 'renew'; readonly reason: string | null }
  | { readonly action: 'suspend'; readonly reason: string | null }
  | { readonly action: 'set_auto_renew'; readonly days: 0 | 180; readonly reason: string | null }
  | { readonly action: 'set_alerts'; readonly alerts: PartnerSettingsChange }

/** What became of a step: done, or nothing to do, with the reason in words. */
export interface StepResult {
  readonly outcome: 'done' | 'unchanged'
  readonly code: string | null
  readonly detail: string | null
}

const DONE: StepResult = { outcome: 'done', code: null, detail: null }
const WAITS: StepResult = {
  outcome: 'done',
  code: 'WAITS_FOR_TENANT',
  detail: 'The tenant was asked; it holds once the tenant has approved it.',
}

const unchanged = (code: string, detail: string): StepResult => ({ outcome: 'unchanged', code, detail })

const ASSIGNABLE = ['approved', 'active', 'suspended', 'expired'] as const

async function changePeople(
  mandate: Mandate<'program'>,
  row: KnownLink,
  work: () => Promise<void>,
): Promise<StepResult> {
  const before = await listPeople(mandate, row.id)
  await work()
  const after = await listPeople(mandate, row.id)
  recordLinkEvent(mandate, row, {
    action: 'links.assign',
    changes: { people: { before: before.map(({ name }) => name), after: after.map(({ name }) => name) } },
  })
  return DONE
}

async function assign(
  mandate: Mandate<'program'>,
  row: KnownLink,
  { memberId, role, endsAt }: Extract<LinkStep, { action: 'assign' }>,
): Promise<StepResult> {
  requireStatus(row, ASSIGNABLE)
  if (role !== null && !isWithin(role, row.access_role))
    throw new ProblemError(
      409,
      'ABOVE_LINK_ROLE',
      `A person's role reaches no further than the link's, ${row.access_role}.`,
    )
  const held = await findAssignment(mandate, row.id, memberId)
  if (
    held?.via_team_id === null &&
    held.role === role &&
    held.ends_at?.getTime() === (endsAt?.getTime() ?? undefined)
  )
    return unchanged('ALREADY_ASSIGNED', 'The person was assigned like this already.')
  const personId = (await findActiveMembers(mandate, [memberId])).get(memberId)
  if (personId === undefined)
    throw new ProblemError(404, 'MEMBER_NOT_FOUND', 'No active member of your organisation has this id.')
  return changePeople(mandate, row, () => addMembers(mandate, row, [{ memberId, personId, role, endsAt }]))
}

async function unassign(
  mandate: Mandate<'program'>,
  row: KnownLink,
  { memberId }: Extract<LinkStep, { action: 'unassign' }>,
): Promise<StepResult> {
  const held = await findAssignment(mandate, row.id, memberId)
  if (!held) return unchanged('NOT_ASSIGNED_HERE', 'The person was not assigned.')
  if (held.via_team_id !== null)
    throw new ProblemError(
      409,
      'ASSIGNED_BY_TEAM',
      'A team brings this person; take the person out of the team, or the link from it.',
    )
  return changePeople(mandate, row, () => removeMember(mandate, row.id, memberId))
}

/**
 * That the tenant was asked for this already; null where nothing waits. Throws LINK_STATE_CONFLICT where something else
 * does: asking would take that back, and whoever selects many links has not read what waits for each.
 */
async function findAsked(
  mandate: Mandate<'program'>,
  row: KnownLink,
  isSame: (proposal: Proposal) => boolean,
): Promise<StepResult | null> {
  const [waiting] = await listChanges(mandate, { linkId: row.id, status: 'waiting' })
  if (!waiting) return null
  if (isSame(waiting.proposal))
    return unchanged('ALREADY_ASKED', 'The tenant was asked already and has not answered.')
  throw new ProblemError(
    409,
    'LINK_STATE_CONFLICT',
    'Another change waits for the tenant; asking now would take it back.',
  )
}

async function askToExtend(
  mandate: Mandate<'program'>,
  row: KnownLink,
  edit: { readonly reason: string | null; readonly origin: string },
): Promise<StepResult> {
  requireStatus(row, ['active', 'suspended', 'expired'])
  const end = askedEnd(row, mandate.origin.now)
  if (end === null) return unchanged('NO_END', 'The link has no end.')
  const asked = await findAsked(mandate, row, ({ ends_at: waiting }) => waiting !== undefined)
  if (asked) return asked
  const answer = await submitChange(mandate, row, { proposal: { ends_at: end.toISOString() }, ...edit })
  return answer.status === 'unchanged' ? unchanged('NO_CHANGE', 'The link lasts as long as it may.') : WAITS
}

async function suspend(
  mandate: Mandate<'program'>,
  row: KnownLink,
  { reason, origin }: { readonly reason: string | null; readonly origin: string },
): Promise<StepResult> {
  if (row.status === 'suspended') return unchanged('ALREADY_SUSPENDED', 'The link was suspended already.')
  requireStatus(row, ['active'])
  await changeDelegation(mandate, row, {
    to: 'suspended',
    reason,
    event: 'suspended',
    detail: { reason },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.suspend',
    reason,
    changes: { status: { before: row.status, after: 'suspended' } },
  })
  await announce(mandate, row, { news: 'suspended', ...(reason !== null && { reason }), origin })
  return DONE
}

async function setAutoRenew(
  mandate: Mandate<'program'>,
  row: KnownLink,
  edit: { readonly days: 0 | 180; readonly reason: string | null; readonly origin: string },
): Promise<StepResult> {
  requireStatus(row, ['approved', 'active', 'suspended'])
  if (row.auto_renew_days === edit.days) return unchanged('NO_CHANGE', 'It was set like this already.')
  const { days, ...rest } = edit
  // Turning it off holds at once and takes nothing back.
  const asked = days > 0 ? await findAsked(mandate, row, (waiting) => waiting.auto_renew_days === days) : null
  if (asked) return asked
  const answer = await submitChange(mandate, row, { proposal: { auto_renew_days: days }, ...rest })
  return answer.status === 'waiting' ? WAITS : DONE
}

async function setAlerts(
  mandate: Mandate<'program'>,
  row: KnownLink,
  alerts: PartnerSettingsChange,
): Promise<StepResult> {
  requireStatus(row, ['approved', 'active', 'suspended', 'expired'])
  await savePartnerSettings(mandate, row.id, alerts)
  recordLinkEvent(mandate, row, { action: 'links.note', changes: { fields: Object.keys(alerts) } })
  return DONE
}

/**
 * Makes one step for one link under the mandate's rights. Throws the problem that the link's own route would answer with.
 * `origin` is the public address that mails point to.
 */
export async function stepLink(
  mandate: Mandate<'program'>,
  asked: { readonly linkId: LinkId; readonly step: LinkStep },
  origin: string,
): Promise<StepResult> {
  const { step } = asked
  const row = await getLink(mandate, asked.linkId)
  if (!isKnown(row))
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'No organisation has answered this request.')
  switch (step.action) {
    case 'assign':
      return assign(mandate, row, step)
    case 'unassign':
      return unassign(mandate, row, step)
    case 'renew':
      return askToExtend(mandate, row, { reason: step.reason, origin })
    case 'suspend':
      return suspend(mandate, row, { reason: step.reason, origin })
    case 'set_auto_renew':
      return setAutoRenew(mandate, row, { days: step.days, reason: step.reason, origin })
    case 'set_alerts':
      return setAlerts(mandate, row, step.alerts)
  }
}

/** The twenty requests an hour that a partner may send by hand, taken for a whole day. */
const REQUESTS_A_DAY = 480

/**
 * Asks one tenant for what a template says, as the partner would by hand: the outcome tells nothing about whether there is
 * such a tenant. Throws the problem that a request by hand would answer with. Source: B1, managed-tenants.md section 7.
 */
export async function requestFromTemplate(
  mandate: Mandate<'program'>,
  asked: { readonly slug: string; readonly terms: unknown },
  origin: string,
): Promise<StepResult> {
  if ((await countRequestsOfDay(mandate)) >= REQUESTS_A_DAY)
    throw new ProblemError(
      429,
      'RATE_LIMIT_EXCEEDED',
      `An organisation sends at most ${REQUESTS_A_DAY} requests a day; this one can be sent tomorrow.`,
    )
  await sendRequest(mandate, { ...TemplateTerms.parse(asked.terms), tenant_slug: asked.slug }, origin)
  return { outcome: 'done', code: null, detail: SENT_DETAIL }
}
