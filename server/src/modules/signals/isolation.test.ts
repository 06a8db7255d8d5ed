import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteToken } from '#testing/issued-token.ts'
import { CAEP, SignalWorld, SSF } from '#testing/signal-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'

let signals: SignalWorld
/** Somebody of the partner whose client receives, and of the provider. */
let people: Scene
let strangers: Scene
const ids = { gateway: '', client: '' }
/** What each of them shows. */
const evidence: Record<'gateway' | 'client', Record<string, string>> = { gateway: {}, client: {} }
const streams = { gateway: '', client: '' }
const TABLES = ['signal_stream', 'signal_health', 'signal_event'] as const

beforeAll(async () => {
  signals = await SignalWorld.start()
  const edge = await signals.gateway('Edge')
  const cast = await signals.oauth.cast()
  const { id } = await signals.world.person()
  await signals.world.partnerMember(cast.partner, id, 'PARTNER_OWNER')
  strangers = await openScene(signals.world)
  const caller = await signals.world.signIn(id)
  people = {
    ...strangers,
    partner: cast.partner,
    people: { ...strangers.people, partner: { id, caller } },
  }
  await signals.pushStream(edge.call)
  await signals.pollStream(await signals.client(cast))
  ids.gateway = edge.id
  ids.client = cast.client
  evidence.gateway = { gateway_credential: createHash('sha256').update(edge.credential).digest('hex') }
  evidence.client = { client_id: cast.client, token_id: await issue(cast.client) }
  for (const kind of ['gateway', 'client'] as const) {
    const [row] = await signals.world.sql<{ id: string }>(
      `select id from signal_stream where ${kind}_id is not null`,
    )
    streams[kind] = row?.id ?? ''
    await signals.world.sql('insert into signal_health (stream_id) values ($1)', [streams[kind]])
    await signals.world.sql(
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) values ($1, uuidv7(), 'x', '{}', '{}', now())`,
      [streams[kind]],
    )
  }
})
afterAll(() => signals[Symbol.asyncDispose]())

/** A token as it is noted when it is issued; returns its id. */
async function issue(clientId: string, endsAt = new Date('2099-01-01')): Promise<string> {
  const tokenId = randomUUID()
  await noteToken(signals.world, { tokenId, clientId, endsAt })
  return tokenId
}

const column = (table: string) => (table === 'signal_stream' ? 'id' : 'stream_id')

async function within<Result>(
  login: 'liaison_auth' | 'liaison_job',
  enter: readonly [text: string, value: object],
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await signals.world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query(enter[0], [enter[1]])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const asReceiver = <Result>(
  kind: 'gateway' | 'client',
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> =>
  within(
    'liaison_auth',
    ['select access.enter_signal_receiver($1)', { ...evidence[kind], route: 'test' }],
    work,
  )

const asPeople = <Result>(
  side: 'partner' | 'provider',
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> => asSide({ world: signals.world, side, scene: people }, work)

const asJob = <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> =>
  within('liaison_job', ['select access.enter_system($1)', { actor_name: 'test', route: 'test' }], work)

const seen = async (client: pg.PoolClient, table: string): Promise<string[]> =>
  (await client.query<{ id: string }>(`select ${column(table)} as id from ${table} order by 1`)).rows.map(
    ({ id }) => id,
  )

describe.each(TABLES)('rows of %s', (table) => {
  test('are seen by their own receiver alone, and by the job that delivers', async () => {
    expect(await asReceiver('gateway', (client) => seen(client, table))).toEqual([streams.gateway])
    expect(await asReceiver('client', (client) => seen(client, table))).toEqual([streams.client])
    expect(await asJob((client) => seen(client, table))).toEqual(Object.values(streams).toSorted())
  })

  test('are seen by the people of their own partner, and all of them by the provider', async () => {
    expect(await asPeople('partner', (client) => seen(client, table))).toEqual([streams.client])
    expect(await asPeople('provider', (client) => seen(client, table))).toEqual(
      Object.values(streams).toSorted(),
    )
    const stranger = { world: signals.world, side: 'partner', scene: strangers } as const
    expect(await asSide(stranger, (client) => seen(client, table))).toEqual([])
  })

  test('are seen by no login without a context, and by no other login at all', async () => {
    const text = `select ${column(table)} from ${table}`
    for (const login of ['liaison_auth', 'liaison_job', 'liaison_program', 'liaison_platform'] as const)
      expect(await signals.world.sqlAs(login, text)).toEqual([])
    for (const login of [
      'liaison_tenant',
      'liaison_delegate',
      'liaison_realm',
      'liaison_embed',
      'liaison_ingest',
      'liaison_guard',
      'liaison_sealer',
    ] as const)
      await expect(signals.world.sqlAs(login, text)).rejects.toThrow('permission denied')
  })

  test('are not seen by the authorization server in any other context', async () => {
    const enter = ['select access.enter_authorization_server($1)', { client_id: ids.client }] as const
    expect(await within('liaison_auth', enter, (client) => seen(client, table))).toEqual([])
  })

  test('of another receiver are neither changed nor removed', async () => {
    const set = {
      signal_stream: `description = 'x'`,
      signal_health: 'verified_at = now()',
      signal_event: `status = 'acknowledged', finished_at = now()`,
    }[table]
    const tried = await asReceiver('client', async (client) => [
      await attempt(client, `update ${table} set ${set} where ${column(table)} = $1`, [streams.gateway]),
      await attempt(client, `delete from ${table} where ${column(table)} = $1`, [streams.gateway]),
    ])
    for (const outcome of tried) expect(outcome).toMatch(/^nothing$|permission denied/)
  })
})

test('a receiver adds nothing to the stream of another, and no stream for another', async () => {
  const tried = await asReceiver('client', async (client) => [
    await attempt(
      client,
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) values ($1, uuidv7(), '${SSF}verification', '{}', '{}', now())`,
      [streams.gateway],
    ),
    await attempt(client, 'insert into signal_health (stream_id) values ($1)', [streams.gateway]),
    await attempt(
      client,
      `insert into signal_stream (id, gateway_id, delivery, events_requested) values (uuidv7(), $1, 'poll', '{}')`,
      [ids.gateway],
    ),
    await attempt(client, 'update signal_stream set gateway_id = $1', [ids.gateway]),
  ])
  for (const outcome of tried) expect(outcome).toMatch(/row-level security|permission denied/)
})

