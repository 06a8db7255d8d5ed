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

test('where two admins decide the second one finds it among the requests, and who has access names the apps of the own partner (A5, B10)', async () => {
  const { page: otto } = await product.signIn('otto@westwire.example')
  await otto.waitForURL(/\/org\/ten_/)
  const org = /ten_\w+/.exec(otto.url())?.[0]
  await otto.goto(`${product.url}/org/${org}/access`)
  await otto.getByText('The apps of Westwire Wholesale, your own partner, use all your accounts.').waitFor()
  await otto.getByText('A partner can ask with your partner code').waitFor({ state: 'detached' })
  await look(otto)
  await otto.goto(`${product.url}/org/${org}/who-has-access`)
  await otto.getByText('its app Westwire order desk uses all accounts').waitFor()
  await look(otto)
  await otto.goto(`${product.url}/org/${org}/access/home`)
  await otto.getByText('Confirmed by').waitFor()
  await otto.getByRole('button', { name: 'End it' }).click()
  await otto.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await otto.getByLabel('Code of the partner').fill('westwire-wholesale')
  await otto.getByRole('button', { name: 'Say that we are this partner' }).click()
  await otto.getByText('A second admin confirms it; until then the partner is told nothing.').waitFor()
  await look(otto)

  const wilma = await product.openTab('wilma@westwire.example')
  await wilma.goto(`${product.url}/org/${org}/requests`)
  await wilma.getByText('says that your organisation is the partner Westwire Wholesale itself').waitFor()
  await look(wilma)
  await wilma.getByRole('link', { name: 'See what that opens, and confirm it' }).click()
  const standing = wilma.getByRole('region', { name: 'Westwire Wholesale' })
  await standing.getByText('its apps get all your accounts').waitFor()
  await look(wilma, ALL_LOOKS)
  await standing.getByRole('button', { name: 'Confirm that we are Westwire Wholesale' }).click()
  await wilma
    .getByRole('dialog')
    .getByRole('button', { name: 'Confirm that we are Westwire Wholesale' })
    .click()
  await standing.getByText('Waits for the partner').waitFor()
  expect(await standing.getByText('Confirmed by').count()).toBe(1)
}, 120_000)
