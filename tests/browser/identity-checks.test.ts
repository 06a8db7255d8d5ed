import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

const REALM = 'lumen-mobile'
const RealmSignIns = z.object({
  realm_sign_ins: z.array(z.object({ realm: z.string(), email: z.string(), password: z.string() })),
})

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Signs an end user in to the realm, in a browser window of the given person's browser. */
async function openRealm(beside: Page, email: string): Promise<Page> {
  const file = RealmSignIns.parse(JSON.parse(await readFile(join(product.dataDir, 'demo.json'), 'utf8')))
  const account = file.realm_sign_ins.find((signIn) => signIn.email === email)
  const browser = beside.context().browser()
  if (!account || !browser) throw new Error(`Nobody signs in to the realm as ${email}.`)
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await page.goto(`${product.url}/p/${REALM}/sign-in`)
  await page.fill('input[name="email"]', account.email)
  await page.fill('input[name="password"]', account.password)
  await page.locator('form button.main').first().click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
  await page.goto(`${product.url}/p/${REALM}/identity-check`)
  return page
}

/** Begins a check and sends it in under this name. */
async function sendIn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByLabel('Full name').fill(name)
  await page.getByLabel('Date of birth').fill('1990-05-04')
  await page.getByLabel('Passport').check()
  await page.getByLabel('Country that issued the document').selectOption('DE')
  await page.getByLabel('Number of the document').fill('C01X00T47')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('heading', { name: 'Your identity is being checked' }).waitFor()
}

/** Lets the simulated vendor check the identities of the realm from now on. */
async function chooseSimulated(partner: string): Promise<void> {
  const { page } = await product.signIn('priya@provider.example')
  const base = `${product.url}/api/v1/admin/partners/${partner}/configuration`
  const saved = await page.request.post(`${base}/versions`, {
    data: { document: { policies: { kyc_provider: 'simulated' } } },
  })
  const before = await page.request.get(base)
  const answer = await page.request.post(`${base}/activate`, {
    headers: { 'If-Match': before.headers()['etag'] ?? '' },
    data: { version: (await saved.json()).version, reason: 'To show it' },
  })
  expect(answer.status(), await answer.text()).toBe(200)
}

/** The page as it is once this text stands on it; it is loaded again until then. */
async function waitForText(page: Page, text: string): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.reload()
    if ((await page.getByText(text).count()) > 0) return
    await page.locator('main').waitFor()
    await page.request.get(`${product.url}/livez`)
  }
  throw new Error(`The page never said: ${text}`)
}

test('a guest without script is checked by people, becomes basic, loses it by a revocation, and gets it back by the vendor (C8, C11)', async () => {
  const { page: owner } = await product.signIn('vera@lumenmobile.example')
  const guest = await openRealm(owner, 'theo.lindgren@mail.example')
  await sendIn(guest, 'Theo Lindgren')

  const partner = product.demo.partners[REALM] ?? ''
  await owner.goto(`${product.url}/partner/${partner}/users/identity-checks`)
  await owner.getByRole('link', { name: 'Theo Lindgren' }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await owner.getByRole('link', { name: 'Theo Lindgren' }).click()
  await owner.getByRole('button', { name: 'Begin the review' }).click()
  await owner.getByRole('button', { name: 'Approve…' }).click()
  await owner.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await owner.getByText('Vera Lindholm approved it').waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await waitForText(guest, 'Your identity is confirmed until')

  await owner.getByRole('button', { name: 'Withdraw the verification…' }).click()
  const dialog = owner.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Withdraw the verification' }).click()
  await dialog.getByText('Choose at least one reason.').waitFor()
  await dialog.getByLabel('Another reason.').check()
  await dialog.getByRole('button', { name: 'Withdraw the verification' }).click()
  await owner.getByText('Vera Lindholm withdrew the verification').waitFor()
  await waitForText(guest, 'Your account is that of a guest again.')

  await chooseSimulated(partner)
  await guest.reload()
  await sendIn(guest, 'Theo Lindgren')
  await waitForText(guest, 'Your identity is confirmed until')
}, 240_000)
