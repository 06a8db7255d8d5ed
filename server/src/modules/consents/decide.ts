import { countsNoMore, stillDecides } from '#platform/first-approver.ts'
import { ProblemError } from '#platform/problem.ts'
import { readableName } from '#platform/words/names.ts'
import { announceAnswer } from './access-request.ts'
import { insertConsent, keepFirstApprover, widenConsent } from './approve-store.ts'
import { announceChange, recordConsentEvent } from './events.ts'
import { tellConsent } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { refuseRequest } from './refuse.ts'
import { answerRequest } from './request-store.ts'
import { limitSentencesOf } from './order-limits.ts'
import { networksSentence } from './networks.ts'
import { boundSentence } from './revocation-bound.ts'
import { merged, payerSentence, scopesFor, sentencesOf, TEXT_VERSION } from './rules.ts'
import { checkedTokenOf, findBlock, MOST_CHOSEN } from './scene.ts'
import type { OpenScene, Scene } from './scene.ts'
import { changeConsent, findConsent } from './store.ts'
import type { Choice, ConsentRow, ShownConsent } from './tables.ts'

const SECOND_APPROVAL_DAYS = 7
const DAY_MS = 86_400_000

/** What the consent will be: what was chosen, with what is there already when more is added to it. */
export function resultOf({ request, before }: Pick<Scene, 'request' | 'before'>, choice: Choice): Choice {
  return request.grant_action === 'merge' && before ? merged(before, choice) : choice
}

/** What the check page says, in the form that is kept for ever. */
function toShown(scene: OpenScene, choice: Choice): ShownConsent {
  const { mandate, request, partner, client, accounts, words, reading } = scene
  const result = resultOf(scene, choice)
  const { can, cannot } = sentencesOf(result.actions, words)
  const stops = boundSentence(result.max_revocation_seconds, reading.language)
  const networks = networksSentence(result.networks, reading.language)
  const own = new Map(accounts.map((account) => [account.id, account]))
  return {
    text_version: TEXT_VERSION,
    language: reading.language,
    partner: partner.name,
    ...(partner.legal_name !== null && { legal_name: readableName(partner.legal_name) }),
    ...(partner.support_contact !== null && { support_contact: partner.support_contact }),
    ...(partner.agreement !== null && { agreement: partner.agreement }),
    client: client.name,
    ...(client.logo !== null && { logo: client.logo }),
    purpose: request.purpose,
    actions: result.actions,
    scopes: scopesFor(result.actions, [...request.scopes, ...(scene.before?.scopes ?? [])]),
    can,
    needed: scene.needed.filter((action) => result.actions.includes(action)),
    limits: limitSentencesOf(scene, result),
    ...(stops !== undefined && { stops }),
    ...(networks !== undefined && { networks }),
    cannot: [...cannot, ...words.never],
    accounts: result.accounts.flatMap((id) => {
      const account = own.get(id)
      return account
        ? [
            {
              id,
              ban: account.ban,
              name: account.name,
              pays: payerSentence(account, mandate.tenant.id, words),
            },
          ]
        : []
    }),
    starts_at: mandate.origin.now.toISOString(),
    ends_at: result.ends_at,
  }
}

/** Refuses when something stands against it, or when what was shown is no longer what is there. */
function requireDecidable(scene: OpenScene, token: string): void {
  const block = findBlock(scene)
  if (block !== null)
    throw new ProblemError(409, 'CONSENT_REQUEST_BLOCKED', block, { language: scene.reading.language })
  if (token !== checkedTokenOf(scene))
    throw new ProblemError(409, 'CONSENT_REQUEST_CHANGED', scene.words.problems.changed, {
      language: scene.reading.language,
    })
}

async function reread({ mandate }: OpenScene, id: string): Promise<ConsentRow> {
  const row = await findConsent(mandate, id)
  if (!row) throw new Error('A consent that was just written can be read.')
  return row
}

function requireFirst(isFirst: boolean, { words, reading: { language } }: OpenScene): void {
  if (!isFirst) throw new ProblemError(409, 'CONSENT_REQUEST_OVER', words.problems.over, { language })
}