test('nobody says what an event was after it was written, and the sealed header is read by the job alone', async () => {
  for (const set of [
    `claims = '{}'`,
    `subject = '{}'`,
    `event_type = 'x'`,
    'message_id = uuidv7()',
    'stream_id = stream_id',
  ])
    expect(
      await asReceiver('client', (client) => attempt(client, `update signal_event set ${set}`)),
    ).toContain('permission denied')
  const read = 'select sealed_authorization from signal_stream'
  expect(await asReceiver('gateway', (client) => attempt(client, read))).toContain('permission denied')
  expect(await asJob((client) => attempt(client, read))).toBe('done')
})

test('people neither read what an event says, nor put anything but a verification into a stream, nor say that one was taken', async () => {
  const insert = (type: string, claims: string, stream: string): [string, unknown[]] => [
    `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) values ($1, uuidv7(), '${type}', '{}', '${claims}', now())`,
    [stream],
  ]
  const verification = `${SSF}verification`
  for (const side of ['partner', 'provider'] as const) {
    const refused = await asPeople(side, async (client) => [
      await attempt(client, 'select subject from signal_event'),
      await attempt(client, 'select claims from signal_event'),
      await attempt(client, 'select sealed_authorization from signal_stream'),
      await attempt(client, `update signal_event set status = 'acknowledged', finished_at = now()`),
      await attempt(client, `update signal_stream set endpoint_url = 'https://x.example'`),
      await attempt(client, `update signal_health set failing_since = null`),
      await attempt(client, ...insert(`${CAEP}session-revoked`, '{}', streams.client)),
      await attempt(client, ...insert(verification, '{"state": "x"}', streams.client)),
    ])
    for (const outcome of refused) expect(outcome).toMatch(/row-level security|permission denied/)
    const ask = insert(verification, '{}', streams.client)
    expect(await asPeople(side, (client) => attempt(client, ...ask))).toBe('done')
  }
  const foreign = await asPeople('partner', async (client) => [
    await attempt(client, ...insert(verification, '{}', streams.gateway)),
    await attempt(client, `update signal_stream set status = 'paused' where id = $1`, [streams.gateway]),
    await attempt(client, 'delete from signal_stream where id = $1', [streams.gateway]),
  ])
  await signals.world.seed(
    `update signal_stream set status = 'paused', status_set_by = 'provider' where id = $1`,
    [streams.client],
  )
  const held = await asPeople('partner', async (client) => [
    await attempt(client, `update signal_stream set status = 'enabled' where id = $1`, [streams.client]),
    await attempt(client, 'delete from signal_stream where id = $1', [streams.client]),
    await attempt(client, 'update signal_stream set status_set_by = null where id = $1', [streams.client]),
  ])
  expect(held).toEqual([
    'signal_stream_held',
    'signal_stream_held',
    expect.stringContaining('permission denied'),
  ])
  await signals.world.seed(`update signal_stream set status = 'enabled' where id = $1`, [streams.client])
  expect(foreign[0]).toContain('row-level security')
  expect(foreign.slice(1)).toEqual(['nothing', 'nothing'])
})

