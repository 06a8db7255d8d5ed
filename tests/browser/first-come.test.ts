import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const STALE = 'Somebody changed this in the meantime'

/** Two windows of the same person on the same page. */
async function openTwice(email: string, path: string): Promise<readonly [Page, Page]> {
  const [one, two] = [await product.openTab(email), await product.openTab(email)]
  for (const page of [one, two]) await page.goto(path)
  return [one, two]
}

test('notes that somebody else saved first are shown beside what was typed, and one decides which stay (B1)', async () => {
  const dana = await product.openTab('dana@acmefiber.example')
  await dana.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/home`)
  await dana.getByRole('link', { name: /ends? soon$/ }).click()
  const soon = dana.getByText('Expires soon')
  await soon.first().waitFor()
  const count = await soon.count()
  await dana.goBack()
  await dana
    .getByRole('link', { name: count === 1 ? 'One access ends soon' : `${count} accesses end soon` })
    .waitFor()
  await dana.getByRole('link', { name: 'See who has access' }).click()
  await dana.getByRole('link', { name: 'Northwind MSP', exact: true }).first().click()
  await dana.getByRole('textbox', { name: 'Own notes' }).waitFor()
  const [one, two] = await openTwice('dana@acmefiber.example', dana.url())
  await two.getByRole('textbox', { name: 'Own notes' }).fill('Ask for a cheaper plan.')
  await one.getByRole('textbox', { name: 'Own notes' }).fill('Works well.')
  await one.getByRole('button', { name: 'Save the notes' }).click()
  await one.getByText('Notes saved').first().waitFor()
  // A second save in the same page is over the first one.
  await one.getByRole('textbox', { name: 'Own notes' }).fill('Works very well.')
  const again = one.waitForResponse((answer) => answer.request().method() === 'PUT')
  await one.getByRole('button', { name: 'Save the notes' }).click()
  expect((await again).status()).toBe(200)
  await one.getByText('Notes saved').last().waitFor()
  expect(await one.getByText(STALE).count()).toBe(0)

  await two.getByRole('button', { name: 'Save the notes' }).click()
  await two.getByText(STALE).waitFor()
  await two.getByText('Works very well.').waitFor()
  expect(await two.getByRole('textbox', { name: 'Own notes' }).inputValue()).toBe('Ask for a cheaper plan.')
  expect(await faultsInLooks(two, TWO_LOOKS)).toEqual([])
  await two.getByRole('button', { name: 'Save the notes' }).click()
  await two.getByText('Notes saved').first().waitFor()
  expect(await two.getByText(STALE).count()).toBe(0)
})

test('people whom somebody else let in first are named, and the ticks stay until one decides (B3)', async () => {
  const ana = await product.openTab('ana@northwind.example')
  await ana.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/links`)
  await ana.getByRole('link', { name: 'Acme Fiber' }).first().click()
  const people = (page: Page) => page.getByRole('region', { name: 'People on this link' })
  await people(ana).getByRole('checkbox').first().waitFor()
  const [one, two] = await openTwice('ana@northwind.example', ana.url())
  await people(two).getByRole('checkbox', { checked: false }).first().click()
  const ticks = await people(two).getByRole('checkbox', { checked: true }).count()
  await people(one).getByRole('checkbox', { name: 'Lee Park' }).uncheck()
  await one.getByRole('button', { name: /^Save people/ }).click()
  await one
    .getByText(/^People for .* saved$/)
    .first()
    .waitFor()
  await two.getByRole('button', { name: /^Save people/ }).click()
  await two.getByText(STALE).waitFor()
  await two.getByText('In now, without teams: Ana Ruiz and Mia Chen.').waitFor()
  expect(await people(two).getByRole('checkbox', { checked: true }).count()).toBe(ticks)
  expect(await faultsInLooks(two, TWO_LOOKS)).toEqual([])
  await two.getByRole('button', { name: 'Undo', exact: true }).click()
  expect(await two.getByText(STALE).count()).toBe(0)
  expect(await two.getByRole('button', { name: /^Save people/ }).count()).toBe(0)
  expect(await people(two).getByRole('checkbox', { name: 'Lee Park' }).isChecked()).toBe(false)
})
