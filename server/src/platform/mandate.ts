import { decide } from '@liaison/access'
import type {
  AccessMode,
  BillingAccountId,
  BillingParties,
  BillingParty as Payer,
  ClientId,
  EndUserStatus,
  Facts,
  IdOf,
  LinkId,
  LinkRole,
  MemberId,
  PartnerId,
  PartnerRole,
  Permission,
  PersonId,
  RealmFacts,
  RealmRole,
  SessionId,
  TenantId,
  TenantRole,
} from '@liaison/access'
import type { Kysely } from 'kysely'
import type { AccessToken } from './credentials/access-token.ts'
import { recordReadStatement, recordStatement } from './audit-event.ts'
import type { AuditEvent } from './audit-event.ts'
import { featuresOf } from './features.ts'
import type { FeatureSource } from './features.ts'
import { kyselyOn } from './wire/kysely-on-transaction.ts'
import { RefusalError } from './refusal.ts'
import type { Statement, StatementResult } from './statement.ts'
import type { Transaction } from './transaction.ts'

declare const sealed: unique symbol

/** The person who acts. */
export interface Actor {
  readonly id: PersonId
  readonly name: string
  readonly sessionId: SessionId
}

/** The partner side of a mandate. */
export interface PartnerSide {
  readonly id: PartnerId
  readonly name: string
  readonly memberId: MemberId
  readonly role: PartnerRole
}

/** One tenant that a mandate reaches, by name. */
export interface TenantSide {
  readonly id: TenantId
  readonly name: string
}

/** The link that an acting mandate stands on. */
export interface ActingLink {
  readonly id: LinkId
  readonly role: LinkRole
  readonly epoch: number
  readonly endsAt: Date | null
  /** Who pays for services and the work on them. */
  readonly billingParty: Payer
  /** Who pays for each kind of what the partner does. */
  readonly billingParties: BillingParties
}

/** A tenant that a portfolio read leaves out, and why. */
export interface ExcludedTenant {
  readonly tenantId: TenantId
  readonly tenantName: string
  readonly reason: string
  /** What it was decided on. */
  readonly facts: Facts
}

/** A linked tenant of a portfolio read with what decides about it. */
export interface PortfolioLink {
  readonly tenant: TenantSide
  readonly facts: Facts
  /** Who pays for what the partner does under this link. */
  /** Who pays for services and the work on them. */
  readonly billingParty: Payer
  /** Who pays for each kind of what the partner does. */
  readonly billingParties: BillingParties
}

/** The consent or resale that a mandate of an API client stands on; the id is the UUID. */
export interface ApiDelegation {
  readonly id: string
  readonly kind: 'consent' | 'resale'
  readonly epoch: number
  readonly endsAt: Date | null
}

/** Who pays for what an API client orders. */
export interface ApiBilling {
  readonly relationshipId: string
  readonly payerTenantId: TenantId
  readonly payerName: string
  readonly payerAccountId: BillingAccountId
  readonly payerBan: string
  /** What stands for that account with the partner; null where its token names accounts by number. */
  readonly payerRef: string | null
  readonly mode: 'direct' | 'resale'
}

/** The partner whose realm a request is in. */
export interface RealmPartner {
  readonly id: PartnerId
  readonly name: string
  readonly slug: string
}

/** The end user who acts in a realm. */
export interface RealmUser {
  readonly id: IdOf<'end_user'>
  readonly email: string
  readonly name: string
  readonly role: RealmRole
  readonly status: EndUserStatus
}

/** The agency that a form token or a server key belongs to. */
export interface AgencySide {
  readonly id: IdOf<'agency'>
  readonly name: string
}

/** The form that a token belongs to. */
export interface FormSide {
  readonly id: IdOf<'form'>
  readonly publicId: string
  readonly name: string
  /** The codes of the types of vouchers that it offers. */
  readonly voucherTypes: readonly string[]
}

/** What the wish for a voucher stands on, as it was when the request was let in. */
export interface WishedVoucher {
  /** The time zone in which the days of the organisation begin and end. */
  readonly zone: string
  /** The type that the request names; null unless it is on offer. */
  readonly type: {
    readonly id: string
    readonly code: string
    readonly label: string
    readonly duplicate_policy: 'refuse' | 'review' | 'allow'
    readonly keep_recipient_days: number
  } | null
}

