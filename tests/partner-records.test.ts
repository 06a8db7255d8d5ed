import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '../server/testing/api-client.ts'
import { activeAgreement } from '../server/testing/program-acts.ts'
import { changedBy } from '../server/testing/raw-changes.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

interface Member {
  readonly id: string
  readonly caller: Caller
}

let world: TestWorld
let partner: PartnerId
let owner: Member
let staff: Member
let left: Member
/** What the functions are asked about, by the names under which their calls below know it. */
let about: Readonly<Record<string, unknown>>

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  const tenant = await world.tenant('Acme')
  partner = await world.partner('Northwind')
  const join = async (role: 'PARTNER_OWNER' | 'PARTNER_STAFF') => {
    const { id } = await world.person()
    const member = await world.partnerMember(partner, id, role)
    return { id, member, caller: await world.signIn(id) }
  }
  const colleague = await join('PARTNER_STAFF')
  owner = await join('PARTNER_OWNER')
  staff = colleague
  left = await join('PARTNER_OWNER')
  const link = await world.link(partner, tenant)
  await world.assign(link, colleague.member)
  await world.realm(partner)
  const user = await world.endUser(partner)
  for (const sql of RECORDS) await world.seed(sql, [partner])
  await world.seed(
    `insert into bulk_operation (partner_id, action, ordered_by, ordered_by_name, session_id, factor, items_count)
     select $1, 'renew', $2, 'x', uuidv7(), 'otp', 1`,
    [partner, owner.id],
  )
  await world.seed(
    `insert into access_explanation (person_id, partner_id, tenant_id, permission, code, decision) values ($2, $1, $3, 'x', 'ALLOWED', '{}'), ($4, $1, $3, 'x', 'ALLOWED', '{}')`,
    [partner, owner.id, tenant, staff.id],
  )
  const consent = await giveConsents(tenant)
  await world.seed(
    `with s as (update tenant set slug = 'acme-of-records' where id = $1), f as (insert into totp_factor (person_id, secret, confirmed_at) select id, '\\x00', now() from unnest($2::uuid[]) id)
     insert into tenant_partner_policy (tenant_id) values ($1)`,
    [tenant, [colleague.id, owner.id]],
    tenant,
  )
  await world.seed(`update partner set slug = 'between-of-records' where id = $1`, [
    await world.partner('Between'),
  ])
  const [check] = await world.seed<{ id: string }>(
    `insert into kyc_case (partner_id, end_user_id, target_role, provider) values ($1, $2, 'basic', 'manual') returning id`,
    [partner, user],
  )
  const [event] = await world.sql<{ event_id: string }>(
    `select event_id from audit_scope where kind = 'partner' and scope_id = $1`,
    [partner],
  )
  const foreign = await linkOfOthers()
  const agreement = await activeAgreement(world, partner)
  about = {
    partner,
    tenant,
    link,
    foreign,
    agreement,
    user,
    consent,
    event: event?.event_id,
    check: check?.id,
    owner: owner.id,
  }
  await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [left.id])
})
afterAll(() => world[Symbol.asyncDispose]())

/** A link between a partner and a tenant of others, in which somebody could be mailed on each side. */
async function linkOfOthers() {
  const [other, theirs] = [await world.partner('Others'), await world.tenant('Theirs')]
  await world.partnerMember(other, (await world.person()).id, 'PARTNER_OWNER')
  await world.tenantMember(theirs, (await world.person()).id)
  return world.link(other, theirs)
}

