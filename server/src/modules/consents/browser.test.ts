import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeClientRoutes } from '#modules/clients/index.ts'
import { launchChromium } from '#testing/chromium.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import { makePng } from '#testing/images.ts'
import { faultsInBothColours } from '#testing/look.ts'
import { SOON } from '#testing/patience.ts'
import { TEST_ORIGIN } from '#testing/world.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
let browser: Browser | undefined
let origin = TEST_ORIGIN
let address = ''
beforeAll(async () => {
  world = await startConsentWorld({ publicOrigin: () => origin }, makeClientRoutes)
  const listening = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = listening.replace('127.0.0.1', 'localhost')
  browser = await launchChromium('shell')
})
afterAll(async () => {
  await browser?.close()
  await world[Symbol.asyncDispose]()
})

const acts = makeConsentActs(() => world)

/** One thing without which the application does not work, and one that it explains. */
const NEEDS = [
  { action: 'service.read', is_needed: true, why: 'Our plans begin with the lines that you have.' },
  { action: 'order.read', is_needed: false, why: 'To tell you when an order is done.' },
]

/** Opens a profile of the browser as the administrator, works in it, and closes it. */
async function inBrowser(
  people: ConsentCast,
  options: BrowserContextOptions,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  if (!browser) throw new Error('There is no browser.')
  origin = address
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, ...options })
  try {
    const [name = '', value = ''] = people.admin.cookie?.split('=') ?? []
    const url = address.replace('http:', 'https:')
    await context.addCookies([{ name, value, url, secure: true, httpOnly: true, sameSite: 'Lax' }])
    await work(await context.newPage())
  } finally {
    origin = TEST_ORIGIN
    await context.close()
  }
}

test.each([
  ['with script off', false],
  ['without a fault of accessibility in light or dark colours', true],
] as const)(
  'the whole way to a consent is walked 360 px wide %s (A10)',
  async (_, javaScriptEnabled) => {
    const people = await acts.cast({ accounts: 3 })
    await world.seed('update api_client set needs = $2 where id = $1', [
      people.clientId,
      JSON.stringify(NEEDS),
    ])
    const picture = makePng(64, 64)
    await world.seed(
      `insert into api_client_logo (client_id, partner_id, sha256, media_type, width, height, bytes, status, created_by, created_by_name, decided_by, decided_by_name, decided_at)
       values ($1, $2, encode(sha256($3), 'hex'), 'image/png', 64, 64, $3, 'approved', $1, 'Ana Ruiz', $1, 'Sam Provider', now())`,
      [people.clientId, people.partner, picture],
    )
    const uid = await acts.ask(people)
    await inBrowser(people, { javaScriptEnabled }, async (page) => {
      const look = async (heading: string) => {
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
        // The pages run no script either way; the checker cannot work where none may run.
        expect(javaScriptEnabled ? await faultsInBothColours(page) : []).toEqual([])
      }
      await page.goto(`${address}/consent/${uid}`)
      await look('Let Northwind work on accounts of Acme Fiber?')
      // The logo that the provider approved stands beside the name, and loads under the page's own policy.
      const logo = page.locator('dl img')
      await expect.poll(() => logo.evaluate((element) => Reflect.get(element, 'naturalWidth')), SOON).toBe(64)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('alert').getByRole('link', { name: 'Choose at least one account' }).click()
      await look('Let Northwind work on accounts of Acme Fiber?')
      await page.getByRole('checkbox', { name: 'Site 2' }).check()
      await page.getByRole('checkbox', { name: 'Place orders' }).check()
      // What few have to bound is folded away, and opens without a script.
      await page.getByText('Where calls come from').click()
      await page.getByLabel('Only from these networks').fill('198.51.100.0/24\n2001:db8::/32')
      await page.getByText('How soon a stop counts').click()
      await page.getByLabel('Seconds until a stop counts everywhere').fill('90')
      await look('Let Northwind work on accounts of Acme Fiber?')
      // Enter in a field goes on to the page that asks once more; it never allows anything.
      await page.getByLabel('Last day').press('Enter')
      await look('Check before you allow')
      await page.getByText('It works only from 198.51.100.0/24, 2001:db8::/32').waitFor()
      const [no, yes] = await Promise.all(
        ["Don't allow", 'Allow Northwind'].map((label) =>
          page.getByRole('button', { name: label }).boundingBox(),
        ),
      )
      expect([no?.width, no?.height]).toEqual([yes?.width, yes?.height])
      await page.getByRole('button', { name: 'Allow Northwind' }).click()
      await look('Northwind now has access')
      expect(await page.getByRole('link', { name: 'Go back to Northwind Fleet' }).getAttribute('href')).toBe(
        `/oauth/interaction/${uid}`,
      )
    })
    const { delegation } = await acts.outcome(people, uid)
    expect(delegation.bans).toEqual([people.accounts[1]?.ban])
    expect(delegation.actions).toEqual(['order.create', 'service.read'])
  },
  60_000,
)

