import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { makeApplicationActs } from '#testing/application-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeApplicationRoutes } from './index.ts'

let world: TestWorld
let admin: Caller
const { apply, review, begin, fill } = makeApplicationActs(() => world)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeApplicationRoutes(services))
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const TABLES = ['partner_application', 'partner_application_key', 'partner_application_message'] as const

/** Runs SQL as a login in a context that its plane would have, and undoes it. */
async function within(
  login: (typeof LOGINS)[number],
  context: Readonly<Record<string, unknown>>,
  text: string,
): Promise<unknown[]> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    const [row] = await world.sql<{ mac: string }>('select access.sign($1) as mac', [JSON.stringify(context)])
    await client.query(
      `select set_config('liaison.context', $1, true), set_config('liaison.mac', $2, true)`,
      [JSON.stringify(context), row?.mac],
    )
    return (await client.query(text)).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('the tables of applications', () => {
  test('show a login without a context nothing, and every login but those of the two sides is refused (C10)', async () => {
    const begun = await apply()
    await review(admin, { ...begun, name: 'ask', body: { question: 'Where are you?' } })
    for (const login of LOGINS)
      for (const table of TABLES) {
        const seen = await world
          .sqlAs(login, `select 1 as one from ${table}`)
          .then((rows) => rows.length)
          .catch((error: unknown) => /permission denied/.test(String(error)))
        expect([0, true], `${login} ${table}`).toContain(seen)
      }
    for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_guard'] as const)
      for (const table of TABLES)
        await expect(world.sqlAs(login, `select 1 as one from ${table}`)).rejects.toThrow('permission denied')
    await expect(world.sqlAs('liaison_program', 'select answers from partner_application')).rejects.toThrow(
      'permission denied',
    )
  })

  test('show the provider what was sent and no draft, and let it change no answer (C1)', async () => {
    const [draft, sent] = [await begin(), await apply({ registration_no: '31313131' })]
    const [person] = await world.sql<{ id: string }>(`select person_id as id from platform_staff`)
    const context = { plane: 'platform', actor_id: person?.id }
    const seen = await within('liaison_platform', context, 'select reference from partner_application')
    expect(seen).toContainEqual({ reference: sent.reference })
    expect(seen).not.toContainEqual({ reference: draft.reference })
    for (const change of [
      `update partner_application set answers = '{}'`,
      `insert into partner_application (reference, contact_email) values ('PA-00000000', 'a@b.example')`,
      `delete from partner_application`,
      `update partner_application_message set body = 'x'`,
      `select token_hash from partner_application_key`,
    ])
      await expect(within('liaison_platform', context, change), change).rejects.toThrow('permission denied')
    const foreign = `update partner_application set status = 'rejected', decided_at = now(), decided_by = uuidv7(), decided_by_name = 'X',
      decision_reason = 'other', decision_text = 'x', decision_checks = '[]' where reference = '${sent.reference}'`
    await expect(within('liaison_platform', context, foreign)).rejects.toThrow(
      'everybody acts in the own name',
    )
  })

  test('let the applicant decide nothing, and keep a question and its answer for ever (C1)', async () => {
    const begun = await apply({ registration_no: '32323232' })
    const context = { plane: 'auth' }
    for (const change of [
      `update partner_application set partner_id = uuidv7()`,
      `update partner_application set reapply_after = null`,
      `delete from partner_application`,
    ])
      await expect(within('liaison_auth', context, change), change).rejects.toThrow('permission denied')
    await expect(
      within(
        'liaison_auth',
        context,
        `update partner_application set status = 'approved' where reference = '${begun.reference}'`,
      ),
    ).rejects.toThrow(/row-level security|may not move/)
    await expect(
      within(
        'liaison_auth',
        context,
        `insert into partner_application_message (application_id, side, author_name, body) select id, 'provider', 'X', 'x' from partner_application where reference = '${begun.reference}'`,
      ),
    ).rejects.toThrow('row-level security')
    await review(admin, { ...begun, name: 'ask', body: { question: 'Where are you?' } })
    await expect(world.seed(`update partner_application_message set body = 'x'`, [])).rejects.toThrow(
      'its rows are history',
    )
  })
})