/** A consent for one client of the partner, a resale, and an ask, in one tenant. */
async function giveConsents(tenant: Awaited<ReturnType<TestWorld['tenant']>>): Promise<string> {
  const clients = new ApiClients(world, new TestTokens())
  const client = await clients.client({ partner })
  const [account, payer] = [await clients.account(tenant, 'A-1'), await clients.account(tenant, 'A-2')]
  const consent = await clients.consent({ client, partner, accounts: [account] })
  const other = await clients.account(await world.tenant('Wholesale'), 'W-1')
  const relationship = await clients.paidBy(payer, other, partner)
  await clients.resale({ partner, accounts: [payer], relationship })
  await world.seed(
    `insert into consent_ask (partner_id, client_id, partner_name, client_name, asked, scopes, actions, purpose, access_duration_days, requested_by, requested_by_name)
     values ($1, $2, 'Northwind', 'Desk', 'a@example.test', '{orders.read}', '{order.read}', 'To order.', 30, $3, 'x')`,
    [partner, client, owner.id],
  )
  await world.seed(
    `insert into api_client_logo (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name)
     values ($2, $1, encode(sha256('x'), 'hex'), 'image/png', 64, 64, 'x', uuidv7(), 'x')`,
    [partner, client],
  )
  await world.seed(
    'insert into sandbox_tenant (partner_id, tenant_id) values ($1, $2)',
    [partner, tenant],
    tenant,
  )
  await world.seed(
    `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
     select id, tenant_id, partner_id, 1, 'approved', '{}' from delegation where partner_id = $1`,
    [partner],
    tenant,
  )
  return consent
}

/** Records of the partner that stand alone; $1 is the partner. */
const RECORDS: readonly string[] = [
  `insert into link_template (partner_id, name, terms, created_by_name) values ($1, 'Usual', '{}', 'x')`,
  `with e as (insert into webhook_endpoint (partner_id, url, event_types, created_by, created_by_name) values ($1, 'https://hook.example/x', '{link.activated}', uuidv7(), 'x') returning id)
   insert into webhook_secret (id, endpoint_id, sealed_secret) select uuidv7(), id, 'x' from e`,
  `insert into access_freeze (scope, partner_id, person_id, set_by, set_by_name, set_by_side, lifted_by, lifted_at, lift_reason)
   values ('partner', $1, null, uuidv7(), 'x', 'partner', uuidv7(), now(), 'x')`,
  `insert into partner_config_version (partner_id, version, document, sha256, created_by, created_by_name) values ($1, 1, '{}', 'x', uuidv7(), 'x')`,
  `insert into partner_team (partner_id, name, created_by, created_by_name) values ($1, 'North', uuidv7(), 'x')`,
  `insert into plan (partner_id, code, name) values ($1, 'own', 'Own')`,
  `with f as (insert into feature_flag (key, name, description, owner_name, partner_choice, definition, reason) values ('mine', 'Mine', 'x', 'x', 'opt_in', '{"default": true}', 'x') returning id)
   insert into partner_feature (partner_id, flag_id, choice) select $1, id, 'in' from f`,
  `insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'partner', $1, occurred_at, id from audit_event order by occurred_at desc limit 1`,
  `with e as (insert into audit_event (plane, actor_type, actor_id, partner_id, action, outcome, source, ip) values ('delegation', 'person', uuidv7(), $1, 'test.seeded', 'allowed', 'api', '198.51.100.7') returning id, occurred_at)
   insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'partner', $1, occurred_at, id from e`,
]

/** What an owner does with the partner's own records, one statement for each kind of privilege; $1 is the partner. */
const OWNERS_WRITES: readonly string[] = [
  `update partner_member set role = 'PARTNER_OWNER' where partner_id = $1`,
  'update partner set contact_email = null where id = $1',
  `insert into link_template (partner_id, name, terms, created_by_name) values ($1, 'Mine', '{}', 'x')`,
  `update link_template set terms = '{"access_role": "msp_full"}' where partner_id = $1`,
  'delete from link_template where partner_id = $1',
  `update link set notes_partner = 'Mine' where partner_id = $1`,
  "update delegation set ends_at = starts_at + interval '1 hour' where partner_id = $1 and kind = 'link'",
  'delete from link_member where partner_id = $1',
  `insert into access_freeze (scope, partner_id, set_by, set_by_name, set_by_side) values ('partner', $1, access.context_id('actor_id'), 'x', 'partner')`,
  `insert into partner_team (partner_id, name, created_by, created_by_name) values ($1, 'Mine', access.context_id('actor_id'), 'x')`,
  `insert into webhook_endpoint (partner_id, url, event_types, created_by, created_by_name) values ($1, 'https://mine.example/hook', '{link.activated}', access.context_id('actor_id'), 'x')`,
]

