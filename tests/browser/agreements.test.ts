import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

async function download(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name }).first().click(),
  ])
  return readFile(await file.path())
}

test('an agreement is drafted, offered, signed without script, approved by a second admin, and both keep the same sealed file (D4)', async () => {
  const drafter = await product.openTab('priya@provider.example')
  await drafter.goto(`${product.url}/platform/agreements/new`)
  await drafter.getByLabel('Partner', { exact: true }).selectOption({ label: 'Helios Group' })
  await drafter.getByLabel('Waiting time in days').fill('45')
  await drafter.getByText('Every amount waits 45 days').waitFor()
  expect(await faultsInLooks(drafter, TWO_LOOKS)).toEqual([])
  await drafter.getByRole('button', { name: 'Keep the draft' }).click()
  await drafter.getByRole('heading', { name: 'Partner agreement, version 2' }).waitFor()
  await drafter.getByRole('button', { name: 'Offer it…' }).click()
  await drafter.getByRole('dialog').getByRole('button', { name: 'Offer it' }).click()
  await drafter.getByText('Waits for a signature').waitFor()

  const owner = await product.signIn('stefan@helios.example', { javaScriptEnabled: false })
  const id = new URL(drafter.url()).pathname.split('/').at(-1) ?? ''
  const { page } = owner
  await page.goto(`${product.url}/agreements/${id}/sign`)
  await page.getByRole('heading', { name: 'Partner agreement, version 2' }).waitFor()
  await page.getByRole('link', { name: 'Sign…' }).click()
  await page.getByLabel('Your full name').fill('Stefan Vogel')
  await page.getByLabel('Your role').fill('Managing director')
  await page.getByLabel('I may sign for Helios Group').check()
  await page.getByRole('button', { name: 'Sign version 2 for Helios Group' }).click()
  await page.getByRole('heading', { name: 'Signed. One step is left on our side' }).waitFor()

  await drafter.reload()
  await drafter.getByText('You drafted it, so somebody else approves it').waitFor()
  expect(await drafter.getByRole('button', { name: 'Approve…', exact: true }).count()).toBe(0)
  const approver = await product.openTab('sam@provider.example')
  await approver.goto(`${product.url}/platform/agreements/${id}`)
  await approver.getByRole('button', { name: 'Approve…', exact: true }).click()
  await approver.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await approver.getByText('In force').first().waitFor()
  // A dialog that is still fading has too little contrast.
  await approver.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await faultsInLooks(approver, TWO_LOOKS)).toEqual([])

  await page.goto(`${product.url}/agreements/${id}/sign`)
  const [own, ours] = [await download(page, 'Download PDF'), await download(approver, 'Download PDF')]
  expect(own.equals(ours)).toBe(true)
  expect(own.subarray(0, 5).toString()).toBe('%PDF-')
  await page.goto(`${product.url}/verify`)
  await page.getByLabel('Or the file itself').setInputFiles({
    name: 'agreement.pdf',
    mimeType: 'application/pdf',
    buffer: own,
  })
  await page.getByRole('button', { name: 'Check the file' }).click()
  await page.getByRole('heading', { name: 'Valid' }).waitFor()
}, 240_000)

test('owners find what waits for them, staff what is in force, and the provider all of it (D4, D10)', async () => {
  const owner = await product.openTab('ana@northwind.example')
  const partner = product.demo.partners['northwind-msp'] ?? ''
  await owner.goto(`${product.url}/partner/${partner}/overview`)
  await owner.getByRole('link', { name: 'Read and sign' }).click()
  await owner.getByRole('heading', { name: 'Partner agreement, version 1' }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await owner.getByRole('link', { name: 'Decline or ask a question' }).click()
  await owner.getByRole('heading', { name: 'Decline or ask a question' }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])

  const brightside = product.demo.partners['brightside'] ?? ''
  const second = await product.openTab('nora@brightside.example')
  await second.goto(`${product.url}/partner/${brightside}/agreements`)
  await second.getByRole('link', { name: 'Partner agreement, version 2' }).click()
  await second.getByRole('heading', { name: 'What changed since version 1' }).waitFor()
  await second.getByText('The history is unbroken').waitFor()
  expect(await faultsInLooks(second, TWO_LOOKS)).toEqual([])

  const staff = await product.openTab('eli@brightside.example')
  await staff.goto(`${product.url}/partner/${brightside}/agreements`)
  await staff.getByRole('link', { name: 'Partner agreement, version 2' }).waitFor()
  expect(await staff.getByText('version 1').count()).toBe(0)

  const admin = await product.openTab('sam@provider.example')
  await admin.goto(`${product.url}/platform/agreements`)
  await admin.getByRole('row').filter({ hasText: 'Waits to be approved' }).first().waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await admin.goto(`${product.url}/platform/agreements/templates`)
  await admin.getByRole('heading', { name: 'Partner agreement' }).waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
}, 240_000)

