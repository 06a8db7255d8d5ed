import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const List = z.looseObject({ items: z.array(z.looseObject({})) })

test('the work list says how many wait where it shows the first of them, leads to the rest, and begins with what has waited longest (U1)', async () => {
  const page = await product.openTab('sam@provider.example')
  // As if eleven of each were there.
  await page.route(/\/admin\/(partner-applications|agreements)\?/, async (route) => {
    const answer = await route.fetch()
    const body = List.parse(await answer.json())
    const limit = Number(new URL(route.request().url()).searchParams.get('limit'))
    const all = Array.from({ length: 11 }, (_, index) => ({
      ...body.items[0],
      reference: `R${index}`,
      agreement_id: `agr_${index}`,
      partner_name: `Partner ${index}`,
      signed_at: `2026-11-${11 - index + 10}T00:00:00Z`,
    }))
    await route.fulfill({ response: answer, json: { ...body, items: all.slice(0, limit), total: 11 } })
  })
  await page.goto(`${product.url}/platform/work`)
  const agreements = page.getByRole('region', { name: 'Agreements to approve' })
  await agreements.getByRole('link', { name: 'See all 11' }).waitFor()
  expect(await agreements.getByRole('listitem').count()).toBe(8)
  expect(await agreements.getByRole('listitem').first().innerText()).toContain('Partner 10')
  await page
    .getByRole('region', { name: 'Applications waiting' })
    .getByRole('link', { name: 'See all 11' })
    .click()
  await page.waitForURL(/\/platform\/applications\?status=submitted$/)
}, 60_000)