/** What the API shows to owners alone, as conditions on what is read; $1 is the partner. */
const OWNERS_READS: readonly string[] = [
  'end_user where partner_id = $1',
  'api_client where partner_id = $1',
  'api_client_logo where partner_id = $1',
  'consent where partner_id = $1',
  'consent_overview where partner_id = $1',
  'consent_ask where partner_id = $1',
  'resale where partner_id = $1',
  `delegation where partner_id = $1 and kind <> 'link'`,
  `delegation_account where partner_id = $1`,
  `delegation_history where partner_id = $1 and delegation_id not in (select id from link)`,
  'commercial_relationship where seller_partner_id = $1',
  'sandbox_tenant where partner_id = $1',
  'link_template where partner_id = $1',
  'access_freeze where partner_id = $1',
  'bulk_operation where partner_id = $1',
  'webhook_endpoint where partner_id = $1',
  'webhook_secret where endpoint_id in (select id from webhook_endpoint where partner_id = $1) or $1 is null',
  'partner_config_version where partner_id = $1',
  'partner_team where partner_id = $1',
  'plan where partner_id = $1',
  'partner_feature where partner_id = $1',
  'realm where partner_id = $1',
  `audit_scope where kind = 'partner' and scope_id = $1`,
  `access_explanation where partner_id = $1 and person_id <> access.context_id('actor_id')`,
  `person where id <> access.context_id('actor_id') and $1::uuid is not null`,
]

/** The same of what functions tell, or mail, with more rights than whoever asks; in braces what they are asked about. */
const OWNERS_ASK: readonly string[] = [
  `access.effective_subscription({user}) told where told is not null`,
  `audit.own_details(array[{event}]::uuid[])`,
  `audit.own_sealed_event({event})`,
  `audit.completeness('2000-01-01', '2100-01-01', 100) where events > 0`,
  `audit.feed(-1, 10) where size is not null`,
  `access.configuration_impact({partner}) impact where impact is not null`,
  `access.consent_card({consent}) card where card is not null`,
  `access.facts_about({owner}, {tenant}, {partner}) facts where facts is not null`,
  `access.members_with_factor()`,
  `access.own_sandbox() sandbox where sandbox is not null`,
  `access.find_tenant_for_request('acme-of-records') id where id is not null`,
  `access.tenant_policy_for_request({tenant}) policy where policy is not null`,
  `access.find_distributor('between-of-records')`,
  `access.mail_agreement({agreement}, 'partner', 's', 'b') sent where sent > 0`,
  `access.identity_check_rules({partner}) rules where rules is not null`,
  `access.read_configuration({partner})`,
  `access.calls_outside('{192.0.2.0/24}', '2000-01-01')`,
  // What an earlier transaction of the same connection wrote is counted until the server notes it.
  `(select pg_stat_get_xact_tuples_inserted('outbox'::regclass) as before offset 0) b,
    lateral (select b.before, access.mail_identity_check({check}, 's', 'b', null)::text as done offset 0) m
    where done is not null and pg_stat_get_xact_tuples_inserted('outbox'::regclass) > m.before`,
]

/** What functions tell every member. */
const MEMBERS_ASK: readonly string[] = [
  `access.people_of({link})`,
  `access.check_link({link})`,
  `access.has_strong_member({partner}) told where told`,
  `access.onboarding_facts() facts where (facts ->> 'owner_has_factor')::boolean`,
  `access.facts_about(access.context_id('actor_id'), {tenant}, {partner}) facts where facts is not null`,
]

