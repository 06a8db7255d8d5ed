import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import type { Browser, Frame, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Language } from '#platform/words/language.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import { launchChromium } from '#testing/chromium.ts'
import { embedDashboard, makeProductKey } from '#testing/dashboard-acts.ts'
import { forgetLimits } from '#testing/embed-acts.ts'
import { earn, openRanked } from '#testing/leaderboard-acts.ts'
import { SOON } from '#testing/patience.ts'
import { findFreePort } from '#testing/ports.ts'
import { makeCodeAs } from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { TestWorld } from '#testing/world.ts'
// oxlint-disable-next-line liaison/near-imports
import { violationsOf } from '../../../../tests/support/look.ts'
import { makeDashboardRoutes } from './index.ts'
import { DASHBOARD_WORDS } from './words.ts'

const PAGE = new URL('../../../../docs/embedded-dashboard.md', import.meta.url)

let world: TestWorld
let scene: ReferralScene
let browser: Browser | undefined
let product: ChildProcess | undefined
let folder: string
let port = 0
let productPort = 0
const logged: string[] = []

const embedOrigin = () => `http://embed.localhost:${port}`
const siteOf = (host: string) => `http://${host}.localhost:${productPort}`

/** Runs the program of the documentation, as it stands there. */
async function startProduct(key: string): Promise<void> {
  const text = /^```js\n([\s\S]+?)^```/m.exec(await readFile(PAGE, 'utf8'))?.[1]
  if (text === undefined) throw new Error('The page has no program.')
  folder = await mkdtemp(join(tmpdir(), 'liaison-product-'))
  await writeFile(join(folder, 'product.mjs'), text)
  productPort = await findFreePort()
  product = spawn(
    process.execPath,
    [join(folder, 'product.mjs'), encodeId('partner', scene.partner), String(productPort)],
    { env: { LIAISON: `http://localhost:${port}`, INGEST_KEY: key }, stdio: 'ignore' },
  )
  await vi.waitFor(() => fetch(`http://localhost:${productPort}/`), SOON)
}

beforeAll(async () => {
  const stream = { write: (line: string) => void logged.push(line) }
  world = await TestWorld.start(
    (services) => [...ingestRoutes, ...makeReferralRoutes(services), ...makeDashboardRoutes(services)],
    { embedOrigin, logger: { level: 'trace', stream } },
  )
  await world.app.http.listen({ port: 0, host: 'localhost' })
  port = (world.app.http.server.address() as AddressInfo).port
  scene = await openRanked(world, 'Aurora <b>Partners</b>', { signUps: 3, earned: { USD: 123_456 } })
  await earn(world, scene.partner, { currency: 'JPY', amount: 5000 })
  await makeCodeAs(world, scene.owner, { code: 'AURORA' })
  await startProduct((await makeProductKey(world, scene.admin)).key)
  browser = await launchChromium('shell')
}, 60_000)
afterAll(async () => {
  product?.kill()
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await forgetLimits(world)
  await embedDashboard(world, { origins: [siteOf('product')] })
})

interface Visit {
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly locale?: string
  readonly javaScriptEnabled?: boolean
}

async function visit(site: string, { width = 1280, ...options }: Visit = {}) {
  if (!browser) throw new Error('There is no browser.')
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    ...options,
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  await page.goto(`${site}/`)
  return page
}

async function frameOf(page: Page): Promise<Frame> {
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  if (!frame) throw new Error('There is no frame.')
  return frame
}

