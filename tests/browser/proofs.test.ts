import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const Proof = z.looseObject({ format: z.string(), event_id: z.string() })

test.each([
  ['an organisation', 'dana@acmefiber.example', () => `org/${product.demo.tenants['acme-fiber']}`],
  ['a partner', 'ana@northwind.example', () => `partner/${product.demo.partners['northwind-msp']}`],
] as const)(
  '%s saves the proof of an entry of its log where it reads its details (A14)',
  async (_who, email, frame) => {
    const page = await product.openTab(email)
    await page.goto(`${product.url}/${frame()}/activity`)
    await page.getByRole('button', { name: 'Details' }).first().click()
    expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download proof' }).click()
    const file = await saving
    const proof = Proof.parse(JSON.parse(await readFile(await file.path(), 'utf8')))
    expect(proof.format).toMatch(/^liaison-audit-proof\//)
    expect(file.suggestedFilename()).toBe(`proof-${proof.event_id}.json`)
  },
  60_000,
)
