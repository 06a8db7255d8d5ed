import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CODES, makeCodeActs } from '#testing/invitation-code-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { makeLinkActs, REQUEST, tenantPath } from '#testing/link-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'

import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { approve, cast, newestLink } = makeLinkActs(() => world)
const { make, rowsOf, setEnd, stateOf, use, withdraw } = makeCodeActs(() => world)

describe('an invitation code', () => {
  test('is shown once to whoever makes it, and then told apart by four characters, with who made it and until when (B1)', async () => {
    const people = await cast()
    const made = await world.call(people.admin, 'POST', CODES, { body: { note: ' For Northwind ', days: 3 } })
    expect(made.statusCode, made.body).toBe(201)
    const { code, ...rest } = made.json()
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(rest).toMatchObject({
      hint: code.slice(0, 4),
      note: 'For Northwind',
      status: 'open',
      made_by_name: 'Dana Kim',
      used_by: null,
      withdrawn_at: null,
    })
    expect(Math.round((Date.parse(rest.expires_at) - Date.parse(rest.made_at)) / 3_600_000)).toBe(72)
    expect(made.headers['location']).toBe(`${CODES}/${rest.code_id}`)
    const list = await world.call(people.admin, 'GET', CODES)
    expect(list.json()).toMatchObject({ items: [rest], total: 1, has_more: false })
    expect(list.body).not.toContain(code)
    const usual = await make(people)
    expect(await stateOf(people, usual)).toMatchObject({ note: null, status: 'open' })
    const [kept] = await world.sql<{ kept: string; days: number }>(
      `select c::text as kept, extract(epoch from expires_at - made_at) / 86400 as days from tenant_invitation_code c where hint = $1 and tenant_id = $2`,
      [usual.hint, people.tenant],
    )
    expect(Number(kept?.days)).toBe(14)
    expect(kept?.kept).not.toContain(usual.code.replaceAll('-', ''))
    expect(kept?.kept).toContain(createHash('sha256').update(usual.code.replaceAll('-', '')).digest('hex'))
  })

  test.each([
    { days: 0 },
    { days: 91 },
    { days: 1.5 },
    { note: '' },
    { note: 'x'.repeat(101) },
    { role: 'x' },
  ])('is not made with %j', async (body) => {
    const people = await cast()
    expect((await world.call(people.admin, 'POST', CODES, { body })).statusCode).toBe(422)
    expect((await world.call(people.admin, 'GET', CODES)).json().total).toBe(0)
  })

  test('brings a request to its tenant, which still decides about it, however it is typed (B1, B10)', async () => {
    const people = await cast()
    const made = await make(people, { note: 'For Northwind' })
    const typed = ` ${made.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
    const sent = await use(people, typed)
    expect(sent.statusCode, sent.body).toBe(202)
    const mine = await newestLink(people)
    expect(mine).toMatchObject({
      status: 'requested',
      tenant_id: null,
      tenant_name: `Invitation code ${made.hint}…`,
      tenant_slug: `invitation:${made.hint}`,
    })
    expect(await stateOf(people, made)).toMatchObject({
      status: 'used',
      used_by: {
        partner_id: encodeId('partner', people.partner),
        partner_name: 'Northwind',
        link_id: mine.link_id,
      },
    })
    const shown = (await world.call(people.admin, 'GET', tenantPath(mine.link_id))).json()
    expect(shown).toMatchObject({
      status: 'requested',
      invitation_code: { hint: made.hint, note: 'For Northwind', made_by_name: 'Dana Kim' },
    })
    const page = `/links/${mine.link_id}?org=${encodeId('tenant', people.tenant)}`
    for (const [language, words] of [
      ['en', `They asked with the invitation code ${made.hint}… (For Northwind) that Dana Kim made on`],
      ['es', `Lo solicitó con el código de invitación ${made.hint}… (For Northwind) que Dana Kim creó el`],
      ['fr', `invitation ${made.hint}… (For Northwind) que Dana Kim a créé le`],
    ] as const)
      expect((await world.call(people.admin, 'GET', `${page}&lang=${language}`)).body).toContain(words)
    expect((await approve(people, mine.link_id)).json()).toMatchObject({ status: 'active' })
    expect(await newestLink(people)).toMatchObject({ status: 'active', tenant_name: 'Acme Fiber' })
  })

  test('is not asked for beside a partner code, and one of both is needed', async () => {
    const people = await cast()
    const { code } = await make(people)
    const both = await use(people, code, { tenant_slug: people.slug })
    expect([both.statusCode, both.json().errors]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/body/invitation_code', code: 'NOT_BOTH' })],
    ])
    const none = await world.call(people.owner, 'POST', '/api/v1/partner/links', { body: REQUEST })
    expect([none.statusCode, none.json().errors]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/body/tenant_slug', code: 'REQUIRED' })],
    ])
    expect(await rowsOf(people)).toEqual([])
  })

  test('that cannot be one, such as with a slip of the hand, is refused before anything is looked up', async () => {
    const people = await cast()
    const { code } = await make(people)
    const slip = (code.startsWith('7') ? '8' : '7') + code.slice(1)
    for (const wrong of ['abc', '', slip, code.slice(0, -1), `${code}0`]) {
      const refused = await use(people, wrong)
      expect([refused.statusCode, refused.json().errors[0]]).toEqual([
        422,
        expect.objectContaining({ pointer: '/body/invitation_code', code: 'NOT_A_CODE' }),
      ])
      expect(refused.body).not.toContain('tenant')
    }
    expect(await rowsOf(people)).toEqual([])
  })
})

describe('withdrawing', () => {
  const stopAll = async (people: Awaited<ReturnType<typeof cast>>) => {
    const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [
      people.tenant,
    ])
    return world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
      body: { reason: 'Incident', confirm_name: tenant?.name },
    })
  }

  test('is part of stopping all partner access: no code that was given out before lets anybody ask, and the receipt and the log name each (B10, A9)', async () => {
    const people = await cast()
    const [used, first, second] = [
      await make(people),
      await make(people, { note: 'For Northwind' }),
      await make(people),
    ]
    await use(people, used.code)
    const stopped = await stopAll(people)
    expect(stopped.statusCode, stopped.body).toBe(200)
    expect(stopped.json().items).toMatchObject([{ status_before: 'requested' }])
    const [one, other] = [first, second].map(({ code_id, hint }) => ({ code_id, hint }))
    expect(stopped.json().codes).toHaveLength(2)
    expect(stopped.json().codes).toEqual(
      expect.arrayContaining([
        { ...one, note: 'For Northwind' },
        { ...other, note: null },
      ]),
    )
    expect(await stateOf(people, used)).toMatchObject({ status: 'used' })
    expect(await stateOf(people, first)).toMatchObject({
      status: 'withdrawn',
      withdrawn_by_name: 'Dana Kim',
    })
    expect((await use(people, first.code)).statusCode).toBe(202)
    const open = `select 1 from delegation where tenant_id = $1 and status = 'requested'`
    expect(await world.sql(open, [people.tenant])).toEqual([])
    const events = await world.sql(
      `select reason, resource_label from audit_event where action = 'tenant.partner_access.invitation_codes.withdraw' and tenant_id = $1`,
      [people.tenant],
    )
    expect(events).toHaveLength(2)
    expect(events).toContainEqual({ reason: 'Incident', resource_label: `${first.hint}…` })
    expect((await stopAll(people)).json().codes).toEqual([])
  })

  test('is part of it also where somebody asks at this moment: no request is left, whichever comes first (B10, A9)', async () => {
    for (const isStopFirst of [true, false]) {
      const people = await cast()
      const made = await make(people)
      const [stop, ask] = [async () => stopAll(people), async () => use(people, made.code)]
      const lock = {
        text: 'select id from tenant_invitation_code where tenant_id = $1 for update',
        values: [people.tenant],
      }
      const answers = await meetAt(world, lock, isStopFirst ? [stop, ask] : [ask, stop])
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(isStopFirst ? [200, 202] : [202, 200])
      const open = `select 1 from delegation where tenant_id = $1 and status = 'requested'`
      expect(await world.sql(open, [people.tenant])).toEqual([])
    }
  })

  test('takes a code back for good, in the own name, and once', async () => {
    const people = await cast()
    const made = await make(people)
    expect((await withdraw(people, made)).json()).toMatchObject({
      status: 'withdrawn',
      withdrawn_by_name: 'Dana Kim',
    })
    const again = await withdraw(people, made)
    expect([again.statusCode, again.json().code]).toEqual([409, 'INVITATION_CODE_OVER'])
    const foreign = await withdraw(await cast(), await make(people))
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'INVITATION_CODE_NOT_FOUND'])
  })

  test('comes too late for a code that was used or ran out', async () => {
    const people = await cast()
    const [used, ended] = [await make(people), await make(people)]
    await use(people, used.code)
    await setEnd(people, ended)
    for (const made of [used, ended])
      expect((await withdraw(people, made)).json().code).toBe('INVITATION_CODE_OVER')
    const states = `${CODES}?status=used,expired`
    const { items } = (await world.call(people.admin, 'GET', states)).json()
    expect(items.map(({ status }: { status: string }) => status).toSorted()).toEqual(['expired', 'used'])
  })
})

describe('who and what', () => {
  test('members without the right make and withdraw none, and making one takes a fresh second factor, which withdrawing does not (A6)', async () => {
    const people = await cast()
    const made = await make(people)
    const member = await world.person()
    await world.tenantMember(people.tenant, member.id, 'TENANT_USER')
    const caller = await world.signIn(member.id, { tenantId: people.tenant })
    for (const [method, path] of [
      ['GET', CODES],
      ['POST', CODES],
      ['POST', `${CODES}/${made.code_id}/withdraw`],
    ] as const)
      expect((await world.call(caller, method, path, method === 'POST' ? { body: {} } : {})).statusCode).toBe(
        403,
      )
    const [admin] = await world.sql<{ id: PersonId }>(
      `select person_id as id from tenant_member where tenant_id = $1 and role = 'TENANT_ADMIN'`,
      [people.tenant],
    )
    if (!admin) throw new Error('There is no administrator.')
    const stale = await world.signIn(admin.id, { tenantId: people.tenant, factorAgeSeconds: 3600 })
    const refused = await world.call(stale, 'POST', CODES, { body: {} })
    expect([refused.statusCode, refused.json().code]).toEqual([401, 'STEP_UP_REQUIRED'])
    expect((await withdraw({ ...people, admin: stale }, made)).statusCode).toBe(200)
  })

  test('made, used and withdrawn are events of the tenant, which name no code; the partner reads that it asked (R4)', async () => {
    const people = await cast()
    const [used, gone] = [await make(people, { note: 'For Northwind' }), await make(people)]
    await use(people, used.code)
    await withdraw(people, gone)
    const events = await world.sql<{ action: string; of: string[]; whole: string; actor_name: string }>(
      `select e.action, e.actor_name, e::text as whole, array(select s.kind from audit_scope s where s.event_id = e.id order by s.kind) as of
       from audit_event e where exists (select from audit_scope s where s.event_id = e.id and s.scope_id = $1) and e.outcome = 'allowed' and e.action like any (array['tenant.partner_access.invitation%', 'links%']) order by e.id`,
      [people.tenant],
    )
    expect(events.map(({ action, of, actor_name: name }) => [action, of, name])).toEqual([
      ['tenant.partner_access.invitation_codes.issue', ['tenant'], 'Dana Kim'],
      ['tenant.partner_access.invitation_codes.issue', ['tenant'], 'Dana Kim'],
      ['tenant.partner_access.invitation_codes.use', ['tenant'], 'Ana Ruiz'],
      ['links.request', ['partner', 'tenant'], 'Ana Ruiz'],
      ['tenant.partner_access.invitation_codes.withdraw', ['tenant'], 'Dana Kim'],
    ])
    const everywhere = await world.sql<{ text: string }>(
      `select e::text as text from audit_event e union all select o::text from outbox o union all select s::text from link_request_sent s union all select i::text from idempotency_record i`,
    )
    const plain = used.code.replaceAll('-', '')
    expect(everywhere.filter(({ text }) => text.includes(used.code) || text.includes(plain))).toEqual([])
  })

  test('is kept under no Idempotency-Key, since it is shown once', async () => {
    const people = await cast()
    const headers = { 'idempotency-key': 'a-key-of-this-test-0001' }
    const first = await world.call(people.admin, 'POST', CODES, { body: {}, headers })
    const second = await world.call(people.admin, 'POST', CODES, { body: {}, headers })
    expect(first.statusCode).toBe(201)
    expect(second.body).not.toContain(first.json().code)
  })

  test('is, as raw SQL, of its tenant alone; a partner finds the tenant of a code that it holds and nothing else (R1)', async () => {
    const [own, foreign] = [await openScene(world), await openScene(world)]
    const hash = (text: string) => createHash('sha256').update(text).digest()
    for (const [scene, text] of [
      [own, 'own'],
      [foreign, 'foreign'],
    ] as const)
      await world.seed(
        `insert into tenant_invitation_code (tenant_id, code_hash, hint, made_by, made_by_name, expires_at) values ($1, $2, 'AAAA', $3, 'x', now() + interval '1 day')`,
        [scene.tenant, hash(`${text} ${scene.tenant}`), scene.people.tenant.id],
        scene.tenant,
      )
    const insert = `insert into tenant_invitation_code (tenant_id, code_hash, hint, made_by, made_by_name, expires_at) values ($1, $2, 'AAAA', $3, 'x', now() + interval '1 day')`
    const end = `update tenant_invitation_code set withdrawn_at = now(), withdrawn_by = $2 where tenant_id = $1`
    const seen = await asSide({ world, side: 'tenant', scene: own }, async (client) => [
      (await client.query('select tenant_id from tenant_invitation_code')).rows,
      await attempt(client, 'select code_hash from tenant_invitation_code'),
      await attempt(client, insert, [foreign.tenant, hash('a'), own.people.tenant.id]),
      await attempt(client, insert, [own.tenant, hash('a'), own.stranger]),
      await attempt(client, insert, [own.tenant, hash('a'), own.people.tenant.id]),
      await attempt(client, end, [foreign.tenant, own.people.tenant.id]),
      await attempt(client, end, [own.tenant, own.stranger]),
      await attempt(client, end, [own.tenant, own.people.tenant.id]),
      await attempt(client, `update tenant_invitation_code set expires_at = now() + interval '9 days'`),
      await attempt(client, 'update tenant_invitation_code set used_at = now()'),
      await attempt(client, 'delete from tenant_invitation_code'),
      await attempt(client, 'select access.hold_invitation_code($1)', [hash(`own ${own.tenant}`)]),
    ])
    expect(seen).toEqual([
      [{ tenant_id: own.tenant }],
      expect.stringContaining('permission denied'),
      expect.stringContaining('row-level security'),
      'invitation_code_maker',
      'done',
      'nothing',
      'invitation_code_maker',
      'done',
      expect.stringContaining('permission denied'),
      expect.stringContaining('permission denied'),
      expect.stringContaining('permission denied'),
      expect.stringContaining('permission denied'),
    ])
    for (const side of ['partner', 'provider', 'clock'] as const)
      expect(
        await asSide({ world, side, scene: own }, (client) =>
          attempt(client, 'select id from tenant_invitation_code'),
        ),
      ).toContain('permission denied')
    expect(await world.sqlAs('liaison_tenant', 'select id from tenant_invitation_code')).toEqual([])
    const find = 'select access.hold_invitation_code($1) as tenant'
    const spend = 'select access.use_invitation_code($1, $2) as used'
    const held = hash(`own ${own.tenant}`)
    const other = await world.link(own.partner, own.tenant, { role: 'msp_support', status: 'lapsed' })
    expect(await world.sqlAs('liaison_program', find, [held])).toEqual([{ tenant: null }])
    expect(await world.sqlAs('liaison_program', spend, [held, other])).toEqual([{ used: false }])
    const told = await asSide({ world, side: 'partner', scene: foreign }, async (client) => [
      (await client.query(find, [held])).rows,
      (await client.query(find, [hash('unknown')])).rows,
      (await client.query(find, [null])).rows,
      (await client.query(spend, [hash('unknown'), other])).rows,
      (await client.query(spend, [held, other])).rows,
      (await client.query(spend, [held, other])).rows,
      await attempt(client, 'set constraints all immediate'),
    ])
    expect(told).toEqual([
      [{ tenant: own.tenant }],
      [{ tenant: null }],
      [{ tenant: null }],
      [{ used: false }],
      [{ used: true }],
      [{ used: false }],
      // A code is used up for a request of the own partner to the code's tenant, or for nothing.
      'tenant_invitation_code_used_by_tenant_id_link_id_fkey',
    ])
  })

  test('that was used stays used, whoever writes', async () => {
    const people = await cast()
    const made = await make(people)
    await use(people, made.code)
    const back = `update tenant_invitation_code set used_at = null, used_by = null, link_id = null where tenant_id = $1`
    await expect(world.seed(back, [people.tenant], people.tenant)).rejects.toThrow('stays so')
  })
})
