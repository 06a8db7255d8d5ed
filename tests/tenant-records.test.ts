import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '../server/testing/api-client.ts'
import { changedBy } from '../server/testing/raw-changes.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

let world: TestWorld
let tenant: TenantId
let admin: Caller
let worker: Caller
let left: Caller
/** What the functions are asked about, by the names under which their calls below know it. */
let about: Readonly<Record<string, unknown>>

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  tenant = await world.tenant('Acme')
  const partner = await world.partner('Northwind')
  const { id: owner } = await world.person()
  const member = await world.partnerMember(partner, owner, 'PARTNER_OWNER')
  const join = async (role: 'TENANT_ADMIN' | 'TENANT_USER') => {
    const { id } = await world.person()
    await world.tenantMember(tenant, id, role)
    return { id, caller: await world.signIn(id, { tenantId: tenant }) }
  }
  const gone = await join('TENANT_ADMIN')
  admin = (await join('TENANT_ADMIN')).caller
  await join('TENANT_ADMIN')
  worker = (await join('TENANT_USER')).caller
  left = gone.caller
  const link = await world.link(partner, tenant)
  await world.assign(link, member)
  await world.signIn(owner)
  const clients = new ApiClients(world, new TestTokens())
  const client = await clients.client({ partner })
  const account = await clients.account(tenant, 'A-1')
  const consent = await clients.consent({ client, partner, accounts: [account] })
  await world.seed(
    `with f as (insert into totp_factor (person_id, secret, confirmed_at) values ($2, '\\x00', now()))
     update partner set slug = 'northwind-of-records' where id = $1`,
    [partner, owner],
  )
  const [event] = await world.sql<{ event_id: string }>(
    `with e as (select id, occurred_at from audit_event order by occurred_at desc limit 1)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from e returning event_id`,
    [tenant],
  )
  await world.seed(
    `with t as (insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'No signal'))
     insert into alert (audience, tenant_id, type, area, severity, title, message, dedupe_key, level)
     select 'tenant', $1, type, area, 'warning', 'x', 'x', 'x', 1 from alert_default where area = 'access' limit 1`,
    [tenant],
    tenant,
  )
  about = {
    partner,
    tenant,
    link,
    consent,
    owner,
    stranger: (await world.person()).id,
    event: event?.event_id,
  }
  await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [gone.id], tenant)
})
afterAll(() => world[Symbol.asyncDispose]())

const LETTERS = `'{"en": {"subject": "s", "text": "b"}}'`

/** What functions tell, or mail, with more rights than whoever asks; in braces what they are asked about. */
const ADMINS_ASK: readonly string[] = [
  'access.people_of({link})',
  'access.check_link({link})',
  'access.granted_by({link}) granted where granted is not null',
  'access.bans_of({consent}) bans where cardinality(bans) > 0',
  'access.consent_card({consent}) card where card is not null',
  'access.ordered_this_month({consent}) ordered where ordered is not null',
  'access.elevation_needs_tenant({link}) needed where needed is not null',
  'access.facts_about({owner}, {tenant}, {partner}) facts where facts is not null',
  'access.has_strong_member({partner}) told where told',
  `access.find_distributor('northwind-of-records')`,
  `access.find_partner_for_account('northwind-of-records')`,
  `access.find_partner_for_invitation('northwind-of-records') id where id is not null`,
  'audit.own_details(array[{event}]::uuid[])',
  'audit.own_sealed_event({event})',
  `audit.completeness('2000-01-01', '2100-01-01', 100) where events > 0`,
  'access.payers_of_accounts()',
  'access.count_apps() where apps > 0',
  'access.factor_evidence({partner}) where sign_ins > 0',
  `access.mail_other_admins(${LETTERS}) sent where sent > 0`,
  `access.mail_side({link}, 'partner', 's', 'b') sent where sent > 0`,
  `access.mail_side({link}, 'partner', ${LETTERS}) sent where sent > 0`,
  `access.tell_side({link}, 'partner', 'news', 'Sentence.', 's', 'b') sent where sent > 0`,
  `access.tell_side({link}, 'partner', 'news', 'Sentence.', ${LETTERS}) sent where sent > 0`,
]

/** Puts what is asked about into a call, as the literals of SQL. */
const filled = (call: string) =>
  call.replaceAll(/\{(\w+)\}/g, (_, name: string) => `'${String(about[name])}'::uuid`)

const asks = async (who: Caller, call: string) =>
  changedBy(world, who, { sql: `select from ${filled(call)}`, login: 'liaison_tenant' })

describe('the records of a tenant (access.md section 4)', () => {
  test.each(ADMINS_ASK)(
    'are told and mailed by functions as the API does, to its administrators alone (R1): %s',
    async (call) => {
      expect([await asks(worker, call), await asks(left, call)]).toEqual([0, 0])
      expect(await asks(admin, call)).toBeGreaterThan(0)
    },
  )

  test('tell names to members, whom they let mail its administrators, and neither to whoever left (R1)', async () => {
    const ask = `access.ask_tenant_admins('s', 'b') sent where sent > 0`
    expect([await asks(worker, ask), await asks(worker, 'person where id = {owner}')]).toEqual([1, 1])
    expect(await asks(left, 'person where id = {owner}')).toBe(0)
    await expect(asks(left, ask)).rejects.toThrow('only a member asks')
  })

  test('let nobody who left tell receivers of events what happened there (R1)', async () => {
    const put = async (who: Caller) =>
      changedBy(world, who, {
        login: 'liaison_tenant',
        sql: `insert into outbox (topic, payload) values ('partner.tenant.status_changed', '{}')`,
      })
    expect(await put(worker)).toBe(1)
    await expect(put(left)).rejects.toThrow('row-level security')
  })

  test('name whom a ticket or an alert is given to by the name that they have, and nobody who may not have it (R1)', async () => {
    const give = (table: string, to: string) =>
      changedBy(world, admin, {
        login: 'liaison_tenant',
        sql: filled(
          `with given as (update ${table} set assigned_to = ${to}, assigned_to_name = 'Somebody else' returning assigned_to_name)
           select from given where assigned_to_name is distinct from 'Somebody else'`,
        ),
      })
    const self = `access.context_id('actor_id')`
    expect([await give('ticket', self), await give('ticket', '{owner}')]).toEqual([1, 1])
    expect([await give('alert', self), await give('alert', 'null')]).toEqual([1, 1])
    expect(await give('ticket', 'null')).toBe(1)
    await expect(give('ticket', '{stranger}')).rejects.toThrow('the list of assignees')
    await expect(give('alert', '{owner}')).rejects.toThrow('the list of assignees')
  })
})
