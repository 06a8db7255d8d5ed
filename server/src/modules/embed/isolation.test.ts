import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type pg from 'pg'
import { LOGINS } from '#platform/database.ts'
import { callForm, EMBED_ORIGIN, openEmbedScene, seedAgencyKey } from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { digestFormToken, formTokenPepper, makeFormToken } from '#modules/agencies/index.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import { LOADER_DIGESTS, LOADER_INTEGRITY, LOADER_VERSION } from './assets.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
let scene: EmbedScene
let rival: EmbedScene
beforeAll(async () => {
  world = await TestWorld.start(makeEmbedRoutes, { embedOrigin: () => EMBED_ORIGIN })
  scene = await openEmbedScene(world)
  rival = await openEmbedScene(world, 'Rival', scene.tenant)
  // Under a bound the day is counted.
  for (const table of ['agency', 'form'])
    await world.seed(
      `update ${table} set daily_issue_limit = 100 where id = $1`,
      [table === 'agency' ? scene.agency : scene.form.uuid],
      scene.tenant,
    )
  for (const one of [scene, rival]) await callForm(one, 'vouchers')
})
afterAll(() => world[Symbol.asyncDispose]())

const hashOf = (token: string) =>
  digestFormToken(formTokenPepper(world.app.services.vault), token).toString('hex')

