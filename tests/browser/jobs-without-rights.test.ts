import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { begin, dialogOf, heading, JOB_MS } from '../support/jobs.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'
import { Steps } from '../support/steps.ts'

const Others = z.object({
  realm_sign_ins: z.array(z.object({ realm: z.string(), email: z.string(), password: z.string() })),
  form_tokens: z.array(z.object({ agency: z.string(), form: z.string(), token: z.string() })),
})

let product: RunningProduct
let others: z.output<typeof Others>
beforeAll(async () => {
  product = await RunningProduct.start()
  others = Others.parse(JSON.parse(await readFile(join(product.dataDir, 'demo.json'), 'utf8')))
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** A window of somebody who has no account with the provider. */
async function openWindow(options: { readonly javaScriptEnabled?: boolean } = {}): Promise<Page> {
  const browser = (await product.openTab('ravi@acmefiber.example')).context().browser()
  if (!browser) throw new Error('There is no browser.')
  const context = await browser.newContext({ viewport: { width: 900, height: 1000 }, ...options })
  context.setDefaultTimeout(15_000)
  return context.newPage()
}

test(
  'a member of a tenant who is no admin sees who has access and who of a partner worked on a ticket, asks an admin to decide, and is offered nothing to change, in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await begin(product, 'ravi@acmefiber.example', /\/home$/)
    const counted: Record<string, number> = {}
    await steps.pressButton('Ask an administrator…')
    const dialog = dialogOf(page)
    await dialog.getByLabel('What were you sent, and by whom?').waitFor()
    counted['Ask an administrator to decide'] = steps.take()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    await dialog.getByLabel('What were you sent, and by whom?').fill('A link from Northwind')
    await dialog.getByRole('button', { name: 'Ask an administrator', exact: true }).click()
    await page
      .getByText(/administrators? (was|were) asked$/)
      .first()
      .waitFor()
    const mails = await page.context().newPage()
    await expect
      .poll(async () => {
        await mails.goto(`${product.url}/dev/outbox`)
        return mails.getByText('Ravi Menon asks you to decide about access to Acme Fiber').count()
      }, SOON)
      .toBeGreaterThan(0)
    await home()
    await steps.pressMenu('Who has access')
    await heading(page, 'Northwind MSP').waitFor()
    counted['See who has access'] = steps.take()
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    await home()
    await steps.pressMenu('Tickets')
    await steps.press(
      page.locator('tbody tr:visible').getByRole('link', { name: /^Fiber cut on Harbor Street/ }),
    )
    const told = page.getByText('Lee Park, Northwind MSP').and(page.locator(':not(option)'))
    await told.first().waitFor()
    counted['See that a partner did something on a ticket'] = steps.take()
    expect(counted).toEqual({
      'Ask an administrator to decide': 1,
      'See who has access': 1,
      'See that a partner did something on a ticket': 2,
    })
  },
  JOB_MS,
)

test(
  'a worker of an agency issues a voucher and finds it again without an account, in no more steps than are allowed (E1, U1)',
  async () => {
    const page = await openWindow()
    const steps = new Steps(page)
    const counted: Record<string, number> = {}
    const [form] = others.form_tokens
    const { port } = new URL(product.url)
    await page.goto(`http://embed.localhost:${port}/e/${form?.form}#t=${form?.token}`)
    await page.getByRole('radio', { name: 'Router' }).check()
    for (const [label, text] of [
      ['First name', 'Ada'],
      ['Last name', 'Byron'],
      ['Date of birth', '1980-01-01'],
      ['Adults in the household', '1'],
      ['Children in the household', '0'],
    ] as const)
      await page.getByLabel(label).fill(text)
    await steps.pressButton('Issue the voucher')
    await page.getByRole('button', { name: 'Copy the code' }).waitFor()
    await page.getByRole('button', { name: 'Print' }).waitFor()
    counted['Issue a voucher'] = steps.take()
    const code = await page.locator('.code.big').innerText()
    await steps.pressButton('Look up a code')
    await page.getByLabel('Code of the voucher').fill(code)
    await page.getByRole('button', { name: 'Look up', exact: true }).click()
    await heading(page, 'Good').waitFor()
    counted['Look up one that we issued'] = steps.take()
    expect(counted).toEqual({ 'Issue a voucher': 1, 'Look up one that we issued': 1 })
  },
  JOB_MS,
)

test(
  "a user of a partner's own service signs up, has the identity checked, learns what stands before a plan and takes one, without script, in no more steps than are allowed (C6, C8, U1)",
  async () => {
    const page = await openWindow({ javaScriptEnabled: false })
    const steps = new Steps(page)
    const counted: Record<string, number> = {}
    const door = `${product.url}/p/lumen-mobile/sign-in`
    const enter = async (email: string) => {
      const account = others.realm_sign_ins.find((one) => one.email === email)
      await page.context().clearCookies()
      await page.goto(door)
      await page.fill('input[name="email"]', email)
      await page.fill('input[name="password"]', account?.password ?? '')
      await page.locator('form button.main').first().click()
      await heading(page, 'Your profile').waitFor()
    }
    await page.goto(door)
    await steps.pressLink('Sign up')
    await page.getByRole('button', { name: 'Send me a link' }).waitFor()
    counted['Sign up'] = steps.take()
    await enter('theo.lindgren@mail.example')
    await steps.pressLink('Identity check')
    await steps.pressButton('Begin')
    await page.getByLabel('Full name').waitFor()
    counted['Have the identity checked'] = steps.take()
    await page.goto(`${product.url}/p/lumen-mobile/profile`)
    await steps.pressLink('Plans')
    await page.getByText('Plans are for users whose identity has been checked.').waitFor()
    expect(await page.getByText('Lumen Plus').count()).toBe(0)
    counted['Learn what stands before a plan'] = steps.take()
    await enter('mia.torres@mail.example')
    await steps.pressLink('Plans')
    await steps.pressLink('Lumen Plus')
    await page.getByText('Take this plan', { exact: true }).waitFor()
    counted['Take a plan'] = steps.take()
    expect(counted).toEqual({
      'Sign up': 1,
      'Have the identity checked': 2,
      'Learn what stands before a plan': 1,
      'Take a plan': 2,
    })
  },
  JOB_MS,
)
