import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALL_LOOKS, faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const look = async (page: Page, looks = TWO_LOOKS) => expect(await faultsInLooks(page, looks)).toEqual([])

test('an organisation says which partner it is, an owner of the partner accepts, and the organisation ends it (A5)', async () => {
  const admin = await product.openTab('luis@iberiarural.example')
  await admin.goto(`${product.url}/org/${product.demo.tenants['iberia-rural']}/access`)
  await admin.getByRole('link', { name: 'Your own partner' }).click()
  await admin.getByRole('heading', { name: 'Your own partner', level: 1 }).waitFor()
  await admin.getByRole('button', { name: 'Say that we are this partner' }).click()
  await admin.getByRole('link', { name: 'Enter the code of the partner.' }).waitFor()
  await look(admin)
  await admin.getByLabel('Code of the partner').fill('southbank-systems')
  await admin.getByRole('button', { name: 'Say that we are this partner' }).click()
  await admin.getByRole('region', { name: 'Southbank Systems' }).getByText('Waits for the partner').waitFor()
  await look(admin, ALL_LOOKS)

  const owner = await product.openTab('victor@southbank.example')
  await owner.goto(`${product.url}/partner/${product.demo.partners['southbank-systems']}/profile`)
  const panel = owner.getByRole('region', { name: 'Your own organisation' })
  await panel.getByText('Iberia Rural and you are one organisation').waitFor()
  await look(owner, ALL_LOOKS)
  await panel.getByRole('button', { name: 'We are Iberia Rural' }).click()
  await owner.getByRole('dialog').getByText('Your apps can use all accounts of Iberia Rural').waitFor()
  await look(owner)
  await owner.getByRole('dialog').getByRole('button', { name: 'We are Iberia Rural' }).click()
  await panel.getByText('You are Iberia Rural.').waitFor()

  await admin.reload()
  const standing = admin.getByRole('region', { name: 'Southbank Systems' })
  await standing.getByText('One with you').waitFor()
  await standing.getByRole('button', { name: 'End it' }).click()
  const question = admin.getByRole('dialog')
  await question.getByText('From their next call on the apps of Southbank Systems are refused').waitFor()
  await question.getByRole('button', { name: 'End it' }).click()
  await admin.getByRole('row').filter({ hasText: 'Southbank Systems' }).getByText('Ended').waitFor()
  await look(admin, ALL_LOOKS)
  await owner.reload()
  await panel.getByText('No organisation has said that it is you.').waitFor()
  expect(await panel.getByRole('button').count()).toBe(0)
}, 120_000)
