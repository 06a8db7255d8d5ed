import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('an administrator adds an agency, makes a form and its token, gets the code once, and stops the token (E1, E6, E11)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/agencies`)
  await page.getByRole('link', { name: 'Bright Travel' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  await page.getByRole('link', { name: 'Add an agency' }).first().click()
  await page.getByRole('button', { name: 'Save and make a form' }).click()
  await page.getByRole('alert').getByText('Enter the name of the agency.').waitFor()
  await page.getByLabel('Name of the agency').fill('Quay Library')
  await page.getByRole('button', { name: 'Save and make a form' }).click()

  await page.getByRole('heading', { name: 'Make a form for Quay Library' }).waitFor()
  await page.getByLabel('Name of the form').fill('Website')
  await page.getByLabel('Sites that may show it').fill('https://quaylibrary.example/vouchers')
  await page.getByRole('button', { name: 'Make a form' }).click()

  await page.getByRole('heading', { name: 'What may the form of Quay Library issue?' }).waitFor()
  await page.getByText('Save what the form may issue').waitFor()
  await page.getByRole('checkbox', { name: 'Router' }).check()
  await page.getByLabel('Heading (optional)').fill('<b>Vouchers</b>')
  await page.getByRole('button', { name: 'Add a rule' }).click()
  await page.getByLabel('Rule 1', { exact: true }).fill('One for each household')
  // What is typed is drawn at once, and markup is text.
  const preview = page.frameLocator('iframe.form-preview')
  await preview.getByText('<b>Vouchers</b>').waitFor()
  expect(await preview.locator('h1 b, p b').count()).toBe(0)
  // It is the form itself, which issues nothing: it has no token, and may connect nowhere.
  await preview.getByText('One for each household').waitFor()
  await preview.getByRole('radio', { name: 'Router' }).check()
  for (const [label, text] of [
    ['First name', 'Ada'],
    ['Last name', 'Byron'],
    ['Date of birth', '1980-01-01'],
    ['Adults in the household', '1'],
    ['Children in the household', '0'],
  ] as const)
    await preview.getByLabel(label).fill(text)
  await preview.locator('button.main').click()
  await preview.getByText('This is a preview').waitFor()
  await page.getByRole('button', { name: 'Save what it issues and says' }).click()
  await page.getByRole('link', { name: 'Make form token' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  await page.getByRole('link', { name: 'Make form token' }).click()
  await page.getByText('The form stands on: https://quaylibrary.example').waitFor()
  await page.getByRole('button', { name: 'Make form token' }).click()
  await page.getByRole('heading', { name: 'Copy the code now' }).waitFor()
  const code = await page.locator('.code-box').first().textContent()
  expect(code).toMatch(
    /^<script src="\S+\/v1\/embed\.js" data-form="frm_\w{16}" data-token="papt_live_\w{36}" async><\/script>$/,
  )
  await page.getByText('Waiting for the first visit').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  page.on('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'I have copied the code' }).click()
  const token = /papt_live_\w{36}/.exec(code ?? '')?.[0] ?? ''
  await page.getByText(`${token.slice(0, 14)}…${token.slice(-4)}`).waitFor()
  expect(await page.content()).not.toContain(token)

  await page.getByRole('link', { name: 'Stop…' }).click()
  await page.getByLabel('Reason').fill('Wrong page')
  await page.getByLabel('Type the last four characters of the token').fill(token.slice(-4))
  await page.getByRole('button', { name: 'Stop the token' }).click()
  await page.getByText('Wrong page').waitFor()
})

test('an administrator reads what an agency could do and did within a time, and is told what no report covers (A13, E11)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/agencies`)
  await page.getByRole('link', { name: 'Bright Travel' }).click()
  await page.getByRole('link', { name: 'What this agency could do and did' }).click()
  await page.getByRole('heading', { name: 'What Bright Travel could do and did' }).waitFor()
  await page
    .getByRole('cell', { name: /^Token of the form/ })
    .first()
    .waitFor()
  await page.getByRole('table', { name: 'Vouchers it asked for' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Until (UTC)').fill('2020-01-01')
  await page.getByRole('button', { name: 'Show the report' }).click()
  await page.getByText('Choose an earlier and a later day').waitFor()
  await page.getByLabel('From (UTC)').fill('2020-01-01')
  await page.getByRole('button', { name: 'Show the report' }).click()
  await page.getByText('Nothing stood open').waitFor()
})
