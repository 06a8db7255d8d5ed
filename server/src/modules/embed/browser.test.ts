import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
// oxlint-disable-next-line liaison/near-imports
import { makeAgencySite } from '../../../../examples/agency-site/site.ts'
import { isWholeBrowserThere, launchChromium } from '#testing/chromium.ts'
import { forgetLimits, openEmbedScene } from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { TestWorld } from '#testing/world.ts'
// oxlint-disable-next-line liaison/near-imports
import { codeFromText, violationsOf } from '../../../../tests/support/look.ts'
import { LOADER_INTEGRITY } from './assets.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
let scene: EmbedScene
let browser: Browser
let port = 0
const logged: string[] = []
const sites: Server[] = []

const origins = { agency: '', evil: '' }
const embedOrigin = () => `http://embed.localhost:${port}`

async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve)
  })
  sites.push(server)
  return `http://${host}.localhost:${(server.address() as AddressInfo).port}`
}

let integrity: string = LOADER_INTEGRITY
const given = () => ({ embedOrigin: embedOrigin(), form: scene.form.publicId, token: scene.token, integrity })

beforeAll(async () => {
  const stream = { write: (line: string) => void logged.push(line) }
  world = await TestWorld.start(makeEmbedRoutes, { embedOrigin, logger: { level: 'trace', stream } })
  await world.app.http.listen({ port: 0, host: 'localhost' })
  port = (world.app.http.server.address() as AddressInfo).port
  scene = await openEmbedScene(world)
  origins.agency = await listen(makeAgencySite(given), 'agency')
  origins.evil = await listen(makeAgencySite(given), 'evil')
  await configure(`allowed_origins = array['${origins.agency}']`)
  browser = await launchChromium('shell')
}, 60_000)
afterAll(async () => {
  await browser.close()
  for (const site of sites) site.close()
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await forgetLimits(world)
  await configure(`challenge = 'off'`)
})

const configure = (change: string) =>
  world.seed(`update form set ${change} where id = $1`, [scene.form.uuid], scene.tenant)

/** From here the form gives out puzzles; they take the browser longer than all the rest of an entry. */
const askPuzzles = () => configure(`challenge = 'required'`)

const visit = async (address: string, width = 900, engine = browser) => {
  const context = await engine.newContext({ viewport: { width, height: 900 } })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  await page.goto(address)
  return page
}

async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe')
  const frame = await element.contentFrame()
  if (!frame) throw new Error('There is no frame.')
  await frame.waitForSelector('button.main')
  return frame
}

let serial = 0
async function fill(frame: Frame): Promise<string> {
  serial += 1
  const name = `Lovelace${serial}`
  await frame.fill('#f-first_name', 'Ada')
  await frame.fill('#f-last_name', name)
  await frame.fill('#f-date_of_birth', '1990-01-02')
  await frame.fill('#f-household_adults', '1')
  await frame.fill('#f-household_children', '2')
  return name
}

async function issue(frame: Frame): Promise<string> {
  await fill(frame)
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  return (await frame.locator('.big').textContent()) ?? ''
}

const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/

test('an agency worker issues a voucher, sees its QR symbol, and looks it up by its code, on a site that allows one nonce and our frame (E8)', async () => {
  await askPuzzles()
  const page = await visit(`${origins.agency}/`, 360)
  const frame = await frameOf(page)
  expect(await violationsOf(frame)).toEqual([])
  await frame.getByText(/: vouchers by /).waitFor()
  const code = await issue(frame)
  expect(code).toMatch(CODE)
  await frame.getByRole('button', { name: 'Copy the code' }).click()
  await frame.getByRole('button', { name: 'Code copied' }).waitFor()
  await frame.getByRole('img', { name: 'The code as a QR symbol' }).waitFor()
  expect(await violationsOf(frame)).toEqual([])
  // The frame grew with its content, and nothing is wider than a telephone.
  const height = await page.evaluate<number>(
    `document.querySelector('iframe').getBoundingClientRect().height`,
  )
  expect(height).toBeGreaterThan(500)
  expect(await frame.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await frame.getByRole('button', { name: 'Look up a code' }).click()
  await frame.fill('#f-code', code.toLowerCase().replaceAll('-', ' '))
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Good' }).waitFor()
  await page.context().close()
}, 60_000)

test('a typing error in a code is said before anybody is asked, at the field; what was typed stays (E9)', async () => {
  const page = await visit(`${origins.agency}/plain`)
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/lookups')) asked.push(request.url())
  })
  const frame = await frameOf(page)
  await frame.getByRole('button', { name: 'Look up a code' }).click()
  await frame.fill('#f-code', '0000-0000-0001')
  await frame.click('button.main')
  await frame.getByText('Enter the twelve characters of the code, and check each of them.').waitFor()
  expect(await frame.getAttribute('#f-code', 'aria-invalid')).toBe('true')
  expect(await frame.inputValue('#f-code')).toBe('0000-0000-0001')
  expect(asked).toEqual([])
  await frame.fill('#f-code', '0000-0000-0000')
  await frame.click('button.main')
  await frame.getByText('No such voucher').waitFor()
  expect(asked).toHaveLength(1)
  await page.context().close()
}, 60_000)

