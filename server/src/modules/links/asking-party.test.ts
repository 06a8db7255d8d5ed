import { encodeId } from '@liaison/access'
import type { PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { attempt, asSide, openScene, seedLink } from '#testing/sides.ts'
import { skeletonOf } from '#platform/words/names.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), ...makePartnerRoutes(services)])
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  provider = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly owner: Caller
  readonly admin: Caller
  readonly path: string
  readonly detail: string
}

/** A request of a partner of this name, which waits for the admin of a tenant. */
async function ask(name: string, tenantName = 'Acme Fiber'): Promise<Scene> {
  const partner = await world.partner(name)
  const tenant = await world.tenant(tenantName)
  const [owner, admin] = [await world.person('Ana Ruiz'), await world.person('Dana Kim')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    owner.id,
  ])
  const [row] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [tenant])
  const asking = await world.signIn(owner.id)
  const body = {
    tenant_slug: row?.slug,
    relationship_type: 'msp_managed',
    access_role: 'msp_support',
    message: 'We answer your tickets.',
    duration_days: 90,
  }
  expect((await world.call(asking, 'POST', '/api/v1/partner/links', { body })).statusCode).toBe(202)
  const { items } = (await world.call(asking, 'GET', '/api/v1/partner/links')).json()
  const link = items[0].link_id
  return {
    partner,
    tenant,
    owner: asking,
    admin: await world.signIn(admin.id),
    path: `/links/${link}?org=${encodeId('tenant', tenant)}`,
    detail: `/api/v1/tenant/partner-access/links/${link}`,
  }
}

async function read({ admin, path, detail }: Scene, language = '') {
  const page = await world.call(admin, 'GET', path + language)
  expect(page.statusCode, page.body).toBe(200)
  const answer = await world.call(admin, 'GET', detail)
  expect(answer.statusCode, answer.body).toBe(200)
  return { page: page.body, asking: answer.json().asking, token: answer.json().snapshot_token }
}

async function save(caller: Caller, path: string, change: { method: 'PUT' | 'PATCH'; body: object }) {
  const { headers } = await world.call(caller, 'GET', path.replace(/\/contact$/, ''))
  const saved = await world.call(caller, change.method, path, {
    body: change.body,
    headers: { 'if-match': String(headers['etag']) },
  })
  expect(saved.statusCode, saved.body).toBe(200)
}