const enter = async (shown: object) =>
  (
    await signals.world.sqlAs('liaison_auth', 'select access.enter_signal_receiver($1) as entered', [shown])
  )[0]?.['entered']

test('whoever counts no more has no context, and no other login enters one', async () => {
  expect(await enter(evidence.client)).not.toBeNull()
  await signals.world.seed(`update api_client set status = 'suspended' where id = $1`, [ids.client])
  expect(await enter(evidence.client)).toBeNull()
  for (const login of ['liaison_program', 'liaison_job'] as const)
    await expect(signals.world.sqlAs(login, 'select access.enter_signal_receiver($1)', [{}])).rejects.toThrow(
      'permission denied',
    )
  await signals.world.seed(`update api_client set status = 'active' where id = $1`, [ids.client])
})

describe('the ids of receivers in raw SQL of the login of the authorization server', () => {
  test('attack 88: open nothing without what only the receiver has: its credential, or a token that was issued to it and counts', async () => {
    const other = (await signals.oauth.cast()).client
    const { client_id: holder, token_id: token } = evidence.client
    for (const shown of [
      {},
      { gateway_id: ids.gateway },
      { client_id: holder },
      { gateway_id: ids.gateway, gateway_credential: randomBytes(32).toString('hex') },
      { client_id: holder, token_id: randomUUID() },
      { client_id: holder, token_id: await issue(other) },
      { client_id: holder, token_id: await issue(ids.client, new Date('2020-01-01')) },
      { client_id: other, token_id: token },
      { token_id: token },
    ])
      expect(await enter(shown), JSON.stringify(shown)).toBeNull()
    for (const kind of ['gateway', 'client'] as const) {
      expect(await enter(evidence[kind])).not.toBeNull()
      const named = [
        'select access.enter_signal_receiver($1)',
        { [`${kind}_id`]: ids[kind], route: 'test' },
      ] as const
      for (const table of TABLES)
        expect(await within('liaison_auth', named, (client) => seen(client, table))).toEqual([])
    }
  })

  test('attack 88: a token that was revoked, and a credential that was replaced, open nothing any more', async () => {
    const revoked = await issue(ids.client)
    await signals.world.sql(
      `insert into revoked_token (jti_hash, client_id, ends_at) select jti_hash, client_id, ends_at from issued_token where jti_hash = sha256(convert_to($1, 'UTF8'))`,
      [revoked],
    )
    expect(await enter({ client_id: ids.client, token_id: revoked })).toBeNull()
    const before = randomBytes(32)
    const set = (moment: string) =>
      signals.world.seed(
        `update gateway set previous_hash = $2, previous_ends_at = ${moment} where id = $1`,
        [ids.gateway, before],
      )
    await set(`now() + interval '1 minute'`)
    expect(await enter({ gateway_credential: before.toString('hex') })).not.toBeNull()
    await set(`now() - interval '1 minute'`)
    expect(await enter({ gateway_credential: before.toString('hex') })).toBeNull()
  })

  test('attack 88: not even in its own context is anything signed but a question, nor a header field sent to another address', async () => {
    const insert = (type: string) =>
      `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) values ($1, uuidv7(), '${type}', '{}', '{}', now())`
    await signals.world.seed(
      `update signal_stream set sealed_authorization = 'sealed' where gateway_id is not null`,
      [],
    )
    const move = (more = '') =>
      `update signal_stream set endpoint_url = 'https://elsewhere.example/in'${more}`
    const told = await asReceiver('gateway', async (client) => ({
      event: await attempt(client, insert(`${CAEP}session-revoked`), [streams.gateway]),
      question: await attempt(client, insert(`${SSF}verification`), [streams.gateway]),
      moved: await attempt(client, move()),
      movedWithout: await attempt(client, move(', sealed_authorization = null')),
      movedWithAnother: await attempt(client, move(`, sealed_authorization = 'another'`)),
    }))
    expect(told).toEqual({
      event: expect.stringContaining('row-level security'),
      question: 'done',
      moved: 'signal_stream_authorization_moved',
      movedWithout: 'done',
      movedWithAnother: 'done',
    })
  })
})

test('who hears of a change is asked by our own work alone', async () => {
  const call = `select access.signal_audience('{"about": "platform"}')`
  expect(await asReceiver('client', (client) => attempt(client, call))).toContain('permission denied')
  await expect(signals.world.sqlAs('liaison_job', call)).rejects.toThrow('only our own work')
})

test('every change of a stream needs its audit event', async () => {
  const client = await signals.world.database.pool('liaison_job').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    await client.query(`update signal_stream set status = 'disabled'`)
    await expect(client.query('commit')).rejects.toThrow('no audit event')
  } finally {
    await client.query('rollback').catch(() => undefined)
    client.release()
  }
})
