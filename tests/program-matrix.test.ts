import { createHash } from 'node:crypto'
import { findSourcePermission, SOURCE_PERMISSIONS } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programProbes } from '../server/testing/program-probes.ts'
import { openProgramScene, seedCode, seedEarning, seedReferral } from '../server/testing/risk-acts.ts'
import type { ProgramScene } from '../server/testing/risk-acts.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

type Role = 'SUPER_ADMIN' | 'PARTNER_OWNER' | 'PARTNER_STAFF'

/** One person in one standing: what the matrix gives to each of these roles, and nothing else, is allowed. */
interface Standing {
  readonly provider: boolean
  readonly member: 'PARTNER_OWNER' | 'PARTNER_STAFF' | null
  readonly caller: Caller
  readonly id: PersonId
}

let world: TestWorld
let scene: ProgramScene
const people: Record<string, Standing> = {}
const rows = { own: { code: '', referral: '', earning: '' }, other: { referral: '' } }

async function stand(
  name: string,
  partner: ProgramScene['partner'] | null,
  standing: { provider?: boolean; role?: 'PARTNER_OWNER' | 'PARTNER_STAFF'; ended?: boolean },
): Promise<void> {
  const { id } = await world.person(name)
  if (partner && standing.role) await world.partnerMember(partner, id, standing.role)
  if (standing.ended)
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [id])
  if (standing.provider) await world.platformAdmin(id)
  people[name] = {
    provider: standing.provider ?? false,
    member: standing.ended ? null : (standing.role ?? null),
    caller: await world.signIn(id),
    id,
  }
}

beforeAll(async () => {
  world = await TestWorld.start(() => programProbes)
  scene = await openProgramScene(world)
  const other = await openProgramScene(world, 'Other')
  await stand('owner', scene.partner, { role: 'PARTNER_OWNER' })
  await stand('staff', scene.partner, { role: 'PARTNER_STAFF' })
  await stand('super admin', null, { provider: true })
  await stand('super admin who is an owner', scene.partner, { provider: true, role: 'PARTNER_OWNER' })
  await stand('super admin who is staff', scene.partner, { provider: true, role: 'PARTNER_STAFF' })
  await stand('ended member', scene.partner, { role: 'PARTNER_OWNER', ended: true })
  await stand('nobody', null, {})
  people['owner of another partner'] = {
    provider: false,
    member: 'PARTNER_OWNER',
    caller: other.owner.caller,
    id: other.owner.id,
  }
  const staff = { id: people['staff']?.id ?? scene.staff.id, name: 'staff', email: '' }
  const referral = await seedReferral(world, scene, await world.tenant('Acme'))
  rows.own = {
    code: await seedCode(world, scene.partner, staff),
    referral,
    earning: await seedEarning(world, referral),
  }
  const [byStaff] = [await world.tenant('Bolt')]
  await seedReferral(world, { partner: scene.partner, codeId: rows.own.code }, byStaff)
  rows.other = { referral: await seedReferral(world, other, await world.tenant('Cora')) }
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const expectedOf = (role: Role | null, name: string): boolean =>
  role !== null && findSourcePermission(role, name) !== null

const PEOPLE = [
  'owner',
  'staff',
  'super admin',
  'super admin who is an owner',
  'super admin who is staff',
  'owner of another partner',
  'ended member',
  'nobody',
]

test.each(PEOPLE)(
  'each cell of the matrix is answered over HTTP as it is written, for: %s (D1, F2)',
  async (name) => {
    const person = people[name]
    if (!person) throw new Error('Nobody.')
    const wrong: string[] = []
    for (const entry of SOURCE_PERMISSIONS) {
      for (const side of ['provider', 'partner'] as const) {
        const permission = entry[side]
        if (permission === null) continue
        const role = side === 'provider' ? (person.provider ? 'SUPER_ADMIN' : null) : person.member
        const answer = await world.call(person.caller, 'GET', `/api/v1/probe/${permission}`)
        const isAllowed = answer.statusCode === 200
        if (isAllowed !== expectedOf(role, entry.name))
          wrong.push(`${entry.name} ${permission} ${answer.statusCode}`)
        if (!isAllowed && answer.statusCode !== 403) wrong.push(`${permission} answers ${answer.statusCode}`)
      }
    }
    expect(wrong).toEqual([])
  },
)

async function seen(
  name: string,
  login: 'liaison_program' | 'liaison_platform',
): Promise<Record<string, number>> {
  const token = String(people[name]?.caller.cookie).split('=')[1] ?? ''
  const client = await world.database.pool(login).connect()
  const found: Record<string, number> = {}
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: null,
        permission: login === 'liaison_program' ? 'partner_org.profile.read' : 'platform.partners.read',
        writes: false,
        source: 'api',
      },
    ])
    for (const table of ['referral_code', 'referral', 'earning', 'agreement'])
      found[table] =
        (await client.query(`select id from ${table} where partner_id = $1`, [scene.partner])).rowCount ?? 0
    return found
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('the rows that each login shows follow the same matrix: owners all, staff their own codes’ and no earning, others nothing (D1, D8, F1, F4)', async () => {
  const all = { referral_code: 2, referral: 2, earning: 1, agreement: 1 }
  const nothing = { referral_code: 0, referral: 0, earning: 0, agreement: 0 }
  expect(await seen('owner', 'liaison_program')).toEqual(all)
  expect(await seen('staff', 'liaison_program')).toEqual({
    ...all,
    referral_code: 1,
    referral: 1,
    earning: 0,
  })
  expect(await seen('super admin', 'liaison_platform')).toEqual(all)
  expect(await seen('owner', 'liaison_platform')).toEqual(nothing)
  expect(await seen('super admin', 'liaison_program')).toEqual(nothing)
  expect(await seen('super admin who is an owner', 'liaison_program')).toEqual(all)
  expect(await seen('super admin who is staff', 'liaison_program')).toMatchObject({ earning: 0, referral: 0 })
  for (const name of ['owner of another partner', 'ended member', 'nobody'])
    expect(await seen(name, 'liaison_program'), name).toEqual(nothing)
})

test('somebody of the provider has no signature in any way: none can be written without a membership as an owner (F2)', async () => {
  const [agreement] = await world.sql<{ id: string }>('select id from agreement where partner_id = $1', [
    scene.partner,
  ])
  await expect(
    world.seed(
      `insert into agreement_signature (agreement_id, partner_id, member_id, person_id, signer_name, signer_email, member_role, typed_name, capacity, auth_method, auth_at, content_sha256, consent_text, consent_sha256, displayed_at)
       values ($1, $2, $3, $3, 'A', 'a@b.test', 'PARTNER_OWNER', 'Ann Admin', 'Admin', 'otp', now(), sha256(''), 'x', sha256('x'), now())`,
      [agreement?.id, scene.partner, people['super admin']?.id],
    ),
  ).rejects.toThrow(/agreement_signature|owner|sign/)
})