test('whoever decides reads since when the partner is one, and the website that the provider approved, not the one that the partner typed (C4)', async () => {
  const scene = await ask('Harbour Works')
  await world.seed(`update partner set onboarding_date = '2025-03-12' where id = $1`, [scene.partner])
  const entry = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}`
  await save(provider, entry, { method: 'PATCH', body: { website: 'https://harbour.example' } })
  const approved = await read(scene)
  expect(approved.page).toContain('Verified partner of Liaison since 12 Mar 2025.')
  expect(approved.page).toContain(
    '<a href="https://harbour.example/" rel="noopener noreferrer nofollow">harbour.example</a>',
  )
  expect(approved.asking).toEqual({
    partner_since: '2025-03-12T00:00:00.000Z',
    website: 'https://harbour.example/',
    legal_name: null,
    support_contact: null,
    agreement: null,
    name_faults: [],
  })
  const own = {
    method: 'PUT',
    body: { contact_email: 'desk@northwind.example', website: 'https://northwind.example' },
  } as const
  await save(scene.owner, '/api/v1/partner/profile/contact', own)
  const typed = await read(scene)
  expect(typed.page).not.toContain('northwind.example')
  expect(typed.asking.website).toBe('https://harbour.example/')
  // Whoever saves another field, and the form that sends all of them as they are, approves nothing.
  await save(provider, entry, {
    method: 'PATCH',
    body: { tier: 'premier', website: 'https://northwind.example' },
  })
  expect((await read(scene)).asking.website).toBe('https://harbour.example/')
  expect((await world.call(provider, 'GET', entry)).json()).toMatchObject({
    website: 'https://northwind.example/',
    approved_website: 'https://harbour.example/',
  })
  await save(provider, entry, { method: 'PATCH', body: { approve: ['website'] } })
  expect((await read(scene)).asking.website).toBe('https://northwind.example/')
  const [event] = await world.sql(
    `select changes, actor_name from audit_event where action = 'partners.update' and partner_id = $1 order by occurred_at desc, id desc limit 1`,
    [scene.partner],
  )
  expect(event).toEqual({
    actor_name: 'Sam Platform',
    changes: {
      approved_website: { before: 'https://harbour.example/', after: 'https://northwind.example/' },
    },
  })
  expect((await read(scene, '&lang=es')).page).toContain('Socio verificado de Liaison desde el 12')
  expect((await read(scene, '&lang=fr')).page).toContain('Partenaire vérifié de Liaison depuis le 12')
})

test('whoever decides reads the legal name as the provider verified it, what was read is kept, and a change of it is read first (C4, A10)', async () => {
  const scene = await ask('Basin Support')
  expect((await read(scene)).page).not.toContain('Legal name')
  const entry = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}`
  const name = (legal: string) => save(provider, entry, { method: 'PATCH', body: { legal_name: legal } })
  await name('Basin <Holding> Ltd')
  const first = await read(scene)
  expect(first.page).toContain('<bdi>Basin &lt;Holding&gt; Ltd</bdi>, verified by Liaison.')
  expect(first.asking.legal_name).toBe('Basin <Holding> Ltd')
  expect((await read(scene, '&lang=es')).page).toContain('Razón social')
  expect((await read(scene, '&lang=fr')).page).toContain('Dénomination légale')
  const allow = (token: string) =>
    world.call(scene.admin, 'POST', `${scene.detail}/approve`, { body: { snapshot_token: token } })
  await name('Basin Group plc')
  expect((await allow(first.token)).json().code).toBe('SNAPSHOT_STALE')
  expect((await allow((await read(scene)).token)).statusCode).toBe(200)
  const [kept] = await world.sql<{ shown: unknown }>(
    `select approval_snapshot as shown from delegation where partner_id = $1`,
    [scene.partner],
  )
  expect(kept?.shown).toMatchObject({ legal_name: 'Basin Group plc' })
})

