import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confirmRequest } from '#testing/approval-acts.ts'
import { setPolicies } from '#testing/identity-check-acts.ts'
import { attempt } from '#testing/sides.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
let first: Caller
let second: Caller
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  const [ann, bob] = [await world.person('Ann First'), await world.person('Bob Second')]
  await world.platformAdmin(ann.id)
  await world.platformAdmin(bob.id)
  first = await world.signIn(ann.id)
  second = await world.signIn(bob.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const DECISIONS = '/api/v1/admin/second-person-requests/identity-settings'
const pathOf = (partner: PartnerId) => `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`
const REASON = 'The team is small.'

/** A partner at which two people decide about identities. */
async function openCareful(name: string): Promise<PartnerId> {
  const partner = await world.partner(name, ['white_label'])
  await setPolicies(world, partner, { kyc_four_eyes: true })
  return partner
}

const inForce = async (partner: PartnerId) => {
  const answer = await world.call(first, 'GET', pathOf(partner))
  return { etag: String(answer.headers['etag']), policies: answer.json().effective.policies }
}

async function save(partner: PartnerId, policies: object): Promise<number> {
  const saved = await world.call(first, 'POST', `${pathOf(partner)}/versions`, {
    body: { document: { policies } },
  })
  expect(saved.statusCode, saved.body).toBe(201)
  return Number(saved.json().version)
}

const activate = async (partner: PartnerId, version: number, by = first, act = 'activate') =>
  world.call(by, 'POST', `${pathOf(partner)}/${act}`, {
    body: { version, reason: REASON },
    headers: { 'if-match': (await inForce(partner)).etag },
  })

const answer = (by: Caller, id: string, decision: string) =>
  world.call(by, 'POST', `${DECISIONS}/${id}/decision`, {
    body: { decision, ...(decision === 'decline' && { reason: 'Not now' }) },
  })

/** Puts a person's context into the open transaction of the platform's login. */
async function enterAs(client: pg.PoolClient, by: Caller): Promise<void> {
  const token = String(by.cookie).split('=')[1] ?? ''
  await client.query('select access.enter_person($1)', [
    {
      session_hash: createHash('sha256').update(token).digest('hex'),
      tenant_id: null,
      permission: 'platform.configuration.manage',
      writes: true,
      source: 'api',
    },
  ])
}

describe('one person for identity checks where two decided before', () => {
  test('waits for a second admin, who is told, and holds from the confirmation on with both names; two again hold at once (C8)', async () => {
    const partner = await openCareful('Careful Mobile')
    const version = await save(partner, { kyc_four_eyes: false })
    const asked = await activate(partner, version)
    expect(asked.statusCode, asked.body).toBe(202)
    expect(asked.json()).toMatchObject({
      kind: 'identity_care',
      partner_name: 'Careful Mobile',
      proposed_version: version,
      state: 'waiting',
      reason: REASON,
    })
    expect((await inForce(partner)).policies.kyc_four_eyes).toBe(true)
    const mails = await world.sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'subject' like '%Careful Mobile'`,
    )
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Ann First wants one person to decide about identities at Careful Mobile',
    ])
    expect(mails[0]?.text).toContain(`/platform/partners/${encodeId('partner', partner)}/configuration\n`)
    const id = String(asked.json().request_id)
    expect((await activate(partner, version, second)).json().code).toBe('SECOND_PERSON_WAITING')
    expect((await answer(first, id, 'confirm')).json().code).toBe('SECOND_PERSON_REFUSED')
    expect((await answer(second, id, 'confirm')).statusCode).toBe(200)
    const after = await world.call(second, 'GET', pathOf(partner))
    expect(after.json()).toMatchObject({
      active_version: version,
      activated_by_name: 'Ann First and Bob Second',
      reason: REASON,
      effective: { policies: { kyc_four_eyes: false } },
    })
    const events = await world.sql(
      `select action, actor_name, partner_id is not null as partner_reads, changes from audit_event where action like 'configuration.identity_care%' and resource_id = $1 order by id`,
      [partner],
    )
    expect(events).toMatchObject([
      { action: 'configuration.identity_care_asked', actor_name: 'Ann First', partner_reads: false },
      {
        action: 'configuration.identity_care_lowered',
        actor_name: 'Bob Second',
        partner_reads: true,
        changes: {
          version: { before: version - 1, after: version },
          'policies/kyc_four_eyes': { before: true, after: false },
        },
      },
    ])
    const raised = await activate(partner, version - 1, first, 'roll-back')
    expect(raised.statusCode, raised.body).toBe(200)
    expect((await inForce(partner)).policies.kyc_four_eyes).toBe(true)
  })

  test('is asked for alone, also when one goes back to an older version, and not of what changed meanwhile (C8)', async () => {
    const partner = await openCareful('Alone Mobile')
    const both = await save(partner, { kyc_four_eyes: false, kyc_valid_days: 30 })
    const refused = await activate(partner, both)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'CONFIGURATION_LOWERS_ALONE'])
    expect((await activate(partner, both, first, 'roll-back')).json().code).toBe('CONFIGURATION_LOWERS_ALONE')
    const alone = await save(partner, {})
    const asked = await activate(partner, alone, first, 'roll-back')
    expect(asked.statusCode, asked.body).toBe(202)
    const id = String(asked.json().request_id)
    const days = await save(partner, { kyc_four_eyes: true, kyc_valid_days: 30 })
    expect((await activate(partner, days)).statusCode).toBe(200)
    expect((await answer(second, id, 'confirm')).json().code).toBe('SECOND_PERSON_OUTDATED')
    expect((await answer(second, id, 'decline')).statusCode).toBe(200)
    expect((await inForce(partner)).policies).toMatchObject({ kyc_four_eyes: true, kyc_valid_days: 30 })
  })

  test('is put in force by no raw statement of the platform without the confirmation of another in the same transaction (C8)', async () => {
    const [partner, other] = [await openCareful('Raw Mobile'), await openCareful('Other Mobile')]
    const version = await save(partner, {})
    const sideways = await save(other, {})
    await confirmRequest(
      world,
      String((await activate(other, sideways)).json().request_id),
      'identity-settings',
    )
    const asked = await activate(partner, version)
    expect(asked.statusCode, asked.body).toBe(202)
    const client = await world.database.pool('liaison_platform').connect()
    try {
      await client.query('begin')
      await enterAs(client, first)
      const tries = [
        await attempt(client, 'update partner_configuration set active_version = $2 where partner_id = $1', [
          partner,
          version,
        ]),
        await attempt(client, `update second_person_request set state = 'confirmed' where partner_id = $1`, [
          partner,
        ]),
      ]
      expect(tries).toEqual(['second_person_needed', 'second_person_same'])
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})
