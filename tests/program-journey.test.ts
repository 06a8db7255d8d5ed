import { decodeId, encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '../server/src/platform/public-id.ts'
import { allRoutes } from '../server/src/app.ts'
import { runAgreementClock } from '../server/src/modules/agreements/index.ts'
import { FIFTEEN, SOURCE_AUDIT_NAMES } from '../server/src/modules/audit/source-names.ts'
import type { SourceAuditName } from '../server/src/modules/audit/source-names.ts'
import { linkIn, mailsTo, NEW_PASSWORD } from '../server/testing/account-holder.ts'
import {
  agree,
  draftAgreement,
  offerAgreement,
  openAgreementScene,
  signAgreement,
} from '../server/testing/agreement-acts.ts'
import type { AgreementScene } from '../server/testing/agreement-acts.ts'
import { makeApplicationActs } from '../server/testing/application-acts.ts'
import { FormBrowser } from '../server/testing/form-browser.ts'
import { buildPayout, movePayout } from '../server/testing/payout-acts.ts'
import { confirmRequest } from '../server/testing/approval-acts.ts'
import { openSignUps } from '../server/testing/referral-acts.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

let world: TestWorld
let scene: AgreementScene
beforeAll(async () => {
  world = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }), {
    passwordHashConcurrency: 4,
  })
  scene = await openAgreementScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

let serial = 0
/** Calls and expects to be understood; answers the body. */
async function must(
  caller: Caller,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  etag?: string,
) {
  const answer = await world.call(caller, method, path, {
    ...(body && { body }),
    headers: { ...(etag && { 'if-match': etag }), 'idempotency-key': `journey-${(serial += 1)}` },
  })
  expect(answer.statusCode, `${method} ${path} ${answer.body}`).toBeLessThan(300)
  return answer.json()
}

interface Written {
  readonly action: string
  readonly actor_id: string | null
  readonly actor_type: string
  readonly plane: string
  readonly partner_id: string | null
  readonly tenant_id: string | null
  readonly changes: Record<string, unknown> | null
  readonly resource_id: string | null
}

const written = () =>
  world.sql<Written>(
    `select action, actor_id, actor_type, plane, partner_id, tenant_id, changes, resource_id from audit_event where outcome <> 'denied' order by occurred_at, id`,
  )

/** Applies, is approved, is changed, stopped, let work again, and in the end stopped for good. */
async function registry(provider: Caller): Promise<void> {
  const acts = makeApplicationActs(() => world)
  const sent = await acts.apply()
  await acts.review(provider, {
    reference: sent.reference,
    name: 'approve',
    body: { despite_checks: 'Looked at by hand' },
  })
  const made = await must(provider, 'POST', '/api/v1/admin/partners', {
    name: 'Journey',
    slug: 'journey',
    kinds: ['referral'],
    owner_email: 'first.owner@journey.example',
  })
  const path = `/api/v1/admin/partners/${made.partner_id}`
  await must(provider, 'POST', `${path}/suspend`, { reason: 'A pause' })
  await must(provider, 'POST', `${path}/reactivate`, { reason: 'It goes on' })
  const asked = await must(provider, 'POST', `${path}/terminate`, { reason: 'The end', name: 'Journey' })
  await confirmRequest(world, asked.request_id)
  const own = await world.call(scene.owner, 'GET', '/api/v1/partner/profile')
  await must(
    scene.owner,
    'PUT',
    '/api/v1/partner/profile/contact',
    { contact_email: 'us@brightside.example', website: null },
    String(own.headers['etag']),
  )
}

/** Somebody is invited, joins, is made an owner and is removed. */
async function people(): Promise<void> {
  const email = 'new.member@journey.example'
  await must(scene.owner, 'POST', '/api/v1/partner/members/invite', { email, role: 'PARTNER_STAFF' })
  const link = linkIn((await mailsTo(world, email))[0])
  await new FormBrowser(world).post(link, { name: 'Lee Park', password: NEW_PASSWORD })
  const [row] = await world.sql<{ id: string }>(
    'select m.id from partner_member m join person p on p.id = m.person_id where p.email = $1',
    [email],
  )
  const path = `/api/v1/partner/members/${publicIdOf('member', row?.id ?? '')}`
  await must(scene.owner, 'PATCH', path, { role: 'PARTNER_OWNER' })
  await must(scene.owner, 'DELETE', path)
}

