import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialogOf, heading, JOB_MS, passGate, rows } from '../support/jobs.ts'
import { faultsInLooks } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const WHO_ENDS = /Only the provider can end a service: ask the provider/

async function open(email: string, path: string, title: string): Promise<Page> {
  const page = await product.openTab(email)
  await page.goto(`${product.url}${path}`)
  await heading(page, title).waitFor()
  return page
}

/** The services of the organisation or partner in which somebody begins, by the menu. */
async function openOwn(email: string, part: string | null = null): Promise<Page> {
  const page = await product.openTab(email)
  await page.goto(`${product.url}${part === null ? '/' : '/choose'}`)
  if (part !== null) await page.getByText(part).first().click()
  await page.getByRole('navigation').first().getByRole('link', { name: 'Services', exact: true }).click()
  await heading(page, 'Services').waitFor()
  return page
}

const rowOf = (page: Page, ...texts: readonly string[]) => {
  let found = rows(page)
  for (const hasText of texts) found = found.filter({ hasText })
  return found.first()
}

test(
  'a service is ended by the provider, who reads before what comes of it, and whoever has it, ordered it or pays for it sees that it ended and who ends one; a second end is refused in words (A5, A7, U3, U5, U7)',
  async () => {
    const faults: string[] = []
    const admin = await open('priya@provider.example', '/platform/services', 'Services')
    const line = rowOf(admin, 'Harbour Logistics', 'Fibre 10 Gbit/s')
    await line.getByText('Active').waitFor()
    await line.getByText('Westwire Carrier').waitFor()
    // One that has ended says since when, and is not offered to be ended.
    const over = rowOf(admin, 'Harbour Logistics', 'Ended')
    await over.getByText(/^on \d+ \w+ \d{4}$/).waitFor()
    expect(await over.getByRole('link', { name: /^End/ }).count()).toBe(0)
    faults.push(...(await faultsInLooks(admin)))

    const address = await line.getByRole('link', { name: 'End…' }).getAttribute('href')
    const late = await open(
      'priya@provider.example',
      String(address),
      'End Fibre 10 Gbit/s of Harbour Logistics?',
    )
    await line.getByRole('link', { name: 'End…' }).click()
    await heading(admin, 'End Fibre 10 Gbit/s of Harbour Logistics?').waitFor()
    const effects = admin.getByRole('main')
    await effects.getByText(/Harbour Logistics no longer has Fibre 10 Gbit\/s, .* for good/).waitFor()
    await effects
      .getByText(/Westwire Carrier owes 199\.99\sEUR a month for it on account W-1000 until today, /)
      .waitFor()
    await effects
      .getByText('Harbour Logistics, Westwire Carrier and Westwire Wholesale read that it ended')
      .waitFor()
    const act = admin.getByRole('button', { name: 'End Fibre 10 Gbit/s of Harbour Logistics' })
    await act.click()
    await admin.getByRole('alert').getByText('Give a reason.').waitFor()
    faults.push(...(await faultsInLooks(admin)))
    for (const page of [admin, late]) {
      await page.getByLabel('Reason').fill('The site was closed.')
      await page.getByLabel('Type the name of the organisation to confirm').fill('Harbour Logistics')
    }
    await act.click()
    await admin.getByText('Fibre 10 Gbit/s of Harbour Logistics ended').first().waitFor()
    await rowOf(admin, 'Harbour Logistics', 'Fibre 10 Gbit/s').getByText('Ended').waitFor()

    await late.getByRole('button', { name: 'End Fibre 10 Gbit/s of Harbour Logistics' }).click()
    // The refusal stands until the service was read again, which says the same; on a quick machine nobody reads it.
    await late.getByText(/^It ended on .* It cannot be ended again/).waitFor()
    expect(await dialogOf(late).count()).toBe(0)

    const has = await openOwn('hanna@harbour.example')
    await has.getByText(WHO_ENDS).waitFor()
    await rowOf(has, 'Fibre 10 Gbit/s').getByText('Ended').waitFor()
    await has.getByLabel('Status').selectOption({ label: 'Ended' })
    await rowOf(has, 'Business router').waitFor()
    // It pays for nobody else.
    expect(await has.getByRole('link', { name: 'What you pay for others' }).count()).toBe(0)
    faults.push(...(await faultsInLooks(has)))

    const pays = await openOwn('otto@westwire.example')
    await pays.getByText('There is no service yet').waitFor()
    await pays.getByRole('link', { name: 'What you pay for others' }).click()
    await heading(pays, 'What you pay for others').waitFor()
    await rowOf(pays, 'Harbour Logistics', 'Fibre 10 Gbit/s', 'W-1000').getByText('Ended').waitFor()
    faults.push(...(await faultsInLooks(pays)))
    expect(faults).toEqual([])
  },
  JOB_MS,
)

