import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes } from '../server/src/modules/ingest/index.ts'
import { seedTenants } from '../server/testing/ingest.ts'
import { TestWorld } from '../server/testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedSender() {
  const { source, key, tenantIds } = await seedTenants(world)
  const send = (id: string, encoding: BufferEncoding, contentType = 'application/json') => {
    const items = [{ tenant: 't1', external_id: id, name: id, status: 'active' }]
    return world.app.http.inject({
      method: 'POST',
      url: '/api/v1/ingest/subscribers',
      headers: { authorization: `Bearer ${key}`, 'content-type': contentType },
      payload: Buffer.from(JSON.stringify({ source, items }), encoding),
    })
  }
  const stored = async () => {
    const query = 'select external_id from subscriber where tenant_id = $1 order by external_id'
    const rows = await world.sql<{ external_id: string }>(query, [tenantIds[0]])
    return rows.map((row) => row.external_id)
  }
  return { send, stored }
}

test('a body in another encoding is refused: two ids must not become one record', async () => {
  const { send, stored } = await seedSender()
  for (const id of ['Müller', 'Möller']) {
    const answer = await send(id, 'latin1')
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'MALFORMED_REQUEST', detail: 'The body is not UTF-8.' },
    ])
  }
  expect(await stored()).toEqual([])
})

test('a body that says it is in another encoding is refused as such', async () => {
  const { send, stored } = await seedSender()
  for (const charset of ['iso-8859-1', '"windows-1252"', 'UTF-16LE']) {
    const answer = await send('Muller', 'utf8', `application/json; charset=${charset}`)
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  }
  expect(await stored()).toEqual([])
})

test('UTF-8 is taken, named or not', async () => {
  const { send, stored } = await seedSender()
  expect((await send('Müller', 'utf8')).statusCode).toBe(200)
  expect((await send('Möller', 'utf8', 'application/json; charset="UTF-8"')).statusCode).toBe(200)
  expect((await send('日本', 'utf8', 'application/json;charset=utf8')).statusCode).toBe(200)
  expect((await stored()).toSorted()).toEqual(['Möller', 'Müller', '日本'].toSorted())
})
