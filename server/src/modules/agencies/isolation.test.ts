import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { inContext } from '#testing/account-acts.ts'
import {
  seedAgency,
  seedForm,
  seedFormToken,
  seedTenantAdmin,
  seedVoucherTypes,
} from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import type { TenantId } from '@liaison/access'

const TABLES = [
  'agency',
  'form',
  'form_token',
  'agency_key',
  'agency_credential_use',
  'form_token_origin',
  'form_visit',
  'leak_report',
] as const

interface Side {
  readonly tenant: TenantId
  readonly admin: Caller
  readonly user: Caller
  readonly agency: string
  readonly form: string
  readonly token: string
  readonly key: string
}

let world: TestWorld
let mine: Side
let theirs: Side

async function seedSide(name: string): Promise<Side> {
  const { tenant, admin } = await seedTenantAdmin(world, name)
  await seedVoucherTypes(world, tenant, 'router')
  const person = await world.person()
  await world.tenantMember(tenant, person.id, 'TENANT_USER')
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const form = await seedForm(world, { tenant, agency }, ['router'])
  const token = await seedFormToken(world, { tenant, agency, form: form.uuid })
  const [key] = await world.seed<{ id: string }>(
    `insert into agency_key (tenant_id, agency_id, name, key_hash, display_prefix, last4, scopes, created_by_name)
     values ($1, $2, 'Server', sha256(uuid_send($2)), 'pask_abcd', 'wxyz', '{vouchers.issue:own}', 'An admin') returning id`,
    [tenant, agency],
    tenant,
  )
  await world.sql(`insert into agency_credential_use values ($1, $2, now())`, [token.uuid, tenant])
  await world.sql(`insert into form_token_origin values ($1, $2, 'https://a.example', now(), now())`, [
    token.uuid,
    tenant,
  ])
  await world.sql(`insert into form_visit values ($1, $2, 'https://a.example', true, now(), now())`, [
    form.uuid,
    tenant,
  ])
  await world.sql(
    `insert into leak_report (tenant_id, kind, credential_id, label, outcome) values ($1, 'form_token', $2, 'papt_live_…', 'told')`,
    [tenant, token.uuid],
  )
  const user = await world.signIn(person.id, { tenantId: tenant })
  return { tenant, admin, user, agency, form: form.uuid, token: token.uuid, key: key?.id ?? '' }
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  mine = await seedSide('Acme Fiber')
  theirs = await seedSide('Zenith')
})
afterAll(() => world[Symbol.asyncDispose]())

const as = (side: Side, text: string, caller: Caller = side.admin) =>
  inContext(
    world,
    { login: 'liaison_tenant', caller, permission: 'tenant.agencies.manage', tenant: side.tenant },
    text,
  )

test.each(LOGINS)('%s sees no agency, form, token or key without a context (E1)', async (login) => {
  for (const table of TABLES) {
    const seen = await world
      .sqlAs(login, `select count(tenant_id)::integer as n from ${table}`)
      .catch((error: Error) => error.message)
    expect(Array.isArray(seen) ? seen : [{ n: 0 }], `${login} ${table}`).toEqual([{ n: 0 }])
  }
})

test.each(TABLES)(
  'an administrator sees the rows of %s of the own organisation, and no others (E1)',
  async (table) => {
    expect(await as(mine, `select distinct tenant_id::text from ${table}`)).toEqual([
      { tenant_id: mine.tenant },
    ])
  },
)

test('a member who manages no agencies sees their names, which vouchers carry, and nothing else (E1)', async () => {
  expect(await as(mine, 'select name from agency', mine.user)).toEqual([{ name: 'Bright Travel' }])
  for (const table of TABLES.filter((name) => name !== 'agency'))
    expect(await as(mine, `select tenant_id from ${table}`, mine.user), table).toEqual([])
  await expect(
    as(
      mine,
      `insert into agency (tenant_id, name, created_by_name) values ('${mine.tenant}', 'X', 'x')`,
      mine.user,
    ),
  ).rejects.toThrow(/row-level security/)
  expect(await as(mine, `update agency set name = 'X' returning 1`, mine.user)).toEqual([])
})

test('nobody puts a row into another organisation, or points a token at an agency or form of another (fault 6, E1)', async () => {
  const hash = `sha256('x'::bytea)`
  for (const [text, fault] of [
    [
      `insert into agency (tenant_id, name, created_by_name) values ('${theirs.tenant}', 'X', 'x')`,
      /row-level security/,
    ],
    [
      `insert into form (tenant_id, agency_id, public_id, name, allowed_origins, allows_subdomains, is_headless, challenge, config, created_by_name)
       values ('${mine.tenant}', '${theirs.agency}', 'frm_0000000000000000', 'X', '{}', false, false, 'off', '{}', 'x')`,
      /foreign key/,
    ],
    [
      `insert into form_token (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by_name)
       values ('${mine.tenant}', '${mine.agency}', '${theirs.form}', 'live', ${hash}, 1, 'papt_live_abcd', 'wxyz', 'x')`,
      /foreign key|form_token_one_current/,
    ],
    [
      `insert into form_token (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by_name)
       values ('${theirs.tenant}', '${theirs.agency}', '${theirs.form}', 'live', ${hash}, 1, 'papt_live_abcd', 'wxyz', 'x')`,
      /row-level security/,
    ],
    [
      `insert into agency_key (tenant_id, agency_id, name, key_hash, hash_key_id, display_prefix, last4, scopes, created_by_name)
       values ('${mine.tenant}', '${theirs.agency}', 'X', ${hash}, 1, 'pask_abcd', 'wxyz', '{vouchers.issue:own}', 'x')`,
      /foreign key/,
    ],
  ] as const)
    await expect(as(mine, text), text).rejects.toThrow(fault)
  for (const table of ['agency', 'form', 'form_token', 'agency_key'])
    expect(
      await as(mine, `update ${table} set status = status where tenant_id = '${theirs.tenant}' returning 1`),
      table,
    ).toEqual([])
})