/** Runs SQL as the login of forms, after the door was asked with this token; everything is rolled back. */
async function entered<Result>(
  asked: Readonly<Record<string, unknown>>,
  work: (client: pg.PoolClient, facts: Record<string, unknown>) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_embed').connect()
  try {
    await client.query('begin')
    const { rows } = await client.query<{ facts: Record<string, unknown> }>(
      'select access.enter_form($1) as facts',
      [{ action: 'issue', ip: '192.0.2.1', ...asked }],
    )
    return await work(client, rows[0]?.facts ?? {})
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const own = (one: EmbedScene) => ({ token_hashes: [hashOf(one.token)], form_public_id: one.form.publicId })

test('behind its token a form finds a voucher of its own agency by its code, and no other, nor all (E2, E4)', async () => {
  const vouchers = await world.sql<{ agency_id: string; code: string }>('select agency_id, code from voucher')
  await entered(own(scene), async (client, facts) => {
    expect(facts['is_entered']).toBe(true)
    for (const { agency_id, code } of vouchers) {
      const { rows } = await client.query('select agency_id from access.find_agency_voucher($1)', [code])
      expect(rows).toEqual(agency_id === scene.agency ? [{ agency_id }] : [])
    }
    expect(new Set(vouchers.map((voucher) => voucher.agency_id))).toContain(scene.agency)
    await expect(client.query('select code from voucher')).rejects.toThrow('permission denied')
  })
})

test('a token that does not count begins no context: the login then sees nothing at all (E1)', async () => {
  const ways = [
    { token_hashes: [hashOf(makeFormToken('live'))], form_public_id: scene.form.publicId },
    { token_hashes: [], form_public_id: scene.form.publicId },
    { ...own(scene), form_public_id: rival.form.publicId },
    { ...own(scene), action: 'redeem' },
    { ...own(scene), form_public_id: null },
  ]
  for (const asked of ways)
    await entered(asked, async (client, facts) => {
      expect(facts['is_entered']).toBe(false)
      expect((await client.query('select 1 from voucher_type')).rows).toEqual([])
    })
  const { key } = await seedAgencyKey(scene)
  await entered({ token_hashes: [hashOf(key)], form_public_id: scene.form.publicId }, async (_, facts) =>
    expect(facts['is_entered']).toBe(false),
  )
})

test('the login of forms reads no form, token, agency, recipient or organisation, context or not (E13)', async () => {
  for (const table of [
    'form',
    'form_token',
    'agency_key',
    'agency',
    'voucher_recipient',
    'delegation',
    'person',
    'audit_event',
  ])
    await entered(own(scene), async (client) => {
      await expect(client.query(`select * from ${table}`), table).rejects.toThrow(/permission denied/)
    })
})

test('no other login opens the door of forms, spends tickets or counts vouchers (E1)', async () => {
  for (const login of LOGINS.filter((name) => name !== 'liaison_embed'))
    for (const call of [
      `access.enter_form('{}')`,
      `access.enter_agency_key('{}')`,
      `access.show_form('frm_0000000000000000')`,
      'access.count_issue()',
      `access.issue_for_agency(gen_random_uuid(), sha256('x'), '{}')`,
      `access.note_form_use('[]', '[]')`,
    ])
      await expect(world.sqlAs(login, `select ${call}`), `${login} ${call}`).rejects.toThrow(
        /permission denied/,
      )
  for (const login of LOGINS.filter((name) => name !== 'liaison_guard'))
    await expect(world.sqlAs(login, `select access.take_all('{}', '{}', '{}')`), login).rejects.toThrow(
      /permission denied/,
    )
})

test('tickets that were spent are seen by nobody, and the counts of a day by their own tenant alone (E10)', async () => {
  for (const login of LOGINS)
    await expect(world.sqlAs(login, 'select * from embed_ticket_use'), login).rejects.toThrow(
      /permission denied/,
    )
  for (const login of LOGINS.filter((name) => name !== 'liaison_tenant'))
    await expect(world.sqlAs(login, 'select * from embed_day_count'), login).rejects.toThrow(
      /permission denied/,
    )
  expect(await world.sqlAs('liaison_tenant', 'select * from embed_day_count')).toEqual([])
  const rows = await world.sql('select subject_id, issued from embed_day_count where tenant_id = $1', [
    scene.tenant,
  ])
  expect(rows).toContainEqual({ subject_id: scene.form.uuid, issued: 1 })
  expect(rows).toContainEqual({ subject_id: scene.agency, issued: 1 })
})

const stopToken = (one: EmbedScene) =>
  world.seed(
    `update form_token set status = 'revoked', revoked_at = now(), revoked_reason = 'x' where id = $1`,
    [one.tokenId],
    one.tenant,
  )

test('a token that is stopped while a voucher is being issued waits for it, and nothing is issued after (E1)', async () => {
  const one = await openEmbedScene(world)
  let isStopped = false
  const stopping = await entered({ ...own(one), writes: true }, async () => {
    const stop = stopToken(one).finally(() => {
      isStopped = true
    })
    await world.sql('select pg_sleep(0.2)')
    expect(isStopped).toBe(false)
    return { stop }
  })
  await stopping.stop
  expect(isStopped).toBe(true)
  expect((await callForm(one, 'vouchers')).statusCode).toBe(401)
})

test('when and where a token was used is known, and where its form was shown (E11)', async () => {
  const one = await openEmbedScene(world)
  await callForm(one, 'vouchers')
  const visit = (referer?: string) =>
    world.app.http.inject({
      url: `/e/${one.form.publicId}`,
      headers: { 'sec-fetch-dest': 'iframe', ...(referer !== undefined && { referer }) },
    })
  const shown = await visit('https://www.agency.example/page')
  expect(shown.statusCode, shown.body).toBe(200)
  expect(shown.headers['content-security-policy']).toContain('frame-ancestors https://www.agency.example')
  expect(shown.headers['x-frame-options']).toBeUndefined()
  expect(shown.headers['referrer-policy']).toBe('no-referrer')
  expect((await visit('https://evil.example/')).statusCode).toBe(403)
  expect((await visit()).statusCode).toBe(403)
  expect(shown.body).not.toContain('papt_')
  await expect
    .poll(
      () =>
        world.sql('select last_used_at from agency_credential_use where credential_id = $1', [one.tokenId]),
      SOON,
    )
    .toHaveLength(1)
  await expect
    .poll(
      async () =>
        (
          await world.sql<{ origin: string }>('select origin from form_visit where form_id = $1 order by 1', [
            one.form.uuid,
          ])
        ).map(({ origin }) => origin),
      SOON,
    )
    .toEqual(['https://evil.example', 'https://www.agency.example', 'not told'])
  expect(await world.sql('select origin from form_token_origin where token_id = $1', [one.tokenId])).toEqual([
    { origin: 'https://www.agency.example' },
  ])
})

test('a form without sites stands nowhere, and one that is not known shows nothing (E8)', async () => {
  const one = await openEmbedScene(world)
  await world.seed(`update form set allowed_origins = '{}' where id = $1`, [one.form.uuid], one.tenant)
  const direct = await world.app.http.inject({ url: `/e/${one.form.publicId}` })
  expect(direct.headers['content-security-policy']).toContain(`frame-ancestors 'none'`)
  for (const form of ['frm_0000000000000000', 'x', '%00']) {
    const answer = await world.app.http.inject({ url: `/e/${form}` })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-security-policy']).toContain(`frame-ancestors 'none'`)
  }
})

test('on the host of forms nothing else exists, and its loader is taken by any site (E8)', async () => {
  const at = (url: string, host = 'embed.localhost:3000') => world.app.http.inject({ url, headers: { host } })
  for (const path of ['/', '/signin', '/api/v1/agency/vouchers', '/docs/api']) {
    const answer = await at(path)
    expect(answer.statusCode, path).toBe(404)
    expect(answer.headers['set-cookie']).toBeUndefined()
  }
  // What a browser reports of the policy of a form is taken, and what a refusal names is on the host that has it.
  const report = await world.app.http.inject({
    method: 'POST',
    url: '/policy-reports',
    headers: { host: 'embed.localhost:3000', 'content-type': 'application/csp-report' },
    payload: JSON.stringify({ 'csp-report': { 'effective-directive': 'frame-ancestors' } }),
  })
  expect(report.statusCode, report.body).toBe(204)
  const refused = await callForm(await openEmbedScene(world), 'lookups', { token: null })
  expect(refused.json().type).toBe('http://localhost:3000/docs/errors#PARTNER_TOKEN_INVALID')
  for (const path of ['/v1/embed.js', '/v1.0.0/embed.js', '/v1.1.0/embed.js', '/v1.2.0/embed.js']) {
    const answer = await at(path)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
    })
  }
  expect((await at('/v1/embed.js')).headers['cache-control']).toContain('max-age=3600')
  expect((await at('/v1.1.0/embed.js')).headers['cache-control']).toContain('immutable')
})