/** What a mandate of each kind names. */
export interface MandateKinds {
  /** Sign-in and account pages: persons and sessions, nothing of tenants. */
  identity: { readonly session: IdentitySession | null }
  platform: { readonly actor: Actor }
  program: { readonly actor: Actor; readonly partner: PartnerSide }
  /** Working inside one tenant under a link. */
  acting: {
    readonly actor: Actor
    readonly partner: PartnerSide
    readonly tenant: TenantSide
    readonly link: ActingLink
  }
  /** Reading across the tenants in which the permission is held now. */
  portfolio: {
    readonly actor: Actor
    readonly partner: PartnerSide
    readonly tenantIds: readonly TenantId[]
    readonly links: readonly PortfolioLink[]
    readonly excluded: readonly ExcludedTenant[]
    /** The one link that the request named; null when it reads across all. */
    readonly narrowedTo: PortfolioLink | null
  }
  tenant: { readonly actor: Actor; readonly tenant: TenantSide; readonly role: TenantRole }
  /** An API client that works on one billing account, of its own organisation or under a consent or a resale. */
  api: {
    readonly client: { readonly id: ClientId; readonly name: string }
    /** Null for a client of a tenant. */
    readonly partner: { readonly id: PartnerId; readonly name: string } | null
    readonly tenant: TenantSide
    readonly account: { readonly id: BillingAccountId; readonly ban: string }
    readonly access: AccessMode
    readonly delegation: ApiDelegation | null
    /** Who pays now; null when no commercial relationship is in force. */
    readonly billing: ApiBilling | null
    readonly token: AccessToken
  }
  /** An end user in the realm of a white-label partner. */
  realm: {
    readonly partner: RealmPartner
    readonly user: RealmUser
    readonly sessionId: IdOf<'end_user_session'>
    /** Which of the realm's own keys signs. */
    readonly keyNumber: number
    /** What the kernel decided on. */
    readonly realmFacts: RealmFacts
  }
  /** Signing up and in to a realm: its credentials and sessions, nothing else. */
  realm_door: {
    readonly partner: RealmPartner
    readonly session: { readonly id: IdOf<'end_user_session'>; readonly user: RealmUser } | null
    /** Which of the realm's own keys tokens count under; the one that signs first. */
    readonly keyNumbers: readonly number[]
  }
  /** An embedded form of an agency: who fills it in has no account, and the token says for whom it works. */
  form: {
    readonly tenant: TenantSide
    readonly agency: AgencySide
    readonly wished: WishedVoucher
    readonly form: FormSide
    readonly token: { readonly id: IdOf<'form_token'>; readonly label: string }
  }
  /** A system of an agency with a server key. */
  agency_key: {
    readonly tenant: TenantSide
    readonly agency: AgencySide
    readonly wished: WishedVoucher
    readonly key: {
      readonly id: IdOf<'agency_key'>
      readonly label: string
      /** The codes of the types of vouchers that it may issue; every active one when empty. */
      readonly voucherTypes: readonly string[]
    }
  }
  /** The provider's own systems handing records in. */
  ingest: { readonly keyId: string; readonly source: string }
  system: { readonly job: string }
}

/** A session as the identity plane knows it. */
export interface IdentitySession {
  readonly id: SessionId
  readonly personId: PersonId
  readonly personName: string
  readonly factor: 'none' | 'otp' | 'phishing_resistant'
  readonly factorAt: Date | null
  readonly passwordAt: Date | null
}

export type MandateKind = keyof MandateKinds

/** Where and when a request came in. */
export interface RequestOrigin {
  readonly requestId: string
  readonly now: Date
  readonly ip: string | null
}

/**
 * A decided access and the one transaction in which it holds; the only key to data. Only the resolver makes one, and
 * it is dead once the request has been answered.
 */
export type Mandate<Kind extends MandateKind = MandateKind> = {
  [K in Kind]: { readonly [sealed]: true; readonly kind: K; readonly origin: RequestOrigin } & MandateKinds[K]
}[Kind]

/** What stands behind a mandate; reachable through the functions of this file only. */
/** What whoever runs the installation is told by a metric when it is committed: never a name or an id. */
export type Signal = 'earning_differs'

interface Backing {
  readonly transaction: Transaction
  readonly facts: Facts | null
  readonly events: Statement[]
  readonly signals: Signal[]
  reads: AuditEvent | null
  covered: readonly TenantId[]
  kysely: Kysely<never> | undefined
}

const backings = new WeakMap<object, Backing>()

function backingOf(mandate: object): Backing {
  const backing = backings.get(mandate)
  if (!backing) throw new Error('The mandate has ended.')
  return backing
}

/** Makes a mandate. For the resolver of this folder alone; a lint rule keeps everything else away. */
export function issueMandate<Kind extends MandateKind>(
  kind: Kind,
  named: MandateKinds[Kind] & { readonly origin: RequestOrigin },
  backing: { readonly transaction: Transaction; readonly facts: Facts | null },
): Mandate<Kind> {
  // The seal is a type without a value, so that no object literal is a mandate.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const mandate = Object.freeze({ kind, ...named }) as unknown as Mandate<Kind>
  backings.set(mandate, { ...backing, events: [], signals: [], reads: null, covered: [], kysely: undefined })
  return mandate
}

/** Ends a mandate: whoever kept it finds it dead. */
export function endMandate(mandate: Mandate): void {
  backings.delete(mandate)
}

/** The tables of one module, in the transaction of the mandate. */
export function tables<Tables>(mandate: Mandate): Kysely<Tables> {
  const backing = backingOf(mandate)
  backing.kysely ??= kyselyOn<never>(backing.transaction)
  // One connection serves all modules; each sees the tables that it names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return backing.kysely as unknown as Kysely<Tables>
}

/** Runs prepared statements in one round trip, for the few queries that a builder would obscure. */
export function runStatements(
  mandate: Mandate,
  statements: readonly Statement[],
): Promise<StatementResult[]> {
  return backingOf(mandate).transaction.send(statements)
}

