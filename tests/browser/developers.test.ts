import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { ALL_LOOKS, faultsInLooks } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('scratch', async () => {
  const { page } = await product.signIn('ana@northwind.example')
  const base = `${product.url}/partner/${product.demo.partners['northwind-msp']}`
  await page.goto(`${base}/developers/logs?from=2020-01-01`)
  await page.locator('main h1').first().waitFor()
  await expect.poll(() => page.locator('.bones').count(), SOON).toBe(0)
  await page.screenshot({ path: '/tmp/pg-logs.png', fullPage: true })
  await page.setViewportSize({ width: 360, height: 800 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.screenshot({ path: '/tmp/pg-logs-360.png', fullPage: true })
  expect(await faultsInLooks(page, ALL_LOOKS)).toEqual([])
}, 120_000)
