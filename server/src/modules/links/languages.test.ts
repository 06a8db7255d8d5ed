import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemPage } from '#platform/pages/index.ts'
import { englishIn } from '#testing/catalogue.ts'
import { fieldOf, ticksOf } from '#testing/consent-acts.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'
import { LINK_NEWS_WORDS, LINK_WORDS } from './words/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes, { problemPage })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly admin: Caller
  readonly adminId: string
  readonly path: string
  readonly org: string
}

/** A request of a partner that waits for the administrator of an organisation. */
async function openScene(): Promise<Scene> {
  const [partner, tenant] = [await world.partner('Northwind MSP'), await world.tenant('Acme Fiber')]
  const [owner, admin] = [await world.person('Ana Ruiz'), await world.person('Dana Kim')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    owner.id,
  ])
  const [row] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [tenant])
  const asking = await world.signIn(owner.id)
  const body = {
    tenant_slug: row?.slug,
    relationship_type: 'msp_managed',
    access_role: 'msp_full',
    message: 'NOC 24/7',
    duration_days: 90,
  }
  const sent = await world.call(asking, 'POST', '/api/v1/partner/links', { body })
  expect(sent.statusCode, sent.body).toBe(202)
  const { items } = (await world.call(asking, 'GET', '/api/v1/partner/links')).json()
  return {
    admin: await world.signIn(admin.id, { tenantId: tenant }),
    adminId: admin.id,
    path: `/links/${items[0].link_id}`,
    org: `?org=${encodeId('tenant', tenant)}`,
  }
}

const read = ({ admin, path, org }: Scene, rest: string, lang?: string) =>
  world.call(
    { cookie: admin.cookie },
    'GET',
    `${path}${rest}${org}${lang === undefined ? '' : `&lang=${lang}`}`,
  )

/** Sends a form, and follows its answer to the page that shows what was chosen, as a browser does. */
async function post(scene: Scene, url: string, fields: readonly (readonly [string, string])[]) {
  const { admin } = scene
  const sent = await world.app.http.inject({
    method: 'POST',
    url,
    headers: {
      cookie: String(admin.cookie),
      origin: TEST_ORIGIN,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
  })
  const next = url.includes('/check') ? sent.headers.location : undefined
  return next === undefined ? sent : world.call({ cookie: admin.cookie }, 'GET', next)
}

const actionOf = (body: string, rest: string) =>
  (new RegExp(`action="([^"]*${rest}[^"]*)"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')

const chosenIn = (body: string): [string, string][] => [
  ['snapshot_token', fieldOf(body, 'snapshot_token')],
  ['access_role', 'msp_full'],
  ...ticksOf(body, 'allow').map((name): [string, string] => ['allow', name]),
]

const englishOf = (page: string, language: 'es' | 'fr') =>
  englishIn(page, [LINK_WORDS.en, LINK_WORDS[language]])

test.each(['es', 'fr'] as const)(
  'a request for a link is read, faulted, checked and allowed in %s, and what is kept says so (B2, U12)',
  async (language) => {
    const scene = await openScene()
    const review = await read(scene, '', language)
    const faulty = await post(scene, actionOf(review.body, '/check'), [
      ...chosenIn(review.body),
      ['ends_on', '2001-01-01'],
      ['ip_allow', 'everywhere'],
    ])
    expect(faulty.statusCode).toBe(422)
    expect(faulty.body).toContain(LINK_WORDS[language].faults.past)
    const check = await post(scene, actionOf(review.body, '/check'), chosenIn(review.body))
    const decided = await post(scene, actionOf(check.body, '/done'), [
      ['decision', 'allow'],
      ['snapshot_token', fieldOf(check.body, 'snapshot_token')],
      ['choice', fieldOf(check.body, 'choice')],
    ])
    expect([decided.statusCode, decided.headers['location']], decided.body).toEqual([
      303,
      `${scene.path}/done${scene.org}&lang=${language}`,
    ])
    const done = await read(scene, '/done', language)
    for (const { body } of [review, faulty, check, done]) {
      expect(body).toContain(`<html lang="${language}">`)
      expect(englishOf(body, language)).toEqual([])
    }
    expect(review.body).toContain(language === 'fr' ? '0 abonné,' : '0 abonados,')
    const id = scene.path.slice('/links/'.length)
    const told = await world.call(scene.admin, 'GET', `/api/v1/tenant/partner-access/links/${id}`)
    expect(told.json().approval_snapshot.language).toBe(language)
    const mails = await world.sql<{ payload: { text: string } }>(
      `select payload from outbox where topic = 'mail' and payload ->> 'to' = (select email from person where id = $1) order by id`,
      [scene.adminId],
    )
    const receipt = mails.at(-1)?.payload.text ?? ''
    expect(receipt).toContain(LINK_NEWS_WORDS[language].reference(id))
    expect(englishIn(receipt, [LINK_NEWS_WORDS.en, LINK_NEWS_WORDS[language]])).toEqual([])
  },
)

test('a decision about a link holds for the language in which it was read: sent in another one it allows nothing (A10, U12)', async () => {
  const scene = await openScene()
  const review = await read(scene, '', 'fr')
  const check = await post(scene, actionOf(review.body, '/check'), chosenIn(review.body))
  const swapped = await post(scene, `${scene.path}/done${scene.org}&lang=es`, [
    ['decision', 'allow'],
    ['snapshot_token', fieldOf(check.body, 'snapshot_token')],
    ['choice', fieldOf(check.body, 'choice')],
  ])
  expect(swapped.statusCode).toBe(409)
  expect(swapped.body).toContain(LINK_WORDS.es.faults.stale)
})

test('the page of a link is in the language that its reader chose for themselves, unless the address names another (U12)', async () => {
  const scene = await openScene()
  await world.seed(`update person set language = 'fr' where id = $1`, [scene.adminId])
  expect((await read(scene, '')).body).toContain('<html lang="fr">')
  expect((await read(scene, '', 'en')).body).toContain('<html lang="en">')
})

test('nobody reads in the database which language somebody else chose (raw SQL)', async () => {
  await expect(world.sqlAs('liaison_tenant', 'select language from person')).rejects.toThrow(
    /permission denied/,
  )
})
