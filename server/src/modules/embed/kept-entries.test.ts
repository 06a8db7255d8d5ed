import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Frame } from 'playwright-core'
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
  const change = `update form set allowed_origins = array['${agency}'], challenge = 'off' where id = $1`
  await world.seed(change, [scene.form.uuid], scene.tenant)
  browser = await launchChromium('shell')
}, 60_000)
afterAll(async () => {
  await browser.close()
  site.close()
  await world[Symbol.asyncDispose]()
})
beforeEach(() => forgetLimits(world))

/** The form on the page of its agency, with a person of this name typed in. */
async function fillFor(name: string): Promise<Frame> {
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(`${agency}/plain`)
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  if (!frame) throw new Error('There is no frame.')
  await frame.waitForSelector('button.main')
  await frame.fill('#f-first_name', 'Ada')
  await frame.fill('#f-last_name', name)
  await frame.fill('#f-date_of_birth', '1990-01-02')
  await frame.fill('#f-household_adults', '1')
  await frame.fill('#f-household_children', '2')
  return frame
}

test('what was typed, and the code that was issued, are still there after a look at a code (E8)', async () => {
  const name = 'Byron'
  const frame = await fillFor(name)
  const turn = async (tab: string) => frame.getByRole('button', { name: tab, pressed: false }).click()
  await turn('Look up a code')
  await turn('Issue a voucher')
  expect(await frame.inputValue('#f-last_name')).toBe(name)
  await frame.getByRole('button', { name: 'Issue a voucher' }).click()
  expect(await frame.inputValue('#f-last_name')).toBe(name)
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  const code = await frame.locator('.big').textContent()
  await turn('Look up a code')
  await turn('Issue a voucher')
  expect(await frame.locator('.big').textContent({ timeout: 2000 })).toBe(code)
  await frame.page().close()
}, 60_000)

test('where no answer comes the form does not claim that nothing was issued, and the next attempt shows the voucher that was (E8)', async () => {
  const name = 'Hopper'
  const frame = await fillFor(name)
  const page = frame.page()
  await page.route('**/vouchers', async (route) => {
    const url = route.request().url().replace('embed.localhost', 'localhost')
    await route.fetch({ url, headers: { ...route.request().headers(), host: `embed.localhost:${port}` } })
    await route.abort()
  })
  await frame.click('button.main')
  await frame.getByText('No answer came.').waitFor({ timeout: 15_000 })
  expect(await frame.getByText('Nothing was issued').count()).toBe(0)
  await page.unroute('**/vouchers')
  await frame.click('button.main')
  await frame.getByRole('heading', { name: 'Voucher issued' }).waitFor()
  expect(
    await world.sql('select voucher_id from voucher_recipient where last_name = $1', [name]),
  ).toHaveLength(1)
  await page.close()
}, 60_000)
