import { randomUUID } from 'node:crypto'
import {
  ACTION_NAMES,
  EMPTY_MASK,
  encodeId,
  fromBits,
  idFromUuid,
  maskOfActions,
  maskOfScopes,
  SCOPE_NAMES,
  toBits,
} from '@liaison/access'
import type {
  AccessMode,
  Action,
  BillingAccountId,
  ClientId,
  ConsentId,
  IdOf,
  OwnScope,
  PartnerId,
  ResaleId,
  Scope,
  TenantId,
} from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type { AccessToken, PresentedRequest, TokenVerifier } from '#platform/credentials/access-token.ts'
import { ProblemError } from '#platform/problem.ts'
import { noteToken } from './issued-token.ts'
import type { CallOptions, TestWorld } from './world.ts'

const refused = () => new ProblemError(401, 'UNAUTHORIZED', 'The access token is not one of this test.')

/** Accepts the tokens that a test minted and no others: signatures and proofs are the authorization server's matter. */
export class TestTokens implements TokenVerifier {
  readonly #minted = new Map<string, AccessToken>()

  verify({ headers }: PresentedRequest): Promise<AccessToken> {
    const text = typeof headers['authorization'] === 'string' ? headers['authorization'] : ''
    const token = this.#minted.get(/^DPoP (.+)$/.exec(text)?.[1] ?? '')
    return token ? Promise.resolve(token) : Promise.reject(refused())
  }

  readonly challenge = (error: string) => ({ 'WWW-Authenticate': `DPoP error="${error}"` })

  /** The text under which a token is presented. */
  mint(token: AccessToken): string {
    const text = `test-${randomUUID()}`
    this.#minted.set(text, token)
    return text
  }
}

/** A billing account of a tenant. */
export interface SeededAccount {
  readonly id: BillingAccountId
  readonly tenantId: TenantId
  readonly ban: string
}

/** What a token is asked for; what is left out follows from the records, as an issuer would do it. */
export interface TokenWish {
  readonly client: ClientId
  readonly account: SeededAccount
  readonly access?: AccessMode
  readonly delegation?: ConsentId | ResaleId
  readonly scopes?: readonly (Scope | OwnScope)[]
  /** Any claim as the test wants it, true or not. */
  readonly claims?: Partial<AccessToken>
}

interface Facts {
  readonly delegation: { readonly epoch: number; readonly mask: string } | null
  readonly billing: { readonly payer_tenant_id: string; readonly payer_ban: string } | null
}

/** API clients of a world, what they were given, and calls with their tokens. Start the world with `tokens: clients.tokens`. */
export class ApiClients {
  readonly tokens: TestTokens
  readonly #world: TestWorld

  constructor(world: TestWorld, tokens: TestTokens) {
    this.#world = world
    this.tokens = tokens
  }