test('a double click issues one voucher (E8)', async () => {
  await askPuzzles()
  const page = await visit(`${origins.agency}/plain`)
  const frame = await frameOf(page)
  const name = await fill(frame)
  await frame.dblclick('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  expect(
    await world.sql('select voucher_id from voucher_recipient where last_name = $1', [name]),
  ).toHaveLength(1)
  await page.context().close()
}, 60_000)

// The shell, and so the browser that npm brings, has no setting for cookies of other sites.
test.skipIf(!isWholeBrowserThere())(
  'a plain frame works on a site that forbids all scripts, and with cookies of other sites blocked (E8)',
  async () => {
    await askPuzzles()
    await using whole = await launchChromium()
    const page = await visit(`${origins.agency}/iframe`, 900, whole)
    const session = await page.context().newCDPSession(page)
    await session.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true })
    await page.reload()
    const frame = await frameOf(page)
    expect(await issue(frame)).toMatch(CODE)
    expect(await page.context().cookies()).toEqual([])
    const storage = await frame.evaluate<string>(
      'try { String(localStorage.length) } catch (error) { error.name }',
    )
    // The browser keeps the frame from all storage, and the form needed none.
    expect(storage).toBe('SecurityError')
    await page.context().close()
  },
  60_000,
)

test('a page that isolates itself (COEP, COOP) shows the form, and it issues (E8)', async () => {
  await askPuzzles()
  const page = await visit(`${origins.agency}/isolated`)
  const frame = await frameOf(page)
  expect(await page.evaluate<boolean>('crossOriginIsolated')).toBe(true)
  expect(await issue(frame)).toMatch(CODE)
  await page.context().close()
}, 60_000)

test('a message of another window than the form moves nothing on the page, and one of another page nothing in the form (ASVS 3.5.5)', async () => {
  const page = await visit(`${origins.agency}/plain`)
  const frame = await frameOf(page)
  const heightOf = () => page.evaluate<string>(`document.querySelector('iframe').style.height`)
  await page.waitForFunction(`document.querySelector('iframe').style.height !== ''`)
  const before = await heightOf()
  const title = await frame.locator('h1').textContent()
  const message = (type: string) => JSON.stringify({ v: 'pap-embed/1', type, height: 4321, detail: {} })
  await page.evaluate(`
    globalThis.heard = []
    document.querySelector('script[src*="embed.js"]').addEventListener('voucher-form:issued', () => heard.push('issued'))
    postMessage(${message('resize')}, '*')
    postMessage(${message('issued')}, '*')
    document.querySelector('iframe').contentWindow.postMessage({ v: 'pap-preview/1', lang: 'en', form: { texts: { title: 'Forged', rules_list: [] } } }, '*')
  `)
  await page.waitForTimeout(300)
  expect([await heightOf(), await page.evaluate<string[]>('heard')]).toEqual([before, []])
  expect(await frame.locator('h1').textContent()).toBe(title)
  // What the form itself says is heard.
  await frame.evaluate(`parent.postMessage(${message('issued')}, '*')`)
  await page.waitForFunction('heard.length === 1')
  await page.context().close()
}, 60_000)

