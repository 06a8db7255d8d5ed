import { createHash, randomBytes } from 'node:crypto'
import {
  MASK_BITS,
  ceilingOf,
  compilePatterns,
  encodeId,
  idFromUuid,
  newestRoleTemplate,
  toBits,
} from '@liaison/access'
import type {
  EndUserStatus,
  IdKind,
  IdOf,
  LinkRole,
  PartnerId,
  PersonId,
  RealmRole,
  RelationshipType,
  TenantId,
} from '@liaison/access'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import pg from 'pg'
import { buildAppWith } from '../src/app.ts'
import type { App, AppOptions } from '../src/app.ts'
import { openDatabase } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { digestRealmSecret, realmCookieName } from '#platform/credentials/realm-evidence.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { createTestDatabase, TEST_ACQUIRE_TIMEOUT_MS, testRoleSecret } from './database.ts'
import type { TestDatabase } from './database.ts'

export const TEST_SECRET_KEY = 'a key for tests that protects nothing at all'
export const TEST_ORIGIN = 'http://localhost:3000'

/** Somebody who calls the server. */
export interface Caller {
  readonly cookie: string | null
  readonly tenantId?: TenantId
}

export interface SeededPerson {
  readonly id: PersonId
  readonly name: string
  readonly email: string
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface WorldOptions extends Partial<AppOptions> {
  readonly acquireTimeoutMs?: number
}

/** One server on a database of its own, with ways to put records into it and to call it as anybody. */
export class TestWorld implements AsyncDisposable {
  readonly database: Database
  readonly app: App
  readonly #testDatabase: TestDatabase
  readonly #admin: pg.Pool
  #serial = 0

  private constructor(testDatabase: TestDatabase, database: Database, app: App) {
    this.#testDatabase = testDatabase
    this.database = database
    this.app = app
    this.#admin = new pg.Pool({ ...testDatabase.connection, max: 2 })
    this.#admin.on('error', () => undefined)
    this.#admin.on('connect', (client) => void client.on('error', () => undefined))
  }

  /**
   * Starts a server with the routes of the modules under test. Limits are a thousand times wider unless `limitScale` says
   * otherwise, and a request waits long for a connection unless `acquireTimeoutMs` does.
   */
  static async start(
    makeRoutes: (services: Services) => readonly Route[],
    { acquireTimeoutMs = TEST_ACQUIRE_TIMEOUT_MS, ...options }: WorldOptions = {},
  ): Promise<TestWorld> {
    const testDatabase = await createTestDatabase()
    const database = openDatabase({
      connection: testDatabase.connection,
      roleSecret: testRoleSecret(),
      poolSize: 8,
      acquireTimeoutMs,
    })
    const app = await buildAppWith(
      { database, secretKey: TEST_SECRET_KEY, publicOrigin: () => TEST_ORIGIN, limitScale: 1000, ...options },
      makeRoutes,
    )
    return new TestWorld(testDatabase, database, app)
  }

  /** Another process of the same installation, with routes of its own and nothing in memory. */
  async secondProcess(makeRoutes: (services: Services) => readonly Route[]): Promise<App & AsyncDisposable> {
    const database = openDatabase({
      connection: this.connection,
      roleSecret: testRoleSecret(),
      poolSize: 4,
      acquireTimeoutMs: TEST_ACQUIRE_TIMEOUT_MS,
    })
    const app = await buildAppWith(
      { database, secretKey: TEST_SECRET_KEY, publicOrigin: () => TEST_ORIGIN, limitScale: 1000 },
      makeRoutes,
    )
    return {
      ...app,
      async [Symbol.asyncDispose]() {
        await app.close()
        await database.close()
      },
    }
  }

  get connection() {
    return this.#testDatabase.connection
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close()
    await this.database.close()
    await this.#admin.end()
    await this.#testDatabase.drop()
  }

  /** Runs SQL as the superuser, outside every rule: for seeding and for looking. */
  async sql<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.#admin.query<Row>(text, values)).rows
  }

