import { createHash, randomBytes } from 'node:crypto'
import { MASK_BITS, maskOfScopes, toBits } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSide as asSideOf, attempt, openScene as openSceneIn } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

type People = Scene & { readonly client: string; readonly account: string }

const asSide = <Result>(side: Side, scene: Scene, work: (client: pg.PoolClient) => Promise<Result>) =>
  asSideOf({ world, side, scene }, work)

async function openScene(): Promise<People> {
  const scene = await openSceneIn(world)
  const [client] = await world.seed<{ id: string }>(
    `insert into api_client (partner_id, name, scopes, mask, jwks, created_by, created_by_name) values ($1, 'App', array['orders.read'], $2, '{}', $1, 'Ana') returning id`,
    [scene.partner, toBits(maskOfScopes(['orders.read']))],
  )
  const [account] = await world.seed<{ id: string }>(
    `insert into billing_account (tenant_id, ban, name, currency) values ($1, 'B-1', 'Main', 'EUR') returning id`,
    [scene.tenant],
    scene.tenant,
  )
  return { ...scene, client: client?.id ?? '', account: account?.id ?? '' }
}

const COLUMNS = `uid_hash, client_id, partner_id, scopes, actions, access_duration_seconds, person_id, person_name`
const VALUES = `$1, $2, $3, array['orders.read'], array['order.read'], 3600, $4, 'Dana'`
const uidHash = () => createHash('sha256').update(randomBytes(16)).digest()

/** A request for the administrator of the scene, in any state. */
async function seedRequest(scene: People, over: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const names = Object.keys(over)
  const [row] = await world.seed<{ id: string }>(
    `insert into consent_request (${[COLUMNS, ...names].join(', ')}) values (${[VALUES, ...names.map((_, index) => `$${index + 5}`)].join(', ')}) returning id`,
    [uidHash(), scene.client, scene.partner, scene.people.tenant.id, ...Object.values(over)],
  )
  return row?.id ?? ''
}

