import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('one administrator asks for two people at once, does not go back to one alone, and takes back what waits (B2)', async () => {
  const page = await product.openTab('ruth@cascadebroadband.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['cascade-broadband']}/access/rules`)
  const two = page.getByLabel('Two people approve')
  await two.check()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await page.getByText('Rules saved').first().waitFor()
  await page.reload()
  await expect.poll(() => two.isChecked(), SOON).toBe(true)
  await two.uncheck()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await page.getByRole('heading', { name: 'Looser rules wait for a second person' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await expect.poll(() => two.isChecked(), SOON).toBe(true)
  expect(await page.getByRole('button', { name: 'Confirm…' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Take back…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await page.getByText('The rules stay as they are.').first().waitFor()
}, 90_000)

test('an administrator names the address that hears of what lets partners in, corrects a mistake in it, and takes it away (A10, U10)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access/rules`)
  const panel = page.getByRole('region', { name: 'Security contact' })
  const address = panel.getByLabel('E-mail address')
  const save = () => panel.getByRole('button', { name: 'Save the contact' }).click()
  await address.fill('security@acmefiber')
  await save()
  await panel.getByRole('alert').getByRole('link').waitFor()
  expect(await address.inputValue()).toBe('security@acmefiber')
  await address.fill('security@acmefiber.example')
  await panel.getByLabel('Language of the mails').selectOption('fr')
  await save()
  await page.getByText('Security contact saved').first().waitFor()
  await page.reload()
  await expect.poll(() => address.inputValue(), SOON).toBe('security@acmefiber.example')
  expect(await panel.getByLabel('Language of the mails').inputValue()).toBe('fr')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await address.fill('')
  await save()
  await page.getByText('Security contact removed').first().waitFor()
}, 90_000)

test('what a partner changed of how customers reach it stands named on its page and waits for its own act; saving the rest of the entry approves none of it (C1, C4)', async () => {
  const { partners } = product.demo
  const owner = await product.openTab('ana@northwind.example')
  await owner.goto(`${product.url}/partner/${partners['northwind-msp']}/profile`)
  await owner.getByLabel('Website').fill('northwind-msp.example')
  await owner.getByRole('button', { name: 'Save how we reach you' }).click()
  await owner.getByText('https://northwind-msp.example/ waits for approval.', { exact: false }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])

  const page = await product.openTab('sam@provider.example')
  await page.goto(`${product.url}/platform/partners/${partners['northwind-msp']}`)
  const named = page.getByText('Northwind MSP changed its website to https://northwind-msp.example/.', {
    exact: false,
  })
  await named.waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('link', { name: 'Change entry' }).click()
  await page.getByText('Saving the entry does not approve it', { exact: false }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Region').fill('emea')
  await page.getByRole('button', { name: 'Save the entry' }).click()
  await named.waitFor()
  await page.getByRole('button', { name: 'Approve the website…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Approve the website' }).click()
  await page.getByText('Website of Northwind MSP approved').waitFor()
  await named.waitFor({ state: 'detached' })
}, 90_000)

test('who lifts a freeze on a page that was opened before somebody else asked reads that it would be lifted now, and presses again knowing that (B11, U4)', async () => {
  const { page: otto } = await product.signIn('otto@westwire.example')
  await otto.waitForURL(/\/org\/ten_/)
  const tenant = /ten_\w+/.exec(otto.url())?.[0] ?? ''
  const wilma = await product.openTab('wilma@westwire.example')
  const path = `${product.url}/org/${tenant}/access/freezes`
  const set = await otto.request.post(`${product.url}/api/v1/tenant/partner-access/freeze`, {
    headers: { 'x-active-tenant-id': tenant, origin: product.url, 'sec-fetch-site': 'same-origin' },
    data: { scope: 'tenant' },
  })
  expect(set.status(), await set.text()).toBe(201)
  await wilma.goto(path)
  await wilma.getByRole('button', { name: /^Continue the access/ }).click()
  const dialog = wilma.getByRole('dialog')
  await dialog.getByRole('textbox').fill('The incident is over')
  await otto.goto(path)
  await otto.getByRole('button', { name: /^Continue the access/ }).click()
  await otto.getByRole('dialog').getByRole('textbox').fill('It is over')
  await otto
    .getByRole('dialog')
    .getByRole('button', { name: /^Continue the access/ })
    .click()
  await otto.getByText('Waiting for another admin to confirm').first().waitFor()

  await dialog.getByRole('button', { name: /^Continue the access/ }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await faultsInLooks(wilma, TWO_LOOKS)).toEqual([])
  await dialog.getByRole('button', { name: /^Continue the access/ }).click()
  await dialog.waitFor({ state: 'detached' })
  await wilma
    .getByText(/^Continued$/)
    .first()
    .waitFor()
  await wilma.close()
}, 90_000)
