import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, openWholesale, people } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { asSide, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeTmForumRoutes } from './index.ts'

const ROLES = '/api/v1/admin/tmf-api/partyRoleManagement/v5/partyRole'
const PERMISSIONS = 'tmf-api/rolesAndPermissionsManagement/v4/permission'
const OF_PROVIDER = `/api/v1/admin/${PERMISSIONS}`
const OF_TENANT = `/api/v1/tenant/${PERMISSIONS}`

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let direct: DirectScene
let whole: WholesaleScene
let scene: Scene
let link: string
beforeAll(async () => {
  world = await TestWorld.start(makeTmForumRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  provider = await people.provider(world)
  direct = await openDirect(world, clients)
  whole = await openWholesale(world, clients)
  scene = await openScene(world)
  link = encodeId('link', await world.link(scene.partner, scene.tenant, { endsAt: new Date('2099-06-01') }))
})
afterAll(() => world[Symbol.asyncDispose]())

interface Entity {
  readonly id: string
  readonly href: string
  readonly [name: string]: unknown
}

async function get(caller: Caller, path: string) {
  const answer = await world.call(caller, 'GET', path)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}
const list = async (caller: Caller, path: string): Promise<Entity[]> => (await get(caller, path)).json()
const one = async (caller: Caller, path: string): Promise<Entity> => (await get(caller, path)).json()
const idsOf = (entities: readonly Entity[]): string[] => entities.map(({ id }) => id)
const tenantOf = (id: Scene['tenant']) => encodeId('tenant', id)

describe('who pays, as Party Roles of TMF669 (A16)', () => {
  test('a resale is the role of the wholesaler, with the customer, the payer, both accounts and the agreement', async () => {
    const id = encodeId('commercial_relationship', whole.relationship)
    const role = await one(provider, `${ROLES}/${id}`)
    expect(role).toMatchObject({
      id,
      '@type': 'PartyRole',
      name: 'Whole',
      role: 'Reseller',
      status: 'active',
      validFor: { startDateTime: '2026-01-01T00:00:00.000Z' },
      engagedParty: { id: encodeId('partner', whole.partner), '@referredType': 'Organization' },
      relatedParty: [
        { role: 'customer', partyOrPartyRole: { id: tenantOf(whole.tenant), name: 'Endco' } },
        { role: 'payer', partyOrPartyRole: { id: tenantOf(whole.home), name: 'Whole itself' } },
      ],
      account: [
        { id: 'E-7', name: 'owner' },
        { id: 'W-1', name: 'payer' },
      ],
      agreement: [{ id: 'AGR-1', '@referredType': 'Agreement' }],
    })
    expect(new URL(role.href).pathname).toBe(`${ROLES}/${id}`)
    expect(role['validFor']).not.toHaveProperty('endDateTime')
  })

  test('a customer that pays for itself is a role of its own, with one account', async () => {
    const tenant = tenantOf(direct.tenant)
    const [first, ...others] = await list(provider, `${ROLES}?relatedParty.partyOrPartyRole.id=${tenant}`)
    expect(others).toHaveLength(1)
    expect(first).toMatchObject({
      role: 'Customer',
      engagedParty: { id: tenant, name: 'Globex' },
      account: [{ id: 'BAN-2', name: 'owner' }],
    })
  })

  test('an account of the same number that another tenant pays with is named as the payer', async () => {
    const twin = await clients.account(whole.tenant, whole.homeAccount.ban)
    const made = await clients.paidBy(twin, whole.homeAccount, whole.partner)
    const role = await one(provider, `${ROLES}/${encodeId('commercial_relationship', made)}`)
    expect(role['account']).toMatchObject([
      { id: 'W-1', name: 'owner' },
      { id: 'W-1', name: 'payer' },
    ])
  })

  test('a party is found by its id in each of its roles, as customer and as payer (TMF630)', async () => {
    const id = encodeId('commercial_relationship', whole.relationship)
    for (const party of [whole.tenant, whole.home])
      expect(
        idsOf(await list(provider, `${ROLES}?relatedParty.partyOrPartyRole.id=${tenantOf(party)}`)),
      ).toContain(id)
  })

  test('a list is a plain array of a page, with how many there are in its header fields', async () => {
    const answer = await get(provider, `${ROLES}?limit=1&offset=1`)
    expect(answer.json()).toHaveLength(1)
    expect(answer.headers).toMatchObject({ 'x-total-count': '5', 'x-result-count': '1' })
    expect(await list(provider, `${ROLES}?status=suspended`)).toEqual([])
  })
})

describe('who may do what, as Permissions of TMF672 (A16)', () => {
  test('a link is a permission of the tenant to the partner over the tenant, function by function', async () => {
    const permission = await one(provider, `${OF_PROVIDER}/${link}`)
    const asset = { id: tenantOf(scene.tenant), '@referredType': 'Organization' }
    expect(permission).toMatchObject({
      id: link,
      '@type': 'Permission',
      status: 'active',
      validFor: { startDateTime: '1970-01-01T00:00:00.000Z', endDateTime: '2099-06-01T00:00:00.000Z' },
      granter: { id: asset.id, name: 'Acme' },
      user: { id: encodeId('partner', scene.partner), name: 'Northwind' },
      assetUserRole: [{ manageableAsset: asset, userRole: { id: 'msp_full' } }],
    })
    expect(permission['privilege']).toContainEqual({
      function: 'partner.billing.invoices',
      action: 'read',
      manageableAsset: asset,
    })
  })

  test('a consent names its client and is a permission over its billing accounts; a resale one of the reseller', async () => {
    const consent = await one(provider, `${OF_PROVIDER}/${encodeId('consent', direct.consent)}`)
    const asset = { id: 'BAN-1', '@referredType': 'BillingAccount' }
    expect(consent['assetUserRole']).toEqual([
      {
        manageableAsset: asset,
        userRole: { id: encodeId('api_client', direct.client), name: 'Order desk' },
      },
    ])
    expect(consent['privilege']).toContainEqual({
      function: 'api.orders',
      action: 'create',
      manageableAsset: asset,
    })
    const resale = await one(provider, `${OF_PROVIDER}/${encodeId('resale', whole.resale)}`)
    expect(resale).toMatchObject({
      granter: { id: tenantOf(whole.tenant) },
      user: { id: encodeId('partner', whole.partner) },
      assetUserRole: [{ manageableAsset: { id: 'E-7' }, userRole: { id: 'resale' } }],
    })
  })

  test('a tenant reads what it granted itself, and of others not even that it is', async () => {
    const { caller } = scene.people.tenant
    expect(idsOf(await list(caller, OF_TENANT))).toEqual([link])
    expect((await one(caller, `${OF_TENANT}/${link}`)).href).toContain(`${OF_TENANT}/${link}`)
    const foreign = await world.call(caller, 'GET', `${OF_TENANT}/${encodeId('consent', direct.consent)}`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'PERMISSION_NOT_FOUND'])
    const filtered = await list(caller, `${OF_TENANT}?user.id=${encodeId('partner', direct.partner)}`)
    expect(filtered).toEqual([])
  })

  test('what was taken back before it began was valid at no time, and no period ends before it starts', async () => {
    const tenant = await world.tenant('Early')
    const id = await world.link(scene.partner, tenant, {
      status: 'approved',
      startsAt: new Date('2098-01-01'),
    })
    await world.seed(
      `update delegation set status = 'revoked', status_changed_at = now(), status_changed_by_side = 'tenant' where id = $1`,
      [id],
      tenant,
    )
    const { validFor } = (await one(provider, `${OF_PROVIDER}/${encodeId('link', id)}`)) as Entity & {
      validFor: { startDateTime: string; endDateTime: string }
    }
    expect(Date.parse(validFor.endDateTime)).toBeLessThanOrEqual(Date.now())
    expect(validFor.startDateTime).toBe(validFor.endDateTime)
  })

  test('what was narrowed, suspended or ended is told as it is now; what was never granted is none', async () => {
    const tenant = await world.tenant('Moving')
    const id = await world.link(scene.partner, tenant)
    const path = `${OF_PROVIDER}/${encodeId('link', id)}`
    const functions = async () =>
      ((await one(provider, path))['privilege'] as { function: string }[]).map((entry) => entry.function)
    expect(await functions()).toContain('partner.billing.invoices')
    await world.override(id, 'partner.billing.*', 'deny', new Date('2099-01-01'))
    expect((await functions()).filter((name) => name.startsWith('partner.billing'))).toEqual([])
    const move = (status: string) =>
      world.seed(
        'update delegation set status = $2, status_changed_at = now() where id = $1',
        [id, status],
        tenant,
      )
    await move('suspended')
    expect(await one(provider, path)).toMatchObject({ status: 'suspended' })
    await move('revoked')
    const ended = await one(provider, path)
    expect(ended).toMatchObject({ status: 'revoked' })
    const { endDateTime } = ended['validFor'] as { endDateTime: string }
    expect(new Date(endDateTime).getFullYear()).toBeLessThan(2099)
    const asked = await world.link(await world.partner('Asking'), tenant, { status: 'requested' })
    await world.seed('update delegation set approved_at = null where id = $1', [asked], tenant)
    const none = await world.call(provider, 'GET', `${OF_PROVIDER}/${encodeId('link', asked)}`)
    expect(none.json()).toMatchObject({ status: 404, code: 'PERMISSION_NOT_FOUND' })
    const granter = `granter.id=${tenantOf(tenant)}`
    expect(idsOf(await list(provider, `${OF_PROVIDER}?${granter}`))).toEqual([encodeId('link', id)])
    expect(await list(provider, `${OF_PROVIDER}?${granter}&status=active`)).toEqual([])
  })

  test('fields choose attributes; a field or a filter that there is not is refused', async () => {
    const [entity] = await list(provider, `${OF_PROVIDER}?fields=id,user,status&limit=1`)
    expect(Object.keys(entity ?? {}).toSorted()).toEqual(['@type', 'href', 'id', 'status', 'user'])
    for (const query of ['fields=mask', 'granter=1', 'limit=0']) {
      const refused = await world.call(provider, 'GET', `${OF_PROVIDER}?${query}`)
      expect([refused.statusCode, refused.json().code], query).toEqual([422, 'VALIDATION_ERROR'])
    }
  })

  test('each read is noted for whoever was read about', async () => {
    await one(scene.people.tenant.caller, `${OF_TENANT}/${link}`)
    const rows = await world.sql<{ action: string }>(
      `select distinct e.action from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1`,
      [decodeId('tenant', tenantOf(scene.tenant))],
    )
    expect(rows.map(({ action }) => action)).toContain('tenant.partner_access.read')
  })
})

describe('the database tells permissions to their sides alone (A16)', () => {
  const seen = 'select id, granted from granted_permission'

  test('a tenant sees its own and nothing of others, and asks in vain what others granted', async () => {
    const rows = await asSide({ world, side: 'tenant', scene }, (client) => client.query(seen))
    expect(rows.rows.map(({ id }: { id: string }) => id)).toEqual([decodeId('link', link)])
    const asked = await asSide({ world, side: 'tenant', scene }, (client) =>
      client.query('select access.granted_by($1) as granted', [direct.consent]),
    )
    expect(asked.rows).toEqual([{ granted: null }])
  })

  test.each(['partner', 'clock'] as const)('the login of the %s has no way to either', async (side) => {
    for (const text of [seen, `select access.granted_by('${whole.resale}')`])
      await expect(asSide({ world, side, scene }, (client) => client.query(text))).rejects.toMatchObject({
        code: '42501',
      })
  })

  test('without a context nothing is told', async () => {
    const { rows } = await world.database.pool('liaison_tenant').query(seen)
    expect(rows).toEqual([])
  })
})