test('without scripts the form says that it needs them, in the language of the visitor (E8)', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'es' })
  const page = await context.newPage()
  await page.goto(`${embedOrigin()}/e/${scene.form.publicId}`)
  expect(await page.locator('noscript').innerText()).toContain('Este formulario necesita JavaScript')
  await context.close()
}, 60_000)

test('a printed voucher shows its code and its symbol, and none of what is pressed or typed (E9)', async () => {
  const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}#t=${scene.token}`)
  await page.waitForSelector('button.main')
  await issue(page.mainFrame())
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.code.big').isVisible()).toBe(true)
  expect(await page.locator('svg.qr').isVisible()).toBe(true)
  expect(await page.locator('button:visible').count()).toBe(0)
  await page.context().close()
}, 60_000)

test('the pinned loader comes across sites and is compared with its digest; with another digest it is refused (E8)', async () => {
  const page = await visit(`${origins.agency}/pinned`)
  await frameOf(page)
  integrity = `sha384-${Buffer.alloc(48).toString('base64')}`
  const complaints: string[] = []
  page.on('console', (message) => void complaints.push(message.text()))
  await page.reload()
  await page.waitForTimeout(300)
  integrity = LOADER_INTEGRITY
  expect(complaints.join('\n')).toContain('integrity')
  expect(await page.$('iframe')).toBeNull()
  await page.context().close()
}, 60_000)

test('a site that is not allowed shows no form: the browser blocks it, and the tenant sees the site (E8)', async () => {
  const page = await visit(`${origins.evil}/plain`)
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  await page.waitForTimeout(500)
  expect(await frame?.$('button.main')).toBeNull()
  const rows = await world.sql<{ reason: string }>(
    `select e.reason from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $1 where e.action = 'embed.origin_refused'`,
    [scene.tenant],
  )
  expect(rows.map(({ reason }) => reason)).toContain(origins.evil)
  await page.context().close()
}, 60_000)

test('where the site keeps our frame out, its people get a link to the form after eight seconds (E8)', async () => {
  const page = await visit('about:blank')
  await page.clock.install()
  await page.goto(`${origins.agency}/no-frames`)
  await page.waitForSelector('iframe')
  const link = page.getByRole('link', { name: 'Open the form' })
  await page.clock.fastForward(5000)
  expect(await link.count()).toBe(0)
  await page.clock.fastForward(3000)
  await link.waitFor()
  const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
  await tab.waitForSelector('button.main')
  expect(await violationsOf(tab)).toEqual([])
  await page.context().close()
}, 60_000)

test('what an administrator writes into a form is drawn as text: no markup, no script, no image (E6)', async () => {
  const texts = {
    title: '<img src=x onerror="document.title=\'XSS\'">',
    intro_text: '</script><script>document.title="XSS"</script><img src=x onerror=alert(1)>',
    rules_list: ['<b onclick=alert(1)>not bold</b>', '<!-- <script>'],
  }
  const [before] = await world.sql<{ config: object }>('select config from form where id = $1', [
    scene.form.uuid,
  ])
  const config = JSON.stringify({ ...before?.config, texts: { en: texts } }).replaceAll("'", "''")
  await configure(`config = '${config}'`)
  const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}#t=${scene.token}`)
  await page.waitForSelector('button.main')
  expect(await page.locator('h1').textContent()).toBe(texts.title)
  expect(await page.locator('.intro').textContent()).toBe(texts.intro_text)
  expect(await page.locator('main img, main b, main script').count()).toBe(0)
  expect(await page.title()).toBe(texts.title)
  await page.context().close()
}, 60_000)

test('in the form no text becomes markup, and nothing but the puzzle starts as a worker (R9)', async () => {
  await askPuzzles()
  const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}#t=${scene.token}`)
  await page.waitForSelector('button.main')
  expect(await codeFromText(page)).toEqual(['TypeError', 'TypeError', 'TypeError'])
  await page.context().close()
}, 60_000)

