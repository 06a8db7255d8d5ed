import { decodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHandoverScene } from '#testing/handover-acts.ts'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)
const openScene = (role?: string) => openHandoverScene(world, acts, role)

const INSERT = `insert into link_handover (old_link_id, new_link_id, tenant_id, ends, decided_by, decided_by_name)
  select $1, $2, access.context_id('tenant_id'), $3, p.id, p.name from person p where p.id = access.context_id('actor_id')`

/** Lets a link come to its end as if time had passed. */
const letEnd = (scene: { readonly id: string; readonly tenant: TenantId }) =>
  world.seed(
    `update delegation set starts_at = now() - interval '9 days', ends_at = now() - interval '1 minute' where id = $1`,
    [decodeId('link', scene.id)],
    scene.tenant,
  )

describe('a handover', () => {
  test('names links of its own tenant alone, from one in use to an invitation that waits (R1)', async () => {
    const [scene, victim] = [await openScene(), await openScene()]
    const { new_link_id: waiting } = (await scene.handOver()).json()
    const { new_link_id: ofVictim } = (await victim.handOver()).json()
    const insert = (from: string, to: string, ends = 'at_acceptance') =>
      scene.tryAsAdmin(INSERT, [decodeId('link', from), decodeId('link', to), ends])
    expect(await insert(victim.id, scene.id)).toBe('link_handover_links')
    expect(await insert(victim.id, waiting)).toBe('link_handover_links')
    expect(await insert(scene.id, ofVictim)).toBe('link_handover_links')
    expect(await insert(scene.id, waiting, 'now')).toBe('link_handover_links')
    // What remains is refused only because the work is being handed over already.
    expect(await insert(scene.id, waiting)).toBe('link_handover_pkey')
    const update = `update link_handover set new_link_id = $2 where new_link_id = $1`
    expect(await scene.tryAsAdmin(update, [decodeId('link', waiting), decodeId('link', ofVictim)])).not.toBe(
      'done',
    )
  })

  test('that names another tenant’s link does not even stand in the table, and ends nothing (R1)', async () => {
    const [scene, victim] = [await openScene(), await openScene()]
    await world.sql('alter table link_handover disable trigger user')
    const forged = world.seed(
      `insert into link_handover (old_link_id, new_link_id, tenant_id, ends, decided_by, decided_by_name)
       values ($1, $2, $3, 'at_acceptance', uuidv7(), 'Somebody')`,
      [decodeId('link', victim.id), decodeId('link', scene.id), scene.tenant],
      scene.tenant,
    )
    await expect(forged).rejects.toThrow('link_handover_old_of_tenant')
    await world.sql('alter table link_handover enable trigger user')
    await runLinkClock(world.database)
    expect(await victim.statusOf(victim.id)).toBe('active')
    expect((await victim.handOver()).statusCode).toBe(201)
  })
})

describe('a handover at the acceptance', () => {
  test.each([
    [
      'an end',
      false,
      /^.* hands your work over to another partner\. Your access ends as soon as that partner accepts; while nobody accepts, it lasts until [^.]*\.$/,
    ],
    ['no end', true, /while nobody accepts, it lasts without an end\.$/],
  ])(
    'of an access with %s is told to the old partner with the end that it has, by mail and in the portal (B10)',
    async (_, isEndless, sentence) => {
      const scene = await openScene()
      if (isEndless)
        await world.seed(
          'update delegation set ends_at = null where id = $1',
          [decodeId('link', scene.id)],
          scene.tenant,
        )
      expect((await scene.handOver()).statusCode).toBe(201)
      const [mail] = await world.sql<{ text: string }>(
        `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'text' like '%hands your work%' and payload ->> 'text' like $1`,
        [`%${scene.id}%`],
      )
      expect(mail?.text.split('\n')[0]).toMatch(sentence)
      const news = await world.call(scene.owner, 'GET', '/api/v1/partner/link-news')
      expect(news.json().items[0].sentence).toMatch(sentence)
    },
  )
})

describe('an access that came to its end before the other partner accepted', () => {
  test('stays renewed once its tenant renews it, and can be handed over again (B1, B10)', async () => {
    const scene = await openScene()
    const { new_link_id: next } = (await scene.handOver()).json()
    await letEnd(scene)
    await runLinkClock(world.database)
    expect((await scene.accept(next)).statusCode).toBe(200)
    await runLinkClock(world.database)
    expect([await scene.statusOf(scene.id), await scene.statusOf(next)]).toEqual(['expired', 'active'])
    const renewed = await world.call(scene.admin, 'POST', tenantPath(scene.id, '/renew'), {
      body: {},
      headers: { 'if-match': await acts.etagOf(scene.admin, tenantPath(scene.id)) },
    })
    expect(renewed.statusCode, renewed.body).toBe(200)
    await runLinkClock(world.database)
    expect(await scene.statusOf(scene.id)).toBe('active')
    const third = await acts.cast()
    const again = await scene.handOver({ partner_slug: third.partnerSlug })
    expect(again.statusCode, again.body).toBe(201)
    await runLinkClock(world.database)
    expect(await scene.statusOf(scene.id)).toBe('active')
  })

  test('has expired, also when the clock first sees it after the acceptance (B10)', async () => {
    const scene = await openScene()
    const { new_link_id: next } = (await scene.handOver()).json()
    await letEnd(scene)
    expect((await scene.accept(next)).statusCode).toBe(200)
    await runLinkClock(world.database)
    expect([await scene.statusOf(scene.id), await scene.statusOf(next)]).toEqual(['expired', 'active'])
  })
})
