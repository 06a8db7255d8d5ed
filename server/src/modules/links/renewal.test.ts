import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), ...portfolioRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

type Linked = Awaited<ReturnType<typeof acts.makeLink>>

const read = async ({ admin, id }: Linked) => (await world.call(admin, 'GET', tenantPath(id))).json()
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** Lets so many days pass for a link. */
const age = ({ id, tenant }: Linked, days: number) =>
  world.seed(
    `update delegation set starts_at = starts_at - make_interval(days => $2), ends_at = ends_at - make_interval(days => $2), approved_at = approved_at - make_interval(days => $2) where id = $1`,
    [decodeId('link', id), days],
    tenant,
  )

/** Moves what its history says of its end by so many days, as the time that passed would have. */
const ageHistory = ({ id, tenant }: Linked, days: number) =>
  world.sql(
    `alter table delegation_history disable trigger user;
     update delegation_history set detail = detail || jsonb_build_object('ends_at', (detail ->> 'ends_at')::timestamptz - interval '${days} days') where delegation_id = '${decodeId('link', id)}' and tenant_id = '${tenant}' and detail ? 'ends_at';
     update delegation_history set detail = detail || jsonb_build_object('before', (detail ->> 'before')::timestamptz - interval '${days} days') where delegation_id = '${decodeId('link', id)}' and detail ? 'before';
     alter table delegation_history enable trigger user`,
  )

async function pass(people: Linked, days: number) {
  await age(people, days)
  await ageHistory(people, days)
}

describe('a renewal (managed-tenants.md section 2)', () => {
  test('is as long as the first term, the second and third as well, and says so before (B1)', async () => {
    const people = await acts.makeLink()
    for (const round of [1, 2, 3]) {
      await pass(people, 80)
      const before = await read(people)
      const renewed = await acts.tenantMove(people, 'renew')
      expect(renewed.statusCode, renewed.body).toBe(200)
      expect(renewed.json().ends_at, `round ${round}`).toBe(before.renewal_ends_at)
      expect(daysBetween(before.ends_at, renewed.json().ends_at), `round ${round}`).toBe(90)
    }
  })

  test('is as long as the first term after the link renewed itself (B1)', async () => {
    const people = await acts.makeLink()
    await world.seed(
      'update link set auto_renew_days = 180 where id = $1',
      [decodeId('link', people.id)],
      people.tenant,
    )
    await pass(people, 90)
    await world.seed(
      `update delegation set ends_at = now() + interval '1 minute' where id = $1`,
      [decodeId('link', people.id)],
      people.tenant,
    )
    await runLinkClock(world.database)
    const before = await read(people)
    expect(before.expires_in_days).toBe(181)
    const renewed = await acts.tenantMove(people, 'renew')
    expect(daysBetween(before.ends_at, renewed.json().ends_at)).toBe(90)
  })

  test('of a link that begins later counts from its start (B1)', async () => {
    const people = await acts.makeLink({ starts_at: new Date(Date.now() + 30 * 86_400_000).toISOString() })
    await pass(people, 100)
    await runLinkClock(world.database)
    const before = await read(people)
    expect(before.status).toBe('active')
    const renewed = await acts.tenantMove(people, 'renew')
    expect(daysBetween(before.ends_at, renewed.json().ends_at)).toBe(90)
  })
})

describe('the list of a partner’s links', () => {
  test('is narrowed by kind of relationship and by a group of its tenants (B5)', async () => {
    const people = await acts.makeLink()
    const list = async (query: string) =>
      (await world.call(people.owner, 'GET', `/api/v1/partner/links?${query}`)).json()
    expect((await list('type=msp_managed,audit_only')).total).toBe(1)
    expect((await list('type=audit_only')).total).toBe(0)
    expect((await list('type=something')).code).toBe('VALIDATION_ERROR')
    const tenantId = encodeId('tenant', people.tenant)
    const make = async (body: object) =>
      (await world.call(people.owner, 'POST', '/api/v1/partner/tenant-groups', { body })).json()
    const inside = await make({ name: 'With contract', kind: 'chosen', included_tenant_ids: [tenantId] })
    const outside = await make({ name: 'All but one', kind: 'all', excluded_tenant_ids: [tenantId] })
    expect((await list(`group=${inside.group_id}`)).items, JSON.stringify(inside)).toMatchObject([
      { link_id: people.id },
    ])
    expect((await list(`group=${outside.group_id}&type=msp_managed`)).total).toBe(0)
    const stranger = await acts.makeLink()
    const foreign = await world.call(stranger.owner, 'GET', `/api/v1/partner/links?group=${inside.group_id}`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'GROUP_NOT_FOUND'])
    expect((await world.call(people.owner, 'GET', partnerPath(people.id))).statusCode).toBe(200)
  })
})
