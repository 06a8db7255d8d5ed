import { encodeId } from '@liaison/access'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeConsentRoutes } from '#modules/consents/index.ts'
import { problemPage } from '#platform/pages/index.ts'
import { makeConsentActs } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import { CookieJar } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(makeConsentRoutes, { usesRealDesk: true, problemPage })
})
afterAll(() => oauth[Symbol.asyncDispose]())

const acts = makeConsentActs(() => oauth.world)

/** The same people in the words of the consent pages. */
function peopleOf(cast: OAuthCast): ConsentCast {
  const { partner, client, tenant, admin, accounts } = cast
  return {
    partner,
    tenant,
    clientId: client,
    adminId: admin.id,
    owner: { cookie: null },
    admin: { cookie: admin.cookie },
    accounts: accounts.map(({ id, ban }) => ({ id, ban, publicId: encodeId('billing_account', id) })),
  }
}

/** Brings a browser to the consent page of a new request; returns the interaction. */
async function begin(cast: OAuthCast, jar: CookieJar): Promise<string> {
  const pushed = await cast.app.push()
  const page = await cast.app.open(cast.app.authorizePath(String(pushed.body['request_uri'])), jar)
  const path = page.headers.get('location') ?? ''
  await cast.app.open(path, jar)
  return path.split('/').at(-1) ?? ''
}

const interaction = (uid: string) => `/oauth/interaction/${uid}`

describe('with the consent pages', () => {
  test('a person who allows some of it leads the application to a token for exactly that (A1, A4, A10)', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    const [, second] = peopleOf(cast).accounts
    const done = await acts.allow(peopleOf(cast), uid, {
      accounts: [second?.publicId ?? ''],
      actions: ['order.read', 'service.read'],
    })
    expect(done.statusCode, done.body).toBe(303)
    const { url, hops } = await cast.app.browse(interaction(uid), jar)
    expect(hops).toEqual(['200 /oauth/interaction/:id', '303 /oauth/authorize/:id'])
    const answer = await cast.app.redeem(url.searchParams.get('code') ?? '')
    expect(answer.status, answer.text).toBe(200)
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      customer_ban: 'BAN-1002',
      scope: 'orders.read services.read',
      authorization_details: [{ actions: ['order.read', 'service.read'] }],
    })
    expect((await cast.app.refresh(String(answer.body['refresh_token']))).status).toBe(200)
  })

  test('the language that an application asks for opens the pages, one that is chosen there goes before it, and one that is unknown does nothing (U12)', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const placeFor = async (uiLocales: string) => {
      const pushed = await cast.app.push({ ui_locales: uiLocales })
      const page = await cast.app.open(cast.app.authorizePath(String(pushed.body['request_uri'])), jar)
      const path = page.headers.get('location') ?? ''
      const uid = path.split('/').at(-1) ?? ''
      const asked = (rest = '') => cast.app.open(`${path}${rest}`, jar)
      return { uid, first: (await asked()).headers.get('location'), asked }
    }
    const french = await placeFor('de fr-CA es')
    expect(french.first).toBe(`/consent/${french.uid}?lang=fr`)
    expect((await french.asked('?lang=es')).headers.get('location')).toBe(`/consent/${french.uid}?lang=es`)
    expect((await french.asked('?lang=%22%3E')).headers.get('location')).toBe(
      `/consent/${french.uid}?lang=fr`,
    )
    const unknown = await placeFor('de "><b>')
    expect(unknown.first).toBe(`/consent/${unknown.uid}`)
  })

  test('attack 25: the same browser is asked again, and gets a delegation of its own', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const ids: unknown[] = []
    for (let round = 0; round < 2; round += 1) {
      const uid = await begin(cast, jar)
      const asked = await cast.app.open(interaction(uid), jar)
      expect([asked.status, asked.headers.get('location')]).toEqual([303, `/consent/${uid}`])
      await acts.allow(peopleOf(cast), uid)
      const { url } = await cast.app.browse(interaction(uid), jar)
      const answer = await cast.app.redeem(url.searchParams.get('code') ?? '')
      ids.push(decodeJwt(String(answer.body['access_token']))['delegation_id'])
    }
    expect(new Set(ids).size).toBe(2)
  })

  test('attack 29: saying no leads back with access_denied, state and issuer, and leaves no grant', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    await acts.decide(peopleOf(cast), uid)
    const { url } = await cast.app.browse(interaction(uid), jar)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'the request was declined',
      state: 'a-state',
      iss: 'http://localhost:3000/oauth',
    })
    expect(await oauth.world.sql('select 1 from oauth_grant where client_id = $1', [cast.client])).toEqual([])
  })

  test('attack 31: after the first of two approvals the application gets nothing; after the second the person goes on', async () => {
    const cast = await oauth.cast()
    const people = peopleOf(cast)
    await acts.setPolicy(people, { dual_approval: true })
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    await acts.allow(people, uid)
    const waiting = await cast.app.open(interaction(uid), jar)
    expect([waiting.status, waiting.text.includes('A second approver decides')]).toEqual([200, true])
    // The interaction outlives its ten minutes, since a second person may take days.
    const [row] = await oauth.world.sql(
      `select bool_or(expires_at > now() + interval '6 days') as kept from oauth_artifact where model = 'Interaction'`,
    )
    expect(row).toEqual({ kept: true })
    const second = await acts.colleague(people)
    const [asked] = await oauth.world.sql<{ id: string }>(
      `select id from consent_request where client_id = $1 and status = 'waiting'`,
      [cast.client],
    )
    const key = encodeId('consent_request', (asked?.id ?? '') as never)
    const page = await acts.look(people, key, { as: second.caller })
    const done = await acts.decide(people, key, { page: page.body, as: second.caller })
    expect(done.statusCode, done.body).toBe(303)
    const { url } = await cast.app.browse(interaction(uid), jar)
    expect((await cast.app.redeem(url.searchParams.get('code') ?? '')).status).toBe(200)
  })
})