/** A code, a tenant that signs up with it and pays, the earning, its approval, the payout, and a refund after it. */
async function money(): Promise<{ earning: string; batch: string }> {
  const code = await must(scene.owner, 'POST', '/api/v1/program/codes', {})
  for (const move of ['deactivate', 'activate']) {
    const read = await world.call(scene.owner, 'GET', `/api/v1/program/codes/${code.code_id}`)
    await must(
      scene.owner,
      'POST',
      `/api/v1/program/codes/${code.code_id}/${move}`,
      undefined,
      String(read.headers['etag']),
    )
  }
  const source = await openSignUps(world)
  const { tenant, referral_id: referral } = await source.signUp({ code: code.code })
  expect(referral).toMatch(/^ref_/)
  const event = {
    tenant_external_id: tenant.external,
    currency: 'USD',
    net_minor: 100_000,
    tax_minor: 0,
    occurred_at: new Date().toISOString(),
  }
  const handIn = async (item: object) => {
    const { status, body } = await source.send('billing-events', [item])
    expect(status, JSON.stringify(body)).toBe(200)
  }
  await handIn({ ...event, external_id: 'paid-1', kind: 'invoice_paid' })
  const [row] = await world.sql<{ id: string }>(
    `select id from earning where kind = 'commission' and partner_id = $1`,
    [scene.partner],
  )
  const earning = publicIdOf('earning', row?.id ?? '')
  const admin = '/api/v1/admin/earnings'
  await must(scene.drafter, 'POST', `${admin}/hold`, { earning_ids: [earning], reason: 'A look at it' })
  await must(scene.drafter, 'POST', `${admin}/release`, { earning_ids: [earning] })
  await must(scene.drafter, 'POST', `${admin}/approve`, { earning_ids: [earning] })
  await must(scene.approver, 'POST', `${admin}/approve`, { earning_ids: [earning] })
  return { earning, batch: await payOut(handIn, event) }
}

