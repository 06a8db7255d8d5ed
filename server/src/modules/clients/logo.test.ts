import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConsentCast } from '#testing/consent-acts.ts'
import { makePng } from '#testing/images.ts'
import { clientIdOf, digestOf, image, makeLogoActs, startLogoWorld } from '#testing/logo-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

let world: TestWorld
let admin: Caller

beforeAll(async () => {
  world = await startLogoWorld()
  admin = await logos.admin()
})
afterAll(() => world[Symbol.asyncDispose]())

const logos = makeLogoActs(() => world)
const { acts, admins, approved, decide, events, handIn, logosOf, own, shownTo } = logos

describe('the logo of an API client (S15, A11)', () => {
  test('waits until the provider has looked at it: its owner and the provider see it, and nobody else', async () => {
    const [people, others] = [await acts.cast(), await acts.cast()]
    const bytes = image(70, 64)
    const answer = await handIn(people, bytes)
    expect(answer.statusCode, answer.body).toBe(200)
    const sha256 = digestOf(bytes)
    expect(answer.json().logos).toMatchObject({
      in_use: null,
      waiting: { sha256, width: 70, height: 64, handed_in_at: expect.stringMatching(/T.*Z$/) },
      refused: null,
    })
    for (const [caller, path] of [
      [people.owner, own(people, `logos/${sha256}`)],
      [admin, admins(people, sha256)],
    ] as const) {
      const seen = await world.call(caller, 'GET', path)
      expect([seen.statusCode, seen.headers['content-type']]).toEqual([200, 'image/png'])
      expect(seen.rawPayload.equals(bytes)).toBe(true)
    }
    expect((await world.call(others.owner, 'GET', own(people, `logos/${sha256}`))).statusCode).toBe(404)
    expect((await shownTo(people.admin, sha256)).statusCode).toBe(404)
    const waits = async () => {
      const list = await world.call(admin, 'GET', '/api/v1/admin/clients?waiting_for=provider&limit=100')
      return list
        .json()
        .items.map(({ client_id: id }: { client_id: string }) => id)
        .includes(clientIdOf(people))
    }
    expect(await waits()).toBe(true)
    await decide(people, bytes, 'refuse')
    expect(await waits()).toBe(false)
  })

  test('is shown to whoever decides once it is approved, and stays until another one is', async () => {
    const people = await acts.cast()
    const first = await approved(people)
    const page = async () => (await acts.look(people, await acts.ask(people))).body
    expect(await page()).toContain(`<img src="/client-logos/${digestOf(first)}" alt=""`)
    const seen = await shownTo(people.admin, digestOf(first))
    expect([seen.statusCode, seen.headers['x-content-type-options']]).toEqual([200, 'nosniff'])
    expect(seen.rawPayload.equals(first)).toBe(true)
    const second = image()
    await handIn(people, second)
    expect(await page()).toContain(digestOf(first))
    await decide(people, second, 'approve')
    expect(await page()).toContain(digestOf(second))
    expect((await shownTo(people.admin, digestOf(first))).statusCode).toBe(404)
    expect(await logosOf(people)).toMatchObject({ in_use: { sha256: digestOf(second) }, waiting: null })
  })

  test('is refused with a reason that its owner reads, until another one is handed in; what was shown stays', async () => {
    const people = await acts.cast()
    const [kept, bad] = [await approved(people), image()]
    await handIn(people, bad)
    expect((await decide(people, bad, 'refuse')).statusCode).toBe(200)
    expect(await logosOf(people)).toMatchObject({
      in_use: { sha256: digestOf(kept) },
      waiting: null,
      refused: { reason: 'It shows the mark of somebody else.' },
    })
    expect((await decide(people, bad, 'approve')).statusCode).toBe(404)
    await handIn(people, image())
    expect((await logosOf(people)).refused).toBeNull()
  })

  test('is taken down by the provider when it was approved by mistake, at once and with a reason', async () => {
    const people = await acts.cast()
    const [bytes, next] = [await approved(people), image()]
    await handIn(people, next)
    expect((await decide(people, bytes, 'refuse')).statusCode).toBe(200)
    expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(404)
    expect(await logosOf(people)).toMatchObject({
      in_use: null,
      waiting: { sha256: digestOf(next) },
      refused: { reason: 'It shows the mark of somebody else.' },
    })
    expect((await acts.look(people, await acts.ask(people))).body).not.toContain('/client-logos/')
  })

  test('is taken down wherever the same image stands: also where it was handed in once more', async () => {
    const people = await acts.cast()
    const bytes = await approved(people)
    const before = await logosOf(people)
    expect((await handIn(people, bytes)).statusCode).toBe(200)
    expect(await logosOf(people)).toEqual(before)
    // Servers of before took the same image in once more.
    await world.seed(
      `insert into api_client_logo (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name)
       select client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name from api_client_logo where client_id = $1`,
      [people.clientId],
    )
    expect((await decide(people, bytes, 'refuse')).statusCode).toBe(200)
    expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(404)
    expect(await logosOf(people)).toMatchObject({ in_use: null, waiting: null })
  })

  test('that is handed in again changes nothing while it waits, and takes the place of one that waits where it is shown', async () => {
    const people = await acts.cast()
    const [shown, next] = [await approved(people), image()]
    await handIn(people, next)
    const waiting = await logosOf(people)
    await handIn(people, next)
    expect(await logosOf(people)).toEqual(waiting)
    await handIn(people, shown)
    expect(await logosOf(people)).toMatchObject({ in_use: { sha256: digestOf(shown) }, waiting: null })
    expect((await events(people)).map(({ action }) => action)).toEqual([
      'clients.logo.hand_in',
      'clients.logo.approve',
      'clients.logo.hand_in',
      'clients.logo.hand_in',
      'clients.logo.hand_in',
    ])
  })

  test('is taken away by its owner, shown or waiting; a client that is stopped shows none', async () => {
    const people = await acts.cast()
    const bytes = await approved(people)
    await handIn(people, image())
    const gone = await world.call(people.owner, 'DELETE', own(people))
    expect(gone.json().logos).toEqual({ in_use: null, waiting: null, refused: null })
    expect((await shownTo(people.admin, digestOf(bytes))).statusCode).toBe(404)
    expect((await world.call(people.owner, 'DELETE', own(people))).statusCode).toBe(404)
    const stopped = await acts.cast()
    const mark = await approved(stopped)
    await world.call(stopped.owner, 'POST', own(stopped, 'suspend'), { body: { reason: 'Moving.' } })
    expect((await shownTo(people.admin, digestOf(mark))).statusCode).toBe(404)
  })

  test('is a square image of some size: everything else is told in one sentence, and changes nothing', async () => {
    const people = await acts.cast()
    const waiting = image()
    await handIn(people, waiting)
    const wrong = [
      makePng(63, 63),
      makePng(64, 71),
      makePng(1025, 1025),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      Buffer.concat([makePng(64, 64), Buffer.alloc(66_000)]),
    ]
    for (const bytes of wrong) {
      const answer = await handIn(people, bytes)
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'LOGO_NOT_USABLE'])
    }
    expect((await logosOf(people)).waiting.sha256).toBe(digestOf(waiting))
  })

  test('is decided by the provider alone, and handed in by whoever manages the client', async () => {
    const [people, others] = [await acts.cast(), await acts.cast()]
    const bytes = image()
    expect((await handIn(people, bytes, others.owner)).statusCode).toBe(404)
    expect((await handIn(people, bytes, { cookie: people.admin.cookie })).statusCode).toBe(403)
    await handIn(people, bytes)
    for (const caller of [people.owner, { cookie: people.admin.cookie }, others.owner])
      expect((await decide(people, bytes, 'approve', caller)).statusCode).toBe(403)
    const stranger = await world.call({ cookie: null }, 'GET', `/client-logos/${digestOf(bytes)}`)
    expect(stranger.statusCode).toBe(401)
  })

  test('that changes between choosing and allowing is chosen again, and what was shown is kept', async () => {
    const people = await acts.cast()
    const uid = await acts.ask(people)
    const check = await acts.choose(people, uid)
    const bytes = await approved(people)
    const late = await acts.decide(people, uid, { page: check.body })
    expect(late.statusCode).toBe(409)
    await acts.allow(people, uid)
    const [row] = await world.sql(
      `select approval_snapshot ->> 'logo' as logo from delegation where tenant_id = $1`,
      [people.tenant],
    )
    expect(row).toEqual({ logo: digestOf(bytes) })
  })

  test('is one that waits and one that is shown, however many are handed in and approved at once', async () => {
    const people = await acts.cast()
    const images = Array.from({ length: 12 }, () => image())
    const answers = await Promise.all(images.map((bytes) => handIn(people, bytes)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(images.map(() => 200))
    const decided = await Promise.all(images.map((bytes) => decide(people, bytes, 'approve')))
    expect(decided.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    const rows = await world.sql<{ status: string; count: number }>(
      `select status, count(*)::integer as count from api_client_logo where client_id = $1 group by status order by status`,
      [people.clientId],
    )
    expect(rows).toEqual([
      { status: 'approved', count: 1 },
      { status: 'withdrawn', count: 11 },
    ])
  })

  test('leaves an event for each step, which the owner and the provider read', async () => {
    const people = await acts.cast()
    await approved(people)
    await handIn(people, image())
    await world.call(people.owner, 'DELETE', own(people))
    expect((await events(people)).map(({ action, by }) => `${action} ${by}`)).toEqual([
      'clients.logo.hand_in Ana Ruiz',
      'clients.logo.approve Sam Provider',
      'clients.logo.hand_in Ana Ruiz',
      'clients.logo.take_away Ana Ruiz',
    ])
  })

  test('that is taken down reads otherwise than one that was refused, also for its owner', async () => {
    const people = await acts.cast()
    const [shown, next] = [await approved(people), image()]
    await handIn(people, next)
    await decide(people, next, 'refuse')
    await decide(people, shown, 'refuse')
    const told = (await events(people)).slice(-2).map(({ action, changes }) => ({ action, ...changes }))
    expect(told).toEqual([
      {
        action: 'clients.logo.refuse',
        sha256: digestOf(next),
        status: { before: 'waiting', after: 'refused' },
      },
      {
        action: 'clients.logo.take_down',
        sha256: digestOf(shown),
        status: { before: 'approved', after: 'refused' },
      },
    ])
    const log = await world.call(people.owner, 'GET', '/api/v1/partner/audit?limit=10')
    expect(log.json().items.map(({ sentence }: { sentence: string }) => sentence)).toEqual(
      expect.arrayContaining([expect.stringContaining('took down the logo')]),
    )
  })
})

describe('as raw SQL', () => {
  const login = 'liaison_program'

  test('an owner approves nothing, not even its own, and nobody changes what an image is (C10)', async () => {
    const [people, others, bare] = [await acts.cast(), await acts.cast(), await acts.cast()]
    const bytes = image()
    await handIn(people, bytes)
    await handIn(others, image())
    const token = (people.owner.cookie ?? '').split('=')[1]
    const client = await world.database.pool(login).connect()
    try {
      const attempt = async (text: string) => {
        await client.query('begin')
        await client.query(
          `select access.enter_person(jsonb_build_object('session_hash', encode(sha256(convert_to($1, 'UTF8')), 'hex'), 'permission', 'partner_org.clients.manage', 'request_id', 'r', 'source', 'api'))`,
          [token],
        )
        try {
          return (await client.query(text)).rowCount
        } catch (error) {
          return String(error)
        } finally {
          await client.query('rollback')
        }
      }
      expect(await attempt(`select 1 from api_client_logo`)).toBe(1)
      expect(await attempt(`update api_client_logo set status = 'approved'`)).toMatch(/row-level security/)
      expect(await attempt(`update api_client_logo set bytes = 'x'`)).toMatch(/permission denied/)
      expect(await attempt(`update api_client_logo set decided_by = client_id`)).toMatch(/permission denied/)
      expect(await attempt(`delete from api_client_logo`)).toMatch(/permission denied/)
      const insert = (columns: string, values: string) =>
        attempt(
          `insert into api_client_logo (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name${columns}) values (${values})`,
        )
      const picture = `encode(sha256('y'), 'hex'), 'image/png', 64, 64, 'y', access.context_id('actor_id'), 'Ana'`
      const of = (one: ConsentCast) => `'${one.clientId}', '${one.partner}', ${picture}`
      expect(await insert('', of(others))).toMatch(/row-level security/)
      expect(await insert('', `'${bare.clientId}', '${people.partner}', ${picture}`)).toMatch(/foreign key/)
      expect(await insert(', status', `${of(people)}, 'approved'`)).toMatch(/permission denied/)
    } finally {
      client.release()
    }
    expect(await world.sqlAs('liaison_platform', 'select 1 from api_client_logo')).toEqual([])
    for (const other of ['liaison_tenant', 'liaison_delegate', 'liaison_auth'] as const)
      await expect(world.sqlAs(other, 'select 1 from api_client_logo')).rejects.toThrow(/permission denied/)
    await expect(world.sqlAs('liaison_tenant', `select access.client_logo('x')`)).rejects.toThrow(
      /permission denied/,
    )
  })
})