test('the token is in no address, history, referrer, log or audit event (E8)', async () => {
  const asked: string[] = []
  const page = await visit('about:blank')
  page
    .context()
    .on('request', (request) => void asked.push(`${request.url()} ${request.headers()['referer'] ?? ''}`))
  await page.goto(`${origins.agency}/plain`)
  const frame = await frameOf(page)
  await issue(frame)
  expect(await frame.evaluate<string>('location.href')).not.toContain('papt_')
  // The frame's own entry remembers it for the way back; the page around it has no part in that.
  expect(JSON.stringify(await page.evaluate<unknown>('history.state'))).not.toContain('papt_')
  const sent = asked.filter((line) => line.split('#', 1)[0]?.includes('papt_'))
  expect(sent).toEqual([])
  const events = JSON.stringify(await world.sql('select * from audit_event'))
  expect(logged.join('')).not.toContain(scene.token.slice(12, 30))
  expect(events).not.toContain(scene.token.slice(12, 30))
  await page.context().close()
}, 60_000)

test('everything can be done with the keyboard alone (E8)', async () => {
  const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}#t=${scene.token}`)
  await page.waitForSelector('button.main')
  const reached: string[] = []
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate<string>(
      `document.activeElement?.getAttribute('name') ?? document.activeElement?.className ?? ''`,
    )
    if (reached.includes(name)) continue
    reached.push(name)
    if (name === 'first_name') await page.keyboard.type('Grace')
    if (name === 'last_name') await page.keyboard.type(`Hopper${(serial += 1)}`)
    if (name === 'date_of_birth') await page.keyboard.type('01021990')
    if (name === 'household_adults' || name === 'household_children') await page.keyboard.type('1')
    if (name === 'main') break
  }
  expect(reached).not.toContain('website')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('H2')
  await page.context().close()
}, 60_000)

test('the form speaks Spanish and French (E8)', async () => {
  for (const [language, word] of [
    ['es', 'Emitir el vale'],
    ['fr', 'Délivrer le bon'],
  ]) {
    const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}?lang=${language}#t=${scene.token}`)
    await page.getByRole('button', { name: word ?? '', exact: true }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    // The organisation wrote in English alone.
    expect(await page.locator('h1').getAttribute('lang')).toBe('en')
    await page.context().close()
  }
}, 60_000)

test('a refusal keeps what was typed, says what to do next, and counts down until it can be sent again (E7)', async () => {
  const page = await visit(`${embedOrigin()}/e/${scene.form.publicId}#t=${scene.token}`)
  await page.waitForSelector('button.main')
  const frame = page.mainFrame()
  await fill(frame)
  await frame.fill('#f-date_of_birth', '2999-01-01')
  await frame.click('button.main')
  const alert = frame.getByRole('alert')
  await alert.getByText('Correct what is marked').waitFor()
  expect(await frame.inputValue('#f-first_name')).toBe('Ada')
  expect(await frame.getAttribute('#f-date_of_birth', 'aria-invalid')).toBe('true')
  await world.sql(
    `update rate_limit_log set hits = array(select (extract(epoch from clock_timestamp()) * 1000000)::bigint - 57000000 + g from generate_series(1, 20) g) where key = $1`,
    [`token ${scene.tokenId}`],
  )
  await frame.fill('#f-date_of_birth', '1990-01-02')
  await frame.click('button.main')
  await alert.getByText(/You can send it again in \d seconds?/).waitFor()
  expect(await frame.inputValue('#f-first_name')).toBe('Ada')
  await alert.getByText('You can send it again now.').waitFor()
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  await page.context().close()
}, 60_000)

test('the loader weighs at most 2 kB and the frame at most 25 kB, in three requests (E8)', async () => {
  const page = await visit('about:blank')
  const loaded = new Map<string, Buffer>()
  page.on('response', (response) => {
    if (response.url().startsWith(embedOrigin()))
      void response.body().then((body) => loaded.set(response.url(), body))
  })
  await page.goto(`${origins.agency}/plain`)
  await frameOf(page)
  await page.waitForTimeout(200)
  const size = (entries: [string, Buffer][]) =>
    entries.reduce((sum, [, body]) => sum + gzipSync(body).length, 0)
  const isLoader = ([url]: [string, Buffer]) => url.endsWith('/v1/embed.js')
  const all = [...loaded]
  expect(all.filter(isLoader)).toHaveLength(1)
  expect(size(all.filter(isLoader))).toBeLessThanOrEqual(2048)
  expect(all.filter((one) => !isLoader(one))).toHaveLength(3)
  expect(size(all.filter((one) => !isLoader(one)))).toBeLessThanOrEqual(25_600)
  await page.context().close()
}, 60_000)
