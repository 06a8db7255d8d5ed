import type { Clock } from './clock.ts'
import { GuardError, refuseToken } from './error.ts'

/** Who acts (RFC 8693 section 4.1); a nested actor is history and decides nothing. */
export interface Actor {
  readonly subject: string
  readonly partnerId: string | null
  readonly act: Actor | null
}

/** Who pays for what is ordered under the token. */
export interface Billing {
  readonly party: string
  /** The number of the payer's account; null where only the reference is told. */
  readonly ban: string | null
  /** The partner's reference of the payer's account; null where the partner is told numbers. */
  readonly ref: string | null
  readonly mode: 'direct' | 'resale'
}

/** How an account is named: at least one of both is there. */
export interface AccountName {
  /** The number of the billing account; null where the partner is given references and nobody told the number. */
  readonly customerBan: string | null
  /** The reference that stands for the account with this partner alone; null where the partner is told numbers. */
  readonly customerRef: string | null
}

/** One granted `partner_access` detail (RFC 9396 section 2) that is in force. */
export interface AccessDetail extends AccountName {
  readonly customerId: string
  readonly actions: readonly string[]
  readonly locations: readonly string[]
  readonly expiresAt: Date | null
}

interface CommonContext extends AccountName {
  /** The `jti` of the token. */
  readonly tokenId: string
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  /** The organisation whose resources the token reaches. */
  readonly customerId: string
  readonly scopes: readonly string[]
  /** The details in force; null when the token carries none, which only one for the client's own organisation may. */
  readonly details: readonly AccessDetail[] | null
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** What the token is bound to: a key that is proven (RFC 9449), or the certificate of a mutual TLS connection (RFC 8705). */
  readonly boundTo: 'key' | 'certificate'
  /** The thumbprint of that key (RFC 9449 section 6.1) or certificate (RFC 8705 section 3.1). */
  readonly keyThumbprint: string
  /** How many seconds after a revocation the customer lets anything still be opened; null where it is as documented. */
  readonly maxRevocationSeconds: number | null
}

/** A client that works on its own organisation's resources. */
export interface OwnAccess extends CommonContext {
  readonly access: 'own'
  /** The partner that owns the client; null for a client of a customer. */
  readonly partnerId: string | null
  readonly partnerKind: string | null
  readonly delegationId: null
  readonly delegationVersion: null
  readonly authorizedBy: null
  readonly actor: Actor | null
  readonly billing: Billing | null
}

/** A partner's client that works on a customer's resources: both parties are named, always. */
export interface DelegatedAccess extends CommonContext {
  readonly access: 'delegated' | 'resale'
  readonly details: readonly AccessDetail[]
  readonly partnerId: string
  readonly partnerKind: string
  readonly delegationId: string
  readonly delegationVersion: number
  /** An opaque id of the approving person, or `agreement:` and the reference of the wholesale agreement. */
  readonly authorizedBy: string
  readonly actor: Actor
  readonly billing: Billing
}

/** Who calls, for whom, for what: the verified claims of one request. Source: A3. */
export type AccessContext = OwnAccess | DelegatedAccess

/** The text by which the caller names the account of its token: the reference where it has one, the number otherwise. */
export function accountNameOf({ customerBan, customerRef }: AccountName): string {
  return customerRef ?? customerBan ?? ''
}

type Claims = Readonly<Record<string, unknown>>

