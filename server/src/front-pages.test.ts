import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PARTNER_KINDS } from '#modules/applications/index.ts'
import { readConfig } from '#platform/config.ts'
import { ProblemError } from '#platform/problem.ts'
import { problemPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import { isTranslatedPath } from '#platform/words/page-language.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Shown } from '#testing/form-browser.ts'
import { makeHelpPage } from './help-page.ts'
import { makeStatusPage } from './status-page.ts'

const FRONT = ['/', '/help', '/status'] as const

const linksOf = ({ text }: Shown): string[] =>
  [...new Set([...text.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, to = '']) => to))].filter(
    (to) => !to.startsWith('#'),
  )

describe('the pages that everybody may open', () => {
  let world: TestWorld
  beforeAll(async () => {
    world = await TestWorld.start(wholeProduct)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test.each(FRONT)(
    '%s needs no sign-in and no script, loads nothing from elsewhere, and is kept nowhere',
    async (path) => {
      const shown = await new FormBrowser(world).get(path)
      expect(shown.status).toBe(200)
      expect(shown.headers['content-security-policy']).toContain("default-src 'none'; style-src 'self'")
      expect(shown.headers['cache-control']).toBe('no-store')
      expect(shown.cookies).toEqual([])
      expect(shown.text).not.toMatch(/<script|<style|style="|https?:\/\//)
    },
  )

  test.each([...FRONT, '/apply', '/signin', '/docs/errors'])(
    '%s is shown whatever a network or a campaign put behind its address',
    async (path) => {
      const browser = new FormBrowser(world)
      expect((await browser.get(`${path}?utm_source=letter&fbclid=x&_gl=1*a`)).status).toBe(200)
      const api = await world.call({ cookie: null }, 'GET', '/api/v1/openapi.json?utm_source=letter')
      expect(api.statusCode).toBe(422)
    },
  )

  test('whoever is sent to sign in from such an address comes back without what the page does not know (R9)', async () => {
    const sent = await new FormBrowser(world).get('/account?utm_source=letter&token=x')
    expect(sent.location).toBe('/signin?return_to=%2Faccount')
  })

  test('what a page takes in its address is still judged beside it', async () => {
    const shown = await new FormBrowser(world).get('/signin?utm_source=letter&return_to=/a&return_to=/b')
    expect(shown.status).toBe(422)
  })

  test('every page that is there in every language is under an address that may name one, so that its journey keeps to it (U12)', () => {
    const wrong = wholeProduct(world.app.services)
      .filter(
        ({ answers, isTranslated, path }) => answers === 'page' && isTranslated !== isTranslatedPath(path),
      )
      .map(({ method, path }) => `${method} ${path}`)
    expect(wrong).toEqual([])
  })

  test.each(FRONT)('every link of %s leads to something that is there', async (path) => {
    const shown = await new FormBrowser(world).get(path)
    const links = linksOf(shown)
    expect(links).toContain('/help')
    for (const to of links) {
      const reached = await new FormBrowser(world).follow(await new FormBrowser(world).get(to))
      expect(reached.status, to).toBe(200)
      const [, anchor = 'main'] = to.split('#')
      expect(reached.text, to).toContain(`id="${anchor}"`)
    }
  })

  test('a stranger finds two doors of equal weight at the front, the rule, and every way of working together', async () => {
    const shown = await new FormBrowser(world).get('/')
    expect(shown.text).toMatch(
      /<a class="button" href="\/apply">Become a partner<\/a\s*><a class="button" href="\/signin">Sign in<\/a>/,
    )
    expect(shown.text).toContain('Being a partner opens nothing by itself.')
    for (const { hint } of PARTNER_KINDS) expect(shown.text).toContain(hint.replaceAll("'", '&#39;'))
    expect(shown.text.match(/ stays? closed\./g)).toHaveLength(PARTNER_KINDS.length)
    expect(linksOf(shown)).toEqual(expect.arrayContaining(['/help', '/docs/api', '/status']))
  })

  test('whoever is signed in goes on from the front to where they work, and who was signed in to the sign-in', async () => {
    const person = await world.person()
    await world.tenantMember(await world.tenant('Acme'), person.id)
    const browser = new FormBrowser(world)
    browser.cookie = (await world.signIn(person.id)).cookie ?? null
    const shown = await browser.get('/')
    expect([shown.status, shown.location]).toEqual([303, '/choose'])
    expect((await browser.get('/choose')).location).toMatch(/^\/org\/ten_[0-9a-z]{26}\/home$/)
    await world.sql('update session set ended_at = now() where person_id = $1', [person.id])
    expect((await browser.get('/choose')).location).toMatch(/^\/signin/)
  })

  test('help names whom to ask where the provider says so, and nobody where it does not', async () => {
    const help = { email: 'help@provider.example', phone: '+353 1 555 0100' }
    const [named, silent] = [makeHelpPage({ help }), makeHelpPage({ help: {} })]
    await using contact = await TestWorld.start(() => [named])
    await using none = await TestWorld.start(() => [silent])
    const [shown, bare] = [
      await new FormBrowser(contact).get('/help'),
      await new FormBrowser(none).get('/help'),
    ]
    expect(linksOf(shown)).toEqual(
      expect.arrayContaining(['mailto:help@provider.example', 'tel:+35315550100']),
    )
    expect(bare.text).not.toMatch(/mailto:|tel:|id="contact"/)
    expect(readConfig({ HELP_EMAIL: help.email, HELP_PHONE: help.phone }).help).toEqual(help)
    expect(() => readConfig({ HELP_PHONE: 'call us' })).toThrow('HELP_PHONE')
  })

  test('help stands in the same place of pages with and without a session (WCAG 3.2.6)', async () => {
    const person = await world.person()
    const browser = new FormBrowser(world)
    browser.cookie = (await world.signIn(person.id)).cookie ?? null
    const header =
      /<header[^]*<a class="brand"[^]*<span class="who"[^]*<a href="\/help">Help<\/a>[^]*<\/header>/
    for (const shown of [
      await browser.get('/choose'),
      await browser.get('/account'),
      await new FormBrowser(world).get('/signin'),
      await new FormBrowser(world).get('/apply'),
      await new FormBrowser(world).get('/nowhere'),
    ])
      expect(shown.text).toMatch(header)
  })
})

describe('the status', () => {
  let world: TestWorld
  let nowMs = Date.parse('2026-11-24T08:00:00Z')
  let looks = 0
  let stalledSeconds = 0
  const health = {
    sealerLag: () => ({ stalledSeconds }),
    isStopping: () => {
      looks += 1
      return false
    },
    hasSchema: () => Promise.resolve(true),
  }
  const broken = page({
    method: 'GET',
    path: '/probe/:status',
    summary: 'Fails as it is told to',
    input: {},
    access: { public: 'A page for tests.' },
    limit: 'page',
    handle: () => Promise.reject(new ProblemError(503, 'SOME_CODE', 'A detail.')),
  })
  const later = (ms: number) => {
    nowMs += ms
  }
  const look = () => new FormBrowser(world).get('/status')

  beforeAll(async () => {
    world = await TestWorld.start((services) => [makeStatusPage(services), broken], {
      clock: () => new Date(nowMs),
      health,
      problemPage,
    })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test('is looked up once in five seconds, however many ask', async () => {
    const before = looks
    const all = await Promise.all(Array.from({ length: 20 }, look))
    later(4999)
    expect([...all, await look()].map(({ status }) => status)).toEqual(Array.from({ length: 21 }, () => 200))
    expect(looks - before).toBe(1)
    later(1)
    expect((await look()).text).toContain('24 Nov 2026, 08:00 UTC')
    expect(looks - before).toBe(2)
  })

  test('is 503 with the page when the service is not ready, without what is wrong, and 200 again afterwards', async () => {
    stalledSeconds = 61
    later(5000)
    const shown = await look()
    expect([shown.status, shown.headers['retry-after']]).toEqual([503, '5'])
    expect(shown.text).toContain('The service does not work at this moment')
    expect(shown.text).not.toMatch(/seal|audit|database|postgres/i)
    stalledSeconds = 0
    expect((await look()).status).toBe(503)
    later(5000)
    expect((await look()).status).toBe(200)
  })

  test('a clock that is set back keeps no answer for longer', async () => {
    await look()
    const before = looks
    later(-3_600_000)
    await look()
    expect(looks - before).toBe(1)
  })

  test('is linked where something broke, but not under the name of a partner', async () => {
    const [own, inRealm] = [
      await new FormBrowser(world).get('/probe/503'),
      await new FormBrowser(world).get('/p/nobody/profile'),
    ]
    expect(own.text).toContain('href="/status"')
    expect(inRealm.text).not.toMatch(/href="\/(status|help)"/)
  })
})