  async #one(text: string, values: unknown[], tenantId?: TenantId): Promise<string> {
    const [row] = await this.#world.seed<{ id: string }>(text, values, tenantId)
    if (!row) throw new Error('Nothing was inserted.')
    return row.id
  }

  /** A client of a partner or of a tenant, with every scope unless told otherwise. */
  async client(
    owner: { readonly partner: PartnerId } | { readonly tenant: TenantId },
    terms: {
      readonly name?: string
      readonly scopes?: readonly (Scope | OwnScope)[]
      readonly environment?: string
    } = {},
  ): Promise<ClientId> {
    const scopes = terms.scopes ?? SCOPE_NAMES
    const id = await this.#one(
      `insert into api_client (partner_id, tenant_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
       values ($1, $2, $3, $4, $5, $6, '{"keys":[]}', uuidv7(), 'A test') returning id`,
      [
        'partner' in owner ? owner.partner : null,
        'tenant' in owner ? owner.tenant : null,
        terms.name ?? 'Order desk',
        terms.environment ?? 'live',
        scopes,
        toBits(maskOfScopes(scopes)),
      ],
    )
    return idFromUuid('api_client', id)
  }

  /** A billing account; the number is unique within the tenant only. */
  async account(tenantId: TenantId, ban: string, currency = 'EUR'): Promise<SeededAccount> {
    const id = await this.#one(
      `insert into billing_account (tenant_id, ban, name, currency) values ($1, $2, $2, $3) returning id`,
      [tenantId, ban, currency],
      tenantId,
    )
    return { id: idFromUuid('billing_account', id), tenantId, ban }
  }

  /** Makes an account pay for itself, or a wholesaler's account for it. */
  async paidBy(
    account: SeededAccount,
    payer: SeededAccount = account,
    seller: PartnerId | null = null,
  ): Promise<IdOf<'commercial_relationship'>> {
    const id = await this.#one(
      `insert into commercial_relationship (kind, tenant_id, account_id, seller_partner_id, payer_tenant_id, payer_account_id, agreement_reference, starts_at)
       values ($1, $2, $3, $4, $5, $6, 'AGR-1', '2026-01-01') returning id`,
      [seller ? 'resale' : 'direct', account.tenantId, account.id, seller, payer.tenantId, payer.id],
      account.tenantId,
    )
    return idFromUuid('commercial_relationship', id)
  }

  async #delegation(
    kind: 'consent' | 'resale',
    given: {
      readonly partner: PartnerId
      readonly accounts: readonly SeededAccount[]
      readonly actions?: readonly Action[] | undefined
    },
  ): Promise<{ id: string; tenantId: TenantId }> {
    const tenantId = given.accounts[0]?.tenantId
    if (!tenantId) throw new Error('A delegation opens an account.')
    const id = await this.#one(
      `with d as (
         insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name)
         values ($1, $2, $3, 'active', $4, $4, '2026-01-01', '2099-01-01', now(), 'A tenant admin') returning id),
       opened as (
         insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position)
         select d.id, $1, $2, a.id, a.position from d, unnest($5::uuid[]) with ordinality a (id, position))
       select id from d`,
      [
        tenantId,
        given.partner,
        kind,
        toBits(maskOfActions(given.actions ?? ACTION_NAMES)),
        given.accounts.map((account) => account.id),
      ],
      tenantId,
    )
    return { id, tenantId }
  }

  /** A consent in force, as the consent screen would have made it. */
  async consent(given: {
    readonly client: ClientId
    readonly partner: PartnerId
    readonly accounts: readonly SeededAccount[]
    readonly actions?: readonly Action[]
  }): Promise<ConsentId> {
    const { id, tenantId } = await this.#delegation('consent', given)
    await this.#world.seed(
      `insert into consent (id, tenant_id, partner_id, client_id, scopes, actions) values ($1, $2, $3, $4, $5, $6)`,
      [id, tenantId, given.partner, given.client, SCOPE_NAMES, given.actions ?? ACTION_NAMES],
      tenantId,
    )
    return idFromUuid('consent', id)
  }

  /** A resale in force, as an attestation would have made it. */
  async resale(given: {
    readonly partner: PartnerId
    readonly accounts: readonly SeededAccount[]
    readonly relationship: IdOf<'commercial_relationship'>
    readonly actions?: readonly Action[]
  }): Promise<ResaleId> {
    const { id, tenantId } = await this.#delegation('resale', given)
    await this.#world.seed(
      `insert into resale (id, tenant_id, partner_id, relationship_id, agreement_reference, scopes, actions) values ($1, $2, $3, $4, 'AGR-1', $5, $6)`,
      [id, tenantId, given.partner, given.relationship, SCOPE_NAMES, given.actions ?? ACTION_NAMES],
      tenantId,
    )
    return idFromUuid('resale', id)
  }

  /** An access token that says what is true now, unless the wish says otherwise. */
  async token(wish: TokenWish): Promise<string> {
    const { client, account, delegation = null } = wish
    const [row] = await this.#world.sql<{ facts: Facts }>(
      'select access.client_facts($1, $2, $3, $4) as facts',
      [client, account.tenantId, account.ban, delegation],
    )
    const facts = row?.facts
    const access = wish.access ?? (delegation === null ? 'own' : 'delegated')
    const actions = facts?.delegation ? fromBits(facts.delegation.mask) : EMPTY_MASK
    const token: AccessToken = {
      tokenId: randomUUID(),
      clientId: client,
      tenantId: account.tenantId,
      account: { ban: account.ban },
      access,
      delegationId: delegation,
      delegationVersion: facts?.delegation?.epoch ?? null,
      scopes: maskOfScopes(wish.scopes ?? SCOPE_NAMES),
      actions: access === 'own' ? null : actions,
      billing: facts?.billing
        ? {
            payerTenantId: idFromUuid('tenant', facts.billing.payer_tenant_id),
            payer: { ban: facts.billing.payer_ban },
          }
        : null,
      actingMember: null,
      endsAt: new Date('2099-01-01'),
      actor: `client:${encodeId('api_client', client)}`,
      ...wish.claims,
    }
    await noteToken(this.#world, token)
    return this.tokens.mint(token)
  }

  /** Calls the server with an access token. */
  call(
    token: string,
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    options: CallOptions = {},
  ): Promise<LightMyRequestResponse> {
    const headers = { ...options.headers, authorization: `DPoP ${token}` }
    return this.#world.call(null, method, path, { ...options, headers })
  }
}
