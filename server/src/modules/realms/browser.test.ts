import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes } from '#platform/pages/index.ts'
import { linkIn, mailsTo, PASSWORD } from '#testing/account-holder.ts'
import { launchChromium } from '#testing/chromium.ts'
import { faultsInBothColours } from '#testing/look.ts'
import { configure, openRealm } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

let world: TestWorld
let browser: Browser
let address = ''
let lumen: OpenRealm
let other: OpenRealm
beforeAll(async () => {
  browser = await launchChromium('shell')
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
afterAll(async () => {
  await browser.close()
  await world[Symbol.asyncDispose]()
})

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
  ['with script off', false],
  ['without a fault of accessibility in light or dark colours', true],
] as const)(
  'the whole way from the front page to the profile is walked 360 px wide %s (C9)',
  async (words, javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 800 } })
    try {
      const page = await context.newPage()
      const faults: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      for (const [index, realm] of [lumen, other].entries())
        await signUp(page, realm, `robin.${index}.${words.length}@example.test`, async (name) => {
          if (javaScriptEnabled)
            faults.push(
              ...(await faultsInBothColours(page)).map((fault) => `${realm.slug} ${name}: ${fault}`),
            )
        })
      expect(faults).toEqual([])
    } finally {
      await context.close()
    }
  },
  120_000,
)

test('two realms side by side in one browser look different, and signing out of one leaves the other (C9)', async () => {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
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
    await context.close()
  }
}, 60_000)
