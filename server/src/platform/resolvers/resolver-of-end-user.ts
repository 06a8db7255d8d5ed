import { END_USER_STATUSES, REALM_ROLES, decideRealm, idFromUuid } from '@liaison/access'
import type { RealmFacts, RealmPermission } from '@liaison/access'
import { z } from 'zod'
import { JsonInstant } from '../database-json.ts'
import type { Database } from '../database.ts'
import { issueMandate } from '../mandate.ts'
import type { Mandate, RealmPartner, RealmUser } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import type { RealmEvidence } from '#platform/credentials/realm-evidence.ts'
import { RealmRefusalError } from './realm-refusal.ts'
import type { RequestTrace } from '../request-trace.ts'
import { Transaction } from '../transaction.ts'

const Entered = z.object({
  now: JsonInstant,
  partner: z
    .object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      status: z.string(),
      is_white_label: z.boolean(),
    })
    .nullable(),
  realm: z
    .object({
      status: z.enum(['open', 'closed']),
      key_number: z.int(),
      previous_key_counts: z.boolean(),
    })
    .nullable(),
  freezes: z.array(
    z.object({
      id: z.string(),
      scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
      set_by: z.enum(['partner', 'tenant', 'provider']),
    }),
  ),
  user: z
    .object({
      id: z.string(),
      partner_id: z.string(),
      email: z.string(),
      name: z.string(),
      role: z.enum(REALM_ROLES),
      status: z.enum(END_USER_STATUSES),
    })
    .nullable(),
  session_id: z.string().nullable(),
  role_choice: z
    .object({ enabled: z.boolean().default(true), permissions: z.array(z.string()).nullable().default(null) })
    .nullish(),
  is_on_hold: z.boolean().default(false),
})

type EnteredRealm = z.output<typeof Entered>

/** What a request of an end user asks for. */
export interface EndUserRequest {
  readonly evidence: RealmEvidence
  readonly permission: RealmPermission
  /** The features that are off for a partner, as this process knows them. */
  readonly featuresOff: (partnerId: string, now: Date) => ReadonlySet<string>
  readonly trace: RequestTrace
}

const NOTHING: Omit<RealmFacts, 'now'> = {
  partner: null,
  realm: null,
  freezes: [],
  user: null,
  role_choice: null,
  features_off: new Set(),
  is_on_hold: false,
}

function toFacts(entered: EnteredRealm, featuresOff: EndUserRequest['featuresOff']): RealmFacts {
  const { partner, user } = entered
  return {
    now: entered.now,
    partner: partner && {
      id: idFromUuid('partner', partner.id),
      status: partner.status === 'active' ? 'active' : 'inactive',
      is_white_label: partner.is_white_label,
    },
    realm: entered.realm && { status: entered.realm.status },
    freezes: entered.freezes,
    user: user && {
      id: idFromUuid('end_user', user.id),
      partner_id: idFromUuid('partner', user.partner_id),
      role: user.role,
      status: user.status,
    },
    role_choice: entered.role_choice ?? null,
    features_off: partner ? featuresOff(partner.id, entered.now) : new Set(),
    is_on_hold: entered.is_on_hold,
  }
}

/** A token counts for its own session and user, and only under the realm's key of today or, for a time, the one before. */
function withoutStaleToken(entered: EnteredRealm, evidence: RealmEvidence): EnteredRealm {
  if (!('token' in evidence) || !entered.realm || !entered.user) return entered
  const { token } = evidence
  const { key_number: current, previous_key_counts: isPreviousGood } = entered.realm
  const isCurrent = token.keyNumber === current || (isPreviousGood && token.keyNumber === current - 1)
  return isCurrent && token.userId === entered.user.id
    ? entered
    : { ...entered, user: null, session_id: null }
}

function argumentOf({ evidence, permission, trace }: EndUserRequest): Record<string, unknown> {
  return {
    slug: evidence.slug,
    ...('cookie' in evidence && {
      session_hash: digestRealmSecret(evidence.slug, evidence.cookie).toString('hex'),
    }),
    ...('token' in evidence && {
      session_id: evidence.token.sessionId,
      session_proof: evidence.token.proof,
      proof_until: evidence.token.endsAt,
    }),
    permission,
    ...trace.toAudit(),
  }
}

function partnerOf(partner: NonNullable<EnteredRealm['partner']>): RealmPartner {
  return { id: idFromUuid('partner', partner.id), name: partner.name, slug: partner.slug }
}

