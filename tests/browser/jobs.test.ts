import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, dialogOf, findRefusal, heading, JOB_MS, passGate, rows } from '../support/jobs.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const start = (email: string, first: RegExp) => begin(product, email, first)

test(
  'a platform admin decides, approves, pays, suspends and explains in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('sam@provider.example', /\/platform/)
    const counted: Record<string, number> = {}
    await steps.pressLink('Brightwave Networks')
    await steps.pressButton('Approve…')
    await dialogOf(page).waitFor()
    counted['Decide a partner application'] = steps.take()
    await home()
    await steps.pressLink(/^Southbank Systems, version/)
    await steps.pressButton('Approve…')
    await dialogOf(page).waitFor()
    counted['Approve a signed agreement'] = steps.take()
    await home()
    await steps.pressLink(/^\d+ earnings$/)
    await steps.press(page.getByLabel('Select all on this page'))
    await steps.press(page.getByRole('button', { name: 'Approve', exact: true }))
    await dialogOf(page).waitFor()
    counted['Approve earnings'] = steps.take()
    await home()
    await steps.pressLink(/^Payout \d/)
    await steps.pressButton('Approve the payout…')
    await dialogOf(page).waitFor()
    counted['Approve a payout'] = steps.take()
    await home()
    await steps.goTo('southb', /Southbank Systems/)
    await steps.pressButton('Suspend…')
    await dialogOf(page).waitFor()
    counted['Suspend a partner'] = steps.take()
    const refusal = await findRefusal(product)
    await home()
    await steps.goTo(refusal.explain_id, /Why was this decided/)
    await page.getByText('What was checked, in order').waitFor()
    counted['Find out why a call was refused'] = steps.take()
    expect(counted).toEqual({
      'Decide a partner application': 2,
      'Approve a signed agreement': 2,
      'Approve earnings': 3,
      'Approve a payout': 2,
      'Suspend a partner': 3,
      'Find out why a call was refused': 2,
    })
  },
  JOB_MS,
)

test(
  'a partner owner sees the money, signs, invites and removes a colleague, registers a client and asks a customer in no more steps than are allowed (U1)',
  async () => {
    const nora = await start('nora@brightside.example', /\/overview$/)
    const counted: Record<string, number> = {}
    await nora.page.getByText('Earned this month').waitFor()
    await nora.page.getByText('Next payout planned for').waitFor()
    counted['See what we earned, and when it is paid'] = nora.steps.take()
    await nora.steps.pressMenu('Earnings')
    await rows(nora.page).first().waitFor()
    counted['See it line by line'] = nora.steps.take()
    const { steps, page, home } = await start('ana@northwind.example', /\/overview$/)
    await steps.pressLink('Read and sign')
    await page.waitForURL(/\/agreements\/[^/]+\/sign$/)
    counted['Sign the new agreement'] = steps.take()
    await home()
    await steps.pressMenu('Profile')
    await page.getByRole('button', { name: 'Send the invitation' }).waitFor()
    counted['Invite a colleague'] = steps.take()
    await home()
    await steps.pressMenu('Profile')
    const lee = rows(page).filter({ hasText: 'lee@northwind.example' })
    await steps.press(lee.getByRole('button', { name: 'Remove…' }))
    await dialogOf(page).getByText('Remove Lee Park from Northwind MSP?').waitFor()
    counted['Remove a colleague'] = steps.take()
    await home()
    await steps.pressMenu('API clients')
    await steps.pressLink('New API client')
    await page.waitForURL(/\/clients\/new$/)
    await heading(page, 'New API client').waitFor()
    counted['Register an API client'] = steps.take()
    await home()
    await steps.pressMenu('Customers')
    await steps.press(page.getByRole('main').getByText('Request access for your people', { exact: true }))
    await page.waitForURL(/\/links\/new$/)
    counted['Ask a customer for access'] = steps.take()
    expect(counted).toEqual({
      'See what we earned, and when it is paid': 0,
      'See it line by line': 1,
      'Sign the new agreement': 1,
      'Invite a colleague': 1,
      'Remove a colleague': 2,
      'Register an API client': 2,
      'Ask a customer for access': 2,
    })
  },
  JOB_MS,
)

test(
  'partner staff make a code, see their referrals and totals in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('eli@brightside.example', /\/referrals$/)
    const counted: Record<string, number> = {}
    await page.getByText('Highland Wireless').waitFor()
    counted['See the state of my referrals'] = steps.take()
    await steps.pressButton('Make a code and copy its link')
    await page
      .getByText(/^Code [A-HJKMNP-Z2-9]{8} is made/)
      .first()
      .waitFor()
    counted['Make a code and copy its link'] = steps.take()
    await home()
    await steps.pressMenu('Earnings')
    await heading(page, 'Earnings').waitFor()
    counted['See paid totals'] = steps.take()
    expect(counted).toEqual({
      'See the state of my referrals': 0,
      'Make a code and copy its link': 1,
      'See paid totals': 1,
    })
  },
  JOB_MS,
)