/** More actors than these in one chain are refused (A6). */
const MOST_ACTORS = 3

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readText(claims: Claims, name: string): string | null {
  const value = claims[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function need(claims: Claims, name: string): string {
  const value = readText(claims, name)
  if (value === null) throw refuseToken(`The token has no ${name}.`)
  return value
}

/** The parties of a delegation: their absence is never read as "any". */
function needParty<T>(value: T | null, name: string): T {
  if (value === null) throw new GuardError('CUSTOMER_MISMATCH', `The token does not name its ${name}.`)
  return value
}

function readInstant(claims: Claims, name: string): Date {
  const value = claims[name]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuseToken(`The token has no ${name}.`)
  return new Date(value * 1000)
}

function readActor(value: unknown, depth = 1): Actor | null {
  if (value === undefined) return null
  if (depth > MOST_ACTORS) throw refuseToken('The token names too many actors.')
  if (!isObject(value)) throw refuseToken('The actor of the token is not readable.')
  return {
    subject: need(value, 'sub'),
    partnerId: readText(value, 'partner_id'),
    act: readActor(value['act'], depth + 1),
  }
}

function readBilling(value: unknown): Billing | null {
  if (!isObject(value)) return null
  const { mode } = value
  const party = readText(value, 'party')
  const ban = readText(value, 'ban')
  const ref = readText(value, 'ref')
  return party !== null && (ban ?? ref) !== null && (mode === 'direct' || mode === 'resale')
    ? { party, ban, ref, mode }
    : null
}

function readTexts(value: unknown): readonly string[] | null {
  const isList = Array.isArray(value) && value.every((entry): entry is string => typeof entry === 'string')
  return isList ? value : null
}

/** The account that claims name; null where they name none. */
function readAccount(claims: Claims): AccountName | null {
  const customerBan = readText(claims, 'customer_ban')
  const customerRef = readText(claims, 'customer_ref')
  return (customerBan ?? customerRef) === null ? null : { customerBan, customerRef }
}

/** Whether two texts say the same account in the same words: a number that is left out on one side is no match. */
function isSameAccount(one: AccountName, other: AccountName | null): boolean {
  return one.customerBan === other?.customerBan && one.customerRef === other.customerRef
}

function readDetail(value: unknown): AccessDetail | null {
  if (!isObject(value) || value['type'] !== 'partner_access') return null
  const actions = readTexts(value['actions'])
  const end = value['expires_at']
  const expiresAt = end === undefined ? null : new Date(typeof end === 'string' ? end : Number.NaN)
  if (actions === null || (expiresAt && Number.isNaN(expiresAt.getTime())))
    throw refuseToken('The authorization details of the token are not readable.')
  const account = readAccount(value)
  if (account === null) throw refuseToken('The authorization details of the token name no account.')
  return {
    customerId: need(value, 'customer_id'),
    ...account,
    actions,
    locations: readTexts(value['locations']) ?? [],
    expiresAt,
  }
}

/** The details in force. One about another customer or account than the token's makes the whole token refused. */
function readDetails(claims: Claims, now: Date): readonly AccessDetail[] | null {
  const value = claims['authorization_details']
  if (value === undefined) return null
  if (!Array.isArray(value)) throw refuseToken('The authorization details of the token are not readable.')
  const details = value.map(readDetail).filter((detail) => detail !== null)
  const account = readAccount(claims)
  const isForeign = details.some(
    (detail) => detail.customerId !== claims['customer_id'] || !isSameAccount(detail, account),
  )
  if (isForeign)
    throw new GuardError('CUSTOMER_MISMATCH', 'The authorization details are about another customer.')
  return details.filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > now.getTime())
}

/** What the token is bound to: one thing, since whoever holds the other of two would pass as well. */
function readBinding(claims: Claims): Pick<CommonContext, 'boundTo' | 'keyThumbprint'> {
  const confirmation = isObject(claims['cnf']) ? claims['cnf'] : {}
  const key = readText(confirmation, 'jkt')
  const certificate = readText(confirmation, 'x5t#S256')
  if (key !== null && certificate === null) return { boundTo: 'key', keyThumbprint: key }
  if (certificate !== null && key === null) return { boundTo: 'certificate', keyThumbprint: certificate }
  throw refuseToken('The token is not bound to a key.')
}

/** A bound of another form is no missing bound. */
function readBound({ max_revocation_seconds: bound }: Claims): number | null {
  if (bound === undefined) return null
  if (typeof bound === 'number' && Number.isSafeInteger(bound) && bound > 0) return bound
  throw refuseToken('The token bounds revocations in a way that is not readable.')
}

function readCommon(claims: Claims, now: Date): CommonContext {
  return {
    tokenId: need(claims, 'jti'),
    issuer: need(claims, 'iss'),
    subject: need(claims, 'sub'),
    clientId: need(claims, 'client_id'),
    customerId: needParty(readText(claims, 'customer_id'), 'customer'),
    ...needParty(readAccount(claims), 'billing account'),
    scopes: (readText(claims, 'scope') ?? '').split(' ').filter(Boolean),
    details: readDetails(claims, now),
    issuedAt: readInstant(claims, 'iat'),
    expiresAt: readInstant(claims, 'exp'),
    ...readBinding(claims),
    maxRevocationSeconds: readBound(claims),
  }
}

function readVersion(claims: Claims): number | null {
  const version = claims['delegation_ver']
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : null
}

function readOwn(claims: Claims, common: CommonContext): OwnAccess {
  if (claims['delegation_id'] !== undefined || claims['delegation_ver'] !== undefined)
    throw refuseToken("A token for the client's own organisation names no delegation.")
  return {
    ...common,
    access: 'own',
    partnerId: readText(claims, 'partner_id'),
    partnerKind: readText(claims, 'partner_kind'),
    delegationId: null,
    delegationVersion: null,
    authorizedBy: null,
    actor: readActor(claims['act']),
    billing: readBilling(claims['billing']),
  }
}

function readDelegated(
  claims: Claims,
  common: CommonContext,
  access: DelegatedAccess['access'],
): DelegatedAccess {
  if (common.subject !== common.customerId)
    throw new GuardError('CUSTOMER_MISMATCH', 'The subject of the token is not its customer.')
  return {
    ...common,
    access,
    details: common.details ?? [],
    partnerId: needParty(readText(claims, 'partner_id'), 'partner'),
    partnerKind: needParty(readText(claims, 'partner_kind'), 'kind of partner'),
    delegationId: needParty(readText(claims, 'delegation_id'), 'delegation'),
    delegationVersion: needParty(readVersion(claims), 'version of the delegation'),
    authorizedBy: needParty(readText(claims, 'authorized_by'), 'approver'),
    actor: needParty(readActor(claims['act']), 'actor'),
    billing: needParty(readBilling(claims['billing']), 'payer'),
  }
}

/**
 * The verified claims as an access context. Refuses with 403 a delegated or resale token that leaves any party, the
 * delegation, the actor or the payer unnamed, and with 401 a claim of the wrong form. Source: A3 (invariants 1 to 3).
 */
export function readAccessContext(claims: Claims, clock: Clock): AccessContext {
  const common = readCommon(claims, clock())
  const access = claims['access']
  if (access === 'own') return readOwn(claims, common)
  if (access === 'delegated' || access === 'resale') return readDelegated(claims, common, access)
  throw refuseToken('The token names no access mode.')
}
