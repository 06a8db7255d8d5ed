import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadDemoIfEmpty } from '../../server/src/modules/demo/index.ts'
import { noteToken } from '../../server/testing/issued-token.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import { attempts, patience, tellFigures } from '../support/figures.ts'
import { contextOf, listCallables, RawSession, sampleRecords } from './support/raw-calls.ts'
import type { RecordIds, Speaker } from './support/raw-calls.ts'

/** Enough of each table that every state of a record is among them; the campaign takes more. */
const OF_EACH_TABLE = attempts(4, 10)
const LONG_MS = patience(120_000)

let world: TestWorld
let dataDir: string
let records: readonly RecordIds[]
let strangers: Readonly<Record<'partner' | 'portfolio' | 'tenant' | 'nobody', Speaker>>
let leavers: Readonly<Record<'partner' | 'portfolio' | 'tenant', Speaker>>
let leftBehind: readonly RecordIds[]
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  dataDir = await mkdtemp(join(tmpdir(), 'liaison-raw-'))
  await loadDemoIfEmpty({ admin: world.connection, secretKey: TEST_SECRET_KEY, dataDir, now: new Date() })
  records = await sampleRecords(world, OF_EACH_TABLE)
  // Whoever asks here came after everything else, so every record is somebody else's.
  const [owner, admin] = [await world.person(), await world.person()]
  const tenant = await world.tenant('A stranger')
  await world.partnerMember(await world.partner('Strangers'), owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id, 'TENANT_ADMIN')
  const ofPartner = await world.signIn(owner.id)
  const ofTenant = await world.signIn(admin.id, { tenantId: tenant })
  strangers = {
    partner: { login: 'liaison_program', context: contextOf(ofPartner, 'partner_org.links.read') },
    portfolio: { login: 'liaison_delegate', context: contextOf(ofPartner, 'partner.tenants.list') },
    tenant: { login: 'liaison_tenant', context: contextOf(ofTenant, 'tenant.profile.read') },
    // Not of the provider's people: its login brings a context of no plane.
    nobody: { login: 'liaison_platform', context: contextOf(ofPartner, 'platform.partners.read') },
  }
  await leave()
}, 120_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

/** Somebody leaves a partner and the tenant that it acts in, with sessions that would go on. */
async function leave(): Promise<void> {
  const [left] = await world.sql<{ partner_id: string; tenant_id: string }>(
    `select partner_id, tenant_id from delegation where kind = 'link' and status = 'active' order by id limit 1`,
  )
  if (!left) throw new Error('The world has no link.')
  const [partner, tenant] = [idFromUuid('partner', left.partner_id), idFromUuid('tenant', left.tenant_id)]
  const [owner, admin] = [await world.person(), await world.person()]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id, 'TENANT_ADMIN')
  const ofPartner = await world.signIn(owner.id)
  const ofTenant = await world.signIn(admin.id, { tenantId: tenant })
  await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [owner.id])
  await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [admin.id], tenant)
  leavers = {
    partner: { login: 'liaison_program', context: contextOf(ofPartner, 'partner_org.links.read') },
    portfolio: { login: 'liaison_delegate', context: contextOf(ofPartner, 'partner.tenants.list') },
    tenant: { login: 'liaison_tenant', context: contextOf(ofTenant, 'tenant.profile.read') },
  }
  leftBehind = await sampleRecords(world, attempts(1, 10), [left.partner_id, left.tenant_id])
}

/** What may be told from nothing, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  'access.find_distributor': 'a partner is named by its code, which is no secret',
  'access.find_partner_for_account': 'a partner is named by its code, which is no secret',
  'access.find_partner_for_invitation': 'a partner is named by its code, which is no secret',
  'access.find_tenant_for_request':
    'a request names an organisation by its code, and is answered alike for none',
  'access.tenant_policy_for_request':
    'a request is measured by the rules of the organisation that it names; how much of them, the last test says',
  'audit.was_act_of': 'asks for the id and the moment of an event, which only its row tells',
  'audit.concerns': 'asks for the id and the moment of an event, which only its row tells',
}

/** What whoever left is told of where they left, and why. */
const KNOWN_TO_LEAVERS: Readonly<Record<string, string>> = {
  'access.knows_person':
    'a policy asks it of the ids that rows name; who may read these rows, other policies say',
  'access.take_leaver_out': 'does for whoever left what was done as they left',
  'audit.was_act_of': 'asks for the id and the moment of an event, which only its row tells',
  'audit.concerns': 'asks for the id and the moment of an event, which only its row tells',
}

/** What is written without a context, and why. */
const NOTED: Readonly<Record<string, string>> = {
  'access.note_form_use': 'counts of many forms come together, after their requests; nothing of them is told',
}

async function findLeaks(
  speaker: Speaker,
  about = records,
  known: Readonly<Record<string, string>> = KNOWN,
): Promise<{ leaks: string[]; calls: number }> {
  await using session = await RawSession.open(world, speaker)
  const leaks: string[] = []
  let calls = 0
  for (const callable of await listCallables(world, speaker.login)) {
    const [asked, unknown] = [await session.ask(callable, about), await session.ask(callable, [null])]
    calls += about.length
    const told = about.findIndex((_, index) => asked.answers[index] !== unknown.answers[0])
    if (told >= 0 && !Object.hasOwn(known, callable.name))
      leaks.push(
        `${callable.name} tells of a ${String(about[told]?.['of_table'])}: ${asked.answers[told]} instead of ${unknown.answers[0]}`,
      )
    if (asked.wrote && !speaker.context && !Object.hasOwn(NOTED, callable.name))
      leaks.push(`${callable.name} writes`)
  }
  return { leaks, calls }
}

