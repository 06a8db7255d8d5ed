import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
// oxlint-disable-next-line liaison/near-imports
import { makeAgencySite } from '../../../../examples/agency-site/site.ts'
import { launchChromium } from '#testing/chromium.ts'
import { forgetLimits, openEmbedScene } from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { LOADER_INTEGRITY } from './assets.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
let scene: EmbedScene
let browser: Browser
let site: Server
let port = 0
let agency = ''

const embedOrigin = () => `http://embed.localhost:${port}`
const portOf = (server: Server): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  world = await TestWorld.start(makeEmbedRoutes, { embedOrigin })
  await world.app.http.listen({ port: 0, host: 'localhost' })
  port = portOf(world.app.http.server)
  scene = await openEmbedScene(world)
  site = makeAgencySite(() => ({
    embedOrigin: embedOrigin(),
    form: scene.form.publicId,
    token: scene.token,
    integrity: LOADER_INTEGRITY,
  }))
  await new Promise<void>((resolve) => {
    site.listen(0, 'localhost', resolve)
  })
  agency = `http://agency.localhost:${portOf(site)}`
  const change = `update form set allowed_origins = array['${agency}'] where id = $1`
  await world.seed(change, [scene.form.uuid], scene.tenant)
  // The browser of the tests keeps no page alive for the way back, as any browser does where memory is short.
  browser = await launchChromium('shell')
}, 60_000)
afterAll(async () => {
  await browser.close()
  site.close()
  await world[Symbol.asyncDispose]()
})
beforeEach(() => forgetLimits(world))

async function frameOf(page: Page): Promise<Frame> {
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  if (!frame) throw new Error('There is no frame.')
  await frame.waitForSelector('button.main')
  return frame
}

async function issue(frame: Frame, name: string): Promise<string | null> {
  await frame.fill('#f-first_name', 'Ada')
  await frame.fill('#f-last_name', name)
  await frame.fill('#f-date_of_birth', '1990-01-02')
  await frame.fill('#f-household_adults', '1')
  await frame.fill('#f-household_children', '2')
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  return frame.locator('.big').textContent()
}

const foreign = () =>
  world.sql(`select reason from audit_event where action = 'embed.origin_refused' and tenant_id = $1`, [
    scene.tenant,
  ])

test.each(['iframe', 'plain'])(
  'the form of %s works after the way back to its page, and nobody is reported for it (E8)',
  async (kind) => {
    const page = await browser.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${agency}/${kind}`)
    await frameOf(page)
    await page.goto(`${agency}/nowhere`)
    await page.goBack()
    const frame = await frameOf(page)
    expect(await issue(frame, `Back ${kind}`)).toMatch(/^[0-9A-Z-]{14}$/)
    await page.reload()
    await frameOf(page)
    expect(await foreign()).toEqual([])
    await page.close()
  },
  60_000,
)

test('a page of another site that hides itself shows no form, and the tenant is told of it (E8)', async () => {
  const hidden = (site: string) =>
    world.app.http.inject({
      url: `/e/${scene.form.publicId}`,
      headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': site },
    })
  const put = await hidden('same-origin')
  expect(put.statusCode).toBe(200)
  expect(put.body).toContain('"challenge":null')
  expect(put.headers['content-security-policy']).toContain(`frame-ancestors ${agency}`)
  for (const site of ['cross-site', 'same-site']) expect((await hidden(site)).statusCode, site).toBe(403)
  expect(await foreign()).toEqual([{ reason: 'not told' }])
})

test('a form that takes longer than eight seconds takes the place of the link to it (E8)', async () => {
  const page = await browser.newPage()
  await page.clock.install()
  const held = Promise.withResolvers<undefined>()
  await page.route(`${embedOrigin()}/e/**`, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(`${agency}/plain`, { waitUntil: 'commit' })
  await page.waitForSelector('iframe', { state: 'attached' })
  await page.clock.fastForward(8000)
  const link = page.getByRole('link', { name: 'Open the form' })
  await link.waitFor()
  expect(await page.locator('iframe').isVisible()).toBe(false)
  held.resolve(undefined)
  await page.frameLocator('iframe').locator('button.main').waitFor()
  expect(await page.locator('iframe').isVisible()).toBe(true)
  expect(await link.count()).toBe(0)
  await page.close()
}, 60_000)

test('a form of which no type is offered now says so, and still looks vouchers up (E6)', async () => {
  const offer = (isActive: boolean) =>
    world.seed(
      'update voucher_type set is_active = $2 where tenant_id = $1',
      [scene.tenant, isActive],
      scene.tenant,
    )
  await offer(false)
  const page = await browser.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(`${agency}/plain`)
  const frame = page.frameLocator('iframe')
  await frame.getByText('No vouchers can be issued here at present. You can still look one up.').waitFor()
  expect(await frame.locator('fieldset').count()).toBe(0)
  await frame.getByRole('button', { name: 'Look up' }).first().click()
  await frame.getByLabel('Code of the voucher').waitFor()
  await offer(true)
  await page.close()
}, 60_000)
