import { createHash, createHmac } from 'node:crypto'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { makeCodeAs, openReferralScene, openSignUps, seedPayment, uuidOf } from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { sweepContacts } from './index.ts'

let world: TestWorld
let scene: ReferralScene
let desk: Awaited<ReturnType<typeof openSignUps>>
beforeAll(async () => {
  world = await TestWorld.start(makeIngestTestRoutes)
  scene = await openReferralScene(world)
  desk = await openSignUps(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const DAY_MS = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)

/** A click on the link of a code, some days ago. */
async function seedClick(
  code: string,
  click: { daysAgo?: number; visitor?: string; isBot?: boolean } = {},
): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into referral_click (code_id, partner_id, occurred_at, expires_at, visitor_hash, is_bot)
     select id, partner_id, $2, now() + interval '1 day', sha256($3::bytea), $4 from referral_code where code = $1 returning id`,
    [code, daysAgo(click.daysAgo ?? 1), click.visitor ?? `${Math.random()}`, click.isBot ?? false],
  )
  if (!row) throw new Error('Nobody clicked.')
  return publicIdOf('referral_click', row.id)
}

describe('evidence', () => {
  test('a code that was typed refers the tenant, whoever typed it in whatever letters (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    const result = await desk.signUp({ code: code.toLowerCase() })
    expect(result).toMatchObject({ outcome: 'referred', reason: null })
    const [row] = await world.sql(
      `select partner_id, tenant_id, code_id, method, state, agreement_id is not null as has_agreement from referral where id = $1`,
      [uuidOf('referral', result.referral_id)],
    )
    expect(row).toEqual({
      partner_id: scene.partner,
      tenant_id: result.tenant.id,
      code_id: uuidOf('referral_code', id),
      method: 'code',
      state: 'created',
      has_agreement: true,
    })
  })

  test('a code that was typed counts before a click; a code that does not count gives way to the click (D5)', async () => {
    const rival = await openReferralScene(world)
    const typed = await makeCodeAs(world, scene.staff)
    const clicked = await makeCodeAs(world, rival.staff)
    const both = await desk.signUp({ code: typed.code, click_id: await seedClick(clicked.code) })
    const wrong = await desk.signUp({ code: 'NOSUCHCODE', click_id: await seedClick(clicked.code) })
    const rows = await world.sql(
      'select method, partner_id from referral where id = any ($1) order by method',
      [[uuidOf('referral', both.referral_id), uuidOf('referral', wrong.referral_id)]],
    )
    expect(rows).toEqual([
      { method: 'code', partner_id: scene.partner },
      { method: 'link', partner_id: rival.partner },
    ])
  })

  test('among the clicks of one browser the last one in its window counts, or the first where the agreements of their partners say so (D5)', async () => {
    const partnerOf = async (referral: string | null) => {
      const query = 'select partner_id from referral where id = $1'
      return (await world.sql<{ partner_id: string }>(query, [uuidOf('referral', referral)]))[0]?.partner_id
    }
    /** Somebody follows the link of the one partner, then that of the other. */
    const click = async (early: ReferralScene, late: ReferralScene) => {
      const visitor = `${Math.random()}`
      const [one, two] = [await makeCodeAs(world, early.staff), await makeCodeAs(world, late.staff)]
      await seedClick(one.code, { daysAgo: 20, visitor })
      return { click_id: await seedClick(two.code, { daysAgo: 2, visitor }) }
    }
    const follow = async (early: ReferralScene, late: ReferralScene) =>
      partnerOf((await desk.signUp(await click(early, late))).referral_id)
    const touching = (model: 'first_touch' | 'last_touch') =>
      openReferralScene(world, { attribution: { model, window_days: 90 } })
    const [last, alsoLast] = [await touching('last_touch'), await touching('last_touch')]
    const [first, alsoFirst] = [await touching('first_touch'), await touching('first_touch')]
    expect(await follow(last, alsoLast)).toBe(alsoLast.partner)
    expect(await follow(first, alsoFirst)).toBe(first.partner)
    // Where they differ the program decides, as it stood when the customer signed up.
    expect(await follow(first, last)).toBe(last.partner)
    expect(await follow(last, first)).toBe(first.partner)
    const clickBefore = await click(last, first)
    const before = new Date().toISOString()
    const setModel = (model: string) =>
      world.seed(
        `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, attribution_model, created_at)
         select max(version) + 1, false, 365, 'Test', $1, clock_timestamp() from program_setting`,
        [model],
      )
    await setModel('first_touch')
    expect(await follow(first, last)).toBe(first.partner)
    expect(await follow(last, first)).toBe(last.partner)
    expect(await follow(last, alsoLast)).toBe(alsoLast.partner)
    const reportedLate = await desk.signUp({ ...clickBefore, occurred_at: before })
    expect(await partnerOf(reportedLate.referral_id)).toBe(first.partner)
    await setModel('last_touch')
  })

  test('each thing that keeps a code or a click from counting is told as a reason, and refers nobody (D5)', async () => {
    const reasonOf = async (more: object) => (await desk.signUp(more)).reason
    const code = async (change: string) => {
      const made = await makeCodeAs(world, scene.staff)
      await world.sql(
        `set session_replication_role = replica; update referral_code set ${change} where code = '${made.code}'; set session_replication_role = origin`,
      )
      return { code: made.code }
    }
    expect(await reasonOf({})).toBe('NO_EVIDENCE')
    expect(await reasonOf({ code: 'NOSUCHCODE' })).toBe('CODE_UNKNOWN')
    expect(await reasonOf(await code(`state = 'inactive'`))).toBe('CODE_INACTIVE')
    expect(await reasonOf(await code(`starts_at = now() + interval '1 day'`))).toBe('CODE_NOT_STARTED')
    expect(
      await reasonOf(
        await code(`starts_at = now() - interval '2 days', expires_at = now() - interval '1 day'`),
      ),
    ).toBe('CODE_EXPIRED')
    expect(await reasonOf(await code(`usage_limit = 1, used_count = 1`))).toBe('CODE_USED_UP')
    const { code: good } = await makeCodeAs(world, scene.staff)
    expect(await reasonOf({ click_id: 'clk_nonsense' })).toBe('CLICK_UNKNOWN')
    expect(await reasonOf({ click_id: await seedClick(good, { isBot: true }) })).toBe('CLICK_OF_BOT')
    expect(await reasonOf({ click_id: await seedClick(good, { daysAgo: 91 }) })).toBe('CLICK_TOO_OLD')
    expect(await reasonOf({ click_id: await seedClick(good, { daysAgo: -1 }) })).toBe('CLICK_TOO_LATE')
  })

  test('a partner that does not work, or has no agreement at that moment, is given nobody, and the reason is seen (D5, F6)', async () => {
    const stopped = await openReferralScene(world)
    const { code } = await makeCodeAs(world, stopped.staff)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [stopped.partner])
    expect((await desk.signUp({ code })).reason).toBe('PARTNER_INACTIVE')
    const bare = await openReferralScene(world)
    const late = await makeCodeAs(world, bare.staff)
    const tenant = await desk.tenant()
    const before = desk.item(tenant.external, { code: late.code, occurred_at: '2019-06-01T00:00:00Z' })
    await world.sql(
      `set session_replication_role = replica; update referral_code set starts_at = '2019-01-01' where code = '${late.code}'; set session_replication_role = origin`,
    )
    const { body } = await desk.report([before])
    expect(body.results).toMatchObject([{ outcome: 'not_referred', reason: 'NO_AGREEMENT' }])
    const listed = await world.call(
      scene.admin.caller,
      'GET',
      `/api/v1/admin/sign-ups?tenant_id=${encodeId('tenant', tenant.id)}`,
    )
    expect(listed.json().items).toMatchObject([
      {
        outcome: 'not_referred',
        reason: 'NO_AGREEMENT',
        partner: { partner_id: encodeId('partner', bare.partner) },
      },
    ])
  })

  test('a tenant that paid before, or is referred already, is not referred (D5)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const tenant = await desk.tenant()
    await seedPayment(world, tenant.id, { at: daysAgo(3) })
    const { body } = await desk.report([desk.item(tenant.external, { code })])
    expect(body.results).toMatchObject([{ reason: 'TENANT_NOT_NEW' }])
    const trying = await desk.tenant()
    await seedPayment(world, trying.id, { at: daysAgo(3), netMinor: 0 })
    const tried = await desk.report([desk.item(trying.external, { code })])
    expect(tried.body.results).toMatchObject([{ outcome: 'referred', reason: null }])
    const first = await desk.signUp({ code })
    const again = await desk.report([desk.item(first.tenant.external, { code })])
    expect(again.body.results).toMatchObject([{ outcome: 'not_referred', reason: 'ALREADY_REFERRED' }])
  })

  test('a member of the partner who is a member of the tenant refers nobody: the check blocks it (D5)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const tenant = await desk.tenant()
    await world.tenantMember(tenant.id, scene.staff.id)
    const { body } = await desk.report([desk.item(tenant.external, { code })])
    expect(body.results).toMatchObject([{ outcome: 'not_referred', reason: 'RISK_BLOCKED' }])
  })

  test('the window of the agreement decides how long a click counts, not the default (D5)', async () => {
    const brief = await world.partner('Brief', ['referral'])
    await activeAgreement(world, brief, { attribution: { model: 'last_touch', window_days: 7 } })
    const { id: owner } = await world.person()
    await world.partnerMember(brief, owner, 'PARTNER_OWNER')
    const { code } = await makeCodeAs(world, { id: owner, caller: await world.signIn(owner) })
    expect((await desk.signUp({ click_id: await seedClick(code, { daysAgo: 8 }) })).reason).toBe(
      'CLICK_TOO_OLD',
    )
    expect((await desk.signUp({ click_id: await seedClick(code, { daysAgo: 6 }) })).outcome).toBe('referred')
  })
})

describe('batches', () => {
  test('the same report twice refers once; another content under the same id is refused with its place (D11)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const tenant = await desk.tenant()
    const item = desk.item(tenant.external, { code })
    const first = await desk.report([item])
    const again = await desk.report([item])
    expect(first.body).toMatchObject({ created: 1, unchanged: 0 })
    expect(again.body).toMatchObject({ created: 0, unchanged: 1 })
    expect(again.body.results).toEqual(first.body.results)
    const other = await desk.report([{ ...item, code: 'OTHER' }])
    expect(other.status).toBe(422)
    expect(other.body.errors).toMatchObject([
      { pointer: '/body/items/0/external_id', code: 'EXTERNAL_ID_REUSED' },
    ])
  })

  test('one bad item refuses the whole batch with every fault, and nothing is taken (D11)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const tenant = await desk.tenant()
    const good = desk.item(tenant.external, { code })
    const refused = await desk.report([
      good,
      desk.item('nobody'),
      { ...good, occurred_at: '2099-01-01T00:00:00Z' },
    ])
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toMatchObject([
      { pointer: '/body/items/1/tenant_external_id', code: 'TENANT_UNKNOWN' },
      { pointer: '/body/items/2/occurred_at', code: 'IN_THE_FUTURE' },
      { pointer: '/body/items/2/external_id', code: 'REPEATED' },
    ])
    expect(await world.sql('select 1 from referral where tenant_id = $1', [tenant.id])).toEqual([])
  })

  test('a dry run tells what would come of it and leaves nothing behind (D11)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    const tenant = await desk.tenant()
    const item = desk.item(tenant.external, { code })
    const tried = await desk.report([item], { dry_run: true })
    expect(tried.body).toMatchObject({ dry_run: true, results: [{ outcome: 'referred', referral_id: null }] })
    const [row] = await world.sql('select used_count from referral_code where id = $1', [
      uuidOf('referral_code', id),
    ])
    expect(row).toEqual({ used_count: 0 })
    expect((await desk.report([item])).body).toMatchObject({ created: 1 })
  })

  test('twenty sign-ups at once on the last use of a code refer one tenant, and every other one is told why (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff, { usage_limit: 1 })
    const tenants = await Promise.all(Array.from({ length: 20 }, () => desk.tenant()))
    const answers = await Promise.all(
      tenants.map((tenant) => desk.report([desk.item(tenant.external, { code })])),
    )
    expect(answers.map(({ status, body }) => (status === 200 ? status : body))).toEqual(Array(20).fill(200))
    const reasons = answers.map(({ body }) => (body.results as { reason: string | null }[])[0]?.reason)
    expect(reasons.filter((reason) => reason === null)).toHaveLength(1)
    expect(reasons.filter((reason) => reason === 'CODE_USED_UP')).toHaveLength(19)
    const [row] = await world.sql('select used_count from referral_code where id = $1', [
      uuidOf('referral_code', id),
    ])
    expect(row).toEqual({ used_count: 1 })
  })

  test('twenty reports of one tenant at once, each by another code, make one referral that counts (D5)', async () => {
    const codes = []
    for (let place = 0; place < 20; place += 1) codes.push((await makeCodeAs(world, scene.staff)).code)
    const tenant = await desk.tenant()
    await Promise.all(codes.map((code) => desk.report([desk.item(tenant.external, { code })])))
    const live = await world.sql('select 1 from referral where tenant_id = $1 and voided_at is null', [
      tenant.id,
    ])
    const uses = await world.sql<{ uses: number }>(
      'select sum(used_count)::integer as uses from referral_code where code = any ($1)',
      [codes],
    )
    expect([live.length, uses[0]?.uses]).toEqual([1, 1])
  })
})

describe('contacts of sign-ups', () => {
  const contactsOf = (tenant: string) =>
    world.sql('select contact_email, ip_prefix, outcome from referral_sign_up where tenant_id = $1', [tenant])
  const age = (tenant: string, interval: string) =>
    world.sql(
      `set session_replication_role = replica; update referral_sign_up set received_at = now() - interval '${interval}' where tenant_id = '${tenant}'; set session_replication_role = origin`,
    )

  test('are forgotten once they were kept as long as the provider says, to the second, and nothing else of the sign-up is (D11)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const contact = { code, contact_email: 'lena@acme.example', ip_prefix: '203.0.113.0/24' }
    const [old, young] = [await desk.signUp(contact), await desk.signUp(contact)]
    await world.seed(
      `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name) select max(version) + 1, false, 30, 'Test' from program_setting`,
      [],
    )
    await age(old.tenant.id, '30 days')
    await age(young.tenant.id, '29 days 23 hours 59 minutes')
    const kept = { contact_email: 'lena@acme.example', ip_prefix: '203.0.113.0/24', outcome: 'referred' }
    expect(await contactsOf(old.tenant.id)).toEqual([kept])
    expect(await sweepContacts(world.database)).toBe(1)
    expect(await contactsOf(old.tenant.id)).toEqual([{ ...kept, contact_email: null, ip_prefix: null }])
    expect(await contactsOf(young.tenant.id)).toEqual([kept])
    expect(await sweepContacts(world.database)).toBe(0)
    const told = await world.sql(
      `select row_count::integer as rows from audit_event where action = 'program.contacts.forgotten'`,
    )
    expect(told).toEqual([{ rows: 1 }])
  })

  test('are confirmed to nobody who guesses them: the digest beside a sign-up takes a key that the database does not have (D11)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const { tenant } = await desk.signUp({
      code,
      contact_email: 'guessed@acme.example',
      ip_prefix: '203.0.113.0/24',
    })
    const [row] = await world.sql<{ told: object; occurred_at: Date; digest: Buffer }>(
      `select json_build_object('source', source, 'external_id', external_id, 'tenant_id', tenant_id) as told, occurred_at, code, click_id, contact_email, ip_prefix, digest
       from referral_sign_up where tenant_id = $1`,
      [tenant.id],
    )
    const {
      told,
      occurred_at: occurredAt,
      digest,
      ...rest
    } = row ?? { digest: Buffer.of(), occurred_at: new Date(0) }
    const guess = JSON.stringify({ ...told, occurred_at: occurredAt.toISOString(), ...rest })
    expect(guess).toContain('"contact_email":"guessed@acme.example"')
    const digestWith = (key: Buffer) => createHmac('sha256', key).update(guess).digest('hex')
    const plain = createHash('sha256').update(guess).digest('hex')
    expect([plain, digestWith(Buffer.alloc(0))]).not.toContain(digest.toString('hex'))
    expect(digest.toString('hex')).toBe(digestWith(world.app.services.vault.deriveKey('referral sign-ups')))
  })

  test('are read by no login, and forgotten early or changed by nobody (D11)', async () => {
    const { code } = await makeCodeAs(world, scene.staff)
    const { tenant } = await desk.signUp({ code, contact_email: 'omar@acme.example' })
    for (const login of ['liaison_platform', 'liaison_job', 'liaison_ingest', 'liaison_program'] as const) {
      await expect(world.sqlAs(login, 'select contact_email from referral_sign_up'), login).rejects.toThrow(
        'permission denied',
      )
      await expect(
        world.sqlAs(login, 'update referral_sign_up set contact_email = null'),
        login,
      ).rejects.toThrow('permission denied')
    }
    await expect(world.sqlAs('liaison_job', 'select access.forget_contacts(1)')).rejects.toThrow(
      'only the clock',
    )
    for (const set of ['contact_email = null', `contact_email = 'else@acme.example'`, 'code = null'])
      await expect(
        world.seed(`update referral_sign_up set ${set} where tenant_id = $1`, [tenant.id]),
        set,
      ).rejects.toThrow('history')
  })
})
