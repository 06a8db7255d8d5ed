import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listenOnLoopback } from '../../server/testing/ports.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('the provider names where payouts are handed over, reads what is wrong with an address, and sees the secret once, each time it makes one (D7)', async () => {
  const page = await product.openTab('priya@provider.example')
  await page.goto(`${product.url}/platform/program`)
  const receiver = page.getByRole('region', { name: 'Handing payouts to the finance system' })
  const address = receiver.getByLabel('Address')
  await address.fill('http://pay.provider.example/payouts')
  await receiver.getByRole('button', { name: 'Save' }).click()
  await receiver.getByRole('alert').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await address.fill('https://pay.provider.example/payouts')
  await receiver.getByRole('button', { name: 'Save' }).click()

  const storesSecret = async (version: number) => {
    await page.getByRole('heading', { name: 'The secret of the finance system' }).waitFor()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    await page.getByLabel('I have stored the secret').check()
    // What the change answered is shown, while the settings are still being read anew.
    const held = Promise.withResolvers<void>()
    await page.route('**/admin/payout-receiver', async (asked) => {
      await held.promise
      await asked.continue()
    })
    await page.getByRole('button', { name: 'Back to the settings' }).click()
    await receiver.getByText(/^Version \d+, set by/).waitFor()
    expect(await receiver.getByText(/^Version \d+, set by/).innerText()).toContain(`Version ${version},`)
    held.resolve()
    await page.unrouteAll({ behavior: 'wait' })
  }
  await storesSecret(2)
  expect(await address.inputValue()).toBe('https://pay.provider.example/payouts')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await receiver.getByRole('button', { name: 'Make a new secret…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
  await storesSecret(3)
}, 120_000)

test('a test message tells whether the finance system takes what is handed over, before the first batch goes there (D7)', async () => {
  const statuses = [204, 503]
  const system = createServer((request, answer) => {
    const readable = { 'content-type': 'text/plain' }
    request
      .resume()
      .on('end', () => answer.writeHead(statuses.shift() ?? 500, readable).end('Closed for the night'))
  })
  const port = await listenOnLoopback(system)
  try {
    const page = await product.openTab('priya@provider.example')
    await page.goto(`${product.url}/platform/program`)
    const receiver = page.getByRole('region', { name: 'Handing payouts to the finance system' })
    await receiver.getByLabel('Address').fill(`http://127.0.0.1:${port}/payouts`)
    await receiver.getByRole('button', { name: 'Save' }).click()
    await page.getByLabel('I have stored the secret').check()
    await page.getByRole('button', { name: 'Back to the settings' }).click()
    await receiver.getByText('Version 4, set by').waitFor()
    const send = receiver.getByRole('button', { name: 'Send a test message' })
    await send.click()
    await receiver.getByText(/^Taken: answered 204 after \d+ ms\.$/).waitFor()
    await send.click()
    await receiver.getByText(/^Not taken: answered 503 after \d+ ms\.$/).waitFor()
    await receiver.getByText('Closed for the night').waitFor()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  } finally {
    system.close()
  }
}, 120_000)
