import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const partnerPath = (rest: string) =>
  `${product.url}/partner/${product.demo.partners['northwind-msp']}/${rest}`

const Members = z.looseObject({ items: z.array(z.looseObject({})) })

test('of a partner with more people than a page of the server holds each one who is there can be let in and nobody who left (B3)', async () => {
  const page = await product.openTab('ana@northwind.example')
  // As if the partner had 130 people, of which the server hands out 100 at most at a time and 50 unless asked; one has left.
  let first: object | undefined
  await page.route(/\/partner\/members(\?|$)/, async (route) => {
    const query = new URL(route.request().url()).searchParams
    const answer = await route.fetch()
    const body = Members.parse(await answer.json())
    first ??= body.items[0]
    const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 50)]
    const all = Array.from({ length: 130 }, (_, index) => ({
      ...first,
      member_id: `mem_${index}`,
      person_id: `psn_${index}`,
      name: `Person ${index}`,
      status: index === 128 ? 'inactive' : 'active',
    }))
    const items = all.slice(offset, offset + limit)
    await route.fulfill({
      response: answer,
      json: { ...body, items, total: 130, has_more: offset + limit < 130 },
    })
  })
  await page.goto(partnerPath('links'))
  await page.getByRole('link', { name: 'Acme Fiber' }).first().click()
  const people = page.getByRole('region', { name: 'People on this link' })
  await people.getByRole('checkbox').first().waitFor()
  const shown = async (name: string) => people.getByRole('checkbox', { name, exact: true }).count()
  await expect.poll(() => shown('Person 129'), SOON).toBe(1)
  expect([await shown('Person 127'), await shown('Person 128')]).toEqual([1, 0])
}, 60_000)
