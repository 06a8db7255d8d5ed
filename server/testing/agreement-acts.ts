import { decodeId, encodeId } from '@liaison/access'
import type { IdOf, PartnerId, PersonId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type pg from 'pg'
import { createHash } from 'node:crypto'
import { STANDARD_TERMS } from './program-acts.ts'
import type { Caller, TestWorld } from './world.ts'

/** A partner with an owner and staff, and two people of the provider. */
export interface AgreementScene {
  readonly partner: PartnerId
  readonly ownerId: PersonId
  readonly owner: Caller
  readonly ownerMember: IdOf<'member'>
  readonly staff: Caller
  readonly staffMember: IdOf<'member'>
  readonly drafter: Caller
  readonly drafterId: PersonId
  readonly approver: Caller
}

/** Seeds a scene of its own. */
export async function openAgreementScene(world: TestWorld): Promise<AgreementScene> {
  const partner = await world.partner('Northwind')
  const [owner, staff, drafter, approver] = [
    await world.person('Ana Ruiz'),
    await world.person('Eli Park'),
    await world.person('Sam Ortiz'),
    await world.person('Kim Vance'),
  ]
  const ownerMember = await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const staffMember = await world.partnerMember(partner, staff.id, 'PARTNER_STAFF')
  await world.platformAdmin(drafter.id)
  await world.platformAdmin(approver.id)
  return {
    partner,
    ownerId: owner.id,
    owner: await world.signIn(owner.id),
    ownerMember,
    staff: await world.signIn(staff.id),
    staffMember,
    drafter: await world.signIn(drafter.id),
    drafterId: drafter.id,
    approver: await world.signIn(approver.id),
  }
}

const TEMPLATES = '/api/v1/admin/agreement-templates'

async function take(response: Promise<LightMyRequestResponse>, status = 200) {
  const answer = await response
  if (answer.statusCode !== status) throw new Error(`${answer.statusCode} ${answer.body}`)
  return answer.json()
}

/** What a draft says, by default the standard template with the standard terms. */
export async function draftInput(world: TestWorld, scene: AgreementScene): Promise<Record<string, unknown>> {
  const { items } = await take(world.call(scene.drafter, 'GET', TEMPLATES))
  const [template] = items
  return {
    title: template.title,
    template_id: template.template_id,
    source: template.source,
    terms: STANDARD_TERMS,
  }
}

/** A draft of the scene's partner; answers its public id. */
export async function draftAgreement(
  world: TestWorld,
  scene: AgreementScene,
  change: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const body = { ...(await draftInput(world, scene)), ...change }
  const made = await take(
    world.call(
      scene.drafter,
      'POST',
      `/api/v1/admin/partners/${encodeId('partner', scene.partner)}/agreements`,
      { body },
    ),
    201,
  )
  return made.agreement_id
}

/** Asks to offer a draft as it is now. */
export async function askToOffer(world: TestWorld, caller: Caller, id: string, body: object = {}) {
  const path = `/api/v1/admin/agreements/${id}`
  const read = await world.call(caller, 'GET', path)
  return world.call(caller, 'POST', `${path}/offer`, {
    body,
    headers: { 'if-match': String(read.headers['etag']) },
  })
}

/** Offers a draft. */
export const offerAgreement = (world: TestWorld, scene: AgreementScene, id: string, days = 30) =>
  take(askToOffer(world, scene.drafter, id, { days }))

/** What an owner sends to sign, read as an owner reads it. */
export async function signingBody(
  world: TestWorld,
  scene: AgreementScene,
  id: string,
): Promise<Record<string, unknown>> {
  const shown = await take(world.call(scene.owner, 'GET', `/api/v1/program/agreements/${id}`))
  return {
    content_sha256: shown.content_sha256,
    shown: shown.shown,
    typed_name: 'Ana Ruiz',
    capacity: 'Managing director',
    confirmed: true,
  }
}

/** Signs as the scene's owner. */
export async function signAgreement(world: TestWorld, scene: AgreementScene, id: string) {
  const body = await signingBody(world, scene, id)
  return take(world.call(scene.owner, 'POST', `/api/v1/program/agreements/${id}/sign`, { body }))
}

/** Approves as the second person of the provider. */
export async function approveAgreement(world: TestWorld, scene: AgreementScene, id: string) {
  const { content_sha256 } = await take(world.call(scene.approver, 'GET', `/api/v1/admin/agreements/${id}`))
  return take(
    world.call(scene.approver, 'POST', `/api/v1/admin/agreements/${id}/approve`, {
      body: { content_sha256 },
    }),
  )
}

/** An agreement that went the whole way; answers its public id. */
export async function agree(
  world: TestWorld,
  scene: AgreementScene,
  change: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = await draftAgreement(world, scene, change)
  await offerAgreement(world, scene, id)
  await signAgreement(world, scene, id)
  await approveAgreement(world, scene, id)
  return id
}

const LOGINS = {
  owner: 'liaison_program',
  staff: 'liaison_program',
  drafter: 'liaison_platform',
  approver: 'liaison_platform',
} as const
export type AgreementSide = keyof typeof LOGINS | 'clock'

/** Works as somebody's database login with that person's context, in a transaction that is rolled back. */
export async function asAgreementSide<Result>(
  { world, side, scene }: { world: TestWorld; side: AgreementSide; scene: AgreementScene },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(side === 'clock' ? 'liaison_job' : LOGINS[side]).connect()
  try {
    await client.query('begin')
    if (side === 'clock')
      await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    else {
      const token = String(scene[side].cookie).split('=')[1] ?? ''
      await client.query('select access.enter_person($1)', [
        {
          session_hash: createHash('sha256').update(token).digest('hex'),
          tenant_id: null,
          permission: 'partner_org.links.read',
          writes: true,
          source: 'api',
        },
      ])
    }
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The UUID of a public id of an agreement. */
export function uuidOf(id: string): string {
  const uuid = decodeId('agreement', id)
  if (uuid === null) throw new Error('This is no id of an agreement.')
  return uuid
}