/** Ends the consent that a new one replaces, in the same transaction. */
async function endReplaced(scene: OpenScene): Promise<void> {
  const { mandate, request, before } = scene
  if (request.grant_action !== 'replace' || !before) return
  await changeConsent(mandate, before, {
    to: 'revoked',
    reason: 'Replaced by a new consent.',
    event: 'replaced',
  })
  recordConsentEvent(mandate, before, {
    action: 'consents.revoke',
    reason: 'Replaced by a new consent.',
    changes: { status: { before: before.status, after: 'revoked' } },
  })
  await announceChange(mandate, 'consent.ended', before)
}

/**
 * What bounds this once it is allowed, for the event: how soon a stop has to count, and how many networks calls may come
 * from. Both sides read it, and which networks those are is the organisation's own.
 */
function boundsTold(scene: OpenScene, choice: Choice) {
  const { max_revocation_seconds: seconds, networks = [] } = resultOf(scene, choice)
  return {
    ...(seconds && { max_revocation_seconds: seconds }),
    ...(networks.length > 0 && { networks: networks.length }),
  }
}

/** Notes an approval for both sides and tells them. */
async function tellApproval(scene: OpenScene, row: ConsentRow, choice: Choice): Promise<void> {
  const { mandate, request } = scene
  await announceAnswer(mandate, request)
  const isNew = request.grant_action !== 'merge'
  recordConsentEvent(mandate, row, {
    action: isNew ? 'consents.approve' : 'consents.widen',
    changes: {
      actions: choice.actions,
      // Both sides read it, and the partner may not know the numbers.
      accounts: row.card.accounts.map(({ ban, customer_ref: ref }) => ref ?? ban),
      ends_at: choice.ends_at,
      ...(choice.order_limits && { order_limits: choice.order_limits }),
      ...boundsTold(scene, choice),
      language: scene.reading.language,
    },
  })
  await announceChange(mandate, isNew ? 'consent.granted' : 'consent.changed', row)
}

interface Answer {
  readonly choice: Choice
  readonly letterhead: Letterhead
}

/**
 * Until when a second person may decide: as long as the client waits, or seven days where nobody does; never past the end
 * of what would be allowed.
 */
function endOfWaiting(scene: OpenScene, choice: Choice): Date {
  const { mandate, askedNow } = scene
  const latest = askedNow?.ends_at ?? new Date(mandate.origin.now.getTime() + SECOND_APPROVAL_DAYS * DAY_MS)
  const end = new Date(resultOf(scene, choice).ends_at)
  return end < latest ? end : latest
}

async function askSecond(
  scene: OpenScene,
  { choice, letterhead }: Answer,
  shown: ShownConsent,
): Promise<void> {
  const { mandate, request, before } = scene
  const isNew = request.grant_action !== 'merge'
  const id = isNew ? await insertConsent(scene, { choice, shown, waits: true }) : (before?.id ?? '')
  const isFirst = await answerRequest(mandate, request, {
    status: 'waiting',
    tenant_id: mandate.tenant.id,
    choice: JSON.stringify(choice),
    shown: JSON.stringify(shown),
    result_id: id,
    first_approved_by: mandate.actor.id,
    first_approved_by_name: mandate.actor.name,
    first_approved_at: mandate.origin.now,
    ends_at: endOfWaiting(scene, choice),
  })
  requireFirst(isFirst, scene)
  const row = await reread(scene, id)
  recordConsentEvent(mandate, row, {
    action: 'consents.approve',
    reason: 'The first of two approvals; nothing is shared yet.',
    changes: {
      actions: choice.actions,
      ends_at: choice.ends_at,
      ...boundsTold(scene, choice),
      language: scene.reading.language,
    },
    isOfTenantAlone: true,
  })
  await tellConsent(mandate, row, { news: 'waiting', ...letterhead, requestId: request.id })
}

/**
 * Allows what the person chose, or keeps it for a second approver when the organisation's rules ask for two. What was
 * shown is kept with it. Throws CONSENT_REQUEST_BLOCKED, CONSENT_REQUEST_CHANGED, CONSENT_REQUEST_OVER.
 */
