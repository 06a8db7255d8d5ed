import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  askToOffer,
  agree,
  asAgreementSide,
  draftAgreement,
  draftInput,
  offerAgreement,
  openAgreementScene,
  signAgreement,
  uuidOf,
} from '#testing/agreement-acts.ts'
import type { AgreementScene, AgreementSide } from '#testing/agreement-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAgreementRoutes } from './index.ts'
import { AGREEMENT_STATES } from './tables.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeAgreementRoutes)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const raw = (scene: AgreementScene, side: AgreementSide, text: string, values: unknown[] = []) =>
  asAgreementSide({ world, side, scene }, (client) => attempt(client, text, values))

async function offered(): Promise<{ scene: AgreementScene; id: string }> {
  const scene = await openAgreementScene(world)
  const id = await draftAgreement(world, scene)
  await offerAgreement(world, scene, id)
  return { scene, id: uuidOf(id) }
}

async function signed(): Promise<{ scene: AgreementScene; id: string }> {
  const scene = await openAgreementScene(world)
  const id = await draftAgreement(world, scene)
  await offerAgreement(world, scene, id)
  await signAgreement(world, scene, id)
  return { scene, id: uuidOf(id) }
}

const SIGN = `insert into agreement_signature (agreement_id, partner_id, member_id, typed_name, capacity, content_sha256, consent_text, displayed_at)
  select g.id, g.partner_id, $2::uuid, 'Ana Ruiz', 'Owner', coalesce($3::bytea, g.content_sha256), 'I agree.', statement_timestamp() from agreement g where g.id = $1::uuid`
const APPROVE = `insert into agreement_approval (agreement_id, partner_id, content_sha256) select g.id, g.partner_id, coalesce($2::bytea, g.content_sha256) from agreement g where g.id = $1::uuid`

describe('the moves of an agreement', () => {
  // What stands on evidence is moved by that evidence alone, never by an update.
  const BY_EVIDENCE: ReadonlySet<string> = new Set(['signed', 'active', 'superseded'])

  test('raw SQL moves it along the listed arrows by the listed side only, whatever a handler forgot (D4)', async () => {
    const scene = await openAgreementScene(world)
    const rows = await world.sql<{ from_state: string; to_state: string; actor_kind: string }>(
      `select from_state, to_state, actor_kind from state_transition where entity = 'agreement'`,
    )
    const legal = new Set(rows.map((row) => `${row.from_state} ${row.to_state} ${row.actor_kind}`))
    expect(legal.size).toBe(10)
    const id = uuidOf(await draftAgreement(world, scene))
    const sides = [
      ['provider', 'approver'],
      ['partner', 'owner'],
      ['clock', 'clock'],
    ] as const
    for (const from of AGREEMENT_STATES) {
      const approved = ['active', 'superseded', 'terminated'].includes(from)
      for (const [kind, side] of sides) {
        await world.seed(
          `update agreement set state = $2, reason = 'Seeded', offered_at = case when $2 = 'draft' then null else now() end,
             expires_at = case when $2 = 'draft' then null else now() + make_interval(days => $4) end,
             approved_at = case when $3 then now() end, effective = case when $3 then tstzrange(now(), null) else 'empty' end where id = $1`,
          [id, from, approved, kind === 'clock' ? -1 : 30],
        )
        const outcomes = await asAgreementSide({ world, side, scene }, async (client) => {
          const tries: [string, string][] = []
          for (const to of AGREEMENT_STATES)
            tries.push([
              to,
              await attempt(
                client,
                kind === 'clock'
                  ? 'update agreement set state = $2 where id = $1'
                  : `update agreement set state = $2, reason = 'Because' where id = $1`,
                [id, to],
              ),
            ])
          return tries
        })
        for (const [to, outcome] of outcomes) {
          if (from === to) continue
          const isLegal = legal.has(`${from} ${to} ${kind}`) && !BY_EVIDENCE.has(to)
          expect(outcome === 'done', `${kind}: ${from} to ${to}: ${outcome}`).toBe(isLegal)
        }
      }
    }
  })

  test('staff of a partner move nothing at all (D1, D4)', async () => {
    const { scene, id } = await offered()
    for (const to of AGREEMENT_STATES)
      expect(
        await raw(scene, 'staff', `update agreement set state = $2, reason = 'x' where id = $1`, [id, to]),
      ).not.toBe('done')
  })

  test('a version is drafted with the next number and nothing else preset (D4)', async () => {
    const scene = await openAgreementScene(world)
    const text = `insert into agreement (partner_id, program_id, title, template_id, source, body, terms_canonical, version)
      select $1, m.id, 'X', t.id, t.source, 'X', '{}', 7 from program m, agreement_template t limit 1`
    expect(await raw(scene, 'drafter', text, [scene.partner])).toMatch(/permission denied/)
    const first = uuidOf(await draftAgreement(world, scene))
    const [row] = await world.sql('select version, state from agreement where id = $1', [first])
    expect(row).toEqual({ version: 1, state: 'draft' })
  })
})