describe('a function that works with more rights than its caller tells records of others from none, and changes nothing,', () => {
  test.each([
    'liaison_platform',
    'liaison_program',
    'liaison_delegate',
    'liaison_tenant',
    'liaison_realm',
    'liaison_embed',
    'liaison_ingest',
  ] as const)(
    'never for %s without a context',
    async (login) => {
      const { leaks, calls } = await findLeaks({ login })
      expect(leaks).toEqual([])
      tellFigures([{ name: `calls as ${login} without a context`, count: calls }])
    },
    LONG_MS,
  )

  test.each(['partner', 'portfolio', 'tenant', 'nobody'] as const)(
    'never for a stranger in the context of a %s',
    async (name) => {
      const { leaks, calls } = await findLeaks(strangers[name])
      expect(leaks).toEqual([])
      tellFigures([{ name: `calls of a stranger, ${name}`, count: calls }])
    },
    LONG_MS,
  )

  test.each(['partner', 'portfolio', 'tenant'] as const)(
    'never for somebody who left, in the context of that %s',
    async (name) => {
      const { leaks, calls } = await findLeaks(leavers[name], leftBehind, KNOWN_TO_LEAVERS)
      expect(leaks).toEqual([])
      tellFigures([{ name: `calls of somebody who left, ${name}`, count: calls }])
    },
    LONG_MS,
  )
})

test('what a stranger is told of the rules of an organisation names no network and no other partner', async () => {
  const [known] = await world.sql<{ tenant_id: string; partner_id: string }>(
    'select tenant_id, partner_id from delegation where partner_id is not null limit 1',
  )
  if (!known) throw new Error('The world has no delegation.')
  await world.seed(
    `insert into tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids, conditions) values ($1, 'listed', array[$2]::uuid[], '{"ip_allow": ["192.0.2.0/24"]}')
     on conflict (tenant_id) do update set who_may_ask = excluded.who_may_ask, listed_partner_ids = excluded.listed_partner_ids, conditions = excluded.conditions`,
    [known.tenant_id, known.partner_id],
    idFromUuid('tenant', known.tenant_id),
  )
  await using session = await RawSession.open(world, strangers.partner)
  expect(
    await session.query('select access.tenant_policy_for_request($1) as rules', [known.tenant_id]),
  ).toEqual([{ rules: expect.objectContaining({ who_may_ask: 'listed', listed_partner_ids: [] }) }])
  expect(
    JSON.stringify(
      await session.query('select access.tenant_policy_for_request($1) as rules', [known.tenant_id]),
    ),
  ).not.toMatch(new RegExp(`192\\.0\\.2|${known.partner_id}`))
})

/** Who a login becomes that says it verified a token of this client; null for nobody. */
async function becomes(login: 'liaison_delegate' | 'liaison_tenant', client: string, tokenId: string | null) {
  await using session = await RawSession.open(world, { login })
  const request = {
    client_id: client,
    tenant_id: randomUUID(),
    ban: 'x',
    token_id: tokenId,
    permission: 'api.orders.read',
    writes: false,
    keeps: true,
  }
  const [entered] = await session.query(
    `with e as materialized (select access.enter_client($1) as facts)
     select access.context_id('client_id') as client, access.context_plane() as plane, facts ->> 'ticket' as ticket, (facts ->> 'token_revoked')::boolean as revoked from e where facts is not null`,
    [JSON.stringify(request)],
  )
  return entered
}

describe.each(['liaison_delegate', 'liaison_tenant'] as const)(
  'nobody becomes an API client as %s',
  (login) => {
    const NOBODY = { client: null, plane: null, ticket: null, revoked: true }
    const past = (seconds: number) => new Date(Date.now() - seconds * 1000)
    let client: string
    let other: string
    const note = async (endsAt: Date): Promise<string> => {
      const tokenId = randomUUID()
      await noteToken(world, { tokenId, clientId: client, endsAt })
      return tokenId
    }
    beforeAll(async () => {
      const ids = await world.sql<{ id: string }>('select id from api_client limit 2')
      ;[client = '', other = ''] = ids.map(({ id }) => id)
    })

    test('without a token that was issued to it', async () => {
      for (const tokenId of ['never issued', '', null])
        expect(await becomes(login, client, tokenId), String(tokenId)).toEqual(NOBODY)
      const issued = await note(new Date('2099-01-01'))
      expect(await becomes(login, other, issued)).toEqual(NOBODY)
      expect(await becomes(login, client, issued)).toMatchObject({ client, revoked: false })
    })

    test('with a token that was revoked, or that ended longer ago than clocks may differ', async () => {
      const revoked = await note(past(5))
      expect(await becomes(login, client, revoked)).toMatchObject({ client, revoked: false })
      await world.sql(
        `insert into revoked_token (jti_hash, client_id, ends_at) values (sha256(convert_to($1, 'UTF8')), $2, $3)`,
        [revoked, client, past(5)],
      )
      expect(await becomes(login, client, revoked)).toEqual(NOBODY)
      expect(await becomes(login, client, await note(past(31)))).toEqual(NOBODY)
    })
  },
)