function userOf({ id, email, name, role, status }: NonNullable<EnteredRealm['user']>): RealmUser {
  return { id: idFromUuid('end_user', id), email, name, role, status }
}

function refuse(facts: RealmFacts, request: EndUserRequest, partner: EnteredRealm['partner']): never {
  const { permission, evidence } = request
  throw new RealmRefusalError(decideRealm(facts, { permission }), {
    facts,
    permission,
    slug: evidence.slug,
    ...(partner && { partnerName: partner.name }),
    ...(facts.user && { label: `End user ${facts.user.id.slice(-6)}` }),
  })
}

/**
 * Opens the transaction of an end user's request: the database looks the session up in the realm that was named and
 * nowhere else, the kernel decides, and the mandate is issued. Throws a RealmRefusalError, with nothing left open, when
 * the decision says no.
 */
export async function openForEndUser(
  database: Database,
  request: EndUserRequest,
): Promise<{ mandate: Mandate<'realm'>; transaction: Transaction }> {
  const { evidence, permission, trace } = request
  if (!('cookie' in evidence) && !('token' in evidence))
    return refuse({ ...NOTHING, now: trace.now }, request, null)
  const [transaction, results] = await Transaction.begin(database, 'liaison_realm', [
    { text: 'select access.enter_end_user($1) as facts', values: [argumentOf(request)] },
  ])
  try {
    const entered = withoutStaleToken(Entered.parse(results[0]?.rows[0]?.['facts']), evidence)
    const facts = toFacts(entered, request.featuresOff)
    const { partner, user, session_id: sessionId } = entered
    if (decideRealm(facts, { permission }).effect === 'deny' || !partner || !user || sessionId === null)
      return refuse(facts, request, partner)
    const named = {
      partner: partnerOf(partner),
      user: userOf(user),
      sessionId: idFromUuid('end_user_session', sessionId),
      keyNumber: entered.realm?.key_number ?? 1,
      realmFacts: facts,
      origin: { requestId: trace.requestId, now: entered.now, ip: trace.ip },
    }
    return { mandate: issueMandate('realm', named, { transaction, facts: null }), transaction }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

/** The numbers of the keys that tokens count under, the one that signs first. */
function keysOf({ realm }: EnteredRealm): readonly number[] {
  const current = realm?.key_number ?? 1
  return realm?.previous_key_counts ? [current, current - 1] : [current]
}

/** Refuses a realm that there is none of, or that is closed now. */
function requireOpen({ partner, realm, freezes }: EnteredRealm): NonNullable<EnteredRealm['partner']> {
  if (!partner || !realm) throw new ProblemError(404, 'NOT_FOUND', 'There is no such operation or page.')
  const isFrozen = freezes.some(({ scope }) => scope === 'platform' || scope === 'partner')
  if (partner.status !== 'active' || !partner.is_white_label || realm.status !== 'open' || isFrozen)
    throw new ProblemError(403, 'REALM_CLOSED', 'This service is not available at the moment.')
  return partner
}

/**
 * Opens the door of one realm: what signs up and in, with the session that came along, if it is live. Throws NOT_FOUND
 * for a realm that there is none of, REALM_CLOSED while its partner is not active.
 */
export async function openForRealmDoor(
  database: Database,
  trace: RequestTrace,
  evidence: RealmEvidence,
): Promise<{ mandate: Mandate<'realm_door'>; transaction: Transaction }> {
  const argument = {
    slug: evidence.slug,
    ...('cookie' in evidence && {
      session_hash: digestRealmSecret(evidence.slug, evidence.cookie).toString('hex'),
    }),
    ...trace.toAudit(),
  }
  const [transaction, results] = await Transaction.begin(database, 'liaison_auth', [
    { text: 'select access.enter_realm_door($1) as facts', values: [argument] },
  ])
  try {
    const entered = Entered.parse(results[0]?.rows[0]?.['facts'])
    const partner = requireOpen(entered)
    const { user, session_id: sessionId } = entered
    const session =
      user && sessionId !== null
        ? { id: idFromUuid('end_user_session', sessionId), user: userOf(user) }
        : null
    const origin = { requestId: trace.requestId, now: entered.now, ip: trace.ip }
    const mandate = issueMandate(
      'realm_door',
      { partner: partnerOf(partner), session, keyNumbers: keysOf(entered), origin },
      { transaction, facts: null },
    )
    return { mandate, transaction }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}