/** Works as the sign-in code does, with the session of a person of the scene. */
async function asAuth<Result>(
  scene: People,
  who: 'tenant' | 'partner',
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_auth').connect()
  try {
    await client.query('begin')
    const token = /=(.*)$/.exec(scene.people[who].caller.cookie ?? '')?.[1] ?? ''
    await client.query('select access.enter_identity($1)', [
      { session_hash: createHash('sha256').update(token).digest('hex'), source: 'portal' },
    ])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const countOf = async (client: pg.PoolClient, id: string) =>
  (await client.query('select id from consent_request where id = $1', [id])).rowCount

describe('who sees a request, as raw SQL', () => {
  test('an open one only the person whom it was opened for, on both planes', async () => {
    const [scene, others] = [await openScene(), await openScene()]
    const colleague = await world.person()
    await world.tenantMember(scene.tenant, colleague.id)
    const id = await seedRequest(scene)
    expect(await asAuth(scene, 'tenant', (client) => countOf(client, id))).toBe(1)
    expect(await asAuth(scene, 'partner', (client) => countOf(client, id))).toBe(0)
    expect(await asSide('tenant', scene, (client) => countOf(client, id))).toBe(1)
    expect(await asSide('tenant', others, (client) => countOf(client, id))).toBe(0)
    const beside = {
      ...scene,
      people: { ...scene.people, tenant: { id: colleague.id, caller: await world.signIn(colleague.id) } },
    }
    expect(await asSide('tenant', beside, (client) => countOf(client, id))).toBe(0)
  })

  test('a waiting one the administrators of its organisation and nobody of another', async () => {
    const [scene, others] = [await openScene(), await openScene()]
    const colleague = await world.person()
    await world.tenantMember(scene.tenant, colleague.id)
    const id = await seedRequest(scene, {
      status: 'waiting',
      tenant_id: scene.tenant,
      choice: '{}',
      shown: '{}',
      first_approved_by: scene.people.tenant.id,
    })
    const beside = {
      ...scene,
      people: { ...scene.people, tenant: { id: colleague.id, caller: await world.signIn(colleague.id) } },
    }
    expect(await asSide('tenant', beside, (client) => countOf(client, id))).toBe(1)
    expect(await asSide('tenant', others, (client) => countOf(client, id))).toBe(0)
  })

  test.each([
    'liaison_program',
    'liaison_platform',
    'liaison_delegate',
    'liaison_ingest',
    'liaison_guard',
  ] as const)('%s has no privilege on it at all', async (login) => {
    await expect(world.sqlAs(login, 'select id from consent_request')).rejects.toThrow('permission denied')
  })

  test.each(['liaison_auth', 'liaison_tenant', 'liaison_job'] as const)(
    '%s without a context sees none',
    async (login) => {
      await seedRequest(await openScene())
      expect(await world.sqlAs(login, 'select id from consent_request')).toEqual([])
    },
  )

  test('who asks is told to the person who decides, and to nobody else', async () => {
    const [scene, others] = [await openScene(), await openScene()]
    const id = await seedRequest(scene)
    const parties = async (client: pg.PoolClient) =>
      (await client.query<{ parties: unknown }>('select access.consent_parties($1) as parties', [id])).rows[0]
        ?.parties
    expect(await asSide('tenant', scene, parties)).toMatchObject({ client: { name: 'App' } })
    expect(await asSide('tenant', others, parties)).toBeNull()
    expect(await asAuth(scene, 'partner', parties)).toBeNull()
  })
})

describe('what can be done to a request, as raw SQL', () => {
  const APPROVE = `update consent_request set status = 'approved', tenant_id = $2, choice = '{}', shown = '{}', result_id = $3, decided_by = $4 where id = $1`
  const WAIT = `update consent_request set status = 'waiting', tenant_id = $2, choice = '{}', shown = '{}', first_approved_by = $3 where id = $1`

  test('it is opened by the sign-in code for the person of the session, and for nobody else', async () => {
    const scene = await openScene()
    const insert = `insert into consent_request (${COLUMNS}) values (${VALUES})`
    await asAuth(scene, 'tenant', async (client) => {
      expect(
        await attempt(client, insert, [uidHash(), scene.client, scene.partner, scene.people.tenant.id]),
      ).toBe('done')
      expect(
        await attempt(client, insert, [uidHash(), scene.client, scene.partner, scene.stranger]),
      ).toContain('row-level security')
    })
    await asSide('tenant', scene, async (client) => {
      expect(
        await attempt(client, insert, [uidHash(), scene.client, scene.partner, scene.people.tenant.id]),
      ).toContain('permission denied')
    })
  })

  test('the sign-in code may decline it and never approve it', async () => {
    const scene = await openScene()
    const id = await seedRequest(scene)
    await asAuth(scene, 'tenant', async (client) => {
      expect(await attempt(client, `update consent_request set status = 'denied' where id = $1`, [id])).toBe(
        'done',
      )
      for (const to of ['waiting', 'approved', 'ended'])
        expect(await attempt(client, `update consent_request set status = $2 where id = $1`, [id, to])).toBe(
          'consent_request_transition',
        )
    })
  })

  test('nobody changes what was asked, or whom', async () => {
    const scene = await openScene()
    const id = await seedRequest(scene)
    await asSide('tenant', scene, async (client) => {
      for (const column of [
        'actions',
        'scopes',
        'client_id',
        'person_id',
        'uid_hash',
        'access_duration_seconds',
      ])
        expect(
          await attempt(client, `update consent_request set ${column} = ${column} where id = $1`, [id]),
        ).toContain('permission denied')
    })
  })

  test('it is not answered for another organisation, in another name, or after its time', async () => {
    const [scene, others] = [await openScene(), await openScene()]
    const me = scene.people.tenant.id
    const link = await world.link(scene.partner, scene.tenant)
    const foreign = await world.link(others.partner, others.tenant)
    const [id, late] = [await seedRequest(scene), await seedRequest(scene, { ends_at: new Date(0) })]
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, APPROVE, [id, others.tenant, link, me])).toContain('row-level security')
      expect(await attempt(client, APPROVE, [id, scene.tenant, link, scene.stranger])).toBe(
        'consent_request_two_people',
      )
      expect(await attempt(client, APPROVE, [late, scene.tenant, link, me])).toBe('consent_request_over')
      expect(await attempt(client, WAIT, [id, scene.tenant, scene.stranger])).toBe(
        'consent_request_two_people',
      )
      const naming = (result: string) => attempt(client, APPROVE, [id, scene.tenant, result, me])
      expect(await naming(foreign)).toBe('consent_request_result_of_tenant')
      expect(await naming(link)).toBe('done')
    })
  })

  test('attack 31: the second approval is another person, and what the first chose stays', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    const waiting = (first: string) =>
      seedRequest(scene, {
        status: 'waiting',
        tenant_id: scene.tenant,
        choice: '{"a":1}',
        shown: '{}',
        first_approved_by: first,
        result_id: link,
      })
    const colleague = await world.person()
    await world.tenantMember(scene.tenant, colleague.id)
    const me = scene.people.tenant.id
    const mine = await waiting(me)
    const [theirs, gone] = [await waiting(colleague.id), await waiting(scene.stranger)]
    const second = `update consent_request set status = 'approved', decided_by = $2 where id = $1`
    await asSide('tenant', scene, async (client) => {
      for (const id of [mine, gone])
        expect(await attempt(client, second, [id, me])).toBe('consent_request_two_people')
      const other = second.replace('decided_by', `choice = '{}', decided_by`)
      expect(await attempt(client, other, [theirs, me])).toBe('consent_request_identity')
      expect(await attempt(client, second, [theirs, me])).toBe('done')
    })
  })

  test('an answer is final, also for the clock, which moves nothing before its time', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    const done = await seedRequest(scene, {
      status: 'approved',
      tenant_id: scene.tenant,
      choice: '{}',
      shown: '{}',
      result_id: link,
      decided_by: scene.stranger,
      ends_at: new Date(0),
    })
    const [open, late] = [await seedRequest(scene), await seedRequest(scene, { ends_at: new Date(0) })]
    await asSide('tenant', scene, async (client) => {
      expect(
        await attempt(client, `update consent_request set status = 'denied' where id = $1`, [done]),
      ).toBe('consent_request_transition')
    })
    await asSide('clock', scene, async (client) => {
      const end = `update consent_request set status = 'ended' where id = $1`
      expect(await attempt(client, end, [done])).toBe('consent_request_transition')
      expect(await attempt(client, end, [open])).toBe('consent_request_transition')
      expect(await attempt(client, end, [late])).toBe('done')
    })
  })
})

