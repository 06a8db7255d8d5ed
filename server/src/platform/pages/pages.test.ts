import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { html } from '#platform/html.ts'
import { Chosen } from '#platform/words/page-language.ts'
import { ProblemError } from '#platform/problem.ts'
import { page } from '#platform/route.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import {
  pageAssetRoutes,
  problemPage,
  PROVIDER_NAME,
  showPage,
  STYLESHEET,
  textArea,
  textField,
} from './index.ts'

const access = { identity: 'A page for tests.' }

const failing = page({
  method: 'GET',
  path: '/probe/:status/:code',
  summary: 'Fails as it is told to',
  input: { params: z.strictObject({ status: z.string(), code: z.string() }) },
  access,
  limit: 'page',
  handle: ({ params }) =>
    Promise.reject(new ProblemError(Number(params.status), params.code, 'A <b>detail</b>.')),
})

const waiting = page({
  method: 'GET',
  path: '/probe-wait/:seconds',
  summary: 'Is asked for too often',
  isTranslated: true,
  input: { params: z.strictObject({ seconds: z.string() }), query: z.strictObject(Chosen) },
  access,
  limit: 'page',
  handle: ({ params }) =>
    Promise.reject(
      new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'Too many.', {
        headers: { 'Retry-After': params.seconds },
      }),
    ),
})

const form = page({
  method: 'GET',
  path: '/probe-form',
  summary: 'A form with faults',
  input: {},
  access,
  limit: 'page',
  handle: async () => {
    const errors = [{ field: 'name', message: 'Enter "it".' }]
    const fields = html`${textField({ name: 'name', label: 'Name', hint: 'Any', value: '"><x>' }, errors)}${textArea({ name: 'why', label: 'Why', value: '\n</textarea>' })}`
    return showPage('A form', fields, { errors, frame: { kind: 'org', name: 'Acme & Sons' } })
  },
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [failing, waiting, form, ...pageAssetRoutes], { problemPage })
})
afterAll(() => world[Symbol.asyncDispose]())

test.each([
  [403, 'You cannot open this'],
  [404, 'There is nothing here'],
  [409, 'Something changed in between'],
  [410, 'This link no longer works'],
  [429, 'Too many tries'],
  [500, 'Something broke on our side'],
  [503, 'Not available at this moment'],
])('a refusal with %i is told in words, with its reference and what to do', async (status, words) => {
  const shown = await new FormBrowser(world).get(`/probe/${status}/SOME_CODE`)
  expect(shown.status).toBe(status)
  expect(shown.text).toContain(words)
  expect(shown.text).toContain('A &lt;b&gt;detail&lt;/b&gt;.')
  expect(shown.text).toContain(String(shown.headers['x-request-id']))
})

test.each([
  ['en', 'Wait <b data-wait="24">24 seconds</b>, then try again.'],
  ['es', 'Espere <b data-wait="24">24 segundos</b> y vuelva a intentarlo.'],
  ['fr', 'Attendez <b data-wait="24">24 secondes</b>, puis réessayez.'],
] as const)(
  'whoever must wait reads for how long, in words of %s, also without script (U2)',
  async (language, words) => {
    const shown = await new FormBrowser(world).get(`/probe-wait/24?lang=${language}`)
    expect([shown.status, shown.headers['retry-after']]).toEqual([429, '24'])
    expect(shown.text.replaceAll('\u00a0', ' ')).toContain(words)
    expect(shown.headers['content-security-policy']).toContain("script-src 'self'")
    const [, script = ''] = /<script src="([^"]+)" defer>/.exec(shown.text) ?? []
    const { status, text } = await new FormBrowser(world).get(script)
    expect([status, Buffer.byteLength(text) <= 2048]).toEqual([200, true])
    const long = await new FormBrowser(world).get('/probe-wait/300')
    expect(long.text).toContain('<b data-wait="300">5 minutes</b>')
  },
)

test('a refusal under the address of a realm names nobody but the partner whose users read it (C9)', async () => {
  const browser = new FormBrowser(world)
  const [elsewhere, inRealm] = [await browser.get('/nowhere'), await browser.get('/p/nobody/profile')]
  expect([elsewhere.status, inRealm.status]).toEqual([404, 404])
  expect(elsewhere.text).toContain(PROVIDER_NAME)
  expect(inRealm.text).toContain('There is nothing here')
  expect(inRealm.text).not.toContain(PROVIDER_NAME)
  expect(inRealm.text).not.toContain('href="/"')
})

test('whoever is not signed in or must step up is led there and back', async () => {
  const browser = new FormBrowser(world)
  expect((await browser.get('/probe/401/UNAUTHORIZED')).location).toBe(
    '/signin?return_to=%2Fprobe%2F401%2FUNAUTHORIZED',
  )
  expect((await browser.get('/probe/401/STEP_UP_REQUIRED')).location).toBe(
    '/step-up?return_to=%2Fprobe%2F401%2FSTEP_UP_REQUIRED',
  )
})

test('an address that leads nowhere is a page for browsers', async () => {
  const shown = await new FormBrowser(world).get('/nowhere')
  expect([shown.status, shown.text.includes('There is nothing here')]).toEqual([404, true])
})

test('the faults of a form stand on top, lead to their fields and are in the title', async () => {
  const { status, text } = await new FormBrowser(world).get('/probe-form')
  expect(status).toBe(422)
  expect(text).toContain('<title>Error: A form · Liaison</title>')
  expect(text).toContain('<a href="#name">Enter &quot;it&quot;.</a>')
  expect(text).toMatch(
    /<label for="name">Name<\/label[^]*<input id="name"[^>]* aria-describedby="name-hint name-error" aria-invalid="true" required/,
  )
  expect(text).toContain('value="&quot;&gt;&lt;x&gt;"')
  expect(text).toContain(' required>\n\n&lt;/textarea&gt;</textarea>')
  expect(text).toContain('Acme &amp; Sons')
})

test('the look of all pages is at most 12 KB', async () => {
  const { text } = await new FormBrowser(world).get(STYLESHEET.path)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(12 * 1024)
  expect(text).toContain('h1 { margin: 0 0 8px;')
})

test('the stylesheet and the mark that a page names are served', async () => {
  const browser = new FormBrowser(world)
  const { text } = await browser.get('/probe-form')
  const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  const served = await Promise.all(
    paths.map(async (path) => (await browser.get(path)).headers['content-type']),
  )
  expect(new Set(served)).toEqual(new Set(['image/svg+xml', 'text/css; charset=utf-8']))
})
