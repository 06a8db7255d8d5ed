import { randomBytes } from 'node:crypto'
import { encodeId } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedSource, STRANGER, tenantItem } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'
import { isIngestKey, makeIngestKey } from './key.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

describe('the keys', () => {
  async function seedAdmin() {
    const person = await world.person()
    await world.platformAdmin(person.id)
    return world.signIn(person.id)
  }

  test('a key is shown once, kept as a digest, and works until it is revoked', async () => {
    const admin = await seedAdmin()
    const made = (
      await world.call(admin, 'POST', '/api/v1/admin/ingest-keys', {
        body: { name: 'Billing', source: 'made' },
      })
    ).json()
    expect(isIngestKey(made.key)).toBe(true)
    const stored = await world.sql(`select to_jsonb(k)::text as row from ingest_key k where source = 'made'`)
    expect(JSON.stringify(stored)).not.toContain(made.key)
    const listed = await world.call(admin, 'GET', '/api/v1/admin/ingest-keys')
    expect(listed.body).not.toContain(made.key)
    expect(listed.json().items.find((item: { source: string }) => item.source === 'made')).toMatchObject({
      key_id: made.key_id,
      status: 'active',
    })
    const send = (scheme = 'Bearer') =>
      world.call(STRANGER, 'POST', '/api/v1/ingest/tenants', {
        body: { source: 'made', items: [tenantItem('t1', 'made')] },
        headers: { authorization: `${scheme} ${made.key}` },
      })
    expect((await send()).statusCode).toBe(200)
    // Some client libraries write the scheme in small letters, which it is the same in (RFC 9110 section 11.1).
    expect((await send('bearer')).statusCode).toBe(200)
    const revoked = await world.call(admin, 'POST', `/api/v1/admin/ingest-keys/${made.key_id}/revoke`)
    expect(revoked.json()).toMatchObject({ status: 'revoked' })
    expect((await send()).statusCode).toBe(401)
    expect(
      (
        await world.call(
          admin,
          'POST',
          `/api/v1/admin/ingest-keys/${encodeId('ingest_key', '01980000-0000-7000-8000-000000000000' as never)}/revoke`,
        )
      ).json().code,
    ).toBe('INGEST_KEY_NOT_FOUND')
  })

  test('when a key was last used is told to the minute, without an event of its own', async () => {
    const { source, send } = await seedSource(world)
    const readUse = async () => {
      const [row] = await world.sql<{ used: Date | null; events: number }>(
        `select k.last_used_at as used, (select count(*)::integer from audit_event e where e.actor_id = k.id) as events from ingest_key k where k.source = $1`,
        [source],
      )
      return row
    }
    const hadUse = (secondsAgo: number) =>
      world.sql(`update ingest_key set last_used_at = now() - make_interval(secs => $2) where source = $1`, [
        source,
        secondsAgo,
      ])
    expect(await readUse()).toEqual({ used: null, events: 0 })
    await send('tenants', [tenantItem('t1', source)])
    const first = await readUse()
    expect(first?.used).toBeInstanceOf(Date)
    const eventsOfOneCall = first?.events ?? 0
    await send('tenants', [tenantItem('t2', source)])
    expect(await readUse()).toEqual({ used: first?.used, events: 2 * eventsOfOneCall })
    await hadUse(61)
    const before = await readUse()
    await Promise.all([3, 4, 5, 6].map((id) => send('tenants', [tenantItem(`t${id}`, source)])))
    expect((await readUse())?.used?.getTime()).toBeGreaterThan(before?.used?.getTime() ?? Infinity)
  })

  test('every other change of a key needs an event', async () => {
    const { source } = await seedSource(world)
    const renamed = world.sql(`update ingest_key set name = 'Other' where source = $1`, [source])
    await expect(renamed).rejects.toThrow('has no audit event')
    const removed = world.sql('delete from ingest_key where source = $1', [source])
    await expect(removed).rejects.toThrow('has no audit event')
  })

  test('a call holds no key that another call waits for', async () => {
    const { source, send } = await seedSource(world)
    const client = new pg.Client(world.connection)
    await client.connect()
    try {
      await client.query('begin')
      await client.query('select 1 from ingest_key where source = $1 for update', [source])
      expect((await send('tenants', [tenantItem('t1', source)])).status).toBe(200)
    } finally {
      await client.end()
    }
  })

  test('nobody but platform staff makes or sees keys', async () => {
    const person = await world.person()
    const response = await world.call(await world.signIn(person.id), 'POST', '/api/v1/admin/ingest-keys', {
      body: { name: 'X', source: 'x' },
    })
    expect(response.statusCode).toBe(403)
  })

  test('a typing error is told from a wrong key by the check at its end', () => {
    const { text } = makeIngestKey(randomBytes(32))
    expect(isIngestKey(text)).toBe(true)
    for (let place = 8; place < text.length; place += 1) {
      const typo = text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1)
      expect(isIngestKey(typo)).toBe(false)
    }
  })
})