const LOOKS = [
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const

test('a page of the product shows its partner the figures; the token is in no address, no request line and no log (D12)', async () => {
  for (const look of LOOKS) {
    const page = await visit(siteOf('product'), look)
    const requested: string[] = []
    const headers: string[] = []
    page.on('request', (request) => {
      requested.push(request.url())
      headers.push(JSON.stringify(request.headers()['referer'] ?? ''))
    })
    await page.reload()
    const frame = await frameOf(page)
    await frame.getByRole('heading', { name: 'Your partner program' }).waitFor()
    await frame.getByText('Aurora <b>Partners</b>').waitFor()
    const text = (await frame.locator('main').textContent()) ?? ''
    for (const part of ['/r/AURORA', 'Sign-ups3', 'Earned1,234.56 USD', 'Earned5,000 JPY', 'Next payout: '])
      expect(text).toContain(part)
    expect(await violationsOf(frame)).toEqual([])
    expect(await frame.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await frame.evaluate<string>('location.href')).toBe(`${embedOrigin()}/e/dashboard`)
    // The address that the frame began with has it in its fragment, which is sent to nobody.
    expect(requested.some((url) => new URL(url).hash === '' && url.includes('padt_'))).toBe(false)
    expect(headers.join('')).not.toContain('padt_')
    expect(await page.context().cookies()).toEqual([])
    await page.context().close()
  }
  expect(logged.length).toBeGreaterThan(0)
  expect(logged.join('')).not.toContain('padt_')
  expect(JSON.stringify(await world.sql('select e::text as row from audit_event e'))).not.toContain('padt_')
}, 60_000)

test('the link is copied with one press, from the keyboard too (D12)', async () => {
  const page = await visit(siteOf('product'))
  const frame = await frameOf(page)
  const button = frame.getByRole('button', { name: 'Copy the link' })
  await button.focus()
  await page.keyboard.press('Enter')
  await frame.getByRole('button', { name: 'Link copied' }).waitFor()
  expect(await frame.evaluate<string>('getSelection().toString()')).toBe('http://localhost:3000/r/AURORA')
  await page.context().close()
}, 60_000)

/** Where the words of a language stand in a text, whatever their values are. */
function wordsIn(language: Language, text: string): string[] {
  const plain = text.replaceAll(/\s+/g, ' ')
  return Object.entries(DASHBOARD_WORDS[language])
    .filter(([, word]) =>
      word.split(/\{[a-z]+\}/).every((part) => plain.includes(part.replaceAll(/\s+/g, ' '))),
    )
    .map(([id]) => id)
}

/** The figures of a partner that has nothing yet. */
const NOTHING = {
  partner_name: 'Aurora',
  link: null,
  code: null,
  clicks: 0,
  sign_ups: 0,
  paying: 0,
  money: [],
  next_payout_on: null,
}

test.each([
  ['en', 'en-GB', '1,234.56 USD'],
  ['es', 'es-ES', '1234,56 USD'],
  ['fr', 'fr-FR', '1 234,56 USD'],
] as const)(
  'every sentence of the frame is shown in %s, with its numbers and days, where it is due (D12, U12)',
  async (language, locale, amount) => {
    const page = await visit(siteOf('product'), { locale })
    const shown = new Set<string>()
    const read = async (waitsFor: keyof (typeof DASHBOARD_WORDS)['en']) => {
      const frame = await frameOf(page)
      await frame.getByText(DASHBOARD_WORDS[language][waitsFor], { exact: true }).first().waitFor()
      const text = (await frame.locator('body').innerText()).replaceAll(/[\u00a0\u202f]/g, ' ')
      for (const id of wordsIn(language, text)) shown.add(id)
      expect(await frame.locator('html').getAttribute('lang')).toBe(language)
      expect(await violationsOf(frame)).toEqual([])
      return { frame, text }
    }
    const { frame, text } = await read('title')
    expect(text).toContain(amount)
    await frame.getByRole('button', { name: DASHBOARD_WORDS[language].copy }).click()
    await read('copied')
    const held = Promise.withResolvers<void>()
    const answers = [
      async (asked: Route) => {
        await held.promise
        await asked.fulfill({ json: NOTHING })
      },
      (asked: Route) => asked.fulfill({ status: 401 }),
      (asked: Route) => asked.fulfill({ status: 403 }),
    ]
    await page.route('**/embed/v1/dashboard', (asked) => answers.shift()?.(asked))
    await page.reload()
    await read('loading')
    held.resolve()
    await read('no.money')
    await page.reload()
    await read('refused')
    await page.reload()
    await read('place')
    await page.context().close()
    const silent = await visit(siteOf('product'), { locale, javaScriptEnabled: false })
    const said = await (await frameOf(silent)).locator('noscript').innerText()
    for (const id of wordsIn(language, said)) shown.add(id)
    await silent.context().close()
    expect(Object.keys(DASHBOARD_WORDS[language]).filter((id) => !shown.has(id))).toEqual([])
  },
  60_000,
)

test('the frame is as high as what it shows, by its own word alone, told to the site that it stands on (D12, ASVS 3.5.5)', async () => {
  for (const look of LOOKS) {
    const page = await visit(siteOf('product'), look)
    await page.addInitScript(`
      globalThis.heard = []
      addEventListener('message', ({ origin, data }) => heard.push({ origin, ...data }))
    `)
    await page.reload()
    const frame = await frameOf(page)
    await frame.getByRole('heading', { name: 'Your partner program' }).waitFor()
    const heightOf = () => page.evaluate<number>(`document.querySelector('iframe').clientHeight`)
    const needed = () => frame.evaluate<number>('document.documentElement.getBoundingClientRect().height')
    await expect.poll(async () => (await heightOf()) - Math.ceil(await needed()), SOON).toBe(0)
    expect(await frame.evaluate<boolean>('document.documentElement.scrollHeight <= innerHeight')).toBe(true)
    const height = await heightOf()
    const forged = JSON.stringify({ v: 'pap-embed/1', type: 'resize', height: 4321 })
    await page.evaluate(`postMessage(${forged}, '*')`)
    await page.waitForFunction('heard.some(({ height }) => height === 4321)')
    expect(await heightOf()).toBe(height)
    const heard = await page.evaluate<{ origin: string; height: number }[]>('heard')
    const told = heard.filter(({ origin }) => origin === embedOrigin())
    expect(told.at(-1)).toEqual({
      origin: embedOrigin(),
      v: 'pap-embed/1',
      type: 'resize',
      height: await needed(),
    })
    await page.context().close()
  }
}, 60_000)

test('a site that is not named shows nothing: the browser keeps the frame out (D12)', async () => {
  const page = await visit(siteOf('evil'))
  await expect
    .poll(
      () => world.sql(`select reason from audit_event where action = 'program.dashboard.origin_refused'`),
      SOON,
    )
    .toContainEqual({ reason: siteOf('evil') })
  const frame = await frameOf(page)
  expect(await frame.getByText('Aurora').count()).toBe(0)
  expect(frame.url()).not.toContain(embedOrigin())
  await page.context().close()
}, 60_000)

test('a frame whose token ended says what to do, and a partner that is stopped has no page (D12)', async () => {
  await world.seed(`update partner set status = 'suspended', status_reason = 'A test.' where id = $1`, [
    scene.partner,
  ])
  const none = await visit(siteOf('product'))
  await none.getByText('The figures cannot be shown.').waitFor()
  await none.context().close()
  await world.seed(`update partner set status = 'active', status_reason = null where id = $1`, [
    scene.partner,
  ])
  const page = await visit(siteOf('product'))
  const frame = await frameOf(page)
  await frame.getByRole('heading', { name: 'Your partner program' }).waitFor()
  await page.route('**/embed/v1/dashboard', async (asked) => {
    await world.seed(
      `update dashboard_token set made_at = made_at - interval '15 minutes', ends_at = ends_at - interval '15 minutes' where ends_at > now()`,
      [],
    )
    await asked.continue()
  })
  await page.reload()
  const ended = await frameOf(page)
  await ended.getByRole('alert').getByText('Load the page again.').waitFor()
  expect(await violationsOf(ended)).toEqual([])
  await page.context().close()
}, 60_000)
