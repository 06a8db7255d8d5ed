import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'
import { buildAppWith } from '../../server/src/app.ts'
import { digestFormToken, formTokenPepper, makeFormToken } from '../../server/src/modules/agencies/index.ts'
import { makeEmbedRoutes } from '../../server/src/modules/embed/index.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { makeVault } from '../../server/src/platform/credentials/vault.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { POOL_SIZE } from './invoice.ts'
import type { Server } from './server.ts'

export const EMBED_SECRET_KEY = 'a key of a database that is thrown away afterwards'
export const EMBED_HOST_ORIGIN = 'http://embed.localhost'
export const SITE_ORIGIN = 'https://www.agency.example'
/** The limits of callers are widened, because the load comes from one address; those of tokens stay as they are. */
const CALLER_SCALE = 1_000_000

/** A form with its token. */
export interface BenchForm {
  readonly publicId: string
  readonly token: string
}

/** The real server around the two operations of forms. */
export async function openEmbed(connection: ConnectionSettings): Promise<Server> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: POOL_SIZE })
  const app = await buildAppWith(
    {
      database,
      secretKey: EMBED_SECRET_KEY,
      publicOrigin: () => 'http://localhost',
      embedOrigin: () => EMBED_HOST_ORIGIN,
      limitScale: CALLER_SCALE,
    },
    makeEmbedRoutes,
  )
  return {
    http: app.http,
    async close() {
      await app.close()
      await database.close()
    },
  }
}

const INSERT_VOUCHER = `insert into bench_voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, issuer_mode, requested_at, issued_at, expires_at)
  select tenant_id, $1, id, 'issued', $2, 'Agency', 'form', now(), now(), now() + interval '30 days' from voucher_type where code = 'router' limit 1
  returning tenant_id, id, code, status, issued_at, expires_at`
const INSERT_RECIPIENT = `insert into bench_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
  values ($1, $2, $3, $4, $5, $6, $7, sha256($8), now() + interval '90 days')`
const FIND = `select v.code, v.status, v.issued_at, v.expires_at, t.code as voucher_type from voucher v join voucher_type t on t.tenant_id = v.tenant_id and t.id = v.voucher_type_id where v.code = $1 and v.agency_id = $2`

interface Entries {
  readonly first_name: string
  readonly last_name: string
  readonly date_of_birth: string
  readonly household_adults: number
  readonly household_children: number
}

const makeCode = () =>
  randomUUID()
    .replaceAll('-', '')
    .slice(0, 12)
    .toUpperCase()
    .replaceAll(/[ILOU]/g, '0')

async function insertBoth(pool: pg.Pool, agency: string, entries: Entries): Promise<unknown> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query<Record<string, unknown>>({
      name: 'voucher',
      text: INSERT_VOUCHER,
      values: [makeCode(), agency],
    })
    const [row] = rows
    const { first_name: first, last_name: last, date_of_birth: born } = entries
    await client.query({
      name: 'recipient',
      text: INSERT_RECIPIENT,
      values: [
        row?.['tenant_id'],
        row?.['id'],
        first,
        last,
        born,
        entries.household_adults,
        entries.household_children,
        Buffer.from(`${first}${last}${born}`),
      ],
    })
    await client.query('commit')
    return row
  } finally {
    client.release()
  }
}

/** The floor: Fastify and the same inserts as a superuser, committed durably; no token, limit, row policy or audit. */
export async function openBareEmbed(connection: ConnectionSettings): Promise<Server> {
  const pool = new pg.Pool({ ...connection, max: POOL_SIZE })
  pool.on('error', () => undefined)
  const { rows } = await pool.query<{ id: string }>('select id from agency limit 1')
  const agency = rows[0]?.id ?? ''
  const http = Fastify({ logger: false })
  http.post<{ Body: Entries }>('/embed/v1/forms/:form/vouchers', async (request, reply) =>
    reply.code(201).send({ success: true, data: await insertBoth(pool, agency, request.body) }),
  )
  http.post<{ Body: { code: string } }>('/embed/v1/forms/:form/lookups', async (request, reply) => {
    const values = [request.body.code.replaceAll('-', ''), agency]
    const found = await pool.query<Record<string, unknown>>({ name: 'find', text: FIND, values })
    return reply.send({ success: true, data: found.rows[0] })
  })
  return {
    http,
    async close() {
      await http.close()
      await pool.end()
    },
  }
}

/** Forms of one agency, each with its current token, as an administrator would have made them. */
export async function seedForms(connection: ConnectionSettings, count: number): Promise<BenchForm[]> {
  const pepper = formTokenPepper(makeVault(EMBED_SECRET_KEY))
  const tokens = Array.from({ length: count }, () => makeFormToken('live'))
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    await client.query('begin')
    const { rows: tenants } = await client.query<{ id: string }>(
      `insert into tenant (name, slug, domain) values ('Acme Fiber', 'acme-fiber', 'acme-fiber.example') returning id`,
    )
    const tenant = tenants[0]?.id
    await client.query(
      `with e as (insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'bench.seeded', 'allowed', 'system', 'job') returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from e`,
      [tenant],
    )
    await client.query(
      `insert into voucher_type (tenant_id, code, label, yearly_reset) values ($1, 'router', 'Router', '01-01')`,
      [tenant],
    )
    const { rows: agencies } = await client.query<{ id: string }>(
      `insert into agency (tenant_id, name, created_by_name) values ($1, 'Agency', 'An admin') returning id`,
      [tenant],
    )
    const { rows: forms } = await client.query<{ id: string; public_id: string }>(
      `insert into form (tenant_id, agency_id, public_id, name, allowed_origins, config, created_by_name)
       select $1, $2, 'frm_' || lpad(n::text, 16, '0'), 'Form ' || n, array[$3], $4, 'An admin' from generate_series(1, $5::integer) n returning id, public_id`,
      [tenant, agencies[0]?.id, SITE_ORIGIN, { allowed_voucher_types: ['router'] }, count],
    )
    await client.query(
      `insert into form_token (tenant_id, agency_id, form_id, token_hash, display_prefix, last4, created_by_name)
       select $1, $2, f.id, f.hash, 'papt_live_AbCd', 'wxyz', 'An admin' from unnest($3::uuid[], $4::bytea[]) f(id, hash)`,
      [
        tenant,
        agencies[0]?.id,
        forms.map(({ id }) => id),
        tokens.map((token) => digestFormToken(pepper, token)),
      ],
    )
    await client.query('create table bench_voucher (like voucher including defaults including indexes)')
    await client.query(
      'create table bench_recipient (like voucher_recipient including defaults including indexes)',
    )
    await client.query('commit')
    await client.query('analyze')
    return forms.map(({ public_id: publicId }, index) => ({ publicId, token: tokens[index] ?? '' }))
  } finally {
    await client.end()
  }
}
