import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const MOST_TRIES = 400

test('a page of the portal that is refused for a time counts it down and then says that it is over (U7)', async () => {
  const { page, context } = await product.signIn('ana@northwind.example')
  const problem = {
    status: 429,
    code: 'RATE_LIMIT_EXCEEDED',
    title: 'Too many',
    detail: 'Too many requests.',
  }
  await page.route('**/api/v1/partner/client-calls?*', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'Retry-After': '3', 'Content-Type': 'application/problem+json' },
      body: JSON.stringify({ ...problem, request_id: 'req_0000000000000000000000' }),
    }),
  )
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/developers/logs`)
  await page.getByText(/You can try again in [123] seconds?\./).waitFor()
  await page.getByText('You can try again now.').waitFor()
  expect(await faultsInLooks(page)).toEqual([])
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('No calls yet').waitFor()
  await context.close()
}, 120_000)

test('without a network a page says so, keeps what was typed, and carries nothing out later by itself (U7)', async () => {
  const { page, context } = await product.signIn('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/tickets?search=nothing-like-it`)
  // How the list is shown hides nothing of it.
  const nothing = page.locator('.state')
  await nothing.getByText('Nothing matches these filters').waitFor()
  expect(await nothing.innerText()).not.toContain('Show as')
  await page
    .getByRole('link', { name: 'New ticket' })
    .or(page.getByRole('button', { name: 'New ticket' }))
    .click()
  await page.getByLabel('Subject').fill('Sent by nobody')
  await page.getByLabel('What happened?').fill('The network went away.')
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/tickets')) sent.push(request.url())
  })
  await context.setOffline(true)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  await page.getByText('The server cannot be reached').first().waitFor()
  expect(await page.getByLabel('Subject').inputValue()).toBe('Sent by nobody')
  const tried = sent.length
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  await page.getByRole('heading', { name: 'Sent by nobody', level: 1 }).waitFor()
  expect(sent).toHaveLength(tried + 1)
  await context.close()
}, 60_000)

// Last, since it uses up what a stranger may ask for, and signing in begins as one.
test('whoever asks too often reads for how long to wait, and sees it counted down to the end, also where no script runs (U2, U7)', async () => {
  const { page, context } = await product.signIn('dana@acmefiber.example')
  const address = `${product.url}/invite/${'x'.repeat(40)}`
  let status = 0
  for (let tries = 0; status !== 429 && tries < MOST_TRIES; tries += 1)
    status = (await page.request.get(address)).status()
  expect(status).toBe(429)
  await page.goto(address)
  const counted = page.locator('[data-wait]')
  const first = await counted.innerText()
  expect(first).toMatch(/^\d+ (seconds?|minutes?)$/)
  expect(await faultsInLooks(page)).toEqual([])
  await expect.poll(() => counted.innerText(), SOON).not.toBe(first)
  const state = await context.storageState()
  const plain = await context.browser()?.newContext({ javaScriptEnabled: false, storageState: state })
  const bare = await plain?.newPage()
  await bare?.goto(address)
  expect(await bare?.locator('main').innerText()).toMatch(/Wait \d+ (seconds?|minutes?), then try again\./)
  await plain?.close()
  await context.close()
}, 120_000)
