import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AGENCY_ORIGIN, EMBED_ORIGIN, forgetLimits, openEmbedScene } from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeEmbedRoutes, { embedOrigin: () => EMBED_ORIGIN })
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => forgetLimits(world))

let serial = 0

/** A page of this site shows the form, seen from a network of its own. */
function frame({ form }: EmbedScene, site: string) {
  serial += 1
  return world.app.http.inject({
    url: `/e/${form.publicId}`,
    remoteAddress: `198.51.${serial % 250}.${Math.floor(serial / 250)}`,
    headers: { 'sec-fetch-dest': 'iframe', referer: `${site}/` },
  })
}

const rowsOf = ({ tenant }: EmbedScene) =>
  world.sql<{
    reason: string | null
    delegation_id: string | null
    resource_id: string | null
    ip: string | null
  }>(
    `select e.reason, e.delegation_id, e.resource_id, e.ip from audit_event e
     join audit_scope s on s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $1
     where e.action = 'embed.origin_refused'`,
    [tenant],
  )

test('made-up sites at the form of one organisation hide no site that shows the form of another (E10)', async () => {
  const [flooded, quiet] = [await openEmbedScene(world), await openEmbedScene(world)]
  for (let site = 0; site < 120; site += 1) await frame(flooded, `https://s${site}.example`)
  expect((await frame(quiet, 'https://copycat.example')).statusCode).toBe(403)
  expect((await rowsOf(quiet)).map(({ reason }) => reason)).toEqual(['https://copycat.example'])
  const rows = await rowsOf(flooded)
  // A busy machine needs more than one minute for them.
  expect(rows.length).toBeLessThanOrEqual(2 * 51)
  const shared = rows.filter(({ reason }) => reason === null)
  expect(shared.length).toBeGreaterThan(0)
  // What many had in common names none of them, and no other form than theirs.
  for (const row of shared) expect(row).toMatchObject({ ip: null, resource_id: flooded.form.uuid })
}, 60_000)

const sitesOf = async ({ form }: EmbedScene, isAllowed: boolean) =>
  (
    await world.sql<{ origin: string }>(
      'select origin from form_visit where form_id = $1 and is_allowed = $2 order by 1',
      [form.uuid, isAllowed],
    )
  ).map(({ origin }) => origin)

test('two hundred made-up sites blind no list: who comes after them is seen, and the one seen longest ago goes (E11)', async () => {
  const scene = await openEmbedScene(world)
  await world.sql(
    `insert into form_visit (form_id, tenant_id, origin, is_allowed, first_seen_at, last_seen_at)
     select $1, $2, 'https://s' || n || '.example', false, now() - interval '2 days', now() - n * interval '1 minute' from generate_series(1, 200) n`,
    [scene.form.uuid, scene.tenant],
  )
  await frame(scene, 'https://copycat.example')
  await frame(scene, AGENCY_ORIGIN)
  await expect.poll(() => sitesOf(scene, true), SOON).toEqual([AGENCY_ORIGIN])
  await expect.poll(() => sitesOf(scene, false), SOON).toContain('https://copycat.example')
  const foreign = await sitesOf(scene, false)
  expect(foreign).toHaveLength(200)
  expect(foreign).not.toContain('https://s200.example')
})

test('a site that nobody saw for four weeks is forgotten (E11)', async () => {
  const scene = await openEmbedScene(world)
  await world.sql(
    `insert into form_visit (form_id, tenant_id, origin, is_allowed, first_seen_at, last_seen_at)
     select $1, $2, 'https://s' || n || '.example', n > 28, now() - interval '60 days', now() - n * interval '1 day' from unnest('{27,29}'::integer[]) n`,
    [scene.form.uuid, scene.tenant],
  )
  const job = await world.database.pool('liaison_job').connect()
  await job.query('select access.forget_embed_tickets()').finally(() => job.release())
  expect([await sitesOf(scene, false), await sitesOf(scene, true)]).toEqual([['https://s27.example'], []])
})