test('every loader that a page may have pinned is still served, with the text that its digest stands for (E8)', async () => {
  // As they were given out: a line here is never changed or taken away.
  const given = {
    '1.0.0': 'sha384-DIlum2MxvgCH28cd8TqmA1DEPRjSD2ngnMNIhNHGDk+sfCLDgb/eEzGY/as+Hrlj',
    '1.1.0': 'sha384-eeFG2L6oylEpWgfGVI5kcPow7tLEctNiFaSi8f+C70oawnFTIT/0cKFIxeIfouQd',
    '1.2.0': 'sha384-GOQ6pBRrqk08spKKdE8elULiWYPvNzRkIS3D5da0l8fAnHb+2L8nVJt+2mMi0x8e',
  }
  expect(LOADER_DIGESTS).toMatchObject(given)
  expect(LOADER_INTEGRITY).toBe(LOADER_DIGESTS[LOADER_VERSION])
  for (const [version, digest] of Object.entries(LOADER_DIGESTS)) {
    const answer = await world.app.http.inject({
      url: `/v${version}/embed.js`,
      headers: { host: 'embed.localhost:3000' },
    })
    const served = createHash('sha384').update(answer.rawPayload).digest('base64')
    expect(`sha384-${served}`, version).toBe(digest)
    expect(answer.headers['cache-control']).toContain('immutable')
  }
})
