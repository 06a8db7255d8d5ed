import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes } from '#platform/pages/index.ts'
import { BackchannelWorld, MESSAGE } from '#testing/backchannel-acts.ts'
import { launchChromium } from '#testing/chromium.ts'
import { TEST_ORIGIN } from '#testing/world.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

let ciba: BackchannelWorld
let origin = TEST_ORIGIN
let address = ''
beforeAll(async () => {
  ciba = await BackchannelWorld.start({ publicOrigin: () => origin }, pageAssetRoutes)
  const listening = await ciba.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = listening.replace('127.0.0.1', 'localhost')
})
afterAll(() => ciba[Symbol.asyncDispose]())

/** What is wrong with a page as it stands: violations of WCAG 2.2 A and AA, and what is wider than the screen. */
async function faultsOf(page: Page, axe: string): Promise<string[]> {
  await page.evaluate(axe)
  const violations = await page.evaluate(async (rules) => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await checker.run({ runOnly: rules })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  }, RULES)
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return excess > 0 ? [...violations, `wider than the screen by ${excess} px`] : violations
}

test.each([
  ['with script off', 'light', false],
  ['in light colours without a fault of accessibility', 'light', true],
  ['in dark colours without a fault of accessibility', 'dark', true],
] as const)(
  'from the mail to the receipt, what a client asks to have approved now is read and allowed 360 px wide %s (A16)',
  async (_, colorScheme, javaScriptEnabled) => {
    const scene = await ciba.open(2)
    const asked = await ciba.ask(scene)
    const path = await ciba.page(scene)
    origin = address
    const browser = await launchChromium()
    try {
      const context = await browser.newContext({
        colorScheme,
        javaScriptEnabled,
        viewport: { width: 360, height: 800 },
      })
      const [name = '', value = ''] = scene.people.admin.cookie?.split('=') ?? []
      const url = address.replace('http:', 'https:')
      await context.addCookies([{ name, value, url, secure: true, httpOnly: true, sameSite: 'Lax' }])
      const page = await context.newPage()
      const axe = await readFile(AXE, 'utf8')
      const look = async (heading: string) => {
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
        expect(javaScriptEnabled ? await faultsOf(page, axe) : []).toEqual([])
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
      await browser.close()
    }
    const answer = await ciba.poll(scene, asked)
    expect(answer.status, answer.text).toBe(200)
  },
  60_000,
)
