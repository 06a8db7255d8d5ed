import { encodeId, getPartnerPermissions } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import {
  requirePartnerAccess,
  requirePartnerAccessBySlug,
  requirePartnerOwner,
  requirePartnerOwnerAccess,
  requirePartnerUser,
} from './index.ts'

const Answer = z.strictObject({ role: z.string() })
const ById = { params: z.strictObject({ partner_id: publicId('partner') }) }
const profile = { permission: 'partner_org.profile.read' } as const
const common = { method: 'GET', limit: 'detail', responses: { 200: Answer }, summary: 'A probe' } as const

/** One route for each entry point, which tells the role that it gave. */
const probes = [
  route({
    ...common,
    path: '/api/v1/probe/user',
    input: {},
    access: profile,
    handle: async ({ mandate }) => ({ role: requirePartnerUser(mandate).role }),
  }),
  route({
    ...common,
    path: '/api/v1/probe/owner',
    input: {},
    access: profile,
    handle: async ({ mandate }) => ({ role: requirePartnerOwner(mandate).role }),
  }),
  route({
    ...common,
    path: '/api/v1/probe/access/:partner_id',
    input: ById,
    access: profile,
    handle: async ({ mandate, params }) => ({ role: requirePartnerAccess(mandate, params.partner_id).role }),
  }),
  route({
    ...common,
    path: '/api/v1/probe/owner-access/:partner_id',
    input: ById,
    access: profile,
    handle: async ({ mandate, params }) => ({
      role: requirePartnerOwnerAccess(mandate, params.partner_id).role,
    }),
  }),
  route({
    ...common,
    path: '/api/v1/probe/slug/:slug',
    input: { params: z.strictObject({ slug: z.string() }) },
    access: profile,
    handle: async ({ mandate, params }) => ({
      role: (await requirePartnerAccessBySlug(mandate, params.slug)).role,
    }),
  }),
  route({
    ...common,
    path: '/api/v1/probe/provider/:partner_id',
    input: ById,
    access: { permission: 'platform.partners.read' },
    handle: async ({ mandate, params }) => {
      const { role } = requirePartnerAccess(mandate, params.partner_id)
      return { role: `${role} ${getPartnerPermissions(role).includes('partner_org.agreements.sign')}` }
    },
  }),
]

let world: TestWorld
let scene: Scene
let staff: Caller
let other: PartnerId
beforeAll(async () => {
  world = await TestWorld.start(() => probes)
  scene = await openScene(world)
  const person = await world.person()
  await world.partnerMember(scene.partner, person.id, 'PARTNER_STAFF')
  staff = await world.signIn(person.id)
  other = await world.partner('Other')
})
afterAll(() => world[Symbol.asyncDispose]())

async function ask(caller: Caller | null, path: string): Promise<string> {
  const answer = await world.call(caller, 'GET', `/api/v1/probe/${path}`)
  const body: { role?: string; code?: string } = answer.json()
  return `${answer.statusCode} ${body.role ?? body.code}`
}

const idOf = (partner: PartnerId) => encodeId('partner', partner)