/** Lets time go by for what the library keeps of interactions. */
const letPass = (time: string) =>
  oauth.world.sql(
    `update oauth_artifact set expires_at = expires_at - $1::interval where model = 'Interaction'`,
    [time],
  )

describe('an answer that comes late', () => {
  test('within the time of its request still leads to the application, however long the sign-in took (A1, A10)', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const pushed = await cast.app.push()
    const page = await cast.app.open(cast.app.authorizePath(String(pushed.body['request_uri'])), jar)
    const path = page.headers.get('location') ?? ''
    // Five minutes for the sign-in, and seven of the ten for the decision.
    await letPass('5 minutes')
    await cast.app.open(path, jar)
    await letPass('7 minutes')
    await acts.allow(peopleOf(cast), path.split('/').at(-1) ?? '')
    const { url } = await cast.app.browse(path, jar)
    expect((await cast.app.redeem(url.searchParams.get('code') ?? '')).status).toBe(200)
  })

  test('attack 31: of a second approver counts, although the first never went back to the application', async () => {
    const cast = await oauth.cast()
    const people = peopleOf(cast)
    await acts.setPolicy(people, { dual_approval: true })
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    await acts.allow(people, uid)
    await letPass('6 days')
    const second = await acts.colleague(people)
    const [asked] = await oauth.world.sql<{ id: string }>(
      `select id from consent_request where client_id = $1 and status = 'waiting'`,
      [cast.client],
    )
    const key = encodeId('consent_request', (asked?.id ?? '') as never)
    const page = await acts.look(people, key, { as: second.caller })
    const done = await acts.decide(people, key, { page: page.body, as: second.caller })
    expect(done.statusCode, done.body).toBe(303)
    const { url } = await cast.app.browse(interaction(uid), jar)
    expect((await cast.app.redeem(url.searchParams.get('code') ?? '')).status).toBe(200)
  })

  test.each([
    ['en', 'is in force', 'Nothing was shared'],
    ['es', 'está en vigor', 'No se ha compartido nada'],
    ['fr', 'est en vigueur', 'été partagé'],
  ])(
    'is told truly where the way back is lost: access that was allowed is in force, and where it is ended (%s)',
    async (language, inForce, nothing) => {
      const cast = await oauth.cast()
      const jar = oauth.browser(cast)
      const uid = await begin(cast, jar)
      await acts.allow(peopleOf(cast), uid)
      await letPass('9 days')
      const page = await cast.app.open(`${interaction(uid)}?lang=${language}`, jar)
      expect([page.status, page.text.includes(inForce), page.text.includes(nothing)]).toEqual([
        400,
        true,
        false,
      ])
      expect(page.text).toContain(`/org/${cast.customerId}/access`)
      // Nobody else learns that there was anything.
      const other = await cast.app.open(`${interaction(uid)}?lang=${language}`, new CookieJar())
      expect([other.text.includes(inForce), other.text.includes(nothing)]).toEqual([false, true])
    },
  )
})

describe('an interaction', () => {
  test('attack 20: is of no use in another browser, or under the address of another one', async () => {
    const cast = await oauth.cast()
    const [jar, other] = [oauth.browser(cast), oauth.browser(cast)]
    const uid = await begin(cast, jar)
    const second = await begin(cast, other)
    for (const [path, browser] of [
      [interaction(uid), other],
      [interaction(uid), new CookieJar(cast.admin.cookie)],
      [interaction(second), jar],
    ] as const) {
      const page = await cast.app.open(path, browser)
      expect([page.status, page.text.includes('This request is over')]).toEqual([400, true])
    }
    const forged = await cast.app.open(interaction(second), jar, {
      cookie: `${cast.admin.cookie}; liaison_interaction=${second}; liaison_interaction.sig=forged`,
    })
    expect(forged.status).toBe(400)
  })

  test('is for the person who began it: another one in the same browser decides nothing (trap 15)', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    const stranger = await oauth.world.person()
    await oauth.world.tenantMember(cast.tenant, stranger.id)
    const { cookie } = await oauth.world.signIn(stranger.id)
    jar.take([`${cookie ?? ''}; path=/`])
    const cookies = jar
      .fieldFor(interaction(uid))
      .split('; ')
      .filter((pair) => pair !== cast.admin.cookie)
      .join('; ')
    const page = await cast.app.open(interaction(uid), new CookieJar(), { cookie: cookies })
    expect([page.status, page.text.includes('Somebody else is being asked')]).toEqual([403, true])
  })

  test('is over when it was answered, and when its time ran out', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    await acts.allow(peopleOf(cast), uid)
    await cast.app.browse(interaction(uid), jar)
    expect((await cast.app.open(interaction(uid), jar)).status).toBe(400)
    const late = await begin(cast, jar)
    await oauth.world.sql(
      `update oauth_artifact set expires_at = now() - interval '1 second' where model = 'Interaction'`,
    )
    expect((await cast.app.open(interaction(late), jar)).status).toBe(400)
  })

  test('of a client that was stopped meanwhile leads to nothing', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    await oauth.world.seed(`update partner set status = 'suspended' where id = $1`, [cast.partner])
    const { url } = await cast.app.browse(interaction(uid), jar)
    expect(url.searchParams.get('code')).toBeNull()
  })

  test('is never framed or kept, and tells nobody where it came from (attack 23)', async () => {
    const cast = await oauth.cast()
    const jar = oauth.browser(cast)
    const uid = await begin(cast, jar)
    const page = await cast.app.open(interaction(uid), jar)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect([page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ])
  })
})