describe('a signature in raw SQL', () => {
  test('by an owner in the own name it is taken, and moves the agreement by itself (D4)', async () => {
    const { scene, id } = await offered()
    const state = await asAgreementSide({ world, side: 'owner', scene }, async (client) => {
      await client.query(SIGN, [id, scene.ownerMember, null])
      const { rows } = await client.query(
        'select g.state, s.signer_name, s.auth_method from agreement g join agreement_signature s on s.agreement_id = g.id where g.id = $1',
        [id],
      )
      return rows
    })
    expect(state).toEqual([{ state: 'signed', signer_name: 'Ana Ruiz', auth_method: 'otp' }])
  })

  test('super admins, staff, other members, another fingerprint and a second time are refused (D4, F2)', async () => {
    const { scene, id } = await offered()
    expect(await raw(scene, 'approver', SIGN, [id, scene.ownerMember, null])).toMatch(/permission denied/)
    expect(await raw(scene, 'staff', SIGN, [id, scene.staffMember, null])).not.toBe('done')
    expect(await raw(scene, 'owner', SIGN, [id, scene.staffMember, null])).toBe('agreement_owner')
    expect(await raw(scene, 'owner', SIGN, [id, scene.ownerMember, Buffer.alloc(32)])).toBe('agreement_hash')
    const twice = await asAgreementSide({ world, side: 'owner', scene }, async (client) => {
      await client.query(SIGN, [id, scene.ownerMember, null])
      return attempt(client, SIGN, [id, scene.ownerMember, null])
    })
    expect(twice).toBe('agreement_signature_once')
    const foreign = await openAgreementScene(world)
    expect(await raw(foreign, 'owner', SIGN, [id, foreign.ownerMember, null])).toBe('nothing')
  })

  test('a person without a membership of the partner cannot have one, not even by the superuser (D4, F2)', async () => {
    const { scene, id } = await offered()
    const other = await openAgreementScene(world)
    await expect(
      world.seed(
        `insert into agreement_signature (agreement_id, partner_id, member_id, person_id, signer_name, signer_email, member_role, typed_name, capacity, auth_method, auth_at, content_sha256, consent_text, consent_sha256, displayed_at)
         select g.id, g.partner_id, $2, $3, 'Sam', 's@example.test', 'PARTNER_OWNER', 'Sam Ortiz', 'Admin', 'otp', now(), g.content_sha256, 'I agree.', sha256('I agree.'), now() from agreement g where g.id = $1`,
        [id, other.ownerMember, scene.drafterId],
      ),
    ).rejects.toThrow(/agreement_signature_member/)
  })

  test('with a factor older than five minutes it is refused (D4)', async () => {
    const { scene, id } = await offered()
    const stale = { ...scene, owner: await world.signIn(scene.ownerId, { factorAgeSeconds: 301 }) }
    expect(await raw(stale, 'owner', SIGN, [id, scene.ownerMember, null])).toBe('agreement_step_up')
  })

  test('it is history: never altered, deleted or truncated (D4)', async () => {
    const { scene, id } = await signed()
    for (const side of ['owner', 'approver'] as const)
      for (const text of [
        `update agreement_signature set typed_name = 'Someone' where agreement_id = $1`,
        'delete from agreement_signature where agreement_id = $1',
        'delete from agreement where id = $1',
        'delete from agreement_event where agreement_id = $1',
        `update agreement_file set seal = 'configured' where agreement_id = $1`,
      ])
        expect(await raw(scene, side, text, [id]), `${side} ${text}`).not.toBe('done')
    for (const text of [
      `update agreement_signature set typed_name = 'Someone' where agreement_id = '${id}'`,
      `delete from agreement where id = '${id}'`,
      'truncate agreement_signature',
      'truncate agreement cascade',
      'truncate agreement_event',
      `update agreement_event set action = 'x' where agreement_id = '${id}'`,
    ])
      await expect(world.sql(text), text).rejects.toThrow(/history/)
  })
})