  /** Puts rows in with the audit event that every change needs. */
  async seed<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values: unknown[],
    tenantId?: TenantId,
  ): Promise<Row[]> {
    const client = await this.#admin.connect()
    try {
      await client.query('begin')
      const event = await client.query<{ id: string; occurred_at: string }>(
        `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job') returning id, occurred_at::text as occurred_at`,
      )
      if (tenantId && event.rows[0]) {
        await client.query(
          `insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', $1, $2, $3)`,
          [tenantId, event.rows[0].occurred_at, event.rows[0].id],
        )
      }
      const { rows } = await client.query<Row>(text, values)
      await client.query('commit')
      return rows
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  async #insert<Kind extends IdKind>(
    kind: Kind,
    text: string,
    values: unknown[],
    tenantId?: TenantId,
  ): Promise<IdOf<Kind>> {
    const [row] = await this.seed<{ id: string }>(text, values, tenantId)
    if (!row) throw new Error('Nothing was inserted.')
    return idFromUuid(kind, row.id)
  }

  async person(name = `Person ${(this.#serial += 1)}`): Promise<SeededPerson> {
    const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}.${(this.#serial += 1)}@example.test`
    const id = await this.#insert('person', 'insert into person (email, name) values ($1, $2) returning id', [
      email,
      name,
    ])
    return { id, name, email }
  }

  async partner(name: string, kinds: readonly string[] = ['msp']): Promise<PartnerId> {
    const slug = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${(this.#serial += 1)}`
    return this.#insert(
      'partner',
      'insert into partner (name, slug, kinds) values ($1, $2, $3) returning id',
      [name, slug, kinds],
    )
  }

  async partnerMember(
    partnerId: PartnerId,
    personId: PersonId,
    role: 'PARTNER_OWNER' | 'PARTNER_STAFF' = 'PARTNER_STAFF',
  ): Promise<IdOf<'member'>> {
    return this.#insert(
      'member',
      'insert into partner_member (partner_id, person_id, role) values ($1, $2, $3) returning id',
      [partnerId, personId, role],
    )
  }

  async tenant(name: string): Promise<TenantId> {
    const slug = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${(this.#serial += 1)}`
    return this.#insert(
      'tenant',
      'insert into tenant (name, slug, domain) values ($1, $2, $3) returning id',
      [name, slug, `${slug}.example`],
    )
  }

  async tenantMember(
    tenantId: TenantId,
    personId: PersonId,
    role: 'TENANT_ADMIN' | 'TENANT_USER' = 'TENANT_ADMIN',
  ): Promise<void> {
    await this.seed(
      'insert into tenant_member (tenant_id, person_id, role) values ($1, $2, $3)',
      [tenantId, personId, role],
      tenantId,
    )
  }

  async platformAdmin(personId: PersonId): Promise<void> {
    await this.seed(`insert into platform_staff (person_id, role) values ($1, 'SUPER_ADMIN')`, [personId])
  }

  /** An active link, as an approval would have made it. */
  async link(
    partnerId: PartnerId,
    tenantId: TenantId,
    terms: {
      role?: LinkRole
      type?: RelationshipType
      status?: string
      startsAt?: Date
      endsAt?: Date | null
      conditions?: unknown
      ownAccountsOnly?: boolean
    } = {},
  ): Promise<IdOf<'link'>> {
    const role = terms.role ?? 'msp_full'
    const type = terms.type ?? 'msp_managed'
    const template = newestRoleTemplate(role)
    const mask = toBits(template.defaults & ceilingOf(role, template.version, type))
    return this.#insert(
      'link',
      `with d as (
         insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name, approval_basis, conditions, own_accounts_only)
         values ($1, $2, 'link', $3, $4, $4, $5, $6, now(), 'A tenant admin', 'tenant_approval', $7, $11) returning id)
       insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by)
       select id, $1, $2, $8, $9, $10, 'partner' from d returning id`,
      [
        tenantId,
        partnerId,
        terms.status ?? 'active',
        mask,
        terms.startsAt ?? new Date(0),
        terms.endsAt === undefined ? new Date('2099-01-01') : terms.endsAt,
        JSON.stringify(terms.conditions ?? {}),
        type,
        role,
        template.version,
        terms.ownAccountsOnly ?? false,
      ],
      tenantId,
    )
  }

  async assign(linkId: IdOf<'link'>, memberId: IdOf<'member'>, role: LinkRole | null = null): Promise<void> {
    const mask = role === null ? '1'.repeat(MASK_BITS) : toBits(newestRoleTemplate(role).defaults)
    const [row] = await this.sql<{ tenant_id: string }>('select tenant_id from link where id = $1', [linkId])
    await this.seed(
      `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, role, mask)
       select l.id, l.tenant_id, l.partner_id, m.id, m.person_id, $3, $4 from link l, partner_member m where l.id = $1 and m.id = $2`,
      [linkId, memberId, role, mask],
      row && idFromUuid('tenant', row.tenant_id),
    )
  }

  async override(
    linkId: IdOf<'link'>,
    pattern: string,
    effect: 'grant' | 'deny',
    expiresAt: Date | null = null,
  ): Promise<void> {
    const { mask } = compilePatterns([pattern], { plane: 'delegation' })
    const [row] = await this.sql<{ tenant_id: string }>('select tenant_id from link where id = $1', [linkId])
    await this.seed(
      `with o as (
         insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, expires_at, set_by_side)
         select id, tenant_id, partner_id, $2, $3, $4, $5, 'tenant' from link where id = $1 returning link_id)
       update delegation set has_timed_overrides = true where id in (select link_id from o)`,
      [linkId, pattern, effect, toBits(mask), expiresAt],
      row && idFromUuid('tenant', row.tenant_id),
    )
  }

  /** A signed-in caller; the second factor was shown just now unless told otherwise. */
  async signIn(
    personId: PersonId,
    session: {
      factor?: 'none' | 'otp' | 'phishing_resistant'
      factorAgeSeconds?: number
      tenantId?: TenantId
    } = {},
  ): Promise<Caller> {
    const token = randomBytes(32).toString('base64url')
    const factor = session.factor ?? 'otp'
    await this.sql(
      `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at)
       values ($1, $2, $3, case when $3 = 'none' then null else now() - make_interval(secs => $4) end, now(), now() + interval '12 hours')`,
      [createHash('sha256').update(token).digest(), personId, factor, session.factorAgeSeconds ?? 0],
    )
    return { cookie: `__Host-liaison=${token}`, ...(session.tenantId && { tenantId: session.tenantId }) }
  }

  /** Makes the partner a white-label one, whose realm is open from then on; returns the realm's name. */
  async realm(partnerId: PartnerId): Promise<string> {
    const [row] = await this.seed<{ slug: string }>(
      `update partner set kinds = array(select distinct unnest(kinds || '{white_label}'::text[]) order by 1) where id = $1 returning slug`,
      [partnerId],
    )
    if (!row) throw new Error('There is no such partner.')
    return row.slug
  }

  /** A user of the partner's realm, without a password. */
  async endUser(
    partnerId: PartnerId,
    user: {
      role?: RealmRole
      status?: EndUserStatus
      email?: string
      name?: string
    } = {},
  ): Promise<IdOf<'end_user'>> {
    const email = user.email ?? `end.user.${(this.#serial += 1)}@example.test`
    return this.#insert(
      'end_user',
      `insert into end_user (partner_id, email, email_norm, name, role, status) values ($1, $2, lower($2), $3, $4, $5) returning id`,
      [partnerId, email, user.name ?? 'Some User', user.role ?? 'basic', user.status ?? 'active'],
    )
  }

  /** A caller with the cookie of a new session in the realm of the end user. */
  async signInEndUser(endUserId: IdOf<'end_user'>): Promise<Caller> {
    const token = randomBytes(32).toString('base64url')
    const [row] = await this.sql<{ slug: string; partner_id: string }>(
      'select p.slug, p.id as partner_id from end_user u join partner p on p.id = u.partner_id where u.id = $1',
      [endUserId],
    )
    if (!row) throw new Error('There is no such end user.')
    await this.sql(
      `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at)
       values ($1, $2, $3, 1200, now() + interval '20 minutes')`,
      [row.partner_id, endUserId, digestRealmSecret(row.slug, token)],
    )
    return { cookie: `${realmCookieName(row.slug)}=${token}` }
  }

  /** Calls the server as this caller; unsafe methods come from the portal's own origin. */
  async call(
    caller: Caller | null,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options: CallOptions = {},
  ): Promise<LightMyRequestResponse> {
    const request: InjectOptions = {
      method,
      url: path,
      headers: {
        ...(caller?.cookie && { cookie: caller.cookie }),
        ...(caller?.tenantId && { 'x-active-tenant-id': encodeId('tenant', caller.tenantId) }),
        ...(method !== 'GET' && { origin: TEST_ORIGIN }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && {
        payload: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
      }),
    }
    return this.app.http.inject(request)
  }

  /** Runs SQL as one database login without any access context: what a forgotten check would see. */
  async sqlAs(
    login: Parameters<Database['pool']>[0],
    text: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResultRow[]> {
    return (await this.database.pool(login).query(text, values)).rows
  }
}