test('the provider ends an agreement with the last day that was agreed on, and not with a day that is over (D4)', async () => {
  const admin = await product.openTab('sam@provider.example')
  await admin.goto(`${product.url}/platform/agreements?state=active`)
  await admin
    .getByRole('row')
    .filter({ hasText: 'Ledger & Pine Assurance' })
    .getByRole('link')
    .first()
    .click()
  await admin.getByRole('button', { name: 'End the agreement…' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('As both agreed.')
  await dialog.getByLabel('Last day (UTC)').fill('2020-12-31')
  await dialog.getByRole('button', { name: 'End the agreement' }).click()
  await dialog.getByText('This day is over.').waitFor()
  await dialog.getByLabel('Last day (UTC)').fill('2099-12-31')
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await dialog.getByRole('button', { name: 'End the agreement' }).click()
  await admin.getByText('It ends after that day').waitFor()
  await admin.getByText('In force until').waitFor()
  const id = new URL(admin.url()).pathname.split('/').at(-1) ?? ''
  const read = await admin.request.get(`${product.url}/api/v1/admin/agreements/${id}`)
  expect(await read.json()).toMatchObject({
    state: 'terminated',
    is_in_force: true,
    effective_until: '2100-01-01T00:00:00.000Z',
  })
}, 60_000)

test('a draft keeps the day from which it holds while its words are changed on the page, which has no field for it (D4)', async () => {
  const drafter = await product.openTab('priya@provider.example')
  await drafter.goto(`${product.url}/platform/agreements/new`)
  await drafter.getByLabel('Partner', { exact: true }).selectOption({ label: 'Westwire Wholesale' })
  await drafter.getByRole('button', { name: 'Keep the draft' }).click()
  await drafter.getByRole('button', { name: 'Offer it…' }).waitFor()
  const id = new URL(drafter.url()).pathname.split('/').at(-1) ?? ''
  const address = `${product.url}/api/v1/admin/agreements/${id}`
  const read = async () => (await drafter.request.get(address)).json()
  const { title, template_id, source, terms } = await read()
  const starts = '2030-01-01T00:00:00.000Z'
  const put = await drafter.request.put(address, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'if-match': '"v1"' },
    data: { title, template_id, source, terms, starts_at: starts },
  })
  expect(put.status(), await put.text()).toBe(200)
  await drafter.goto(`${product.url}/platform/agreements/${id}/edit`)
  await drafter.getByLabel('Title').fill('Terms of the new year')
  await drafter.getByRole('button', { name: 'Keep the draft' }).click()
  await drafter.getByRole('heading', { name: /^Terms of the new year/ }).waitFor()
  expect(await read()).toMatchObject({ title: 'Terms of the new year', starts_at: starts })
}, 60_000)

test('what is entered in a draft stays where another admin saves it meanwhile, and saving says so (D4)', async () => {
  const drafter = await product.openTab('priya@provider.example')
  await drafter.clock.install()
  await drafter.goto(`${product.url}/platform/agreements/new`)
  await drafter.getByLabel('Partner', { exact: true }).selectOption({ label: 'Lumen Mobile' })
  await drafter.getByRole('button', { name: 'Keep the draft' }).click()
  await drafter.getByRole('button', { name: 'Offer it…' }).waitFor()
  const id = new URL(drafter.url()).pathname.split('/').at(-1) ?? ''
  const address = `${product.url}/api/v1/admin/agreements/${id}`
  await drafter.goto(`${product.url}/platform/agreements/${id}/edit`)
  await drafter.getByLabel('Title').fill('Terms that took an hour')
  const { template_id, source, terms } = await (await drafter.request.get(address)).json()
  const other = await product.openTab('sam@provider.example')
  const put = await other.request.put(address, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'if-match': '"v1"' },
    data: { title: 'Terms of somebody else', template_id, source, terms, starts_at: null },
  })
  expect(put.status(), await put.text()).toBe(200)
  // Whoever comes back to the page after a while reads anew what it shows.
  await drafter.clock.fastForward(60_000)
  const readAnew = drafter.waitForResponse((answer) => answer.url().endsWith(`/agreements/${id}`))
  await drafter.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`)
  await (await readAnew).finished()
  expect(await drafter.getByLabel('Title').inputValue()).toBe('Terms that took an hour')
  await drafter.getByRole('button', { name: 'Keep the draft' }).click()
  const look = drafter.getByRole('button', { name: 'Show the present state' })
  await look.waitFor()
  expect(await drafter.getByLabel('Title').inputValue()).toBe('Terms that took an hour')
  await look.click()
  await expect.poll(() => drafter.getByLabel('Title').inputValue(), SOON).toBe('Terms of somebody else')
}, 60_000)
