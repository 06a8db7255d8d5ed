import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
let cast: OAuthCast
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  cast = await oauth.cast({ accounts: 2 })
  await oauth.grant(cast)
})
afterAll(() => oauth[Symbol.asyncDispose]())

const REF = /^crf_[0-9a-f]{32}$/

const refsOf = (partner: string) =>
  oauth.world.sql<{ ref: string; account_id: string }>(
    'select ref, account_id from customer_ref where partner_id = $1 order by account_id',
    [partner],
  )

test('no login reads or writes what stands for accounts, not even in the name of its own partner (A3)', async () => {
  for (const login of LOGINS)
    for (const text of [
      'select 1 from customer_ref',
      `insert into customer_ref (partner_id, tenant_id, account_id) values (uuidv7(), uuidv7(), uuidv7())`,
      `update customer_ref set ref = ref`,
      'delete from customer_ref',
    ])
      await expect(oauth.world.sqlAs(login, text), `${login}: ${text}`).rejects.toThrow(/permission denied/)
})

test('the number behind a reference is for the authorization server alone, and for the client of that partner', async () => {
  const [first] = await refsOf(cast.partner)
  const other = await oauth.cast()
  await oauth.grant(other)
  const find = async (client: string, tenant: string) => {
    const [row] = await oauth.world.sqlAs(
      'liaison_auth',
      `select access.ban_of_ref('${client}', '${tenant}', '${first?.ref}') as ban`,
    )
    return row?.['ban']
  }
  expect(await find(cast.client, cast.tenant)).toBe('BAN-1001')
  expect(await find(other.client, cast.tenant)).toBeNull()
  expect(await find(cast.client, other.tenant)).toBeNull()
  const calls = ['ban_of_ref(uuidv7(), uuidv7(), null)', "payer_ref(uuidv7(), uuidv7(), '')"]
  for (const login of LOGINS.filter((name) => name !== 'liaison_auth'))
    for (const call of calls)
      await expect(oauth.world.sqlAs(login, `select access.${call}`)).rejects.toThrow(/permission denied/)
})

test('whoever reads in the name of no partner learns no reference', async () => {
  const accounts = cast.accounts.map(({ id }) => `'${id}'`).join(', ')
  for (const login of ['liaison_program', 'liaison_delegate'] as const) {
    const [row] = await oauth.world.sqlAs(
      login,
      `select access.own_customer_refs(array[${accounts}]::uuid[]) as refs, access.uses_account_refs() as is_on`,
    )
    expect(row).toEqual({ refs: {}, is_on: false })
  }
})

test('a reference is drawn once and never changes, nor does anybody take it away', async () => {
  const before = await refsOf(cast.partner)
  await oauth.grant(cast)
  expect(await refsOf(cast.partner)).toEqual(before)
  for (const text of ['update customer_ref set ref = ref', 'delete from customer_ref'])
    await expect(oauth.world.seed(text, [])).rejects.toThrow('its rows are history')
})

test('of many partners and accounts no two references are alike, and none holds anything of either', async () => {
  await oauth.world.seed(
    `with p as (insert into partner (name, slug, kinds) select 'P' || n, 'pairwise-' || n, '{msp}' from generate_series(1, 40) n returning id)
     insert into customer_ref (partner_id, tenant_id, account_id) select p.id, a.tenant_id, a.id from p, billing_account a`,
    [],
  )
  const rows = await oauth.world.sql<{ ref: string; partner_id: string; account_id: string; ban: string }>(
    `select r.ref, r.partner_id, r.account_id, a.ban from customer_ref r join billing_account a on a.id = r.account_id`,
  )
  expect(rows.length).toBeGreaterThan(100)
  expect(new Set(rows.map(({ ref }) => ref)).size).toBe(rows.length)
  // What two of one account or of one partner have in common is what chance gives them.
  const alike = (one: string, other: string) =>
    Array.from(one).filter((letter, index) => index > 3 && letter === other[index]).length
  for (const row of rows) {
    expect(row.ref).toMatch(REF)
    for (const own of [row.partner_id, row.account_id].map((id) => id.replaceAll('-', '')))
      expect(row.ref).not.toContain(own.slice(0, 12))
    const related = rows.filter(
      ({ ref, account_id: account, partner_id: partner }) =>
        ref !== row.ref && (account === row.account_id || partner === row.partner_id),
    )
    // 30 of 32 digits are drawn; 16 alike by chance: less than one in 10^10.
    for (const { ref } of related) expect(alike(row.ref, ref)).toBeLessThan(18)
  }
})

test('accounts of consents that were there before get their references, one each, and keep those that they have', async () => {
  const [kept, lost] = await refsOf(cast.partner)
  await oauth.world.sql('alter table customer_ref disable trigger append_only')
  await oauth.world.sql('delete from customer_ref where ref = $1', [lost?.ref])
  await oauth.world.sql('alter table customer_ref enable trigger append_only')
  const migration = new URL('migrations/20261210T011501-draw-refs-of-consents.sql', import.meta.url)
  await oauth.world.sql(await readFile(migration, 'utf8'))
  const [same, drawn] = await refsOf(cast.partner)
  expect(same).toEqual(kept)
  expect(drawn).toEqual({ account_id: lost?.account_id, ref: expect.stringMatching(REF) })
  expect(drawn?.ref).not.toBe(lost?.ref)
})