test('whoever decides reads the support contact that the provider approved, not the one that the partner typed, and never where the provider writes to (C4, A10)', async () => {
  const scene = await ask('Estuary Support')
  const entry = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}`
  const keep = (contact: string | null) =>
    save(scene.owner, '/api/v1/partner/profile/contact', {
      method: 'PUT',
      body: { contact_email: 'owner@estuary.example', website: null, support_contact: contact },
    })
  const approve = () => save(provider, entry, { method: 'PATCH', body: { approve: ['support_contact'] } })
  await keep('Help@Estuary.Example')
  const own = await world.call(scene.owner, 'GET', '/api/v1/partner/profile')
  expect(own.json()).toMatchObject({
    support_contact: 'help@estuary.example',
    approved_support_contact: null,
  })
  expect((await read(scene)).page).not.toContain('estuary.example')
  await save(provider, entry, { method: 'PATCH', body: { support_contact: 'help@estuary.example' } })
  expect((await read(scene)).asking.support_contact).toBeNull()
  await approve()
  const approved = await read(scene)
  expect(approved.page).toContain('<a href="mailto:help@estuary.example"><bdi>help@estuary.example</bdi></a>')
  expect(approved.page).not.toContain('owner@estuary.example')
  expect(approved.asking.support_contact).toBe('help@estuary.example')
  await keep('+1 303 555 0100')
  expect((await read(scene)).asking.support_contact).toBe('help@estuary.example')
  const listed = await world.call(provider, 'GET', entry)
  expect(listed.json()).toMatchObject({
    support_contact: '+1 303 555 0100',
    approved_support_contact: 'help@estuary.example',
  })
  const { token } = await read(scene)
  const { headers } = listed
  await approve()
  // What the partner types after it was read is not approved by what was read.
  await keep('help@estuary.example')
  const late = await world.call(provider, 'PATCH', entry, {
    body: { approve: ['support_contact'] },
    headers: { 'if-match': String(headers['etag']) },
  })
  expect(late.json().code).toBe('PRECONDITION_FAILED')
  expect((await read(scene)).asking.support_contact).toBe('+1 303 555 0100')
  const stale = await world.call(scene.admin, 'POST', `${scene.detail}/approve`, {
    body: { snapshot_token: token },
  })
  expect(stale.json().code).toBe('SNAPSHOT_STALE')
  expect((await read(scene, '&lang=es')).page).toContain('Su asistencia')
  expect((await read(scene, '&lang=fr')).page).toContain('Son assistance')
  const events = await world.sql<{ changes: unknown }>(
    `select changes -> 'support_contact' as changes from audit_event where action = 'partners.update' and partner_id = $1 order by occurred_at`,
    [scene.partner],
  )
  expect(events.map(({ changes }) => changes)).toEqual([
    { before: null, after: 'help@estuary.example' },
    null,
    null,
    { before: 'help@estuary.example', after: '+1 303 555 0100' },
    null,
    { before: '+1 303 555 0100', after: 'help@estuary.example' },
  ])
})

test('whoever decides reads which agreement of the partner is in force, and reads again when another one is (C4, A10)', async () => {
  const scene = await ask('Delta Support')
  const before = await read(scene)
  expect(before.page).not.toContain('Agreement')
  await activeAgreement(world, scene.partner)
  const after = await read(scene)
  expect(after.page).toContain('Partner agreement, version 1, in force with Liaison.')
  expect(after.asking.agreement).toEqual({ title: 'Partner agreement', version: 1 })
  const stale = await world.call(scene.admin, 'POST', `${scene.detail}/approve`, {
    body: { snapshot_token: before.token },
  })
  expect(stale.json().code).toBe('SNAPSHOT_STALE')
})

test('whoever decides reads who would come in, by name, or that nobody is named yet (C4)', async () => {
  const scene = await ask('Quay Support')
  expect((await read(scene)).page).toContain(
    'Nobody yet. Quay Support names each person, and you see the names.',
  )
  await world.seed(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select d.id, d.tenant_id, d.partner_id, m.id, m.person_id, d.mask from delegation d join partner_member m on m.partner_id = d.partner_id
     where d.partner_id = $1`,
    [scene.partner],
    scene.tenant,
  )
  expect((await read(scene)).page).toContain('1 person so far: <bdi>Ana Ruiz</bdi>.')
})

test.each([
  ['Lіaison Care', 'like Liaison', 'A name here looks like the one of Liaison.', 'look_alike'],
  ['Beacоn Fiber Help', 'Beacon Fiber', 'A name here looks like the one of Beacon Fiber.', 'like_tenant'],
  ['Zеbra Desk', 'Acme Fiber', 'A name here mixes alphabets', 'mixed_script'],
  [
    'Giraffe\u202Eksed',
    'Acme Fiber',
    'A name here contained letters that cannot be seen; they were left out.',
    'unseen',
  ],
])('the name %j draws a notice for %s (attack 30)', async (name, tenant, sentence, fault) => {
  const scene = await ask(name, tenant)
  const { page, asking } = await read(scene)
  expect(page).toContain(sentence)
  expect(page).not.toContain('\u202E')
  expect(asking.name_faults).toContain(fault)
})

test('a name that another partner’s is taken for draws a notice until that partner is gone, and no name of it is told (attack 30)', async () => {
  const other = await world.partner('Tidewater Desk')
  const scene = await ask('Tіdewater-Desk')
  expect((await read(scene)).page).toContain('Another partner has a name that looks the same.')
  expect((await read(scene)).page).not.toContain('Tidewater Desk')
  expect((await read(scene)).asking.name_faults).toContain('like_partner')
  await world.seed(`update partner set status = 'terminated' where id = $1`, [other])
  expect((await read(scene)).asking.name_faults).not.toContain('like_partner')
})

test('the database takes names as the eye does, by the same rule as the program (attack 30)', async () => {
  const names = [
    'Lіaison',
    'L1ais0n',
    'Ｌｉａｉｓｏｎ',
    'Líäison',
    'Société Générale',
    'Яндекс',
    'Ελληνικά',
    '東京電力 Tokyo',
    'Müller & Söhne',
    'Corner vvest',
    'Co\u0301rn\u200Ber',
    'A|b!c$d 4035',
    'محمد',
    '—',
    'Аrmоur НΕLΡ',
    'ﬁne ﬂow',
    'Ⅷ Straße',
    'ᎠᎡ Ⅰ',
  ]
  const rows = await world.sql<{ look: string }>(
    'select private.look_of(n) as look from unnest($1::text[]) with ordinality as t(n, i) order by i',
    [names],
  )
  expect(rows.map(({ look }) => look)).toEqual(names.map(skeletonOf))
})

