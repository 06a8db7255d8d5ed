import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { begin, dialogOf, findRefusal, heading, JOB_MS, rows } from '../support/jobs.ts'
import { KeyboardSteps } from '../support/keyboard-steps.ts'
import { RunningProduct } from '../support/product.ts'

const Others = z.object({ form_tokens: z.array(z.object({ form: z.string(), token: z.string() })) })

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Somebody at the page on which they begin, with a keyboard and nothing to point with. */
async function start(email: string, first: RegExp) {
  const { page, home } = await begin(product, email, first)
  const counted: Record<string, number> = {}
  return { page, home, counted, keys: new KeyboardSteps(page) }
}

test(
  'a platform admin decides, suspends and explains by keyboard alone, in no more steps than are allowed (U1, U8)',
  async () => {
    const { keys, page, home, counted } = await start('sam@provider.example', /\/platform/)
    await keys.pressLink('Brightwave Networks')
    await keys.pressButton('Approve…')
    await dialogOf(page).waitFor()
    counted['Decide a partner application'] = keys.take()
    await home()
    await keys.goTo('southb', /Southbank Systems/)
    await keys.pressButton('Suspend…')
    await dialogOf(page).waitFor()
    counted['Suspend a partner'] = keys.take()
    const refusal = await findRefusal(product)
    await home()
    await keys.goTo(refusal.explain_id, /Why was this decided/)
    await page.getByText('What was checked, in order').waitFor()
    counted['Find out why a call was refused'] = keys.take()
    expect(counted).toEqual({
      'Decide a partner application': 2,
      'Suspend a partner': 3,
      'Find out why a call was refused': 2,
    })
  },
  JOB_MS,
)

