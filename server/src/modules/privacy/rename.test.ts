import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandBench } from '#testing/command.ts'
import { tablesWith as findTablesWith } from '#testing/tables-with.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const tablesWith = (text: string) => findTablesWith(world, text)

/** Somebody of a partner and a tenant who approved a link, stopped it and wrote a template: told by name, not always by id. */
async function approver(name: string) {
  const person = await world.person()
  await world.seed('update person set name = $2 where id = $1', [person.id, name])
  const [partner, tenantId] = [await world.partner('Southbank'), await world.tenant('Beta')]
  await world.partnerMember(partner, (await world.person()).id, 'PARTNER_OWNER')
  await world.partnerMember(partner, person.id, 'PARTNER_STAFF')
  await world.tenantMember(tenantId, person.id)
  // Somebody stays in charge of it.
  await world.tenantMember(tenantId, (await world.person()).id)
  const link = await world.link(partner, tenantId)
  const forTenant = (text: string, values: unknown[]) => world.seed(text, values, tenantId)
  await forTenant('update delegation set approved_by = $2, approved_by_name = $3 where id = $1', [
    link,
    person.id,
    name,
  ])
  await forTenant(`update delegation set status_reason = 'x' where id = $1`, [link])
  await forTenant(
    `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
     values ($1, $2, $3, 9, 'suspended', jsonb_build_object('by', 'tenant', 'name', $4::text, 'reason', 'audit'))`,
    [link, tenantId, partner, name],
  )
  await forTenant(
    `insert into tenant_invitation_code (tenant_id, code_hash, hint, made_by, made_by_name, expires_at, withdrawn_by, withdrawn_by_name, withdrawn_at)
     values ($1, sha256($2::text::bytea), 'AAAA', $2::uuid, $3, now() + interval '1 day', $2::uuid, $3, now())`,
    [tenantId, person.id, name],
  )
  await world.seed(
    `insert into link_template (partner_id, name, terms, created_by_name) values ($1, 'Usual', '{}', $2)`,
    [partner, name],
  )
  return { ...person, name, partner, tenantId, link }
}

test('erasing takes the name out of what tells it without an id, and out of what access was before (GDPR Art. 17)', async () => {
  const person = await approver('Nomi Ashgrove')
  // What was kept of the past by a version that kept names in it.
  await world.sql(
    `insert into access_past (relation, row_key, tenant_id, partner_id, was) values ('delegation', $1, $2, $3, jsonb_build_object('approved_by', $4::text, 'approved_by_name', $5::text))`,
    [person.link, person.tenantId, person.partner, person.id, person.name],
  )
  const before = await world.sql(`select count(*) as n from access_past where relation = 'delegation'`)
  expect((await tablesWith(person.name)).length).toBeGreaterThan(3)
  const done = await bench.run(['person', 'erase', person.id, '--reason', 'Asked for.', '--json'])
  expect(await tablesWith(person.name)).toEqual([])
  expect(JSON.parse(done.out).kept).toEqual([])
  // Nothing that was decided changed with it.
  expect(await world.sql(`select count(*) as n from access_past where relation = 'delegation'`)).toEqual(
    before,
  )
  expect(
    await world.sql(`select detail from delegation_history where delegation_id = $1 and version = 9`, [
      person.link,
    ]),
  ).toEqual([{ detail: { by: 'tenant', name: 'Erased person', reason: 'audit' } }])
})

test('erasing leaves a name that may be somebody else’s, and what an organisation says of its contact, and tells where', async () => {
  const [person, other] = [await approver('Jo Marsh'), await approver('Jo Marsh')]
  await world.tenantMember(person.tenantId, other.id)
  await world.seed(
    `update tenant set contact = jsonb_build_object('email', (select email from person where id = $2)) where id = $1`,
    [person.tenantId, person.id],
    person.tenantId,
  )
  await world.seed(
    `insert into tenant_security_contact (tenant_id, email) select $1, email from person where id = $2`,
    [person.tenantId, person.id],
    person.tenantId,
  )
  const done = await bench.run(['person', 'erase', person.id, '--reason', 'Asked for.', '--json'])
  expect(JSON.parse(done.out).kept.toSorted()).toEqual([
    'delegation_history',
    'tenant',
    'tenant_security_contact',
  ])
  const names = (text: string, of: { readonly link: string }) => world.sql<{ name: string }>(text, [of.link])
  const approved = 'select approved_by_name as name from delegation where id = $1'
  expect([...(await names(approved, person)), ...(await names(approved, other))]).toEqual([
    { name: 'Erased person' },
    { name: 'Jo Marsh' },
  ])
})

test('erasing takes name and address out of answers that are kept, which are told again and not worked for twice (GDPR Art. 17, R3)', async () => {
  const [person, colleague] = [await world.person(), await world.person()]
  const [name, email] = ['Ada "Lovelace" Brown', 'ada.brown@example.com']
  await world.seed('update person set name = $2, email = $3 where id = $1', [person.id, name, email])
  const told = {
    note: `${name} was invited.`,
    given_to: { name, email },
    people: [name, 'Ada Brownlee'],
  }
  for (const principal of [person.id, colleague.id])
    await world.seed(
      `insert into idempotency_record (principal, key, operation, request_hash, status, headers, body) values ($1, 'k', 'POST /x', '', 201, '{}', $2)`,
      [principal, told],
    )
  const done = await bench.run(['person', 'erase', email, '--reason', 'Asked for.'])
  expect(done.status).toBe(0)
  expect(await world.sql('select principal, body from idempotency_record')).toEqual([
    {
      principal: colleague.id,
      body: {
        note: 'Erased person was invited.',
        given_to: { name: 'Erased person', email: `erased-${person.id}@erased.invalid` },
        people: ['Erased person', 'Ada Brownlee'],
      },
    },
  ])
})