export async function approveRequest(
  scene: OpenScene,
  answer: Answer & { readonly token: string },
): Promise<void> {
  const { mandate, request, before, policy } = scene
  requireDecidable(scene, answer.token)
  const { choice } = answer
  const shown = toShown(scene, choice)
  if (policy.dual_approval) return askSecond(scene, answer, shown)
  let id = before?.id ?? ''
  if (request.grant_action === 'merge' && before)
    await widenConsent(scene, before, { choice: resultOf(scene, choice), shown })
  else id = await insertConsent(scene, { choice, shown, waits: false })
  await endReplaced(scene)
  const isFirst = await answerRequest(mandate, request, {
    status: 'approved',
    tenant_id: mandate.tenant.id,
    choice: JSON.stringify(choice),
    shown: JSON.stringify(shown),
    result_id: id,
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
    decided_at: mandate.origin.now,
  })
  requireFirst(isFirst, scene)
  const row = await reread(scene, id)
  await tellApproval(scene, row, choice)
  await tellConsent(mandate, row, { news: 'granted', ...answer.letterhead })
}

/** Whoever approves after a first approver who decides no more is the first one of the same choice, and the request waits on. */
async function takeOver(scene: OpenScene, id: string, letterhead: Letterhead): Promise<void> {
  const { mandate, request } = scene
  const isFirst = await answerRequest(mandate, request, {
    status: 'waiting',
    first_approved_by: mandate.actor.id,
    first_approved_by_name: mandate.actor.name,
    first_approved_at: mandate.origin.now,
  })
  requireFirst(isFirst, scene)
  if (request.grant_action !== 'merge') await keepFirstApprover(mandate, id)
  const row = await reread(scene, id)
  recordConsentEvent(mandate, row, {
    action: 'consents.approve',
    reason: `${countsNoMore(request.first_approved_by_name)} The first of two approvals; nothing is shared yet.`,
    changes: { language: scene.reading.language },
    isOfTenantAlone: true,
  })
  await tellConsent(mandate, row, { news: 'waiting', ...letterhead, requestId: request.id })
}

/** The second of two approvals: what the first person chose takes effect, and what the second one read is kept beside it. Throws as approveRequest does, and CONSENT_SECOND_PERSON. */
export async function approveAsSecond(
  scene: OpenScene,
  answer: Pick<Answer, 'letterhead'> & { readonly token: string },
): Promise<void> {
  const { mandate, request, before } = scene
  requireDecidable(scene, answer.token)
  if (request.first_approved_by === mandate.actor.id)
    throw new ProblemError(409, 'CONSENT_SECOND_PERSON', scene.words.problems.second, {
      language: scene.reading.language,
    })
  const { choice, shown: first, result_id: id } = request
  if (!choice || !first || id === null)
    throw new Error('A waiting request has what its first approver chose.')
  if (!(await stillDecides(mandate, request.first_approved_by))) return takeOver(scene, id, answer.letterhead)
  // What it held may have grown since the first approval.
  if (resultOf(scene, choice).accounts.length > MOST_CHOSEN)
    throw new ProblemError(409, 'CONSENT_REQUEST_CHANGED', scene.words.problems.changed, {
      language: scene.reading.language,
    })
  const shown: ShownConsent = { ...first, second: toShown(scene, choice) }
  if (request.grant_action === 'merge' && before)
    await widenConsent(scene, before, { choice: resultOf(scene, choice), shown })
  else
    await changeConsent(mandate, await reread(scene, id), {
      to: 'active',
      event: 'approved',
      set: {
        approved_by: mandate.actor.id,
        approved_by_name: mandate.actor.name,
        approved_at: mandate.origin.now,
        approval_basis: 'tenant_approval',
        approval_snapshot: JSON.stringify(shown),
      },
    })
  await endReplaced(scene)
  const isFirst = await answerRequest(mandate, request, {
    status: 'approved',
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
    decided_at: mandate.origin.now,
  })
  requireFirst(isFirst, scene)
  const row = await reread(scene, id)
  await tellApproval(scene, row, choice)
  await tellConsent(mandate, row, { news: 'granted', ...answer.letterhead })
}

/** Says no: nothing is shared, and the client is told no more than that. */
export async function declineRequest(scene: OpenScene, letterhead: Letterhead): Promise<void> {
  const { mandate, request, partner } = scene
  const refused = await refuseRequest(mandate, request, { label: partner.name, letterhead })
  requireFirst(refused !== false, scene)
}