test('the way to a consent is gone back and forth in the browser: every page comes again, with what was chosen (A10)', async () => {
  const people = await acts.cast({ accounts: 2 })
  const uid = await acts.ask(people)
  await inBrowser(people, {}, async (page) => {
    const choosing = page.getByRole('heading', { name: 'Let Northwind work on accounts of Acme Fiber?' })
    const checking = page.getByRole('heading', { name: 'Check before you allow' })
    await page.goto(`${address}/consent/${uid}`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').getByText('Choose at least one account').waitFor()
    await page.getByRole('checkbox', { name: 'Site 2' }).check()
    await page.getByRole('checkbox', { name: 'Place orders' }).check()
    await page.getByRole('button', { name: 'Continue' }).click()
    await checking.waitFor()
    for (const _ of [1, 2]) {
      await page.goBack()
      await choosing.waitFor()
      await expect.poll(() => page.getByRole('checkbox', { name: 'Site 2' }).isChecked(), SOON).toBe(true)
      expect(await page.getByRole('checkbox', { name: 'Site 1' }).isChecked()).toBe(false)
      await page.goForward()
      await checking.waitFor()
    }
    await page.reload()
    await checking.waitFor()
    await page.getByRole('button', { name: 'Allow Northwind' }).click()
    await page.getByRole('heading', { name: 'Northwind now has access' }).waitFor()
    // What was decided is not decided again: the page before leads to the receipt.
    await page.goBack()
    await page.getByRole('heading', { name: 'Northwind now has access' }).waitFor()
  })
  expect((await acts.outcome(people, uid)).delegation.bans).toEqual([people.accounts[1]?.ban])
}, 60_000)

test('the whole way is walked in French at 360 px, light and dark, without a fault of accessibility; Spanish fits, too (A10, U8, U12)', async () => {
  const people = await acts.cast({ accounts: 3 })
  const uid = await acts.ask(people)
  await inBrowser(people, { locale: 'fr-FR' }, async (page) => {
    const look = async (heading: string) => {
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      expect(await faultsInBothColours(page)).toEqual([])
    }
    await page.goto(`${address}/consent/${uid}`)
    await look('Laisser Northwind intervenir sur des comptes de Acme Fiber')
    await page.getByRole('link', { name: 'Español' }).click()
    await look('¿Permitir que Northwind trabaje en cuentas de Acme Fiber?')
    await page.getByRole('button', { name: 'Continuar' }).click()
    await look('¿Permitir que Northwind trabaje en cuentas de Acme Fiber?')
    await page.getByRole('button', { name: 'Français' }).click()
    await page.getByRole('alert').getByRole('link', { name: 'Choisissez au moins un compte' }).click()
    await page.getByRole('checkbox', { name: 'Site 2' }).check()
    await page.getByRole('checkbox', { name: 'Voir les commandes' }).check()
    await page.getByRole('button', { name: 'Continuer' }).click()
    await look('Vérifiez avant d’autoriser')
    await page.getByRole('button', { name: 'Autoriser Northwind' }).click()
    await look('Northwind a désormais accès')
  })
  expect((await acts.outcome(people, uid)).delegation.bans).toEqual([people.accounts[1]?.ban])
}, 60_000)

test.each([
  ['without script', false],
  ['in light and in dark', true],
] as const)(
  'one of many accounts is found by keyboard %s: Enter looks in the field for it, and goes on in any other (experience.md, C4)',
  async (_, javaScriptEnabled) => {
    const people = await acts.cast({ accounts: 33 })
    const denver = await acts.account(people.tenant, 'Denver North')
    const uid = await acts.ask(people)
    await inBrowser(people, { javaScriptEnabled }, async (page) => {
      const look = async () => expect(javaScriptEnabled ? await faultsInBothColours(page) : []).toEqual([])
      await page.goto(`${address}/consent/${uid}`)
      await page.getByRole('checkbox', { name: 'Site 7' }).check()
      await page.getByRole('checkbox', { name: 'See orders' }).check()
      await look()
      await page.getByLabel('Find accounts by name or number').fill('denver')
      await page.keyboard.press('Enter')
      const said = page.getByText('1 account matches “denver”.')
      await said.waitFor()
      expect(await said.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
      await look()
      expect(await page.getByRole('checkbox', { name: /^Site/ }).count()).toBe(1)
      await page.getByRole('checkbox', { name: 'Denver North' }).check()
      await page.getByLabel('Last day').press('Enter')
      await page.getByRole('heading', { name: 'Check before you allow' }).waitFor()
      await page.getByRole('button', { name: 'Change what you chose' }).click()
      await page.getByLabel('Find accounts by name or number').fill('nowhere')
      await page.getByRole('button', { name: 'Find', exact: true }).click()
      await page.getByText('No account matches “nowhere”.').waitFor()
      await page.getByRole('button', { name: 'Show all accounts' }).click()
      await page.getByRole('checkbox', { name: 'Site 12' }).waitFor()
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.getByRole('button', { name: 'Allow Northwind' }).click()
      await page.getByRole('heading', { name: 'Northwind now has access' }).waitFor()
    })
    const { delegation } = await acts.outcome(people, uid)
    expect(new Set(delegation.bans)).toEqual(new Set([people.accounts[6]?.ban, denver.ban]))
  },
  60_000,
)
