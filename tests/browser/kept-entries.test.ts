import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const teamsPath = () => `${product.url}/partner/${product.demo.partners['northwind-msp']}/teams`

/** The owner of a partner on the page of a team that was made just now. */
async function makeTeam(name: string): Promise<Page> {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(teamsPath())
  await page.getByLabel('Name of the team').fill(name)
  await page.getByRole('button', { name: 'Make a team' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  return page
}

test('a page beyond the end of its list shows the last one there is (U7)', async () => {
  const page = await makeTeam('Day shift')
  await page.goto(`${teamsPath()}?page=3`)
  await page.getByRole('link', { name: 'Day shift' }).waitFor()
  await expect.poll(() => new URL(page.url()).search, SOON).toBe('')
  await page.close()
}, 60_000)

test('one form of a page keeps what is entered in it while another of the page is saved (U10)', async () => {
  const page = await makeTeam('Night shift')
  const person = page.getByRole('checkbox', { name: /^Lee/ })
  await person.check()
  await page.getByLabel('Tenant or group').selectOption({ label: 'Acme Fiber' })
  await page.getByRole('button', { name: 'Assign the team' }).click()
  await page.getByRole('button', { name: /^Take away Acme Fiber/ }).waitFor()
  expect(await person.isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Save the people' }).click()
  await page.getByText('People of Night shift saved').first().waitFor()
  expect(await person.isChecked()).toBe(true)
  await page.close()
}, 60_000)