describe('a consent, as raw SQL', () => {
  const zero = '0'.repeat(MASK_BITS)
  const insertConsent = (
    status: string,
  ) => `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, approved_by, approved_at, status_changed_by, status_changed_by_side)
    values ($1, $2, 'consent', '${status}', $3, $3, now(), now() + interval '90 days', $4, $4, now(), $4, 'tenant') returning id`

  /** A consent in force, with or without a bound of revocations. */
  async function seedConsent(scene: People, bound: number | null = null): Promise<string | undefined> {
    const values = [scene.tenant, scene.partner, zero, scene.people.tenant.id]
    const [row] = await world.seed<{ id: string }>(insertConsent('active'), values, scene.tenant)
    await world.seed(
      `insert into consent (id, tenant_id, partner_id, client_id, scopes, actions, max_revocation_seconds) values ($1, $2, $3, $4, array['orders.read'], array['order.read'], $5)`,
      [row?.id, scene.tenant, scene.partner, scene.client, bound],
      scene.tenant,
    )
    return row?.id
  }

  test('only the organisation makes one, and never for another', async () => {
    const [scene, others] = [await openScene(), await openScene()]
    await asSide('tenant', scene, async (client) => {
      const values = [scene.tenant, scene.partner, zero, scene.people.tenant.id]
      expect(await attempt(client, insertConsent('active'), values)).toBe('done')
      expect(await attempt(client, insertConsent('active'), [others.tenant, ...values.slice(1)])).toContain(
        'row-level security',
      )
    })
    await asSide('partner', scene, async (client) => {
      expect(
        await attempt(client, insertConsent('active'), [
          scene.tenant,
          scene.partner,
          zero,
          scene.people.partner.id,
        ]),
      ).toBe('delegation_two_sides')
    })
  })

  test('where two people decide, one person alone opens nothing', async () => {
    const scene = await openScene()
    await world.seed(
      'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
      [scene.tenant],
      scene.tenant,
    )
    await asSide('tenant', scene, async (client) => {
      const values = [scene.tenant, scene.partner, zero, scene.people.tenant.id]
      expect(await attempt(client, insertConsent('active'), values)).toBe('delegation_two_people')
      const { rows } = await client.query<{ id: string }>(
        insertConsent('requested').replace('$4, $4, now(), $4', '$4, null, null, $4'),
        values,
      )
      const approve = `update delegation set status = 'active', approved_by = $2, approved_at = now(), status_changed_by = $2, status_changed_by_side = 'tenant', version = 2 where id = $1`
      expect(await attempt(client, approve, [rows[0]?.id, scene.people.tenant.id])).toBe(
        'delegation_two_people',
      )
    })
  })

  test('the partner cannot widen one, add an account to it, or read what the organisation demands', async () => {
    const scene = await openScene()
    const [row] = await world.seed<{ id: string }>(
      insertConsent('active'),
      [scene.tenant, scene.partner, zero, scene.people.tenant.id],
      scene.tenant,
    )
    await asSide('partner', scene, async (client) => {
      expect(
        await attempt(client, `update delegation set mask = repeat('1', 256)::bit(256) where id = $1`, [
          row?.id,
        ]),
      ).toBe('delegation_widening')
      expect(
        await attempt(client, `update delegation set ends_at = ends_at + interval '1 day' where id = $1`, [
          row?.id,
        ]),
      ).toBe('delegation_widening')
      expect(await attempt(client, 'select conditions from delegation')).toContain('permission denied')
      expect(
        await attempt(client, `update delegation set conditions = '{"ip_mode": "off"}' where id = $1`, [
          row?.id,
        ]),
      ).toBe('delegation_widening')
      expect(
        await attempt(
          client,
          'insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position) values ($1, $2, $3, $4, 0)',
          [row?.id, scene.tenant, scene.partner, scene.account],
        ),
      ).toContain('permission denied')
    })
  })

  test('keeps its bound of revocations or a stricter one, whatever the login of its tenant runs (A9)', async () => {
    const scene = await openScene()
    const id = await seedConsent(scene, 90)
    await asSide('tenant', scene, async (client) => {
      const bound = (to: string) =>
        attempt(client, `update consent set max_revocation_seconds = ${to} where id = $1`, [id])
      expect([await bound('30'), await bound('91'), await bound('null')]).toEqual([
        'done',
        'consent_revocation_bound',
        'consent_revocation_bound',
      ])
    })
  })

  test('what was reached, and who pays, is told on the right plane only', async () => {
    const scene = await openScene()
    const id = await seedConsent(scene)
    const others = await openScene()
    for (const side of ['tenant', 'partner'] as const) {
      const card = (client: pg.PoolClient) =>
        client.query<{ card: unknown }>('select access.consent_card($1) as card', [id])
      expect((await asSide(side, scene, card)).rows[0]?.card).not.toBeNull()
      expect((await asSide(side, others, card)).rows[0]?.card).toBeNull()
      await asSide(side, scene, async (client) => {
        expect(
          await attempt(client, `select access.blast_radius($1, '-infinity', 'infinity')`, [scene.partner]),
        ).toContain('permission denied')
      })
    }
    await asSide('partner', scene, async (client) => {
      expect(await attempt(client, 'select * from access.payers_of_accounts()')).toContain(
        'permission denied',
      )
    })
    await asAuth(scene, 'partner', async (client) => {
      const { rows } = await client.query<{ holds: boolean }>(
        'select access.holds_consent($1, $2) as holds',
        [others.client, id],
      )
      expect(rows[0]?.holds).toBe(false)
    })
  })
})
