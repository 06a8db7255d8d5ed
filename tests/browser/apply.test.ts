import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, violationsOf } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

const PASSWORD = 'violet anchors drift home'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** The link in the newest mail with this subject, once it has been written. */
async function linkInMail(page: Page, subject: RegExp): Promise<string> {
  await expect
    .poll(
      async () => {
        await page.goto(`${product.url}/dev/outbox`)
        return page.getByRole('link', { name: subject }).count()
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0)
  await page.getByRole('link', { name: subject }).first().click()
  const text = await page.locator('main').innerText()
  return /http:\/\/\S+\/(?:apply|invite)\/[\w/-]+/.exec(text)?.[0] ?? ''
}

/** Looks at the page as it stands, wide and narrow, light and dark. Pages without script cannot be looked into, so a second context opens them. */
async function lookAt(looker: Page, page: Page): Promise<void> {
  await looker.goto(page.url())
  expect(await faultsInLooks(looker)).toEqual([])
}

async function next(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('a company applies without JavaScript, comes back, is asked a question, answers, is approved, joins by the invitation and sees what comes next (C1, U2)', async () => {
  const admin = await product.openTab('sam@provider.example')
  const browser = admin.context().browser()
  if (!browser) throw new Error('There is no browser.')
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } })
  const page = await plain.newPage()
  page.setDefaultTimeout(15_000)
  const looker = await (await browser.newContext()).newPage()

  await page.goto(`${product.url}/apply`)
  await page.getByRole('heading', { name: 'Become a partner' }).waitFor()
  await lookAt(looker, page)
  await page.getByLabel('Your e-mail at the company').fill('ana@clearwater.example')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { name: 'Look into your mails' }).waitFor()
  const link = await linkInMail(page, /Your application to/)
  await page.goto(link)
  await lookAt(looker, page)
  await page.getByRole('radio', { name: /Manage customers' accounts/ }).check()
  await next(page)
  await page.getByRole('heading', { name: 'Your company', level: 1 }).waitFor()
  await next(page)
  await page.getByRole('alert').getByRole('link', { name: 'Choose the country.' }).waitFor()
  await page.getByLabel('Company name').fill('Clearwater Systems')
  await page.getByLabel('Company number').fill('08412375')
  await page.getByLabel('Country').selectOption('GB')
  await page.getByLabel('Website').fill('clearwater.example')
  await lookAt(looker, page)
  await next(page)
  await page.getByRole('heading', { name: 'You and who signs' }).waitFor()

  await page.goto(`${product.url}/apply`)
  const [reference = ''] = /PA-[0-9A-Z]{8}/.exec(link) ?? []
  await page.getByLabel('Reference').fill(reference.toLowerCase())
  await page.getByRole('button', { name: 'Send me the link' }).click()
  await page.goto(await linkInMail(page, /Go on with your application/))
  await page.getByRole('heading', { name: 'You and who signs' }).waitFor()
  await lookAt(looker, page)
  await page.getByLabel('Your name').fill('Ana Ruiz')
  await page.getByLabel('Your role in the company').fill('Director')
  await page.getByRole('radio', { name: 'I do' }).check()
  await next(page)
  await page.getByLabel('Tell us what you plan').fill('We look after the lines of schools.')
  await page.getByLabel('How many customers').fill('60')
  await next(page)
  await page.getByRole('heading', { name: 'Check your answers before sending' }).waitFor()
  await lookAt(looker, page)
  await page.getByLabel(/true to my knowledge/).check()
  await page.getByRole('button', { name: 'Send application' }).click()
  await page.getByRole('heading', { name: 'Application sent' }).waitFor()
  await page.getByRole('link', { name: 'See my application' }).click()
  await page.getByRole('heading', { name: 'We are reading your application' }).waitFor()
  await lookAt(looker, page)

  await admin.goto(`${product.url}/platform/applications`)
  await admin.getByRole('link', { name: 'Clearwater Systems' }).waitFor()
  expect(await violationsOf(admin)).toEqual([])
  await admin.getByRole('link', { name: 'Clearwater Systems' }).click()
  await admin.getByText('belongs to clearwater.example').waitFor()
  expect(await violationsOf(admin)).toEqual([])
  await admin.getByRole('button', { name: 'Ask a question…' }).click()
  await admin.getByRole('dialog').getByLabel('Question').fill('Which schools do you look after?')
  expect(await violationsOf(admin)).toEqual([])
  await admin.getByRole('dialog').getByRole('button', { name: 'Ask a question', exact: true }).click()
  await admin.locator('.chip', { hasText: 'Waits for the applicant' }).first().waitFor()

  await page.goto(await linkInMail(page, /A question about your application/))
  await page.getByText('Which schools do you look after?').waitFor()
  await lookAt(looker, page)
  await page.getByLabel('Your answer').fill('Twelve in the north.')
  await page.getByRole('button', { name: 'Send answer' }).click()
  await page.getByText('Twelve in the north.').waitFor()

  await admin.reload()
  await admin.getByText('Twelve in the north.').waitFor()
  await admin.getByRole('button', { name: 'Approve…' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await admin.getByText('Clearwater Systems is a partner now').first().waitFor()
  await admin.getByRole('link', { name: 'Open the partner' }).click()
  await admin.getByRole('heading', { name: 'Clearwater Systems', level: 1 }).waitFor()
  await admin.getByText('08412375', { exact: true }).waitFor()
  expect(await violationsOf(admin)).toEqual([])

  const joined = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  await joined.goto(await linkInMail(page, /invites you to Clearwater Systems/))
  await joined.getByLabel('Your name').fill('Ana Ruiz')
  await joined.locator('input[name="password"]').fill(PASSWORD)
  await joined.getByRole('button', { name: 'Join' }).click()
  const text = (await joined.locator('main').innerText()).replaceAll(/\s/g, '')
  const secret = Secret.fromBase32(/[A-Z2-7]{32,}/.exec(text)?.[0] ?? '')
  await joined.locator('input[name="code"]').fill(new TOTP({ secret }).generate())
  await joined.getByRole('button', { name: 'Confirm' }).click()
  await joined
    .getByRole('link', { name: /saved|continue/i })
    .or(joined.locator('main a.button.main'))
    .first()
    .click()
  await joined.getByRole('heading', { name: 'Get ready', level: 1 }).waitFor()
}, 240_000)

test('a partner is found by kind and state, suspended, reactivated and ended by its typed name, and each part of its page opens (C1, C11)', async () => {
  const page = await product.openTab('sam@provider.example')
  page.setDefaultTimeout(15_000)
  await page.goto(`${product.url}/platform/partners/new`)
  await page.getByLabel('Name', { exact: true }).fill('Shortlived Ltd')
  await page.getByRole('checkbox', { name: 'Agency' }).check()
  await page.getByRole('button', { name: 'Add the partner' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Short name').fill('shortlived')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Add the partner' }).click()
  await page.getByRole('heading', { name: 'Shortlived Ltd', level: 1 }).waitFor()
  for (const tab of ['People', 'Links', 'API clients', 'Consents', 'Activity', 'Overview']) {
    await page
      .getByRole('navigation', { name: 'Parts of this partner' })
      .getByRole('link', { name: tab })
      .click()
    await page.locator(`.tab-row [aria-current="page"]`, { hasText: tab }).waitFor()
    expect(await faultsInLooks(page)).toEqual([])
  }
  await page.getByRole('link', { name: 'Change entry' }).click()
  await page.getByLabel('Country').fill('IE')
  await page.getByLabel('Website').fill('shortlived.example')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('https://shortlived.example/').waitFor()
  for (const act of ['Suspend', 'Reactivate']) {
    await page.getByRole('button', { name: `${act}…` }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('A test')
    await page.getByRole('dialog').getByRole('button', { name: act, exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Terminate…' }).click()
  await page.getByLabel('Reason').fill('A test')
  await page.getByRole('button', { name: 'Ask to terminate Shortlived Ltd' }).click()
  await page.getByRole('alert').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByLabel('Type the name of the partner').fill('Shortlived Ltd')
  await page.getByRole('button', { name: 'Ask to terminate Shortlived Ltd' }).click()
  await page.getByText('Waiting for a second person').waitFor()
  expect(await faultsInLooks(page)).toEqual([])
  expect(await page.getByRole('button', { name: 'Confirm…' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Take back…' }).waitFor()
  const second = await product.openTab('priya@provider.example')
  await second.goto(`${product.url}/platform`)
  await second.getByRole('link', { name: 'Terminate Shortlived Ltd' }).click()
  await second.getByRole('button', { name: 'Confirm…' }).click()
  await second.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
  await second.locator('.chip', { hasText: 'Terminated' }).first().waitFor()
  await page.goto(`${product.url}/platform/partners?kind=agency&status=terminated`)
  await page.getByRole('link', { name: 'Shortlived Ltd' }).waitFor()
}, 180_000)