async function payOut(handIn: (item: object) => Promise<void>, event: object): Promise<string> {
  const account = {
    method: 'bank_transfer',
    holder_name: 'Brightside Growth',
    country: 'DE',
    account_number: 'DE89370400440532013000',
  }
  await must(scene.owner, 'PUT', '/api/v1/program/payout-account', account, '"v0"')
  const path = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}/payout-account`
  const read = await world.call(scene.drafter, 'GET', path)
  await must(scene.drafter, 'POST', `${path}/verify`, undefined, String(read.headers['etag']))
  // Time passes: the account is 72 hours old, the earning has waited.
  await world.sql(
    `set session_replication_role = replica; update payout_account set usable_from = now() - interval '1 hour', created_at = now() - interval '4 days'; update earning set available_on = current_date - 1; set session_replication_role = origin`,
  )
  const draft = async () => {
    const built = await buildPayout(world, scene.drafter, {
      currency: 'USD',
      partner_ids: [encodeId('partner', scene.partner)],
    })
    expect(built.statusCode, built.body).toBe(201)
    return String(built.json().batch_id)
  }
  const cancelled = await draft()
  await movePayout(world, scene.drafter, {
    batchId: cancelled,
    move: 'cancel',
    body: { reason: 'Once more' },
  })
  const go = async (batchId: string) => {
    for (const [by, move] of [
      [scene.drafter, 'submit'],
      [scene.approver, 'approve'],
      [scene.drafter, 'export'],
    ] as const)
      expect((await movePayout(world, by, { batchId, move })).statusCode, move).toBe(200)
    const { items } = await must(scene.drafter, 'GET', `/api/v1/admin/payout-batches/${batchId}/items`)
    return `/api/v1/admin/payout-batches/${batchId}/items/${items[0].item_id}`
  }
  await must(scene.drafter, 'POST', `${await go(await draft())}/fail`, { reason: 'The bank sent it back' })
  const batch = await draft()
  await must(scene.drafter, 'POST', `${await go(batch)}/mark-paid`, { reference: 'SEPA 4711' })
  await handIn({ ...event, external_id: 'refund-1', kind: 'refund', refers_to: 'paid-1', net_minor: 50_000 })
  return batch
}

/** A referral that is looked into and voided, one that is changed after its lock, and one that is blocked. */
async function trouble(): Promise<void> {
  const admin = '/api/v1/admin'
  const refer = async (tenant: string) =>
    must(scene.drafter, 'POST', `${admin}/referrals/manual`, {
      partner_id: encodeId('partner', scene.partner),
      tenant_id: encodeId('tenant', await world.tenant(tenant)),
      reason: 'Introduced in person',
    })
  const first = await refer('Doubt')
  const opened = await must(scene.drafter, 'POST', `${admin}/risk-cases`, {
    referral_id: first.referral_id,
    note: 'The customer wrote to us',
  })
  await must(
    scene.approver,
    'POST',
    `${admin}/risk-cases/${opened.risk_case_id}/resolve`,
    { decision: 'confirm', reason: 'It was their own company' },
    '"v1"',
  )
  const second = await refer('Known')
  await must(scene.drafter, 'POST', `${admin}/referrals/${second.referral_id}/block`, {
    reason: 'Paid traffic',
  })
  const [locked] = await world.sql<{ id: string }>(
    'select id from referral where locked_at is not null and partner_id = $1',
    [scene.partner],
  )
  const answer = await world.call(
    scene.drafter,
    'POST',
    `${admin}/referrals/${publicIdOf('referral', locked?.id ?? '')}/void`,
    {
      body: { reason: 'Too late' },
    },
  )
  expect(answer.json().code).toBe('REFERRAL_LOCKED')
}

/** The ends that an application and an agreement can come to, and a feature that is set for one partner. */
async function otherEnds(provider: Caller): Promise<void> {
  const acts = makeApplicationActs(() => world)
  const sent = await acts.apply({ organisation: 'Southwind', registration_no: '07654321' })
  const body = { reason: 'not_a_fit', text: 'Not now.' }
  await acts.review(provider, { reference: sent.reference, name: 'decline', body })
  const own = await openAgreementScene(world)
  const admin = '/api/v1/admin/agreements'
  const offered = async () => {
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id)
    return id
  }
  await must(own.owner, 'POST', `/api/v1/program/agreements/${await offered()}/decline`, {
    reason: 'Too long.',
  })
  await must(own.drafter, 'POST', `${admin}/${await offered()}/withdraw`, { reason: 'A mistake in it.' })
  const signed = await offered()
  await signAgreement(world, own, signed)
  await must(own.approver, 'POST', `${admin}/${signed}/reject`, { reason: 'The signer left.' })
  await offered()
  await world.seed(
    `update agreement set expires_at = now() - interval '1 second' where partner_id = $1 and state = 'offered'`,
    [own.partner],
  )
  await runAgreementClock(world.database, null)
  const active = await agree(world, own)
  await world.call(own.owner, 'GET', `/api/v1/program/agreements/${active}/pdf`)
  await must(own.approver, 'POST', `${admin}/${active}/terminate`, { reason: 'The program ends.' })
  const override = `/api/v1/admin/features/api_clients/partners/${encodeId('partner', own.partner)}/override`
  await must(provider, 'PUT', override, { override: 'off', reason: 'A try' })
}

/** Names that the journeys of other tests write; each with the test that goes there. */
const ELSEWHERE: Readonly<Partial<Record<SourceAuditName, string>>> = {
  PARTNER_EARNING_VOIDED: 'server/src/modules/risk/cases.test.ts',
  PARTNER_EARNING_EXPORTED: 'server/src/modules/exports/program.test.ts',
  FEATURE_CHOSEN: 'server/src/modules/features/features.test.ts',
  FLAG_CHANGED: 'server/src/modules/features/provider.test.ts',
  RAMP_STEPPED: 'server/src/modules/features/features.test.ts',
  CONFIG_ACTIVATED: 'server/src/modules/configuration/configuration.test.ts',
}

test('the whole way of a partner, from application to a refund after the payout, writes each named action, with who did it and no secret (D9, F9)', async () => {
  await agree(world, scene)
  await agree(world, scene)
  await registry(scene.drafter)
  await people()
  const { batch } = await money()
  await trouble()
  await otherEnds(scene.drafter)
  const events = await written()
  const names = new Set(events.map(({ action }) => action))
  const missing = Object.entries(SOURCE_AUDIT_NAMES).filter(
    ([name, action]) => !names.has(action) && !(name in ELSEWHERE),
  )
  expect(missing).toEqual([])
  expect(FIFTEEN.filter((name) => !names.has(SOURCE_AUDIT_NAMES[name]))).toEqual([])

  const ofProgram = events.filter(({ action }) => action.startsWith('program.'))
  const nameless = ofProgram.filter(({ actor_id: id, actor_type: type }) => id === null && type !== 'system')
  expect(nameless).toEqual([])
  expect(JSON.stringify(events)).not.toMatch(/DE8937040044|0532013000/)
  const unknown = ofProgram.flatMap(({ action, changes }) =>
    Object.keys(changes ?? {})
      .filter((field) => !ALLOWED_FIELDS.has(field))
      .map((field) => `${action} ${field}`),
  )
  expect([...new Set(unknown)]).toEqual([])

  await eachMoveOnce(events, batch)
}, 60_000)

/** What may be told of a change, before and after. */
const ALLOWED_FIELDS = new Set(
  'state code terminates_at usage_limit dry_run hold amount_minor currency policy_version items reference account method category outcome content_sha256 partner source received created skipped done waiting refused'.split(
    ' ',
  ),
)

/** Each state that a row went through has exactly one event that says so. */
async function eachMoveOnce(events: readonly Written[], batch: string): Promise<void> {
  const movesOf = (id: string | null) =>
    events.filter(({ resource_id: resource }) => resource === id).map(({ action }) => action)
  const [earning] = await world.sql<{ id: string }>(
    `select id from earning where kind = 'commission' and partner_id = $1`,
    [scene.partner],
  )
  expect(movesOf(earning?.id ?? '')).toEqual([
    'program.earning.created',
    'program.earning.held',
    'program.earning.released',
    'program.earning.approved',
    'program.earning.claimed',
    'program.earning.returned',
    'program.earning.claimed',
    'program.earning.returned',
    'program.earning.claimed',
    'program.earning.paid',
  ])
  expect(movesOf(decodeId('payout_batch', batch))).toEqual([
    'program.payout_batch.created',
    'program.payout_batch.submitted',
    'program.payout_batch.approved',
    'program.payout_batch.exported',
    'program.payout_batch.completed',
  ])
}

test('owners read what concerns their partner and tenants what concerns them, in words; staff and other partners read none of it (D9)', async () => {
  const activity = await must(scene.owner, 'GET', '/api/v1/partner/audit?limit=100')
  const actions: string[] = activity.items.map(({ action }: { action: string }) => action)
  expect(actions).toEqual(
    expect.arrayContaining(['program.earning.paid', 'program.risk.resolved', 'program.referral.locked']),
  )
  expect(actions.filter((action) => action.startsWith('program.agreement.created'))).toEqual([])
  expect((await world.call(scene.staff, 'GET', '/api/v1/partner/audit')).statusCode).toBe(403)
  const [referred] = await world.sql<{ tenant_id: TenantId }>(
    'select tenant_id from referral where locked_at is not null and partner_id = $1',
    [scene.partner],
  )
  const readable = await world.sql<{ action: string }>(
    `select e.action from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $1 where e.action like 'program.%'`,
    [referred?.tenant_id],
  )
  expect(new Set(readable.map(({ action }) => action))).toEqual(
    new Set(['program.referral.created', 'program.referral.locked', 'program.referral.change_blocked']),
  )
})