/** What the API shows to every member. */
const MEMBERS_READS: readonly string[] = [
  'partner where id = $1',
  'partner_member where partner_id = $1',
  'link where partner_id = $1',
  `delegation where partner_id = $1 and kind = 'link'`,
  `delegation_history where partner_id = $1 and delegation_id in (select id from link)`,
  `tenant where id in (select tenant_id from link where partner_id = $1)`,
]

/** Puts what is asked about into a call, as the literals of SQL. */
const filled = (call: string) =>
  call.replaceAll(/\{(\w+)\}/g, (_, name: string) => `'${String(about[name])}'::uuid`)

const asks = async ({ caller }: Member, call: string) =>
  changedBy(world, caller, { sql: `select from ${filled(call)}` })

const reads = async (who: Member, what: string) =>
  changedBy(world, who.caller, { sql: `select from ${what}`, values: [partner] })

describe('the records of a partner (access.md section 4)', () => {
  test.each(OWNERS_READS)(
    'are read in raw SQL by owners alone, where the API asks for one (R1): %s',
    async (what) => {
      expect([await reads(staff, what), await reads(left, what)]).toEqual([0, 0])
      expect(await reads(owner, what)).toBeGreaterThan(0)
    },
  )

  test.each(MEMBERS_READS)(
    'are read in raw SQL by every member, where the API asks for one (R1): %s',
    async (what) => {
      expect(await reads(left, what)).toBe(0)
      expect(await reads(staff, what)).toBeGreaterThan(0)
      expect(await reads(owner, what)).toBeGreaterThan(0)
    },
  )

  test.each(OWNERS_ASK)(
    'are told and mailed by functions as the API does, to owners alone (R1): %s',
    async (call) => {
      expect([await asks(staff, call), await asks(left, call)]).toEqual([0, 0])
      expect(await asks(owner, call)).toBeGreaterThan(0)
    },
  )

  test.each(MEMBERS_ASK)(
    'are told by functions as the API does, to nobody who left (R1): %s',
    async (call) => {
      expect(await asks(left, call)).toBe(0)
      expect(await asks(staff, call)).toBeGreaterThan(0)
    },
  )

  test('let nobody who left tell receivers of events what happened there (R1)', async () => {
    for (const login of ['liaison_program', 'liaison_delegate'] as const) {
      const put = async ({ caller }: Member) =>
        changedBy(world, caller, {
          login,
          sql: `insert into outbox (topic, payload) values ('link.activated', jsonb_build_object('partner_id', $1::uuid))`,
          values: [partner],
        })
      expect(await put(owner)).toBe(1)
      await expect(put(left)).rejects.toThrow('row-level security')
    }
  })

  test.each([`{foreign}, 'tenant'`, `{foreign}, 'partner'`])(
    'let nobody mail and tell the sides of what is another partner’s, and of their own nobody who left (R1): %s',
    async (which) => {
      for (const [who, link] of [
        [owner, which],
        [staff, which],
        [left, which],
        [left, which.replace('foreign', 'link')],
      ] as const) {
        const told = [
          `access.mail_side(${link}, 's', 'b')`,
          `access.mail_side(${link}, '{"en": {"subject": "s", "text": "b"}}')`,
          `access.tell_side(${link}, 'news', 'Sentence.', 's', 'b')`,
        ].map(async (call) => asks(who, `${call} sent where sent > 0`))
        expect(await Promise.all(told)).toEqual([0, 0, 0])
      }
    },
  )

  test.each(OWNERS_WRITES)(
    'are written in raw SQL by owners alone, and by nobody who left (R1): %s',
    async (sql) => {
      const changed = async ({ caller }: Member) =>
        changedBy(world, caller, { sql, values: [partner] }).catch((error: Error) =>
          /row-level security|changed by owners/.test(error.message) ? 0 : error.message,
        )
      expect([await changed(staff), await changed(left)]).toEqual([0, 0])
      expect(await changed(owner)).toBeGreaterThan(0)
    },
  )
})
