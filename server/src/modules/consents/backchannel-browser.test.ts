import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes } from '#platform/pages/index.ts'
import { BackchannelWorld, MESSAGE } from '#testing/backchannel-acts.ts'
import { launchChromium } from '#testing/chromium.ts'
import { faultsInBothColours } from '#testing/look.ts'
import { TEST_ORIGIN } from '#testing/world.ts'

let ciba: BackchannelWorld
let browser: Browser | undefined
let origin = TEST_ORIGIN
let address = ''
beforeAll(async () => {
  ciba = await BackchannelWorld.start({ publicOrigin: () => origin }, pageAssetRoutes)
  const listening = await ciba.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = listening.replace('127.0.0.1', 'localhost')
  browser = await launchChromium('shell')
})
afterAll(async () => {
  await browser?.close()
  await ciba[Symbol.asyncDispose]()
})

test.each([
  ['with script off', false],
  ['without a fault of accessibility in light or dark colours', true],
] as const)(
  'from the mail to the receipt, what a client asks to have approved now is read and allowed 360 px wide %s (A16)',
  async (_, javaScriptEnabled) => {
    const scene = await ciba.open(2)
    const asked = await ciba.ask(scene)
    const path = await ciba.page(scene)
    if (!browser) throw new Error('There is no browser.')
    origin = address
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 800 } })
    try {
      const [name = '', value = ''] = scene.people.admin.cookie?.split('=') ?? []
      const url = address.replace('http:', 'https:')
      await context.addCookies([{ name, value, url, secure: true, httpOnly: true, sameSite: 'Lax' }])
      const page = await context.newPage()
      const look = async (heading: string) => {
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
        expect(javaScriptEnabled ? await faultsInBothColours(page) : []).toEqual([])
      }
      await page.goto(address + path)
      await look('Northwind asks you to approve something')
      await page.getByText(MESSAGE).waitFor()
      await page.getByRole('button', { name: 'Read it and decide' }).click()
      await look('Approve this for Northwind?')
      // Where money is spent and where there are several accounts nothing is chosen beforehand.
      expect(await page.locator('input[type="checkbox"]:checked').count()).toBe(0)
      await page.locator('input[name="account"]').first().check()
      await page.getByRole('checkbox', { name: 'Place orders' }).check()
      await page.getByRole('button', { name: 'Continue' }).click()
      await look('Check before you allow')
      expect(await page.locator('input:not([type="hidden"])').count()).toBe(0)
      const [no, yes] = await Promise.all(
        ["Don't allow", 'Allow Northwind'].map((label) =>
          page.getByRole('button', { name: label }).boundingBox(),
        ),
      )
      expect([no?.width, no?.height]).toEqual([yes?.width, yes?.height])
      await page.getByRole('button', { name: 'Allow Northwind' }).click()
      await look('Northwind now has access')
      expect(await page.getByRole('link', { name: /^Go back to/ }).count()).toBe(0)
      await page.goto(address + path)
      await page.getByText('It was allowed.').waitFor()
    } finally {
      origin = TEST_ORIGIN
      await context.close()
    }
    const answer = await ciba.poll(scene, asked)
    expect(answer.status, answer.text).toBe(200)
  },
  60_000,
)
