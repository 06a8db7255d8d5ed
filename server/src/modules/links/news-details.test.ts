import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkActs } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, sendDigests } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

type Scene = Awaited<ReturnType<typeof acts.makeLink>>

/** The mails about a link since the last look, to the owner of the partner and to the administrators of the tenant. */
async function mailsOf({ id }: Scene) {
  const sent = await world.sql<{ text: string }>(
    `delete from outbox where topic = 'mail' and payload ->> 'text' like $1 returning payload ->> 'text' as text`,
    [`%${id}%`],
  )
  return {
    partner: sent.find(({ text }) => text.includes('/partner/'))?.text ?? '',
    tenant: sent.find(({ text }) => text.includes('/links/') && text.includes('?org='))?.text ?? '',
  }
}

async function change(scene: Scene, body: object) {
  const path = `/api/v1/tenant/partner-access/links/${scene.id}`
  const shown = await world.call(scene.admin, 'GET', path)
  const response = await world.call(scene.admin, 'PATCH', path, {
    body,
    headers: { 'if-match': String(shown.headers['etag']) },
  })
  expect(response.statusCode, response.body).toBe(200)
}

test('a mail about a change says what was allowed and taken away, by whom and when, until when, and how to take it back (B10)', async () => {
  const scene = await acts.makeLink()
  await mailsOf(scene)
  const comment = 'partner.support.tickets.comment'
  await change(scene, { deny: [comment] })
  const less = await mailsOf(scene)
  for (const text of [less.tenant, less.partner]) {
    expect(text).toMatch(/No longer allowed: Comment on tickets\./)
    expect(text).not.toContain('Allowed from now on')
    expect(text).toMatch(/The access lasts (?:until \d+ [A-Z][a-z]{2} \d{4}|without an end)/)
  }
  expect(less.tenant).toMatch(/Done by Dana Kim on \d+ [A-Z][a-z]{2} \d{4}, \d{2}:\d{2} UTC\./)
  expect(less.tenant).toContain('You can take it back at any time')
  // Who of the customer did it stays among the customer's own people.
  expect(less.partner).not.toContain('Dana Kim')
  expect(less.partner).toMatch(/Done by Acme Fiber on /)
  await change(scene, { deny: [] })
  expect((await mailsOf(scene)).tenant).toMatch(/Allowed from now on: Comment on tickets\./)
})

test('a mail about a stop says who stopped it and when, and the organisation what to check (experience.md, C12)', async () => {
  const scene = await acts.makeLink()
  await mailsOf(scene)
  const path = `/api/v1/tenant/partner-access/links/${scene.id}/revoke`
  const stopped = await world.call(scene.admin, 'POST', path, { body: {} })
  expect(stopped.statusCode, stopped.body).toBe(200)
  const { tenant, partner } = await mailsOf(scene)
  expect(tenant).toMatch(/Done by Dana Kim on .* UTC\./)
  expect(tenant).toContain('check with Northwind what it keeps')
  expect(partner).toMatch(/Done by Acme Fiber on .* UTC\./)
  expect(partner).not.toContain('Dana Kim')
})

test('the weekly mail names the page on which every single act stands, with its address (B10)', async () => {
  const { tenant } = await acts.makeLink()
  const [row] = await world.sql<{ now: Date }>(`select now() + interval '7 days' as now`)
  await sendDigests(world.database, { at: row?.now ?? new Date(0), origin: 'https://portal.example' })
  const [mail] = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'subject' like 'What partners did%'`,
  )
  expect(tenant).not.toBe('')
  expect(mail?.text).toMatch(
    /stands under What they did\.\s+https:\/\/portal\.example\/org\/ten_\w+\/activity/,
  )
})
