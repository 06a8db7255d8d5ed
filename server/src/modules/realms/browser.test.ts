import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes } from '#platform/pages/index.ts'
import { linkIn, mailsTo, PASSWORD } from '#testing/account-holder.ts'
import { launchChromium } from '#testing/chromium.ts'
import { configure, openRealm } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

let world: TestWorld
let address = ''
let lumen: OpenRealm
let other: OpenRealm
beforeAll(async () => {
  world = await TestWorld.start((services) => [...pageAssetRoutes, ...makeRealmRoutes(services)])
  const listening = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = listening.replace('127.0.0.1', 'localhost')
  lumen = await openRealm(world, 'Lumen Mobile')
  other = await openRealm(world, 'Harbor Net')
  await configure(world, lumen.id, {
    branding: { display_name: 'Lumen Mobile', primary_color: '#5b2a86', support_email: 'help@lumen.example' },
  })
  await configure(world, other.id, {
    branding: { display_name: 'Harbor Net', primary_color: '#ffd166', accent_color: '#ffd166' },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

/** What is wrong with a page as it stands: violations of WCAG 2.2 A and AA, and what is wider than the screen. */
async function faultsOf(page: Page, axe: string): Promise<string[]> {
  // The policy of the pages lets no script in, so the checker is evaluated, not inserted.
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

/** Signs up as somebody does who reads the mail and follows its link. */
async function signUp(
  page: Page,
  realm: OpenRealm,
  email: string,
  look: (name: string) => Promise<void>,
): Promise<void> {
  await page.goto(`${address}/p/${realm.slug}`)
  await look('front')
  await page.getByRole('link', { name: 'Sign up' }).click()
  await look('sign-up')
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await page.getByRole('heading', { name: 'Look into your mails' }).waitFor()
  await page.goto(`${address}${linkIn((await mailsTo(world, email)).at(-1))}`)
  await look('verify')
  await page.getByLabel('Name').fill('Robin Example')
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Make my account' }).click()
  await page.getByRole('heading', { name: 'Your profile' }).waitFor()
  await look('profile')
}

const colourOf = (page: Page): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('.top')).borderTopColor`)

test.each([
  ['with script off', 'light', false],
  ['in light colours without a fault of accessibility', 'light', true],
  ['in dark colours without a fault of accessibility', 'dark', true],
] as const)(
  'the whole way from the front page to the profile is walked 360 px wide %s (C9)',
  async (words, colorScheme, javaScriptEnabled) => {
    const browser = await launchChromium()
    try {
      const context = await browser.newContext({
        colorScheme,
        javaScriptEnabled,
        viewport: { width: 360, height: 800 },
      })
      const page = await context.newPage()
      const axe = await readFile(AXE, 'utf8')
      const faults: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      for (const [index, realm] of [lumen, other].entries())
        await signUp(
          page,
          realm,
          `robin.${index}.${words.length}.${colorScheme}@example.test`,
          async (name) => {
            if (javaScriptEnabled)
              faults.push(...(await faultsOf(page, axe)).map((fault) => `${realm.slug} ${name}: ${fault}`))
          },
        )
      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  },
  120_000,
)

test('two realms side by side in one browser look different, and signing out of one leaves the other (C9)', async () => {
  const browser = await launchChromium()
  try {
    const page = await (await browser.newContext()).newPage()
    const email = 'side.by.side@example.test'
    for (const realm of [lumen, other]) await signUp(page, realm, email, () => Promise.resolve())
    const colours = []
    for (const realm of [lumen, other]) {
      await page.goto(`${address}/p/${realm.slug}/profile`)
      expect(await page.getByRole('heading', { name: 'Your profile' }).count()).toBe(1)
      colours.push(await colourOf(page))
    }
    expect(colours).toEqual(['rgb(91, 42, 134)', 'rgb(255, 209, 102)'])
    await page.goto(`${address}/p/${lumen.slug}/sign-out`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Welcome to Lumen Mobile' }).waitFor()
    await page.goto(`${address}/p/${lumen.slug}/profile`)
    expect(page.url()).toContain(`/p/${lumen.slug}/sign-in`)
    await page.goto(`${address}/p/${other.slug}/profile`)
    expect(page.url()).toBe(`${address}/p/${other.slug}/profile`)
  } finally {
    await browser.close()
  }
}, 60_000)