describe('the authorization flow of the partner program (D3)', () => {
  test('steps 1 to 4: no session, no person, no membership and no partner that works, each with its own stable code', async () => {
    const lone = await world.person()
    const ended = await world.person()
    await world.partnerMember(scene.partner, ended.id)
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [ended.id])
    const stopped = await world.partner('Stopped')
    const stoppedOwner = await world.person()
    await world.partnerMember(stopped, stoppedOwner.id, 'PARTNER_OWNER')
    await world.seed(`update partner set status = 'suspended' where id = $1`, [stopped])
    const left = await world.person()
    await world.partnerMember(scene.partner, left.id)
    const leftCaller = await world.signIn(left.id)
    await world.seed(`update person set status = 'inactive' where id = $1`, [left.id])
    expect(await ask(null, 'user')).toBe('401 UNAUTHORIZED')
    expect(await ask(await world.signIn(lone.id), 'user')).toBe('403 WRONG_PLANE')
    expect(await ask(await world.signIn(ended.id), 'user')).toMatch(/^403 (PERSON_INACTIVE|WRONG_PLANE)$/)
    expect(await ask(await world.signIn(stoppedOwner.id), 'user')).toBe('403 PARTNER_INACTIVE')
    expect(await ask(leftCaller, 'user')).toMatch(/^40[13] (PERSON_INACTIVE|UNAUTHORIZED)$/)
  })

  test('step 5: another partner’s id and one that exists nowhere get the same 403, whole', async () => {
    const nowhere = publicIdOf('partner', scene.tenant)
    for (const probe of ['access', 'owner-access']) {
      const bodies = []
      for (const id of [idOf(other), nowhere]) {
        const answer = await world.call(scene.people.partner.caller, 'GET', `/api/v1/probe/${probe}/${id}`)
        const { request_id: _id, timestamp: _at, explain_id: _why, ...body } = answer.json()
        bodies.push({ status: answer.statusCode, ...body })
      }
      expect(bodies[0]).toMatchObject({ status: 403, code: 'WRONG_PLANE' })
      expect(bodies[1]).toEqual(bodies[0])
    }
    expect(await ask(scene.people.partner.caller, 'slug/nobody-at-all')).toBe('403 WRONG_PLANE')
    const [row] = await world.sql<{ slug: string }>('select slug from partner where id = $1', [other])
    expect(await ask(scene.people.partner.caller, `slug/${row?.slug}`)).toBe('403 WRONG_PLANE')
  })

  test('steps 6 and 7: the role decides, staff are refused what is for owners', async () => {
    const own = idOf(scene.partner)
    const [row] = await world.sql<{ slug: string }>('select slug from partner where id = $1', [scene.partner])
    const answers: Record<string, string[]> = {}
    for (const path of ['user', 'owner', `access/${own}`, `owner-access/${own}`, `slug/${row?.slug}`])
      answers[path.split('/')[0] ?? ''] = [
        await ask(scene.people.partner.caller, path),
        await ask(staff, path),
      ]
    expect(answers).toEqual({
      user: ['200 PARTNER_OWNER', '200 PARTNER_STAFF'],
      owner: ['200 PARTNER_OWNER', '403 PERMISSION_DENIED'],
      access: ['200 PARTNER_OWNER', '200 PARTNER_STAFF'],
      'owner-access': ['200 PARTNER_OWNER', '403 PERMISSION_DENIED'],
      slug: ['200 PARTNER_OWNER', '200 PARTNER_STAFF'],
    })
  })

  test('step 8: a refusal is written down with its real reason, and can be explained', async () => {
    const answer = await world.call(scene.people.partner.caller, 'GET', `/api/v1/probe/access/${idOf(other)}`)
    expect(answer.json().explain_id).toMatch(/^exp_/)
    const rows = await world.sql(
      `select code from audit_event where outcome = 'denied' and actor_id = $1 and route like '/api/v1/probe/access/%'`,
      [scene.people.partner.id],
    )
    expect(rows[0]).toEqual({ code: 'WRONG_PLANE' })
  })

  test('the provider’s people pass in their own role, with a membership as without, and never as an owner (F2)', async () => {
    const id = idOf(scene.partner)
    expect(await ask(scene.people.provider.caller, `provider/${id}`)).toBe('200 SUPER_ADMIN false')
    expect(await ask(scene.people.provider.caller, `access/${id}`)).toBe('403 WRONG_PLANE')
    await world.platformAdmin(scene.people.partner.id)
    expect(await ask(scene.people.partner.caller, `provider/${id}`)).toBe('200 SUPER_ADMIN false')
    expect(await ask(scene.people.partner.caller, `access/${id}`)).toBe('200 PARTNER_OWNER')
  })
})