test('the digest of a token or key is written and never read by a person, and nobody but our own functions writes uses, visits and reports (E1)', async () => {
  for (const text of [
    'select token_hash from form_token',
    'select key_hash from agency_key',
    `update form_token set token_hash = sha256('y'::bytea)`,
    `insert into agency_credential_use values ('${mine.token}', '${mine.tenant}', now())`,
    `update form_visit set visits = 0`,
    `insert into leak_report (tenant_id, kind, credential_id, label, outcome) values ('${mine.tenant}', 'form_token', '${mine.token}', 'x', 'told')`,
    'delete from form_token',
    'delete from agency',
  ])
    await expect(as(mine, text), text).rejects.toThrow(/permission denied/)
})

test('a test token is for a sandbox and a live one for none, whatever statement makes it (E1)', async () => {
  const insert = (mode: string, hash: string) =>
    `insert into form_token (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by_name)
     values ('${mine.tenant}', '${mine.agency}', '${mine.form}', '${mode}', sha256('${hash}'::bytea), 1, 'papt_${mode}_abcd', 'wxyz', 'x')`
  const fault = /a test token is for a sandbox/
  await expect(as(mine, insert('test', 'a'))).rejects.toThrow(fault)
  const toggle = (on: boolean) =>
    world.seed('update tenant set is_sandbox = $2 where id = $1', [mine.tenant, on], mine.tenant)
  await toggle(true)
  await expect(as(mine, insert('live', 'b'))).rejects.toThrow(fault)
  await expect(as(mine, insert('test', 'c'))).rejects.toThrow(/form_token_one_current/)
  await toggle(false)
})

test('a second current token of a form is refused by the database itself (E1)', async () => {
  await expect(
    as(
      mine,
      `insert into form_token (tenant_id, agency_id, form_id, mode, token_hash, hash_key_id, display_prefix, last4, created_by_name)
       values ('${mine.tenant}', '${mine.agency}', '${mine.form}', 'live', sha256('z'::bytea), 1, 'papt_live_abcd', 'wxyz', 'x')`,
    ),
  ).rejects.toThrow(/form_token_one_current/)
})

const revoking = `status = 'revoked', revoked_at = now(), revoked_reason = 'x'`

test('what was stopped stays stopped, and the end of a token only comes nearer, whatever statement a person sends (E1)', async () => {
  for (const [text, fault] of [
    [
      `with s as (update form_token set ${revoking} returning id) select 1; update form_token set status = 'active', revoked_at = null, revoked_reason = null`,
      /may not move|cannot insert multiple/,
    ],
    [`update form_token set status = 'expired', valid_until = now()`, /may not move/],
    [
      `update form_token set valid_until = now() + interval '1 day'; update form_token set valid_until = null`,
      /only comes nearer/,
    ],
    [
      `update form_token set valid_until = now() + interval '1 day'; update form_token set valid_until = now() + interval '2 days'`,
      /only comes nearer/,
    ],
    [
      `update agency_key set ${revoking}; update agency_key set status = 'active', revoked_at = null, revoked_reason = null`,
      /may not move/,
    ],
    [`update agency set status = 'gone'`, /may not move|agency_status_check/],
    [`update form set status = 'gone'`, /may not move|form_status_check/],
  ] as const)
    await expect(as(mine, text), text).rejects.toThrow(fault)
})

test('the delegation behind a token is given, narrowed and ended with its record alone (E1)', async () => {
  for (const text of [
    `insert into delegation (tenant_id, kind, status, role_mask, mask, approved_at) values ('${mine.tenant}', 'form_token', 'active', 0::bit(256), 0::bit(256), now())`,
    `update delegation set ends_at = now() + interval '1 year' where id = '${mine.token}'`,
    `update delegation set status = 'revoked' where id = '${mine.key}'`,
  ])
    await expect(as(mine, text), text).rejects.toThrow(/given and ended with its record/)
  const seen = await as(
    mine,
    `with ended as (update form_token set ${revoking} where id = '${mine.token}' returning id) select count(*)::integer as n from ended`,
  )
  expect(seen).toEqual([{ n: 1 }])
})

test.each([
  ['a token that runs', '', 1],
  ['a tenant that is suspended', `update tenant set status = 'suspended' where id = $1`, 0],
  ['a tenant that is closed', `update tenant set status = 'closed' where id = $1`, 0],
  [
    'a freeze of everything',
    `insert into access_freeze (scope, set_by, set_by_name, set_by_side, reason) select 'platform', uuidv7(), 'x', 'provider', 'x' where $1::uuid is not null`,
    0,
  ],
  [
    'a freeze of the tenant',
    `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side, reason) values ('tenant', $1, uuidv7(), 'x', 'tenant', 'x')`,
    0,
  ],
  ['an overlap that is over', `update form_token set valid_until = now() where tenant_id = $1`, 0],
])(
  '%s decides at the next question whether a form token is in force (E1)',
  async (_case, change, expected) => {
    const side = await seedSide('Third')
    const count = async () =>
      (
        await world.sql<{ n: number }>(
          'select count(*)::integer as n from access.form_token_in_force where id = $1',
          [side.token],
        )
      )[0]?.n
    expect(await count()).toBe(1)
    if (change !== '') await world.seed(change, [side.tenant], side.tenant)
    expect(await count()).toBe(expected)
    await world.seed(
      'update access_freeze set lifted_at = now(), lifted_by = uuidv7(), lift_reason = $1, lift_asked_by = uuidv7(), lift_asked_at = now()',
      ['test over'],
    )
  },
)