test('a tenant reads of a partner that it has a link with what the provider vouches for, and nothing else of its entry; of other partners nothing (raw SQL)', async () => {
  const [scene, strange] = [await openScene(world), await openScene(world)]
  await seedLink(world, scene, { status: 'requested', side: 'tenant' })
  await world.seed(`update partner set legal_name = 'Known Ltd' where id = any ($1)`, [
    [scene.partner, strange.partner],
  ])
  const readAs = (of: typeof scene, columns: string) =>
    asSide({ world, side: 'tenant', scene: of }, async (client) => ({
      rows: (
        await client.query(`select legal_name from partner where id = any ($1)`, [
          [scene.partner, strange.partner],
        ])
      ).rows,
      more: await attempt(client, `select ${columns} from partner`),
    }))
  const told = await readAs(scene, 'contact_email')
  expect(told.rows).toEqual([{ legal_name: 'Known Ltd' }])
  expect((await readAs(strange, 'contact_email')).rows).toEqual([])
  for (const column of [
    'website',
    'support_contact',
    'contact_email',
    'registration_no',
    'country',
    'tier',
    'status_reason',
  ])
    expect((await readAs(scene, column)).more).toMatch(/permission denied/)
})

test('a tenant asks the database which agreement the partner of its own link has, of no other, and reads nothing of what it says (raw SQL)', async () => {
  const [scene, strange] = [await openScene(world), await openScene(world)]
  const link = await seedLink(world, scene, { status: 'requested', side: 'tenant' })
  await activeAgreement(world, scene.partner)
  const ask = (of: typeof scene) =>
    asSide({ world, side: 'tenant', scene: of }, async (client) => {
      const { rows } = await client.query('select access.agreement_of_party($1) as answer', [link])
      expect(await attempt(client, 'select body from agreement')).toMatch(/permission denied/)
      expect(await attempt(client, `select access.agreement_in_force('${scene.partner}')`)).toMatch(
        /permission denied/,
      )
      return rows[0].answer
    })
  expect(await ask(scene)).toEqual({ title: 'Partner agreement', version: 1 })
  expect(await ask(strange)).toBeNull()
})

test('a tenant asks the database about the partner of its own link only, and writes nobody’s website (raw SQL)', async () => {
  const scene = await openScene(world)
  const strange = await openScene(world)
  const link = await seedLink(world, strange, { status: 'requested', side: 'tenant' })
  await world.seed(`update partner set name = 'Twin Ltd' where id = any ($1)`, [
    [scene.partner, strange.partner],
  ])
  const ask = (of: typeof scene) =>
    asSide({ world, side: 'tenant', scene: of }, async (client) => {
      const { rows } = await client.query('select access.resembles_partner($1) as answer', [link])
      return rows[0].answer
    })
  expect([await ask(strange), await ask(scene)]).toEqual([true, false])
  await asSide({ world, side: 'partner', scene }, async (client) => {
    await client.query(`update partner set website = 'https://other.example'`)
    const { rows } = await client.query('select approved_website from partner')
    expect(rows).toEqual([{ approved_website: null }])
    await client.query(`update partner set support_contact = 'help@other.example'`)
    const support = await client.query('select approved_support_contact from partner')
    expect(support.rows).toEqual([{ approved_support_contact: null }])
    expect(await attempt(client, `update partner set approved_support_contact = support_contact`)).toMatch(
      /permission denied/,
    )
    expect(await attempt(client, `update partner set approved_website = website`)).toMatch(
      /permission denied/,
    )
  })
  const shown = await asSide({ world, side: 'provider', scene }, async (client) => {
    const { rows } = await client.query(
      `update partner set approved_website = 'https://neither.example' where id = $1 returning approved_website`,
      [scene.partner],
    )
    return rows
  })
  expect(shown).toEqual([{ approved_website: null }])
})