describe('the file of an agreement in raw SQL', () => {
  const KEEP = `insert into agreement_file (agreement_id, partner_id, kind, digest, bytes, seal)
    select g.id, g.partner_id, $2, sha256($3), $3, 'configured' from agreement g where g.id = $1::uuid`
  const [PDF, TEXT] = [Buffer.from('%PDF-1.7 x'), Buffer.from('Something else')]

  test('is kept by whoever signs, as they sign, and once (D4)', async () => {
    const { scene, id } = await offered()
    const kept = await asAgreementSide({ world, side: 'owner', scene }, async (client) => {
      await client.query(SIGN, [id, scene.ownerMember, null])
      const first = [
        await attempt(client, KEEP, [id, 'signed', TEXT]),
        await attempt(client, KEEP, [id, 'approved', PDF]),
      ]
      await client.query(KEEP, [id, 'signed', PDF])
      return [...first, await attempt(client, KEEP, [id, 'signed', Buffer.from('%PDF-1.7 y')])]
    })
    expect(kept[0]).toBe('agreement_file_form')
    expect(kept[1]).not.toBe('done')
    expect(kept[2]).toBe('agreement_file_once')
  })

  test('is not added afterwards to one that was signed, or that nobody signed, without (D4)', async () => {
    const { scene, id } = await offered()
    await world.seed(`update agreement set state = 'signed' where id = $1`, [id])
    expect(await raw(scene, 'owner', KEEP, [id, 'signed', PDF])).toBe('agreement_transition')
    await world.seed(
      `insert into agreement_signature (agreement_id, partner_id, member_id, person_id, signer_name, signer_email, member_role, typed_name, capacity, auth_method, auth_at, content_sha256, consent_text, consent_sha256, displayed_at)
       select g.id, g.partner_id, $2, $3, 'Ana Ruiz', 'a@example.test', 'PARTNER_OWNER', 'Ana Ruiz', 'Owner', 'otp', now(), g.content_sha256, 'I agree.', sha256('I agree.'), now() from agreement g where g.id = $1`,
      [id, scene.ownerMember, scene.ownerId],
    )
    expect(await raw(scene, 'owner', KEEP, [id, 'signed', PDF])).toBe('agreement_transition')
    expect(await raw(scene, 'approver', KEEP, [id, 'signed', PDF])).toBe('agreement_transition')
  })

  test('is kept by whoever approves, as they approve (D4)', async () => {
    const { scene, id } = await signed()
    const kept = await asAgreementSide({ world, side: 'approver', scene }, async (client) => {
      const before = await attempt(client, KEEP, [id, 'approved', PDF])
      await client.query(APPROVE, [id, null])
      return [before, await attempt(client, KEEP, [id, 'approved', PDF])]
    })
    expect(kept).toEqual(['agreement_transition', 'done'])
  })
})

