import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Signs somebody in once more: a code counts once, so this takes that of the next half minute. */
async function signInAgain(browser: Browser | null, email: string): Promise<Page> {
  const account = product.demo.sign_ins.find((signIn) => signIn.email === email)
  if (!account || !browser) throw new Error(`Nobody signs in as ${email}.`)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${product.url}/signin`)
  await page.fill('#email', account.email)
  await page.fill('#password', account.password)
  await page.locator('form[action="/signin"] button.main').click()
  const app = new TOTP({ secret: Secret.fromBase32(account.totp_secret) })
  await page.locator('input[name="code"]').fill(app.generate({ timestamp: Date.now() + 30_000 }))
  await page.locator('button.main').click()
  await page.waitForURL((url) => !url.pathname.startsWith('/signin'))
  return page
}

/** Answers the question that stands before an activation. */
async function confirm(page: Page, act: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('Agreed with the partner')
  await dialog.getByRole('button', { name: act }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function isSignedIn(page: Page): Promise<boolean> {
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/tenants`)
  // The menu, or the sign-in form; whichever comes says it.
  await page.locator('nav a, #email').first().waitFor()
  return (await page.locator('#email').count()) === 0
}

test('an administrator edits a configuration, sees the difference, puts it in force, sees a limit bite, and goes back (C2, C11)', async () => {
  const { page: older, context } = await product.signIn('lee@northwind.example')
  const newer = await signInAgain(context.browser(), 'lee@northwind.example')
  const { page } = await product.signIn('priya@provider.example')
  await page.goto(`${product.url}/platform/partners/${product.demo.partners['northwind-msp']}/configuration`)
  await page.getByText('Nothing differs from what is in force.').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  await page.getByLabel('What is this version for?').fill('As the platform has it')
  await page.getByRole('button', { name: 'Save as a version' }).click()
  await confirm(page, 'Put in force')
  await page.getByText(/^Version 1, put in force by Priya Nair/).waitFor()

  await page.getByLabel('Sign-ins of one person at once').fill('1')
  await page.getByText('Staff: sign-ins of one person at once: no limit becomes 1.').first().waitFor()
  await page.getByRole('button', { name: 'Save as a version' }).click()
  expect([await isSignedIn(older), await isSignedIn(newer)]).toEqual([true, true])
  await confirm(page, 'Put in force')
  await page.getByText(/^Version 2, put in force/).waitFor()
  expect([await isSignedIn(older), await isSignedIn(newer)]).toEqual([false, true])

  await page.getByRole('button', { name: 'Go back to it' }).click()
  await confirm(page, 'Go back to it')
  await page.getByText(/^Version 1, put in force/).waitFor()
  expect([await isSignedIn(older), await isSignedIn(newer)]).toEqual([true, true])
  // From the top: under the bar of the frame a link has no place to be touched.
  await page.goto(page.url())
  await page.getByText(/^Version 1, put in force/).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 180_000)

test('what the provider sets for a white-label partner can be read by everybody, wide and narrow, light and dark (C2, C3, C4, C6)', async () => {
  const partner = product.demo.partners['lumen-mobile']
  const { page, context } = await product.signIn('sam@provider.example')
  await page.setViewportSize({ width: 1280, height: 900 })
  for (const [path, shows, picture] of [
    [`/platform/partners/${partner}/configuration`, /^Version 2, put in force/, 'configuration'],
    [`/platform/partners/${partner}/plans`, 'Lumen Plus', 'plans'],
    [`/platform/partners/${partner}/realm`, 'Realm admin', 'user-base'],
    ['/platform/catalogue/features/api_clients', 'How it is decided', 'feature'],
  ] as const) {
    await page.goto(product.url + path)
    await page.getByText(shows).first().waitFor()
    await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
    await takePicture(page, `registry-${picture}-light`)
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  }
  await context.close()
  const { page: own } = await product.signIn('vera@lumenmobile.example')
  await own.setViewportSize({ width: 1280, height: 900 })
  await own.goto(`${product.url}/partner/${partner}/settings/branding`)
  await own.getByText('What the provider has set').waitFor()
  await takePicture(own, 'branding-light', { fullPage: true })
}, 180_000)

test('an administrator gives a partner another look by itself, and everything else stays as it was (C2)', async () => {
  const partner = product.demo.partners['lumen-mobile']
  const { page, context } = await product.signIn('priya@provider.example')
  await page.goto(`${product.url}/platform/partners/${partner}/branding`)
  await page.getByText(/^Version 2, put in force/).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Second colour').fill('#5b2a86')
  await page.getByText(/becomes #5b2a86/).waitFor()
  await page.getByRole('button', { name: 'Save as a version' }).click()
  const question = page.getByRole('dialog')
  await question.getByText(/becomes #5b2a86/).waitFor()
  expect(await question.getByText(/ becomes /).count()).toBe(1)
  await confirm(page, 'Put in force')
  await page.getByText(/^Version 3, put in force by Priya Nair/).waitFor()
  expect(await page.getByLabel('Second colour').inputValue()).toBe('#5b2a86')
  await page.getByRole('link', { name: 'All versions and the rest of the configuration' }).click()
  await page.getByRole('heading', { name: 'When what was in force' }).waitFor()
  expect(await page.getByRole('button', { name: 'Branding' }).count()).toBe(0)
  await context.close()
}, 120_000)

test('an owner changes the look of the own pages and sees it before it is saved; a colour that cannot be read is refused (C2, C11)', async () => {
  const { page } = await product.signIn('ana@northwind.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/settings/branding`)
  await page.getByLabel('Name on the pages').fill('Bright Mobile')
  await page.getByText('Bright Mobile').first().waitFor()
  await page.getByLabel('Main colour').fill('#ffee00')
  await page.getByText(/That is too little/).waitFor()
  await page.getByRole('button', { name: 'Change the look' }).click()
  await page.getByRole('alert').filter({ hasText: 'dark enough' }).waitFor()
  await page.getByLabel('Main colour').fill('#123456')
  await page.getByRole('button', { name: 'Change the look' }).click()
  await page.getByText('The pages have the new look.').waitFor()
  expect(await faultsInLooks(page)).toEqual([])
}, 120_000)
