import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inContext } from '#testing/account-acts.ts'
import { attempt } from '#testing/sides.ts'
import { asAgency, issue, openVoucherScene, seedAgency } from '#testing/voucher-acts.ts'
import type { SeededAgency, VoucherScene } from '#testing/voucher-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { LOGINS } from '#platform/database.ts'
import { makeVoucherRoutes } from './index.ts'

const TABLES = ['voucher_type', 'voucher', 'voucher_recipient', 'voucher_event'] as const

let world: TestWorld
let here: VoucherScene
let there: VoucherScene
let own: SeededAgency
let other: SeededAgency
let foreign: SeededAgency

/** A voucher of an agency, past every rule; answers its UUID. */
async function seedVoucher(agency: SeededAgency, code: string, status = 'issued'): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `with v as (insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode)
       select $1, $2, t.id, $5, $3, 'Agency', $4, 'form' from voucher_type t where t.tenant_id = $1 and t.code = 'router' returning id)
     insert into voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
     select $1, id, 'Maria', 'Secret', '1980-01-01', 1, 0, sha256($2::bytea), now() + interval '1 day' from v returning voucher_id as id`,
    [agency.tenant, code, agency.id, agency.token, status],
    agency.tenant,
  )
  return row?.id ?? ''
}

const SEEN = 'id, code, status, agency_id'
const vouchers = { own: '', other: '', foreign: '' }

beforeAll(async () => {
  world = await TestWorld.start(makeVoucherRoutes)
  here = await openVoucherScene(world)
  there = await openVoucherScene(world)
  own = await seedAgency(world, here.tenant, 'Harbour Help')
  other = await seedAgency(world, here.tenant, 'Hill House')
  foreign = await seedAgency(world, there.tenant, 'Elsewhere')
  vouchers.own = await seedVoucher(own, '7KQ4M2XR9TB1')
  vouchers.other = await seedVoucher(other, '7KQ4M2XR9TB2')
  vouchers.foreign = await seedVoucher(foreign, '7KQ4M2XR9TB3')
  await issue(world, here)
  await issue(world, there)
})
afterAll(() => world[Symbol.asyncDispose]())

const asTenant = (scene: VoucherScene, text: string, who: 'admin' | 'worker' = 'admin') =>
  inContext(
    world,
    { login: 'liaison_tenant', caller: scene[who], permission: 'tenant.vouchers.read', tenant: scene.tenant },
    text,
  )

