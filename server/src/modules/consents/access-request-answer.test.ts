import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { AskingWorld, MORE } from '#testing/access-request-acts.ts'
import { readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'

let asking: AskingWorld
beforeAll(async () => {
  asking = await AskingWorld.start()
})
afterAll(() => asking[Symbol.asyncDispose]())

describe('an answer', () => {
  test('is given once: a second administrator who began earlier is told so', async () => {
    const scene = await asking.open()
    const asked = await asking.post(scene)
    const colleague = await asking.acts.colleague(scene.people)
    const [first, second] = [
      await asking.begin(asked, scene.people.admin),
      await asking.begin(asked, colleague.caller),
    ]
    const check = await asking.acts.choose(scene.people, second.key, {
      actions: ['order.create'],
      as: colleague.caller,
    })
    expect((await asking.acts.decide(scene.people, first.key)).statusCode).toBe(303)
    const late = await asking.acts.decide(scene.people, second.key, {
      page: check.body,
      as: colleague.caller,
    })
    expect(late.statusCode).toBe(409)
    expect((await asking.poll(scene, asked)).body['status']).toBe('denied')
    expect((await asking.begin(asked, colleague.caller)).status).toBe(409)
  })

  test('is given once also by two who decide at the same moment, and what they both hear is the truth', async () => {
    for (let round = 0; round < 4; round += 1) {
      const scene = await asking.open()
      const asked = await asking.post(scene)
      const colleague = await asking.acts.colleague(scene.people)
      const as = colleague.caller
      const [mine, theirs] = [await asking.begin(asked, scene.people.admin), await asking.begin(asked, as)]
      const check = await asking.acts.choose(scene.people, theirs.key, { actions: ['order.create'], as })
      const [no, yes] = await Promise.all([
        asking.acts.decide(scene.people, mine.key),
        asking.acts.decide(scene.people, theirs.key, { page: check.body, as }),
      ])
      const { status } = (await asking.poll(scene, asked)).body
      expect([no.statusCode, yes.statusCode, status]).toEqual(
        no.statusCode === 303 ? [303, 409, 'denied'] : [409, 303, 'approved'],
      )
    }
  })

  test('of two people is one: until the second agreed it waits, for the client as before', async () => {
    const scene = await asking.open()
    await asking.acts.setPolicy(scene.people, { dual_approval: true })
    const asked = await asking.post(scene)
    const colleague = await asking.acts.colleague(scene.people)
    const { key } = await asking.begin(asked, scene.people.admin)
    await asking.acts.allow(scene.people, key, { actions: ['order.create'] })
    expect((await asking.poll(scene, asked)).body['status']).toBe('pending')
    expect((await asking.post(scene)).body['error']).toBe('request_pending')
    const [row] = await asking.world.sql<{ id: string }>(
      `select answer_id as id from access_request where client_id = $1 and status = 'waiting'`,
      [scene.cast.client],
    )
    const request = publicIdOf('consent_request', row?.id ?? '')
    const page = await asking.acts.look(scene.people, request, { as: colleague.caller })
    expect(
      (await asking.acts.decide(scene.people, request, { page: page.body, as: colleague.caller })).statusCode,
    ).toBe(303)
    expect((await asking.poll(scene, asked)).body['status']).toBe('approved')
  })

  test('as raw SQL cannot be written by any login that has no part in it', async () => {
    for (const login of ['liaison_tenant', 'liaison_auth'] as const) {
      expect(await asking.world.sqlAs(login, 'select id from access_request')).toEqual([])
      await expect(
        asking.world.sqlAs(login, `update access_request set status = 'approved'`),
      ).rejects.toThrow('permission denied')
    }
    for (const login of ['liaison_program', 'liaison_delegate', 'liaison_platform', 'liaison_guard'] as const)
      await expect(asking.world.sqlAs(login, 'select id from access_request')).rejects.toThrow(
        'permission denied',
      )
    await expect(
      asking.world.sqlAs('liaison_program', `select access.ask_for_more(uuidv7(), '{}', '{}')`),
    ).rejects.toThrow('permission denied')
    expect(
      await asking.world.sqlAs('liaison_auth', `select access.ask_for_more(uuidv7(), '{}', '{}') as asked`),
    ).toEqual([{ asked: null }])
  })
})

test('a token without the scope for it, or none, asks for nothing', async () => {
  const { cast, grantId } = await asking.open()
  const body = { grant_id: grantId, authorization_details: [MORE] }
  const token = await cast.app.token('client_credentials', {
    resource: `${TEST_ISSUER}/grants`,
    scope: 'grant_management_query',
  })
  const short = await cast.app.call(
    String(token.body['access_token']),
    'POST',
    '/oauth/access-requests',
    body,
  )
  expect([short.status, short.body['error']]).toEqual([403, 'insufficient_scope'])
  const none = await readAnswer(
    await cast.app.fetch(`${TEST_ISSUER}/access-requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
  expect([none.status, none.body['error']]).toEqual([401, 'invalid_token'])
  const metadata = await cast.app.server()
  expect(metadata['access_request_endpoint']).toBe(`${TEST_ISSUER}/access-requests`)
})