/** Queues the audit event of a change; it commits with the change. */
export function recordEvent(mandate: Mandate, event: AuditEvent): void {
  backingOf(mandate).events.push(recordStatement(event))
}

/** Has a metric count something once this is committed. */
export function signal(mandate: Mandate, name: Signal): void {
  backingOf(mandate).signals.push(name)
}

/** What metrics are to count. */
export function listSignals(mandate: Mandate): readonly Signal[] {
  return backingOf(mandate).signals
}

/** Says what a read touched; without it a read is recorded with the permission's action and the rows of the answer. */
export function noteRead(mandate: Mandate, event: AuditEvent): void {
  backingOf(mandate).reads = event
}

/** Says which tenants a read covers, whether or not the answer shows rows of theirs: each learns of it. */
export function coverTenants(mandate: Mandate, tenantIds: readonly TenantId[]): void {
  backingOf(mandate).covered = tenantIds
}

/** The tenants that the read was said to cover. */
export function listCovered(mandate: Mandate): readonly TenantId[] {
  return backingOf(mandate).covered
}

/** The statements that the end of the request sends: the queued events, and the read that was noted, or else is described. */
export function takeEvents(mandate: Mandate, describe: (() => AuditEvent | null) | null): Statement[] {
  const { events, reads } = backingOf(mandate)
  const read = reads ?? describe?.() ?? null
  return read === null ? [...events] : [...events, recordReadStatement(read)]
}

/** How many events of changes wait in the mandate. */
export function countEvents(mandate: Mandate): number {
  return backingOf(mandate).events.length
}

/** Puts work into the outbox; it is done after the commit, at least once. */
export async function enqueue(
  mandate: Mandate,
  topic: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  await backingOf(mandate).transaction.send([
    { text: 'insert into outbox (topic, payload) values ($1, $2)', values: [topic, payload] },
  ])
}

/** Where the features of partners are read, for answers about other partners than the mandate's own. */
export function featuresFor(mandate: Mandate): FeatureSource {
  return featuresOf(backingOf(mandate).transaction.database)
}

/** Whether the mandate would also allow this; for what an answer offers, never instead of a route's own permission. */
export function mayAlso(mandate: Mandate, permission: Permission): boolean {
  const { facts } = backingOf(mandate)
  return facts !== null && decide(facts, { permission }).effect === 'allow'
}

/** Refuses unless the mandate also allows this: for an operation whose input decides what it needs. */
export function requireAlso(mandate: Mandate, permission: Permission): void {
  const { facts } = backingOf(mandate)
  const decision = facts === null ? null : decide(facts, { permission }, { trace: true })
  if (decision?.effect === 'allow') return
  if (facts === null || decision === null) throw new Error('This mandate decides no permissions.')
  throw new RefusalError(decision, { facts, permission, names: namesOf(mandate) })
}

/**
 * Refuses unless the permission is held in this tenant of a portfolio now, as the refusal that acting in it would meet. The
 * second factor and the address were asked for by the route's own permission, so they are not asked for again.
 */
export function requireInTenant(
  mandate: Mandate<'portfolio'>,
  tenantId: TenantId,
  permission: Permission,
): void {
  const included = mandate.links.find(({ tenant }) => tenant.id === tenantId)
  const excluded = mandate.excluded.find((tenant) => tenant.tenantId === tenantId)
  const facts: Facts = included?.facts ?? excluded?.facts ?? factsOf(mandate)
  const names = { ...namesOf(mandate), tenant: included?.tenant.name ?? excluded?.tenantName ?? '' }
  const standing = decide({ ...facts, actor_kind: 'job' }, { permission }, { trace: true })
  if (standing.effect === 'deny') throw new RefusalError(standing, { facts, permission, names })
  if (excluded) {
    // Held, but not from here or not now: what the route's own permission met says why.
    const route = decide(facts, { permission: 'partner.tenants.list' }, { trace: true })
    throw new RefusalError(route, { facts, permission: 'partner.tenants.list', names })
  }
}

/** Whether {@link requireInTenant} would let the mandate do this in one of its tenants; for what an answer offers. */
export function mayInTenant(
  mandate: Mandate<'portfolio'>,
  tenantId: TenantId,
  permission: Permission,
): boolean {
  const facts = mandate.links.find(({ tenant }) => tenant.id === tenantId)?.facts
  return facts !== undefined && decide({ ...facts, actor_kind: 'job' }, { permission }).effect === 'allow'
}

/** The facts that the mandate was decided on, for the explainer and for what an answer shows. */
export function factsOf(mandate: Mandate): Facts {
  const { facts } = backingOf(mandate)
  if (facts === null) throw new Error('This mandate decides no permissions.')
  return facts
}

function namesOf(mandate: Mandate): { actor?: string; partner?: string; tenant?: string } {
  return {
    ...('actor' in mandate && { actor: mandate.actor.name }),
    ...('partner' in mandate && mandate.partner && { partner: mandate.partner.name }),
    ...('tenant' in mandate && { tenant: mandate.tenant.name }),
  }
}