describe('rows of vouchers', () => {
  test.each(TABLES)('%s: no login sees a row without an access context (E9)', async (table) => {
    for (const login of LOGINS) {
      const outcome = await world.sqlAs(login, `select tenant_id from ${table}`).then(
        (rows) => `${rows.length} rows`,
        (error: Error) => error.message,
      )
      expect(outcome, login).toMatch(/^0 rows$|permission denied/)
    }
  })

  test.each(TABLES)('%s: an organisation sees its own rows and nobody else’s (E9)', async (table) => {
    const rows = await asTenant(here, `select distinct tenant_id from ${table}`)
    expect(rows).toEqual([{ tenant_id: here.tenant }])
  })

  test('an agency finds its own vouchers by their code alone, and never lists them; not those of another agency of the same organisation, nor of another one (E4)', async () => {
    await asAgency(world, own, async (client) => {
      const find = async (code: string) =>
        (await client.query(`select ${SEEN} from access.find_agency_voucher($1)`, [code])).rows
      expect(await find('7KQ4M2XR9TB1')).toEqual([
        { id: vouchers.own, code: '7KQ4M2XR9TB1', status: 'issued', agency_id: own.id },
      ])
      for (const code of ['7KQ4M2XR9TB2', '7KQ4M2XR9TB3', '7KQ4M2XR9TB4'])
        expect(await find(code), code).toEqual([])
      expect(await attempt(client, 'select code from voucher')).toContain('permission denied')
      expect((await client.query('select tenant_id, code from voucher_type')).rows).toEqual([
        { tenant_id: here.tenant, code: 'router' },
      ])
    })
    for (const login of LOGINS.filter((one) => one !== 'liaison_embed'))
      await expect(
        world.sqlAs(login, `select access.find_agency_voucher('7KQ4M2XR9TB1')`),
        login,
      ).rejects.toThrow('permission denied')
    expect(await world.sqlAs('liaison_embed', `select access.find_agency_voucher('7KQ4M2XR9TB1')`)).toEqual(
      [],
    )
  })

  test('an agency reads no recipient, no history, nothing that the till or a person of the organisation noted, and changes nothing (E13)', async () => {
    const tries = await asAgency(world, own, async (client) => [
      await attempt(client, 'select first_name from voucher_recipient'),
      await attempt(client, 'select identity_key from voucher_recipient'),
      await attempt(client, 'select * from voucher_event'),
      await attempt(client, 'select receipt_id from voucher'),
      await attempt(client, 'select moved_by_name from voucher'),
      await attempt(client, 'select issued_by_label from voucher'),
      await attempt(client, `update voucher set status = 'voided'`),
      await attempt(client, `update voucher set status = 'redeemed', receipt_id = 'x' where id = $1`, [
        vouchers.own,
      ]),
      await attempt(client, 'delete from voucher'),
      await attempt(client, `update voucher_type set duplicate_policy = 'allow'`),
      await attempt(client, `insert into voucher_type (tenant_id, code, label) values ($1, 'x', 'X')`, [
        here.tenant,
      ]),
    ])
    for (const outcome of tries) expect(outcome).toContain('permission denied')
  })

  test('an agency writes no voucher and no recipient but by the function that issues (E2, fault 6)', async () => {
    const outcomes = await asAgency(world, own, async (client) => [
      await attempt(
        client,
        `insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode)
         select $1, '000000000000', id, 'issued', $2, 'x', $3, 'form' from voucher_type`,
        [here.tenant, own.id, own.token],
      ),
      await attempt(
        client,
        `insert into voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
         values ($1, $2, 'a', 'b', '1980-01-01', 1, 0, sha256('x'), now())`,
        [here.tenant, vouchers.own],
      ),
    ])
    for (const outcome of outcomes) expect(outcome).toContain('permission denied')
  })

  test('a voucher cannot point at an agency of another organisation, nor at the token of another agency, even as the owner (fault 6)', async () => {
    const point = (agency: SeededAgency, token: SeededAgency) =>
      world.seed(
        `insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode)
         select $1, '111111111111', t.id, 'issued', $2, 'x', $3, 'form' from voucher_type t where t.tenant_id = $1 and t.code = 'router'`,
        [here.tenant, agency.id, token.token],
        here.tenant,
      )
    await expect(point(foreign, foreign)).rejects.toThrow(/foreign key/)
    await expect(point(own, other)).rejects.toThrow(/foreign key/)
  })

  test('whose a voucher is, is changed by nobody, even past every right (E10)', async () => {
    for (const change of [
      `agency_id = '${other.id}'`,
      `issuer_mode = 'staff'`,
      `code = '222222222222'`,
      `issued_by_label = 'Somebody'`,
      `requested_at = now()`,
    ])
      await expect(
        world.seed(`update voucher set ${change} where id = $1`, [vouchers.own], here.tenant),
        change,
      ).rejects.toThrow(/keeps what it is|foreign key|check constraint/)
  })

  test('an organisation changes nothing by hand that the rules keep: history, recipients, attribution, the end of a voucher (E9, E13)', async () => {
    for (const text of [
      `update voucher set expires_at = now() + interval '1 year'`,
      `update voucher set agency_id = null`,
      `update voucher set moved_by_name = 'x'`,
      `update voucher_recipient set last_name = 'x'`,
      `delete from voucher_recipient`,
      `delete from voucher_event`,
      `update voucher_event set note = 'x'`,
      `insert into voucher_event (tenant_id, voucher_id, action, to_state, side) values ('${here.tenant}', '${vouchers.own}', 'x', 'issued', 'tenant')`,
      `delete from voucher`,
      `update voucher_type set code = 'x'`,
    ])
      await expect(asTenant(here, text), text).rejects.toThrow('permission denied')
    await expect(world.sql('delete from voucher_event')).rejects.toThrow('history')
    await expect(world.sql('update voucher_event set note = null')).rejects.toThrow('history')
  })

  test('a member may not do by raw SQL what only an administrator may: void, decide, take back, change types (E9)', async () => {
    const waiting = await seedVoucher(own, '7KQ4M2XR9TB5', 'pending_review')
    for (const text of [
      `update voucher set status = 'voided', move_note = 'x' where id = '${vouchers.own}'`,
      `update voucher set status = 'issued' where id = '${waiting}'`,
      `update voucher set status = 'declined', move_note = 'x' where id = '${waiting}'`,
    ]) {
      await expect(asTenant(here, text, 'worker'), text).rejects.toThrow('another permission')
      await expect(asTenant(here, text, 'admin'), text).resolves.toEqual([])
    }
    await expect(
      asTenant(here, `update voucher_type set label = 'x' returning id`, 'worker'),
    ).resolves.toEqual([])
    await expect(
      asTenant(
        here,
        `update voucher set status = 'redeemed', receipt_id = 'R' where id = '${vouchers.own}' returning status`,
        'worker',
      ),
    ).resolves.toEqual([{ status: 'redeemed' }])
  })

  test('our own clock neither redeems nor forgets before the time, nor restores what was forgotten (E13)', async () => {
    const client = await world.database.pool('liaison_job').connect()
    try {
      await client.query('begin')
      await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
      const forget = `update voucher_recipient set first_name = null, last_name = null, date_of_birth = null, household_adults = null, household_children = null, purged_at = now()`
      expect([
        await attempt(client, forget),
        await attempt(client, `update voucher_recipient set purged_at = null`),
        await attempt(client, `update voucher set status = 'expired' where status = 'issued'`),
        await attempt(client, `update voucher set status = 'voided' where status = 'issued'`),
        await attempt(client, 'select last_name from voucher_recipient'),
      ]).toEqual([
        'voucher_recipient_kept',
        'voucher_recipient_kept',
        'voucher_expired',
        'voucher_transition',
        'permission denied for table voucher_recipient',
      ])
    } finally {
      await client.query('rollback')
      client.release()
    }
  })

  test('the statement that issues for an organisation has no more rights than whoever runs it, and no other login has it (E2, E9)', async () => {
    const wish = JSON.stringify({
      outcomes: { none: 'issued', own: 'refuse', elsewhere: 'pending_review' },
      topics: { issued: 'voucher.issued', pending_review: 'voucher.review_requested' },
      codes: ['7KQ4M2XR9TZ9'],
      issuer: { issuer_mode: 'form', agency_id: own.id, agency_name: 'X', form_token_id: own.token },
      recipient: { purge_after: '2030-01-01T00:00:00Z' },
      news: {},
    })
    const call = `select access.issue_voucher((select id from voucher_type where code = 'router'), sha256('raw'), '${wish}')`
    await expect(asTenant(here, call)).rejects.toThrow('permission denied')
    for (const login of LOGINS.filter((one) => one !== 'liaison_tenant'))
      await expect(world.sqlAs(login, call), login).rejects.toThrow('permission denied')
  })

  test('an agency issues for itself whatever its wish says: whose the voucher is comes from the context, and nobody else can issue like that (E2, E9)', async () => {
    const types = await world.sql<{ id: string; tenant_id: string }>(
      `select id, tenant_id from voucher_type where code = 'router'`,
    )
    const typeOf = (tenant: string) => types.find((type) => type.tenant_id === tenant)?.id
    const foreignTo = {
      agency_id: other.id,
      form_token_id: other.token,
      issuer_mode: 'staff',
      tenant_id: there.tenant,
    }
    const wish = (elsewhere: string) =>
      JSON.stringify({
        outcomes: { none: 'issued', own: 'refuse', elsewhere },
        topics: { issued: 'voucher.issued', pending_review: 'voucher.review_requested' },
        // The first is taken: the second is used.
        codes: ['7KQ4M2XR9TB1', '7KQ4M2XR9TZ8'],
        ...foreignTo,
        issuer: foreignTo,
        news: foreignTo,
        recipient: {
          first_name: 'Ada',
          last_name: 'Raw',
          date_of_birth: '1980-01-01',
          household_adults: 1,
          household_children: 0,
          purge_after: '2030-01-01T00:00:00Z',
        },
      })
    const call = `select access.issue_for_agency($1, $2, $3) as made`
    const identity = (text: string) => createHash('sha256').update(text).digest()
    await asAgency(world, own, async (client) => {
      const made = async (text: string, elsewhere = 'pending_review') =>
        (await client.query(call, [typeOf(here.tenant), identity(text), wish(elsewhere)])).rows[0]?.made
      expect(await made('nobody else')).toMatchObject({
        voucher: { code: '7KQ4M2XR9TZ8', status: 'issued', agency_id: own.id },
      })
      // Of an own earlier voucher its code, of another agency's nothing but that it is there.
      expect(await made('nobody else')).toEqual({ refused_for: { code: '7KQ4M2XR9TZ8' } })
      expect(await made('7KQ4M2XR9TB2', 'refuse')).toEqual({ refused_for: { code: null } })
      expect(await attempt(client, call, [typeOf(there.tenant), identity('x'), wish('issued')])).not.toBe(
        'done',
      )
    })
    const bare = `select access.issue_for_agency('${typeOf(here.tenant) ?? ''}', sha256('raw'), '${wish('issued')}')`
    await expect(world.sqlAs('liaison_embed', bare)).rejects.toThrow('only an agency issues like this')
    for (const login of LOGINS.filter((one) => one !== 'liaison_embed'))
      await expect(world.sqlAs(login, bare), login).rejects.toThrow('permission denied')
  })

  test('without an audit event no change commits (E10)', async () => {
    await expect(
      world.sql(`update voucher set redeemed_place = null, version = version + 1 where id = $1`, [
        vouchers.own,
      ]),
    ).rejects.toThrow(/no audit event/)
    await expect(world.sql(`update voucher_type set label = 'Quiet'`)).rejects.toThrow(/no audit event/)
  })
})