describe('an approval in raw SQL', () => {
  test('before the signature, with another fingerprint, by the partner and by the drafter it is refused (D4)', async () => {
    const early = await offered()
    expect(await raw(early.scene, 'approver', APPROVE, [early.id, null])).toBe('agreement_transition')
    const { scene, id } = await signed()
    expect(await raw(scene, 'owner', APPROVE, [id, null])).toMatch(/permission denied/)
    expect(await raw(scene, 'drafter', APPROVE, [id, null])).toBe('agreement_four_eyes')
    expect(await raw(scene, 'approver', APPROVE, [id, Buffer.alloc(32)])).toBe('agreement_hash')
    await world.platformAdmin(scene.ownerId)
    const both = { ...scene, approver: scene.owner }
    expect(await raw(both, 'approver', APPROVE, [id, null])).toBe('agreement_approver')
    expect(await raw(scene, 'approver', APPROVE, [id, null])).toBe('done')
  })

  test('whoever changed what a draft says neither approves it nor, with the strictest rule, offers it (D4)', async () => {
    const scene = await openAgreementScene(world)
    const publicId = await draftAgreement(world, scene)
    const path = `/api/v1/admin/agreements/${publicId}`
    const input = await draftInput(world, scene)
    const change = (caller: Caller, body: Record<string, unknown>, version: number) =>
      world.call(caller, 'PUT', path, { body, headers: { 'if-match': `"v${version}"` } })
    // The title alone, and the day from which it holds, are what is agreed on, too.
    for (const [version, body] of [
      { ...input, starts_at: '2030-01-01T00:00:00Z' },
      { ...input, starts_at: null, title: 'Another title' },
    ].entries())
      expect((await change(scene.approver, body, version + 1)).statusCode).toBe(200)
    const id = uuidOf(publicId)
    const strict = await asAgreementSide({ world, side: 'approver', scene }, async (client) => {
      await client.query(`update program set four_eyes = 'offer_and_approval'`)
      return attempt(client, `update agreement set state = 'offered' where id = $1`, [id])
    })
    expect(strict).toBe('agreement_four_eyes')
    const offer = await askToOffer(world, scene.approver, publicId)
    expect(offer.json()).toMatchObject({ state: 'offered', needs_other_approver: true })
    await signAgreement(world, scene, publicId)
    expect(await raw(scene, 'approver', APPROVE, [id, null])).toBe('agreement_four_eyes')
    expect(await raw(scene, 'drafter', APPROVE, [id, null])).toBe('agreement_four_eyes')
    const third = await world.person('Noa Berg')
    await world.platformAdmin(third.id)
    const other = { ...scene, approver: await world.signIn(third.id) }
    expect(await raw(other, 'approver', APPROVE, [id, null])).toBe('done')
  })

  test('nobody sets when an agreement holds, and two never hold at once (D4)', async () => {
    const scene = await openAgreementScene(world)
    const id = uuidOf(await agree(world, scene))
    expect(
      await raw(scene, 'approver', `update agreement set effective = 'empty' where id = $1`, [id]),
    ).toMatch(/permission denied/)
    await expect(activeAgreement(world, scene.partner)).rejects.toThrow(
      /agreement_effective|agreement_one_active/,
    )
  })

  test('with the strictest rule nobody offers what one drafted (D4)', async () => {
    const scene = await openAgreementScene(world)
    const id = uuidOf(await draftAgreement(world, scene))
    const outcome = await asAgreementSide({ world, side: 'drafter', scene }, async (client) => {
      await client.query(`update program set four_eyes = 'offer_and_approval'`)
      return attempt(client, `update agreement set state = 'offered' where id = $1`, [id])
    })
    expect(outcome).toBe('agreement_four_eyes')
  })
})

describe('what was offered', () => {
  test('keeps its text, terms, title and days, for every login (D4)', async () => {
    const { scene, id } = await offered()
    for (const change of [
      `body = 'Other'`,
      `terms_canonical = '{}'`,
      `title = 'Other'`,
      `source = 'Other'`,
      `expires_at = now() + interval '1 year'`,
      'starts_at = now()',
    ]) {
      expect(await raw(scene, 'drafter', `update agreement set ${change} where id = $1`, [id]), change).toBe(
        'agreement_frozen',
      )
      expect(await raw(scene, 'owner', `update agreement set ${change} where id = $1`, [id])).toMatch(
        /permission denied/,
      )
    }
  })

  test('has a history whose lines are chained, and a change of one is seen (D4)', async () => {
    const { id } = await signed()
    const whole = async () =>
      (await world.sql<{ whole: boolean }>('select access.agreement_chain_is_whole($1) as whole', [id]))[0]
        ?.whole
    expect(await whole()).toBe(true)
    await world.sql('alter table agreement_event disable trigger append_only')
    await world.seed(
      `update agreement_event set actor_name = 'Nobody' where agreement_id = $1 and number = 2`,
      [id],
    )
    await world.sql('alter table agreement_event enable trigger append_only')
    expect(await whole()).toBe(false)
  })

  test('without an audit event no change commits (D9)', async () => {
    const { id } = await offered()
    await expect(world.sql(`update agreement set warned_at = now() where id = $1`, [id])).rejects.toThrow(
      /no audit event/,
    )
  })
})
