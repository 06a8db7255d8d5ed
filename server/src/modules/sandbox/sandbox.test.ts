import { decodeId, encodeId } from '@liaison/access'
import type { PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { linkIn, mailsTo, NEW_PASSWORD } from '#testing/account-holder.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { asSide, attempt } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller, SeededPerson } from '#testing/world.ts'

let world: TestWorld
let pages: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  pages = await startConsentWorld()
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await pages[Symbol.asyncDispose]()
})

const SANDBOX = '/api/v1/partner/sandbox'

interface Cast {
  readonly partner: PartnerId
  readonly person: SeededPerson
  readonly owner: Caller
}

async function cast(name = 'Northwind'): Promise<Cast> {
  const partner = await world.partner(name)
  const person = await world.person('Ana Ruiz')
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  return { partner, person, owner: await world.signIn(person.id) }
}

async function open(owner: Caller) {
  const response = await world.call(owner, 'POST', SANDBOX, { body: {} })
  expect(response.statusCode, response.body).toBe(200)
  const shown = response.json().tenant
  const tenant = decodeId('tenant', shown.tenant_id)
  if (tenant === null) throw new Error('The sandbox has no id.')
  return { shown, tenant }
}

const inTenant = ({ cookie }: Caller, tenantId: TenantId): Caller => ({ cookie, tenantId })

describe('the sandbox of a partner (A11)', () => {
  test('is made once, with two accounts that pay for themselves and its opener as administrator, and its own log says so', async () => {
    const { owner, partner } = await cast()
    expect((await world.call(owner, 'GET', SANDBOX)).json()).toEqual({ tenant: null })
    const { shown, tenant } = await open(owner)
    expect(shown).toMatchObject({ name: 'Sandbox of Northwind', decides: true })
    expect(shown.accounts.map(({ ban }: { ban: string }) => ban)).toEqual(['SANDBOX-1', 'SANDBOX-2'])
    expect((await open(owner)).tenant).toBe(tenant)
    expect((await world.call(owner, 'GET', SANDBOX)).json()).toEqual({ tenant: shown })
    const rows = await world.sql(
      `select t.is_sandbox, (select count(*)::integer from commercial_relationship r where r.tenant_id = t.id and r.kind = 'direct') as payers
       from tenant t where t.id = $1`,
      [tenant],
    )
    expect(rows).toEqual([{ is_sandbox: true, payers: 2 }])
    const log = await world.call(
      inTenant(owner, tenant),
      'GET',
      '/api/v1/tenant/partner-access/activity?action=sandbox',
    )
    expect(log.json().items.map(({ action }: { action: string }) => action)).toEqual([
      'sandbox.enter',
      'sandbox.join',
      'sandbox.open',
    ])
    expect(await world.sql('select 1 from sandbox_tenant where partner_id = $1', [partner])).toHaveLength(1)
  })

  test('is one, however many owners open it at the same moment', async () => {
    const { owner, partner } = await cast()
    const second = await world.person()
    await world.partnerMember(partner, second.id, 'PARTNER_OWNER')
    const other = await world.signIn(second.id)
    const opened = await Promise.all([open(owner), open(other), open(owner), open(other)])
    expect(new Set(opened.map(({ tenant }) => tenant)).size).toBe(1)
    const members = await world.sql('select 1 from tenant_member where tenant_id = $1', [opened[0]?.tenant])
    expect(members).toHaveLength(2)
  })

  test('is opened by owners, and seen by nobody of another partner', async () => {
    const { owner, partner } = await cast()
    const { tenant } = await open(owner)
    const staff = await world.person()
    await world.partnerMember(partner, staff.id)
    const refused = await world.call(await world.signIn(staff.id), 'POST', SANDBOX, { body: {} })
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'PERMISSION_DENIED'])
    const other = await cast('Contoso')
    expect((await world.call(other.owner, 'GET', SANDBOX)).json()).toEqual({ tenant: null })
    const home = await world.call(inTenant(other.owner, tenant), 'GET', '/api/v1/tenant/members')
    expect(home.statusCode).toBe(404)
  })

  test('is left with the partner, in the same moment, and its log keeps who left', async () => {
    const { owner, partner } = await cast()
    const { tenant } = await open(owner)
    const second = await world.person()
    const member = await world.partnerMember(partner, second.id, 'PARTNER_OWNER')
    const leaver = await world.signIn(second.id)
    await open(leaver)
    const inside = inTenant(leaver, tenant)
    expect((await world.call(inside, 'GET', '/api/v1/tenant/members')).statusCode).toBe(200)
    const path = `/api/v1/partner/members/${encodeId('member', member)}`
    expect((await world.call(owner, 'DELETE', path)).statusCode).toBe(200)
    expect((await world.call(inside, 'GET', '/api/v1/tenant/members')).statusCode).toBe(403)
    const events = await world.sql(
      `select action, resource_id from audit_event where action = 'sandbox.leave' and tenant_id = $1`,
      [tenant],
    )
    expect(events).toEqual([{ action: 'sandbox.leave', resource_id: second.id }])
  })

  test('is joined by nobody from outside, not even by an invitation of its administrator', async () => {
    const { owner } = await cast()
    const { tenant } = await open(owner)
    const email = 'outsider@example.test'
    const sent = await world.call(inTenant(owner, tenant), 'POST', '/api/v1/tenant/members/invite', {
      body: { email, role: 'TENANT_USER' },
    })
    expect(sent.statusCode, sent.body).toBe(201)
    const link = linkIn((await mailsTo(world, email))[0])
    const joined = await new FormBrowser(world, '10.8.0.1').post(link, {
      name: 'Out Sider',
      password: NEW_PASSWORD,
    })
    expect(joined.status).toBe(409)
    const rows = await world.sql('select 1 from tenant_member where tenant_id = $1', [tenant])
    expect(rows).toHaveLength(1)
    expect(await world.sql('select 1 from person where email = $1', [email])).toEqual([])
  })

  test('lets no other partner in, whether it asks or is invited', async () => {
    const { owner } = await cast()
    const { tenant } = await open(owner)
    const other = await cast('Contoso')
    const [{ slug } = { slug: '' }] = await world.sql<{ slug: string }>(
      'select slug from tenant where id = $1',
      [tenant],
    )
    const terms = { access_role: 'msp_support', relationship_type: 'msp_managed', duration_days: 30 }
    const message = 'To look after your network for a while.'
    const asked = await world.call(other.owner, 'POST', '/api/v1/partner/links', {
      body: { ...terms, message, tenant_slug: slug },
    })
    const [code] = await world.sql<{ slug: string }>('select slug from partner where id = $1', [
      other.partner,
    ])
    const invited = await world.call(
      inTenant(owner, tenant),
      'POST',
      '/api/v1/tenant/partner-access/links/invite',
      { body: { ...terms, message, partner_slug: code?.slug } },
    )
    expect([asked.statusCode, invited.statusCode]).toEqual([202, 404])
    expect(await world.sql('select 1 from delegation where tenant_id = $1', [tenant])).toEqual([])
  })
})

