import { decodeId, encodeId } from '@liaison/access'
import type { ClientId, TenantId } from '@liaison/access'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { errors } from 'oidc-provider'
import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { epochSecondsOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { useOnce } from './artifact-store.ts'
import type { TokenClaims } from './claims-schema.ts'
import type { OAuthParts } from './parts.ts'
import { CLOCK_TOLERANCE_SECONDS, issuerOf, SIGNATURES } from './settings.ts'

/** The media type of an actor token, so that no other assertion of the client can pass for one. */
const ACTOR_TOKEN_TYPE = 'actor+jwt'

/** Seconds that an actor token may run: it is made for one exchange. */
const LONGEST_SECONDS = 300

/** What a token says of a member who acts begins so. */
const MEMBER = 'member:'

const Statement = z.object({ sub: z.string(), jti: z.string().min(16), iat: z.int(), exp: z.int() })

const Member = z.object({ id: z.string(), name: z.string(), is_active: z.boolean() })

/** A member of the partner, as the partner's client names them, found active in our own records. */
export interface ActingMember {
  readonly name: string
  readonly act: Extract<TokenClaims, { act: unknown }>['act']
}

/** Whose actor token is looked at, and where the member is to act. */
export interface ActorQuestion {
  readonly clientId: ClientId
  readonly partnerId: string
  readonly tenantId: TenantId
  readonly jwks: JSONWebKeySet
}

const refuse = (): never => {
  throw new errors.InvalidRequest('the actor token does not count')
}

async function readStatement(
  { places, clock }: OAuthParts,
  token: string,
  { clientId, jwks }: ActorQuestion,
): Promise<z.output<typeof Statement>> {
  const terms = {
    issuer: encodeId('api_client', clientId),
    audience: issuerOf(places),
    typ: ACTOR_TOKEN_TYPE,
    algorithms: [...SIGNATURES],
    maxTokenAge: LONGEST_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: clock(),
  }
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), terms).catch(refuse)
  const statement = Statement.safeParse(payload)
  if (!statement.success || statement.data.exp - statement.data.iat > LONGEST_SECONDS) return refuse()
  return statement.data
}

async function findMember(
  database: Database,
  memberId: string,
  { clientId, tenantId }: Pick<ActorQuestion, 'clientId' | 'tenantId'>,
): Promise<z.output<typeof Member> | null> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ member: unknown }>('select access.acting_member($1, $2, $3) as member', [
      clientId,
      memberId,
      tenantId,
    ])
  return Member.nullable().parse(rows[0]?.member ?? null)
}

/** Whether the member whom a token names, if any, still is one; a token that names nobody is not concerned. */
export async function isActorCurrent(
  { database }: OAuthParts,
  claims: TokenClaims,
  about: Pick<ActorQuestion, 'clientId' | 'tenantId'>,
): Promise<boolean> {
  if (claims.access === 'own' || !claims.act.sub.startsWith(MEMBER)) return true
  const memberId = decodeId('member', claims.act.sub.slice(MEMBER.length))
  const member = memberId === null ? null : await findMember(database, memberId, about)
  return member?.is_active === true
}

/**
 * The member of the partner who acts, as the partner's client says in a JWT that it signed with its own key, made for
 * one use (RFC 8693 section 2.1). The client's word names the person; that the person works there is looked up. Throws
 * `invalid_request`, with one description, for a token that is none, is of another client, was used, or names nobody
 * who is an active member now (A6).
 */
export async function readActor(
  parts: OAuthParts,
  token: string,
  question: ActorQuestion,
): Promise<ActingMember> {
  const { sub, jti, exp } = await readStatement(parts, token, question)
  const memberId = decodeId('member', sub)
  const member = memberId === null ? null : await findMember(parts.database, memberId, question)
  if (!member?.is_active) return refuse()
  const seconds = exp + CLOCK_TOLERANCE_SECONDS - epochSecondsOf(parts.clock())
  const isFirst = await useOnce(parts.database, `actor ${question.clientId} ${jti}`, Math.max(1, seconds))
  if (!isFirst) return refuse()
  const client = `client:${encodeId('api_client', question.clientId)}`
  const { partnerId } = question
  return {
    name: member.name,
    act: {
      sub: `${MEMBER}${publicIdOf('member', member.id)}`,
      partner_id: partnerId,
      act: { sub: client, partner_id: partnerId },
    },
  }
}
