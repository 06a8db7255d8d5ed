import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks } from '../support/look.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

const LONG_MS = 180_000

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const places = (page: string) =>
  `${product.url}/partner/${product.demo.partners['northwind-msp'] ?? ''}/${page}`

/** The pages on which a customer decides, up to the way back; what is ticked costs nothing. */
async function allowAsTenant(page: Page): Promise<void> {
  await page.locator('input[name="account"]').first().check()
  for (const box of await page.locator('input[name="action"]').all()) await box.check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Allow Northwind MSP' }).click()
  await page.getByRole('link', { name: /^Go back to/ }).click()
}

async function makeFirstCall(page: Page, says: string): Promise<void> {
  await page.getByRole('button', { name: 'Make the first call' }).click()
  await page.getByText(says).waitFor()
}

/** Stops what the sandbox customer allowed, on the customer's own pages. */
async function stopAsTenant(page: Page): Promise<void> {
  await page.goto(places('developers/sandbox'))
  await page.getByRole('link', { name: 'Open its partner access, as the customer sees it' }).click()
  const card = page.getByRole('region', { name: 'Northwind MSP' }).filter({ hasText: 'Sandbox try-out' })
  await card.getByRole('link', { name: 'Northwind MSP', exact: true }).click()
  await page.getByRole('button', { name: "Stop Northwind MSP's access…" }).click()
  await page.getByLabel("Type the partner's name to confirm").fill('Northwind MSP')
  await page.getByRole('button', { name: "Stop Northwind MSP's access", exact: true }).click()
  await page.getByText(/Check with Northwind MSP what happens with data/).waitFor()
}

test(
  'a developer is the customer of an own client on the pages of every customer, comes back with a token, calls the API, stops the access as the customer, and finds both calls with the reason (A11, U1)',
  async () => {
    const { page, context } = await product.signIn('ana@northwind.example')
    await page.goto(places('developers/sandbox'))
    await page.getByText('It is made the first time').waitFor()
    const faults = await faultsInLooks(page)
    await page.getByRole('button', { name: 'Be the customer' }).click()
    await page.getByRole('heading', { name: 'Let Northwind MSP work on' }).waitFor()
    expect(await page.locator('main').innerText()).toContain('Sandbox: for trying things out')
    await allowAsTenant(page)
    await page.getByRole('heading', { name: 'You allowed it, and the client got a token' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await makeFirstCall(page, 'It works: 200')
    faults.push(...(await faultsInLooks(page)))
    await takePicture(page, 'developers-sandbox', { fullPage: true })
    const other = await context.newPage()
    await stopAsTenant(other)
    await other.close()
    await makeFirstCall(page, 'Refused: 401')
    await page.getByRole('link', { name: 'See this call among the calls of your clients' }).click()
    const table = page.getByRole('table', { name: 'Calls of your clients' })
    await expect.poll(() => table.locator('tbody tr').count(), SOON).toBe(1)
    expect(await table.innerText()).toContain('DELEGATION_REVOKED')
    expect(await table.innerText()).toContain('Ask the customer for access again.')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => table.locator('tbody tr').count(), SOON).toBeGreaterThan(2)
    faults.push(...(await faultsInLooks(page)))
    await takePicture(page, 'developers-calls', { fullPage: true })
    await page.getByLabel('Outcome').selectOption('allowed')
    await expect.poll(() => table.getByText('Refused').count(), SOON).toBe(0)
    await page.getByLabel('Outcome').selectOption('denied')
    await page.getByLabel('Code').fill('DELEGATION_REVOKED')
    // The address follows what is typed a moment later.
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('?outcome=denied&code=DELEGATION_REVOKED')
    await page.getByRole('link', { name: 'Why?' }).click()
    await page.getByText('What was checked, in order').waitFor()
    await context.close()
    expect(faults).toEqual([])
  },
  LONG_MS,
)

test(
  'with an own client the key is read in the browser and sent nowhere, a wrong file and a missing address are said, and whoever does not allow it reads what the client would',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-sandbox-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const { page, context } = await product.signIn('ana@northwind.example')
    const sent: string[] = []
    context.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.goto(places('clients/new'))
    await page.getByLabel('Name', { exact: true }).fill('Own desk')
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Make the key pair and save the private key' }).click()
    const key = join(folder, 'private.jwk.json')
    await (await saving).saveAs(key)
    await page.getByRole('button', { name: 'Create API client' }).click()
    await page.getByRole('heading', { name: 'Own desk', level: 1 }).waitFor()
    await page.goto(places('developers/sandbox'))
    await page.getByLabel('As which client?').selectOption({ label: 'Own desk' })
    const begin = page.getByRole('button', { name: 'Be the customer' })
    await begin.click()
    await page.getByText('Choose the file with the private key of this client.').waitFor()
    const file = page.locator('input[type="file"]')
    await file.setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
    await begin.click()
    await page.getByText('This file holds no private key').waitFor()
    await file.setInputFiles(key)
    await begin.click()
    await page.getByText('The client does not know this page').waitFor()
    expect(await faultsInLooks(page)).toEqual([])
    await page.getByLabel('Add this page to the return addresses of the client').check()
    await begin.click()
    await page.getByRole('button', { name: "Don't allow" }).first().click()
    await page.getByRole('link', { name: /^Go back to/ }).click()
    await page.getByText('Your application gets the answer access_denied.').waitFor()
    expect(sent.filter((text) => /[?&"]d["=]/.test(text))).toEqual([])
    expect(sent.some((text) => text.includes('client_assertion='))).toBe(true)
    await context.close()
  },
  LONG_MS,
)

test('an answer that belongs to no try of this browser is not taken, and no code of it is sent (ASVS 10.1.2, 10.2.1)', async () => {
  const { page, context } = await product.signIn('ana@northwind.example')
  await page.goto(places('developers/sandbox'))
  await page.getByRole('button', { name: 'Be the customer' }).click()
  await page.getByRole('heading', { name: 'Let Northwind MSP work on' }).waitFor()
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/oauth/token')) sent.push(request.url())
  })
  const forged = new URLSearchParams({ code: 'stolen', state: 'forged', iss: `${product.url}/oauth` })
  await page.goto(`${places('developers/sandbox')}?${forged.toString()}`)
  await page.getByText('This answer belongs to another try').waitFor()
  expect(sent).toEqual([])
  await context.close()
}, 60_000)