/** Rows that only the guards of the sandbox refuse, tried as the owner of all tables. */
const refusalOf = (text: string, values: unknown[], tenant?: TenantId) =>
  world
    .seed(text, values, tenant)
    .then(() => 'done')
    .catch((error: { constraint?: string; message: string }) => error.constraint ?? error.message)

describe('the database', () => {
  const DELEGATION = `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name)
    values ($1, $2, 'consent', 'active', 0::bit(256), 0::bit(256), now(), now() + interval '1 day', now(), 'A test') returning id`

  test('refuses strangers as members, other partners as guests, and live clients, whoever writes', async () => {
    const { owner, partner } = await cast()
    const { tenant } = await open(owner)
    const [stranger, other] = [await world.person(), await world.partner('Contoso')]
    const join = `insert into tenant_member (tenant_id, person_id, role) values ($1, $2, 'TENANT_USER')`
    expect(await refusalOf(join, [tenant, stranger.id])).toBe('sandbox_of_own_people')
    expect(await refusalOf(DELEGATION, [tenant, other])).toBe('sandbox_of_own_partner')
    const consent = async (environment: string) => {
      const [client] = await world.seed<{ id: string }>(
        `insert into api_client (partner_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
         values ($1, $2, $2, '{orders.read}', 0::bit(256), '{"keys":[]}', uuidv7(), 'A test') returning id`,
        [partner, environment],
      )
      return refusalOf(
        `with d as (${DELEGATION}) insert into consent (id, tenant_id, partner_id, client_id, scopes, actions)
         select d.id, $1, $2, $3, '{orders.read}', '{order.read}' from d`,
        [tenant, partner, client?.id],
        tenant,
      )
    }
    expect([await consent('live'), await consent('sandbox')]).toEqual(['sandbox_of_sandbox_clients', 'done'])
  })

  test('shows a sandbox to its partner and the provider alone, and lets no login make, move or take away one', async () => {
    const { owner, partner, person } = await cast()
    const { tenant } = await open(owner)
    const stranger = await cast('Contoso')
    const sides = (one: Cast): Scene => ({
      partner: one.partner,
      tenant,
      stranger: person.id,
      member: encodeId('member', one.partner) as never,
      people: {
        partner: { id: one.person.id, caller: one.owner },
        tenant: { id: one.person.id, caller: one.owner },
        provider: { id: one.person.id, caller: one.owner },
      },
    })
    const seen = (one: Cast) =>
      asSide({ world, side: 'partner', scene: sides(one) }, async (client) => {
        const { rows } = await client.query('select partner_id from sandbox_tenant')
        return [rows.length, await attempt(client, 'select access.open_sandbox()')]
      })
    expect(await seen({ owner, partner, person })).toEqual([1, 'done'])
    expect(await seen(stranger)).toEqual([0, 'done'])
    for (const login of LOGINS) {
      for (const text of [
        `insert into sandbox_tenant (partner_id, tenant_id) values (uuidv7(), uuidv7())`,
        `update sandbox_tenant set tenant_id = tenant_id`,
        `delete from sandbox_tenant`,
        `select access.open_sandbox()`,
      ])
        await expect(world.sqlAs(login, text), `${login}: ${text}`).rejects.toThrow(
          /permission denied|opened by an owner/,
        )
      const bare = await world.sqlAs(login, 'select 1 from sandbox_tenant').catch(() => [])
      expect(bare, login).toEqual([])
    }
  })
})

describe('on the pages of consents', () => {
  const acts = makeConsentActs(() => pages)

  test('a sandbox client of another partner is not let into a sandbox', async () => {
    const people = await acts.cast({ environment: 'sandbox' })
    const other = await pages.partner('Contoso')
    await pages.partnerMember(other, people.adminId, 'PARTNER_OWNER')
    await pages.seed('update tenant set is_sandbox = true where id = $1', [people.tenant], people.tenant)
    await pages.seed(
      'insert into sandbox_tenant (partner_id, tenant_id) values ($1, $2)',
      [other, people.tenant],
      people.tenant,
    )
    const uid = await acts.ask(people)
    const answer = await acts.allow(people, uid, { actions: ['order.read'] })
    expect([
      answer.statusCode,
      answer.body.includes('A sandbox is opened to the partner whose it is'),
    ]).toEqual([409, true])
  })
})
