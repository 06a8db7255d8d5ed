import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const CONTACT = '/api/v1/tenant/partner-access/security-contact'
const name = (people: Cast, body: object) => acts.put(people.admin, CONTACT, body)

let count = 0
const freshAddress = () => `security-${(count += 1)}@acme.example`

async function mailsTo(address: string): Promise<{ subject: string; text: string }[]> {
  return world.sql(
    `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and lower(payload ->> 'to') = lower($1) order by xid, id`,
    [address],
  )
}

const subjectsTo = async (address: string) => (await mailsTo(address)).map(({ subject }) => subject)

describe('the security contact of a tenant', () => {
  test('is none until it is set, over the version that was read, with an event that names no mailbox (A10)', async () => {
    const people = await acts.cast()
    const shown = await world.call(people.admin, 'GET', CONTACT)
    expect(shown.json()).toEqual({ email: null, language: 'en', version: 1 })
    const email = freshAddress()
    const saved = await name(people, { email, language: 'fr' })
    expect(saved.json(), saved.body).toEqual({ email, language: 'fr', version: 2 })
    const late = await world.call(people.admin, 'PUT', CONTACT, {
      body: { email: null },
      headers: { 'if-match': String(shown.headers['etag']) },
    })
    expect([late.statusCode, late.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await world.call(people.admin, 'PUT', CONTACT, { body: { email } })).statusCode).toBe(428)
    const [event] = await world.sql<{ changes: object; partner_id: string | null }>(
      `select changes, partner_id from audit_event where action = 'tenant.partner_access.security_contact.write' and tenant_id = $1`,
      [people.tenant],
    )
    expect(event).toMatchObject({
      partner_id: null,
      changes: { address_domain: { before: null, after: 'acme.example' } },
    })
    expect(JSON.stringify(event)).not.toContain(email)
  })

  test.each(['nobody', 'a@b', 'a b@acme.example', 'x@acme.example\r\nBcc: y@z.example', ''])(
    'is an address that mail can be sent to: %j is refused (A10)',
    async (email) => {
      const people = await acts.cast()
      const refused = await name(people, { email })
      expect(refused.statusCode).toBe(422)
      expect(await mailsTo(email)).toEqual([])
    },
  )

  test('is told that it is one, and the one before that it is none any more, each in its language (A10)', async () => {
    const people = await acts.cast()
    const [first, second] = [freshAddress(), freshAddress()]
    await name(people, { email: first, language: 'es' })
    expect(await subjectsTo(first)).toEqual(['Recibirá los avisos de seguridad de Acme Fiber'])
    await name(people, { email: first, language: 'fr' })
    expect(await mailsTo(first)).toHaveLength(1)
    await name(people, { email: second, language: 'en' })
    const [, told] = await mailsTo(first)
    expect(told?.subject).toBe('Vous ne recevez plus les messages de sécurité de Acme Fiber')
    expect(told?.text).toContain('Dana Kim')
    expect(told?.text).not.toContain(second)
    await name(people, { email: null })
    expect(await subjectsTo(second)).toEqual([
      'You get the security mails of Acme Fiber',
      'You no longer get the security mails of Acme Fiber',
    ])
  })

  test('gets the receipt of a link and hears when it is stopped, in its language, and not of what was only asked (A10)', async () => {
    const people = await acts.cast()
    const email = freshAddress()
    await name(people, { email, language: 'es' })
    await acts.ask(people)
    const { link_id: id } = await acts.newestLink(people)
    expect(await mailsTo(email)).toHaveLength(1)
    await acts.approve(people, id)
    await acts.tenantMove({ ...people, id }, 'revoke', { reason: 'Over' })
    const [, receipt, stopped] = await mailsTo(email)
    expect(receipt?.subject).toContain('Northwind tiene acceso')
    expect(receipt?.text).toContain(id)
    expect(stopped?.subject).toBe('El acceso de Northwind se ha detenido')
    const silent = await acts.makeLink()
    expect((await world.call(silent.admin, 'GET', tenantPath(silent.id))).statusCode).toBe(200)
    expect(await mailsTo(email)).toHaveLength(3)
  })

  test('is mailed once where an administrator reads at the same address (A10)', async () => {
    const people = await acts.cast()
    const [admin] = await world.sql<{ email: string }>(
      `select p.email from person p join tenant_member m on m.person_id = p.id where m.tenant_id = $1`,
      [people.tenant],
    )
    const email = String(admin?.email)
    await name(people, { email: email.toUpperCase() })
    await acts.ask(people)
    const before = (await mailsTo(email)).length
    const { link_id: id } = await acts.newestLink(people)
    await acts.approve(people, id)
    expect(await mailsTo(email)).toHaveLength(before + 1)
  })

  test('is set by administrators alone, and no partner sees it (A10)', async () => {
    const people = await acts.makeLink()
    const member = await world.person()
    await world.tenantMember(people.tenant, member.id, 'TENANT_USER')
    const caller = await world.signIn(member.id, { tenantId: people.tenant })
    const email = freshAddress()
    await name(people, { email })
    expect(
      (await world.call(caller, 'PUT', CONTACT, { body: { email: null }, headers: { 'if-match': '"v2"' } }))
        .statusCode,
    ).toBe(403)
    for (const path of [`/api/v1/partner/links/${people.id}`, CONTACT]) {
      const seen = await world.call({ ...people.owner, tenantId: people.tenant }, 'GET', path)
      expect(seen.body).not.toContain(email)
    }
  })

  test('is, as raw SQL, of its tenant alone, and nobody learns by mailing whether there is one (A10, R1)', async () => {
    const [own, foreign] = [await openScene(world), await openScene(world)]
    for (const { tenant } of [own, foreign])
      await world.seed(
        `insert into tenant_security_contact (tenant_id, email) values ($1, 'safe@acme.example')`,
        [tenant],
        tenant,
      )
    const seen = await asSide({ world, side: 'tenant', scene: own }, async (client) => {
      const { rows } = await client.query('select tenant_id from tenant_security_contact')
      const moved = await client.query(
        `update tenant_security_contact set email = 'x@y.example' where tenant_id = $1`,
        [foreign.tenant],
      )
      return [
        rows,
        moved.rowCount,
        await attempt(
          client,
          `insert into tenant_security_contact (tenant_id, email) values ($1, 'x@y.example')`,
          [foreign.tenant],
        ),
      ]
    })
    expect(seen).toEqual([[{ tenant_id: own.tenant }], 0, expect.stringContaining('row-level security')])
    for (const side of ['partner', 'provider', 'clock'] as const)
      expect(
        await asSide({ world, side, scene: own }, (client) =>
          attempt(client, 'select * from tenant_security_contact', []),
        ),
      ).not.toBe('done')
    expect(await world.sqlAs('liaison_tenant', 'select * from tenant_security_contact')).toEqual([])
    const mail = `select access.mail_security_contact(d.id, '{"en": {"subject": "s", "text": "t"}}') as told from delegation d`
    const link = await world.link(foreign.partner, foreign.tenant, { role: 'msp_support' })
    const told = await asSide(
      { world, side: 'partner', scene: foreign },
      async (client) => (await client.query<{ told: null }>(mail)).rows,
    )
    expect(told).toEqual([{ told: null }])
    const mailed = async () => (await mailsTo('safe@acme.example')).length
    const before = await mailed()
    const send = async (scene: typeof own) =>
      asSide({ world, side: 'partner', scene }, async (client) => {
        await client.query(
          `select access.mail_security_contact($1, '{"en": {"subject": "s", "text": "t"}}')`,
          [link],
        )
        await client.query('commit')
      })
    await send(own)
    await world.sqlAs('liaison_tenant', mail)
    expect(await mailed()).toBe(before)
    await send(foreign)
    expect(await mailed()).toBe(before + 1)
  })
})
