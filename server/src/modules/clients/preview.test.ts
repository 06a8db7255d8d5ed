import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientIdOf, digestOf, makeLogoActs, startLogoWorld } from '#testing/logo-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

let world: TestWorld
let owner: Caller
let partner: PartnerId
let stranger: Caller

beforeAll(async () => {
  world = await startLogoWorld({ help: { phone: '+1 303 555 0100' } })
  const [person, other] = [await world.person(), await world.person()]
  partner = await world.partner('Northwind', ['msp'])
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  owner = await world.signIn(person.id)
  stranger = await world.signIn(other.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const preview = (body: object, caller = owner) =>
  world.call(caller, 'POST', '/api/v1/partner/clients/preview', { body })

const plain = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const TYPED = {
  name: 'Fleet <b>desk</b>',
  description: 'Plans tours',
  redirect_uris: ['https://fleet.example/back'],
  scopes: ['orders.read', 'orders.write'],
  needs: [{ action: 'order.read', is_needed: true, why: 'To show your orders on a map.' }],
}

describe('the page on which customers will decide, before anybody is asked (S15)', () => {
  test('is the page itself, with the name, the reasons and the own partner, for an organisation that there is not', async () => {
    const answer = await preview(TYPED)
    expect(answer.statusCode, answer.body).toBe(200)
    const { html, redirect_faults: faults } = answer.json()
    expect(faults).toEqual([])
    expect(plain(html)).toContain('Let Northwind work on accounts of Example Company?')
    expect(html).toContain('Fleet &lt;b&gt;desk&lt;/b&gt;')
    expect(plain(html)).toContain('fleet.example')
    expect(plain(html)).toMatch(/See orders \(Needed\) “ ?To show your orders on a map\. ?”/)
    expect(html).toContain('value="order.create"')
    expect(html).not.toContain('<script')
  })

  test('names the own partner as customers will read it: its legal name as the provider verified it, and its agreement in force', async () => {
    await world.seed(`update partner set legal_name = 'Northwind Managed Services Ltd' where id = $1`, [
      partner,
    ])
    const { html } = (await preview(TYPED)).json()
    expect(html).toContain('<bdi>Northwind Managed Services Ltd</bdi>, verified by Liaison.')
    expect(html).not.toContain('Agreement')
    await activeAgreement(world, partner)
    expect((await preview(TYPED)).json().html).toContain(
      'Partner agreement, version 1, in force with Liaison.',
    )
  })

  test('is there in the languages of customers, and with nothing typed yet', async () => {
    const { html } = (await preview({ ...TYPED, language: 'fr' })).json()
    expect(html).toContain('<html lang="fr">')
    expect(plain(html)).toContain('Sur quels comptes')
    const empty = await preview({ name: '', scopes: [] })
    expect(empty.statusCode, empty.body).toBe(200)
  })

  test('says which return addresses are not taken, as creating would, and nothing is kept', async () => {
    const sent = [
      'https://fleet.example/back',
      'http://fleet.example',
      'https://*.fleet.example',
      'http://127.0.0.1:4000/',
    ]
    const { redirect_faults: faults } = (await preview({ ...TYPED, redirect_uris: sent })).json()
    expect(faults.map(({ index }: { index: number }) => index)).toEqual([1, 2])
    expect(faults[0].detail).toContain('must begin with https://')
    expect(await world.sql('select 1 from api_client')).toEqual([])
  })

  test('names the telephone number of the provider, as the page itself does', async () => {
    expect(plain((await preview(TYPED)).json().html)).toContain('+1 303 555 0100')
  })

  test('of a client that there is shows its logo beside its own name, its environment, and judges return addresses by that', async () => {
    const logos = makeLogoActs(() => world)
    const [live, sandbox] = [await logos.acts.cast(), await logos.acts.cast({ environment: 'sandbox' })]
    const shown = `/client-logos/${digestOf(await logos.approved(live))}`
    const local = ['http://127.0.0.1:4000/']
    const of = async (people: typeof live, more: object = {}) =>
      (
        await preview(
          {
            ...TYPED,
            name: 'Northwind Fleet',
            redirect_uris: local,
            client_id: clientIdOf(people),
            ...more,
          },
          people.owner,
        )
      ).json()
    const [page, other, tried] = [await of(live), await of(live, { name: 'Acme Bank' }), await of(sandbox)]
    expect([page.html.includes(shown), other.html.includes(shown)]).toEqual([true, false])
    expect([page, tried].map(({ redirect_faults: faults }) => faults.length)).toEqual([1, 0])
    expect([page, tried].map(({ html }) => plain(html).includes('Sandbox: for trying things out'))).toEqual([
      false,
      true,
    ])
    const foreign = await preview({ ...TYPED, client_id: clientIdOf(live) }, sandbox.owner)
    expect(foreign.statusCode).toBe(404)
  })

  test('is for people of a partner alone, and refuses what is no client', async () => {
    expect((await preview(TYPED, stranger)).statusCode).toBe(403)
    expect((await preview({ ...TYPED, scopes: ['everything'] })).statusCode).toBe(422)
  })
})