test(
  'a partner owner signs and asks a customer, staff make a code, and a developer understands a refusal, by keyboard alone, in no more steps than are allowed (U1, U8)',
  async () => {
    const { keys, page, home, counted } = await start('ana@northwind.example', /\/overview$/)
    await keys.pressLink('Read and sign')
    await page.waitForURL(/\/agreements\/[^/]+\/sign$/)
    counted['Sign the new agreement'] = keys.take()
    await home()
    await keys.pressMenu('Links')
    await keys.press(page.getByRole('main').getByRole('link', { name: 'Request a link', exact: true }))
    await page.waitForURL(/\/links\/new$/)
    counted['Ask a customer for access'] = keys.take()
    const { explain_id: id } = await findRefusal(product)
    await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/clients`)
    await keys.send(page.getByLabel('Id in the answer'), id)
    await page.getByText('What was checked, in order').waitFor()
    counted['Understand a refusal'] = keys.take()
    const eli = await start('eli@brightside.example', /\/referrals$/)
    await eli.keys.pressButton('Make a code and copy its link')
    await eli.page
      .getByText(/^Code [A-HJKMNP-Z2-9]{8} is made/)
      .first()
      .waitFor()
    counted['Make a code and copy its link'] = eli.keys.take()
    expect(counted).toEqual({
      'Sign the new agreement': 1,
      'Ask a customer for access': 2,
      'Understand a refusal': 1,
      'Make a code and copy its link': 1,
    })
  },
  JOB_MS,
)

test(
  'a technician takes a ticket, enters a tenant and begins a ticket for one by keyboard alone, in no more steps than are allowed (U1, U8)',
  async () => {
    const { keys, page, home, counted } = await start('lee@northwind.example', /\/queue$/)
    const menu = page.getByRole('navigation').first()
    await keys.activate(menu.getByRole('link', { name: 'Tenants', exact: true }))
    await heading(page, 'Tenants').waitFor()
    // Come to from another page, the heading holds the focus.
    await keys.activate(menu.getByRole('link', { name: 'Ticket queue', exact: true }))
    await heading(page, 'Ticket queue').waitFor()
    await rows(page).first().waitFor()
    await page.keyboard.press('j')
    await keys.command('Enter')
    await page.waitForURL(/\/t\/[^/]+\/tickets\/[^/]+$/)
    counted['Take the next ticket'] = keys.take()
    await home()
    await keys.goTo('beta', /Beta Networks/)
    const gate = page.getByRole('button', { name: 'Act in Beta Networks' })
    await keys.activate(gate)
    await gate.waitFor({ state: 'detached' })
    await heading(page, 'Beta Networks').waitFor()
    counted['Act in a tenant and look at one thing'] = keys.take()
    await home()
    await page.getByRole('button', { name: 'New ticket…' }).waitFor()
    await keys.command('n')
    await keys.send(page.getByLabel('Tenant', { exact: true }), 'beta')
    await keys.activate(dialogOf(page).getByRole('button', { name: /Beta Networks/ }))
    await page.getByLabel('Subject').waitFor()
    counted['Open a ticket on behalf of a tenant'] = keys.take()
    expect(counted).toEqual({
      'Take the next ticket': 1,
      'Act in a tenant and look at one thing': 2,
      'Open a ticket on behalf of a tenant': 2,
    })
  },
  JOB_MS,
)

test(
  'a headquarters compares, an auditor narrows to a person, and a wholesaler orders, by keyboard alone, in no more steps than are allowed (U1, U8)',
  async () => {
    const counted: Record<string, number> = {}
    const stefan = await start('stefan@helios.example', /\/reports\/revenue$/)
    await stefan.keys.pressLink('Compare')
    await stefan.page
      .getByRole('table')
      .getByRole('row', { name: /^Uptime/ })
      .waitFor()
    counted['Compare service levels across subsidiaries'] = stefan.keys.take()
    const edith = await start('edith@ledgerpine.example', /\/activity(\?|$)/)
    await edith.keys.choose(edith.page.getByLabel('Person', { exact: true }), 'Edith Crane')
    await edith.keys.choose(edith.page.getByLabel('Tenant', { exact: true }), 'Acme Fiber')
    await edith.page.waitForURL(/person=psn_.+&tenant=ten_/)
    await edith.page.getByText('Edith Crane read 48 invoices at Acme Fiber').waitFor()
    counted['What a person did in one tenant in a period'] = edith.keys.take()
    const page = await product.openTab('wilma@westwire.example')
    const keys = new KeyboardSteps(page)
    await page.goto(`${product.url}/choose`)
    await keys.activate(page.getByRole('link', { name: /Westwire Wholesale/ }))
    await page.waitForURL(/\/partner\/[^/]+\/orders$/)
    await keys.pressLink('New order')
    await keys.pressLink('Westwire Carrier (you)')
    await keys.type(page.getByLabel('How many of Business router'), '1')
    await page
      .getByRole('button', { name: /^Place order, 129\.00\sEUR once, billed to Westwire Carrier$/ })
      .waitFor()
    counted['Place an order on our own account'] = keys.take()
    expect(counted).toEqual({
      'Compare service levels across subsidiaries': 1,
      'What a person did in one tenant in a period': 2,
      'Place an order on our own account': 2,
    })
  },
  JOB_MS,
)

test(
  'a tenant admin decides, stops one and stops all, and a member asks an admin, by keyboard alone, in no more steps than are allowed (U1, U8)',
  async () => {
    const { keys, page, home, counted } = await start('dana@acmefiber.example', /\/home$/)
    await keys.press(page.getByRole('main').getByRole('link', { name: 'Review', exact: true }))
    await page
      .getByRole('button', { name: /^Allow .* more$/ })
      .first()
      .waitFor()
    counted['Decide a request for more access'] = keys.take()
    await home()
    await keys.pressMenu('Who has access')
    await keys.pressLink("Stop Northwind MSP's access")
    await keys.type(page.getByLabel("Type the partner's name to confirm"), 'Northwind MSP')
    counted['Stop one partner'] = keys.take()
    await home()
    await keys.pressLink('Stop all partner access…')
    await page.getByLabel("Type your organisation's name to confirm").waitFor()
    counted['Stop everybody'] = keys.take()
    const ravi = await start('ravi@acmefiber.example', /\/home$/)
    await ravi.keys.pressButton('Ask an administrator…')
    const dialog = dialogOf(ravi.page)
    await ravi.keys.type(dialog.getByLabel('What were you sent, and by whom?'), 'A link from Northwind')
    await ravi.keys.activate(dialog.getByRole('button', { name: 'Ask an administrator', exact: true }))
    await ravi.page
      .getByText(/administrators? (was|were) asked$/)
      .first()
      .waitFor()
    counted['Ask an administrator to decide'] = ravi.keys.take()
    expect(counted).toEqual({
      'Decide a request for more access': 1,
      'Stop one partner': 2,
      'Stop everybody': 1,
      'Ask an administrator to decide': 1,
    })
  },
  JOB_MS,
)

test(
  'a worker of an agency issues a voucher, and a user begins to sign up, by keyboard alone, in no more steps than are allowed (E1, C8, U1, U8)',
  async () => {
    const [form] = Others.parse(
      JSON.parse(await readFile(join(product.dataDir, 'demo.json'), 'utf8')),
    ).form_tokens
    const browser = (await product.openTab('ravi@acmefiber.example')).context().browser()
    const context = await browser?.newContext({ viewport: { width: 900, height: 1000 } })
    if (!context) throw new Error('There is no browser.')
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    const keys = new KeyboardSteps(page)
    const counted: Record<string, number> = {}
    const { port } = new URL(product.url)
    await page.goto(`http://embed.localhost:${port}/e/${form?.form}#t=${form?.token}`)
    await keys.mark(page.getByRole('radio', { name: 'Router' }))
    for (const [label, text] of [
      ['First name', 'Ada'],
      ['Last name', 'Byron'],
      ['Date of birth', '01011980'],
      ['Adults in the household', '1'],
      ['Children in the household', '0'],
    ] as const)
      await keys.type(page.getByLabel(label), text)
    await keys.pressButton('Issue the voucher')
    await page.getByRole('button', { name: 'Copy the code' }).waitFor()
    counted['Issue a voucher'] = keys.take()
    await page.goto(`${product.url}/p/lumen-mobile/sign-in`)
    await keys.pressLink('Sign up')
    await page.getByRole('button', { name: 'Send me a link' }).waitFor()
    counted['Sign up'] = keys.take()
    expect(counted).toEqual({ 'Issue a voucher': 1, 'Sign up': 1 })
  },
  JOB_MS,
)

test(
  'what the page says of a request too many is read without a pointer, and the dialog closes by Escape (U1, U7)',
  async () => {
    const { keys, page } = await start('ravi@acmefiber.example', /\/home$/)
    const ask = async () =>
      (
        await page.request.post(`${product.url}/api/v1/tenant/who-has-access/ask`, {
          headers: { 'x-active-tenant-id': product.demo.tenants['acme-fiber'] ?? '' },
          data: { about: 'A link from Northwind' },
        })
      ).status()
    for (let time = 0; time < 5; time += 1) expect([200, 429]).toContain(await ask())
    await keys.pressButton('Ask an administrator…')
    const dialog = dialogOf(page)
    await keys.type(dialog.getByLabel('What were you sent, and by whom?'), 'Once more')
    await keys.activate(dialog.getByRole('button', { name: 'Ask an administrator', exact: true }))
    await dialog
      .getByRole('alert')
      .getByText(/^You asked five times within an hour\./)
      .waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  },
  JOB_MS,
)
