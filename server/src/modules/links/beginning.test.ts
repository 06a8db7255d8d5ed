import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { partnerPath, makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import { asSide, attempt, openScene, seedLink } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const uuidOf = (id: string) => decodeId('link', id) ?? ''

/** Takes every second factor of a partner's people away, as a reset by the provider does. */
const weaken = (partner: string) =>
  world.seed(
    `delete from totp_factor where person_id in (select person_id from partner_member where partner_id = $1)`,
    [partner],
  )

const strengthen = (partner: string) =>
  world.seed(
    `insert into totp_factor (person_id, secret, confirmed_at) select person_id, '\\x00', now() from partner_member where partner_id = $1 and status = 'active'`,
    [partner],
  )

/** A partner without any second factor that asked, and was allowed. */
async function openWaiting(accept: object = {}) {
  const people = await acts.cast()
  await acts.ask(people)
  const { link_id: id } = await acts.newestLink(people)
  await weaken(people.partner)
  const approved = await acts.approve(people, id, accept)
  const read = async () => [
    (await world.call(people.admin, 'GET', tenantPath(id))).json(),
    (await world.call(people.owner, 'GET', partnerPath(id))).json(),
  ]
  const told = async () => {
    const rows = await world.sql<{ news: string; sentence: string }>(
      `select side, news, sentence from link_news where link_id = $1 and created_at > now() - interval '1 hour' order by side, id`,
      [uuidOf(id)],
    )
    return rows
  }
  return { ...people, id, approved, read, told }
}

describe('an approved link of a partner in which nobody has a second factor', () => {
  test('waits, says why on both sides without naming anybody, and begins by itself once somebody has one (B1)', async () => {
    const scene = await openWaiting()
    expect(scene.approved.json()).toMatchObject({ status: 'approved', waits_for: 'second_factor' })
    for (const shown of await scene.read())
      expect(shown).toMatchObject({ status: 'approved', waits_for: 'second_factor' })
    await Promise.all([runLinkClock(world.database), runLinkClock(world.database)])
    await runLinkClock(world.database)
    const waiting = `The access of Northwind has not begun: nobody of Northwind has set up a second sign-in step yet. It begins by itself as soon as somebody has.`
    expect((await scene.told()).map(({ news }) => news)).toEqual([
      'approved_ahead',
      'second_factor',
      'requested',
      'approved_ahead',
      'second_factor',
    ])
    expect((await scene.told()).filter(({ news }) => news === 'second_factor')).toMatchObject([
      {
        sentence: waiting
          .replace('The access of Northwind', 'The access to Acme Fiber')
          .replace('nobody of Northwind', 'nobody of you'),
      },
      { sentence: waiting },
    ])
    expect((await scene.read()).map(({ status }) => status)).toEqual(['approved', 'approved'])
    await strengthen(scene.partner)
    await runLinkClock(world.database)
    for (const shown of await scene.read()) expect(shown).toMatchObject({ status: 'active', waits_for: null })
    expect((await scene.told()).filter(({ news }) => news === 'activated')).toHaveLength(2)
  })

  test('is receipted with what it waits for, and with its first day where that is later (A9, B1)', async () => {
    const receipt = async (
      { admin, id, tenant }: Pick<Awaited<ReturnType<typeof openWaiting>>, 'admin' | 'id' | 'tenant'>,
      language = 'en',
    ) => {
      const organisation = publicIdOf('tenant', tenant)
      const path = `/links/${id}/done?org=${organisation}&lang=${language}`
      return (await world.call(admin, 'GET', path)).body
    }
    const scene = await openWaiting()
    expect(await receipt(scene)).toMatch(
      /Northwind will have access[^]*Begins[^]*By itself, as soon as somebody of Northwind has set up a second sign-in step\. Nobody has yet\./,
    )
    expect(await receipt(scene, 'es')).toContain('Por sí solo, en cuanto alguien de Northwind configure')
    expect(await receipt(scene, 'fr')).toContain('De lui-même, dès que quelqu’un chez Northwind aura')
    const later = await acts.cast()
    const firstDay = new Date(Date.now() + 86_400_000)
    await acts.ask(later, { starts_at: firstDay.toISOString() })
    const { link_id: id } = await acts.newestLink(later)
    await acts.approve(later, id)
    const ahead = await receipt({ ...later, id })
    expect(ahead.slice(ahead.indexOf('Begins'), ahead.indexOf('How long'))).toContain(
      writeInstant(firstDay, 'en'),
    )
    expect(ahead).not.toContain('second sign-in step')
    await strengthen(scene.partner)
    await runLinkClock(world.database)
    expect(await receipt(scene)).not.toContain('Begins')
  })

  test('is told as one that will be, not as one that is, as is one that begins on a later day (B1)', async () => {
    const scene = await openWaiting()
    const later = await acts.cast()
    await acts.ask(later, { starts_at: new Date(Date.now() + 86_400_000).toISOString() })
    const { link_id: id } = await acts.newestLink(later)
    expect((await acts.approve(later, id)).json()).toMatchObject({ status: 'approved', waits_for: 'start' })
    const sentences = await world.sql<{ sentence: string }>(
      `select sentence from link_news where link_id = any ($1) and side = 'tenant' and news like 'approved%'`,
      [[uuidOf(scene.id), uuidOf(id)]],
    )
    expect(sentences.map(({ sentence }) => sentence.split(',')[0])).toEqual(
      Array.from({ length: 2 }, () => 'Northwind will have access as MSP support'),
    )
    await runLinkClock(world.database)
    expect(
      await world.sql(`select 1 from link_news where link_id = $1 and news = 'second_factor'`, [uuidOf(id)]),
    ).toEqual([])
  })

  test('counts no member who has left, none whose account is off, and no factor that was never confirmed (B1)', async () => {
    const scene = await openWaiting()
    const [left, off, half] = [await world.person(), await world.person(), await world.person()]
    for (const person of [left, off, half])
      await world.partnerMember(scene.partner, person.id, 'PARTNER_STAFF')
    await strengthen(scene.partner)
    await weaken(scene.partner)
    for (const person of [left, off])
      await world.seed(
        `insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`,
        [person.id],
      )
    await world.seed(`insert into totp_factor (person_id, secret) values ($1, '\\x00')`, [half.id])
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [left.id])
    await world.seed(`update person set status = 'inactive' where id = $1`, [off.id])
    await runLinkClock(world.database)
    expect((await scene.read())[0]).toMatchObject({ status: 'approved', waits_for: 'second_factor' })
  })

  test.each([
    ['tenant', 'requested'],
    ['partner', 'requested'],
    ['clock', 'approved'],
  ] as const)('is not begun in raw SQL: %s, from %s (B1)', async (side, from) => {
    const scene = await openScene(world)
    const link = await seedLink(world, scene, { status: from, side })
    const begin = () =>
      asSide({ world, side, scene }, (client) =>
        attempt(
          client,
          `update delegation set status = 'active', status_changed_by_side = $2, status_changed_by = $3, approved_by = coalesce($3, approved_by), approved_at = case when $3::uuid is null then approved_at else now() end, version = version + 1 where id = $1`,
          [link, side, side === 'clock' ? null : scene.people[side].id],
        ),
      )
    expect(await begin()).toBe('done')
    await weaken(scene.partner)
    expect(await begin()).toBe('link_second_factor')
  })
})