test(
  'a technician takes a ticket, enters a tenant, opens a ticket, finds what is late and hands over in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('lee@northwind.example', /\/queue$/)
    const counted: Record<string, number> = {}
    await rows(page).first().getByText('Missed').waitFor()
    counted['See who is near a missed promise'] = steps.take()
    await steps.choose(page.getByLabel('SLA', { exact: true }), 'At risk or missed')
    await page.waitForURL(/sla=endangered/)
    counted['Show only those'] = steps.take()
    await home()
    await steps.goTo('beta', /Beta Networks/)
    await passGate(page, /Beta Networks/)
    await heading(page, 'Beta Networks').waitFor()
    counted['Act in a tenant and look at one thing'] = steps.take()
    await home()
    await steps.press(rows(page).filter({ hasText: 'Beta Networks' }).getByRole('link'))
    await page.getByText('Conversation').first().waitFor()
    counted['Take the next ticket'] = steps.take()
    await steps.choose(page.getByLabel('Person', { exact: true }), 'Mia Chen, Northwind MSP')
    await page.getByRole('button', { name: /^Hand over the ticket of Beta Networks/ }).waitFor()
    counted['Hand over to a colleague, from the ticket'] = steps.take()
    await home()
    await page.keyboard.press('n')
    await page.keyboard.press('Escape')
    await steps.pressButton('New ticket…')
    await steps.send(page.getByLabel('Tenant', { exact: true }), 'beta')
    await dialogOf(page)
      .getByRole('button', { name: /Beta Networks/ })
      .click()
    await page.getByLabel('Subject').waitFor()
    await page.getByRole('button', { name: /for Beta Networks/ }).waitFor()
    counted['Open a ticket on behalf of a tenant'] = steps.take()
    expect(counted).toEqual({
      'See who is near a missed promise': 0,
      'Show only those': 1,
      'Act in a tenant and look at one thing': 2,
      'Take the next ticket': 1,
      'Hand over to a colleague, from the ticket': 1,
      'Open a ticket on behalf of a tenant': 2,
    })
  },
  JOB_MS,
)

test(
  'a tenant admin decides a request, sees who has access, stops one, stops all, and gives an agency its form in no more steps than are allowed (U1)',
  async () => {
    const { steps, page, home } = await start('dana@acmefiber.example', /\/home$/)
    const counted: Record<string, number> = {}
    await steps.press(page.getByRole('main').getByRole('link', { name: 'Review', exact: true }))
    await page
      .getByRole('button', { name: /^Allow .* more$/ })
      .first()
      .waitFor()
    counted['Decide a request for more access'] = steps.take()
    await home()
    await steps.pressMenu('Who has access')
    await page.getByText('Northwind MSP').first().waitFor()
    counted['See who has access, and to what'] = steps.take()
    await steps.pressLink("Stop Northwind MSP's access")
    await page.getByLabel("Type the partner's name to confirm").waitFor()
    counted['Stop one partner, from there'] = steps.take()
    await home()
    await steps.pressLink('Stop all partner access…')
    await page.getByLabel("Type your organisation's name to confirm").waitFor()
    counted['Stop everybody'] = steps.take()
    await home()
    await steps.pressMenu('Agencies')
    await steps.pressLink('Add an agency')
    await page.getByLabel('Name of the agency').fill('Harbour Library')
    await page.getByRole('button', { name: 'Save and make a form' }).click()
    await page.getByLabel('Name of the form').fill('Website')
    await page.getByLabel('Sites that may show it').fill('https://harbourlibrary.example')
    await page.getByRole('button', { name: 'Make a form' }).click()
    await page.getByRole('checkbox', { name: 'Router' }).check()
    await page.getByRole('button', { name: 'Save what it issues and says' }).click()
    await steps.pressLink('Make form token')
    await page.getByRole('button', { name: 'Make form token' }).click()
    await heading(page, 'Copy the code now').waitFor()
    counted['Give an agency its form and code'] = steps.take()
    expect(counted).toEqual({
      'Decide a request for more access': 1,
      'See who has access, and to what': 1,
      'Stop one partner, from there': 1,
      'Stop everybody': 1,
      'Give an agency its form and code': 3,
    })
  },
  JOB_MS,
)

test(
  'a tenant admin is one step from the page that decides a request for access (U1)',
  async () => {
    const { steps, page } = await start('marcus@betanetworks.example', /\/home$/)
    await steps.pressLink('Review what Southbank Systems asks for')
    await page.waitForURL(/\/links\/[^/]+$/)
    await page.getByText('Southbank Systems').first().waitFor()
    expect(steps.take()).toBe(1)
  },
  JOB_MS,
)