test('an address whose application was declined sends no other for 30 days, whatever a login tries (C1)', async () => {
  const declined = await apply({ registration_no: '35353535' })
  const body = { text: 'Not now.' }
  expect((await review(admin, { ...declined, name: 'decline', body })).statusCode).toBe(200)
  const again = await begin(declined.email)
  await fill(again)
  const send = `update partner_application set status = 'submitted', submitted_at = now() where reference = '${again.reference}' returning status`
  await expect(within('liaison_auth', { plane: 'auth' }, send)).rejects.toThrow('declined lately')
  await world.sql('alter table partner_application disable trigger user')
  await world.sql('update partner_application set reapply_after = now() where reference = $1', [
    declined.reference,
  ])
  await world.sql('alter table partner_application enable trigger user')
  expect(await within('liaison_auth', { plane: 'auth' }, send)).toEqual([{ status: 'submitted' }])
})

const STATES = ['draft', 'submitted', 'needs_info', 'approved', 'rejected', 'withdrawn'] as const

test('an application moves as the table of moves says, by the right side and no other, whatever a login tries (C1)', async () => {
  const moves = await world.sql<{ from: string; to: string; side: string }>(
    `select from_state as from, to_state as to, actor_kind as side from state_transition where entity = 'application'`,
  )
  expect(moves).toHaveLength(9)
  const [person] = await world.sql<{ id: string }>(`select person_id as id from platform_staff`)
  const partner = await world.partner('Any')
  const { reference } = await apply({ registration_no: '34343434' })
  await world.sql('alter table partner_application disable trigger user')
  const decided = `decided_at = now(), decided_by = '${person?.id}', decided_by_name = 'Sam', decision_checks = '[]'`
  const undecided = `decided_at = null, decided_by = null, decided_by_name = null, decision_checks = null`
  const shape = (state: string) =>
    [
      `status = '${state}'`,
      state === 'approved' || state === 'rejected' ? decided : undecided,
      `partner_id = ${state === 'approved' ? `'${partner}'` : 'null'}`,
      ...(state === 'rejected'
        ? [`decision_reason = 'other', decision_text = 'x'`]
        : [`decision_reason = null, decision_text = null`]),
    ].join(', ')
  const wrong: string[] = []
  for (const from of STATES)
    for (const to of STATES.filter((state) => state !== from))
      for (const side of ['requester', 'provider'] as const) {
        const reapply = from === 'rejected' ? 'now()' : 'null'
        await world.sql(
          `update partner_application set ${shape(from)}, reapply_after = ${reapply}, submitted_at = ${from === 'draft' ? 'null' : 'now()'} where reference = $1`,
          [reference],
        )
        await world.sql('alter table partner_application enable trigger enforce_application')
        const login = side === 'requester' ? 'liaison_auth' : 'liaison_platform'
        const context = side === 'requester' ? { plane: 'auth' } : { plane: 'platform', actor_id: person?.id }
        const change =
          side === 'requester'
            ? `status = '${to}'${from === 'draft' && to === 'submitted' ? ', submitted_at = now()' : ''}`
            : shape(to)
        const done = await within(
          login,
          context,
          `update partner_application set ${change} where reference = '${reference}' returning status`,
        ).catch(() => [])
        const isLegal = moves.some((row) => row.from === from && row.to === to && row.side === side)
        if ((done.length === 1) !== isLegal) wrong.push(`${side}: ${from} to ${to}`)
        await world.sql('alter table partner_application disable trigger user')
      }
  await world.sql('alter table partner_application enable trigger user')
  expect(wrong).toEqual([])
})