test(
  'whoever pays for others reads from the own orders and from the paid services what was ordered, for whom, at which cost and on which own account; whoever pays for nobody is shown no way to it (A5, U4, U7)',
  async () => {
    const faults: string[] = []
    const pays = await product.openTab('otto@westwire.example')
    await pays.goto(`${product.url}/`)
    await pays.getByRole('navigation').first().getByRole('link', { name: 'Orders', exact: true }).click()
    await pays.getByRole('link', { name: 'Ordered for others, paid by you' }).click()
    await heading(pays, 'What was ordered for others and you pay').waitFor()
    const costly = rowOf(pays, 'Harbour Logistics', 'W-1000', '557.00\u00A0EUR', '199.99\u00A0EUR')
    await costly.getByText('Completed').waitFor()
    await rowOf(pays, 'Harbour Logistics', 'H-2001', '49.99\u00A0EUR').getByText('Cancelled').waitFor()
    faults.push(...(await faultsInLooks(pays)))
    await pays.getByRole('link', { name: 'What you pay for others' }).click()
    await heading(pays, 'What you pay for others').waitFor()
    await pays.getByRole('link', { name: 'Ordered for others, paid by you' }).click()
    await heading(pays, 'What was ordered for others and you pay').waitFor()

    const has = await open('hanna@harbour.example', '/', 'Harbour Logistics')
    await has.getByRole('navigation').first().getByRole('link', { name: 'Orders', exact: true }).click()
    await rowOf(has, 'Fibre 1 Gbit/s').waitFor()
    expect(await has.getByRole('link', { name: 'Ordered for others, paid by you' }).count()).toBe(0)
    await has.goto(`${has.url().split('?')[0]}/paid`)
    await has.getByText('You pay for no order of another organisation').waitFor()
    faults.push(...(await faultsInLooks(has)))
    expect(faults).toEqual([])
  },
  JOB_MS,
)

test(
  'a partner sees across customers what it ordered for them, and in the customer it acts in that alone; one that ordered nothing reads what is listed here (A5, U4, U7)',
  async () => {
    const faults: string[] = []
    const page = await openOwn('victor@southbank.example')
    await page.getByText(WHO_ENDS).waitFor()
    await rowOf(page, 'Lakeside Cable', 'Fibre 1 Gbit/s').waitFor()
    faults.push(...(await faultsInLooks(page)))
    await rowOf(page, 'Lakeside Cable').getByRole('link', { name: 'Lakeside Cable' }).click()
    await passGate(page, /Lakeside Cable/)
    await page.getByText('What Lakeside Cable has of that which Southbank Systems ordered for it.').waitFor()
    await rowOf(page, 'Fibre 1 Gbit/s').getByText('Active').waitFor()
    faults.push(...(await faultsInLooks(page)))
    await page.getByLabel('Status').selectOption({ label: 'Ended' })
    await page.getByText('Nothing matches').first().waitFor()

    const none = await openOwn('wilma@westwire.example', 'Westwire Wholesale')
    await none.getByText('There is no service yet').waitFor()
    await none.getByText('What you order for tenants is listed here').waitFor()
    // A list that cannot be read says so and is asked again; the rest of the page stays.
    await none.route(/\/partner\/services(\?|$)/, (route) => route.abort())
    await none.reload()
    await none.getByRole('button', { name: 'Try again' }).waitFor()
    await none.unroute(/\/partner\/services(\?|$)/)
    await none.getByRole('button', { name: 'Try again' }).click()
    await none.getByText('There is no service yet').waitFor()
    faults.push(...(await faultsInLooks(none)))
    expect(faults).toEqual([])
  },
  JOB_MS,
)
