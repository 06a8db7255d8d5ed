import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

const STAFF = 'eli@brightside.example'
const OWNER = 'nora@brightside.example'
const ADMIN = 'priya@provider.example'

let product: RunningProduct
let partner: string
beforeAll(async () => {
  product = await RunningProduct.start()
  partner = product.demo.partners['brightside'] ?? ''
}, 180_000)
afterAll(() => product[Symbol.asyncDispose]())

/** What the provider's billing system does: it hands a tenant in and reports its sign-up with the code. */
async function signUp(code: string): Promise<unknown> {
  const file: unknown = JSON.parse(await readFile(join(product.dataDir, 'demo.json'), 'utf8'))
  const { ingest_key: key } = z.object({ ingest_key: z.string() }).parse(file)
  const send = async (kind: string, item: object) => {
    const answer = await fetch(`${product.url}/api/v1/ingest/${kind}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'billing', items: [item] }),
    })
    return answer.json()
  }
  const tenant = { name: 'Orchard Fiber', slug: 'orchard-fiber', status: 'active', currency: 'USD' }
  await send('tenants', { external_id: 'orchard', ...tenant })
  return send('signups', {
    external_id: 'signup-orchard',
    tenant_external_id: 'orchard',
    occurred_at: new Date().toISOString(),
    code,
  })
}

test('staff make a code with one click, follow its link, and see the sign-up among their referrals without what anybody paid (D5, D8, D10)', async () => {
  const { page: staff } = await product.signIn(STAFF)
  await staff.getByRole('heading', { name: 'My referrals', level: 1 }).waitFor()
  await staff.getByText('Highland Wireless').waitFor()
  expect(await staff.getByText('Acme Fiber').count()).toBe(0)
  expect(await faultsInLooks(staff)).toEqual([])

  await staff.getByRole('link', { name: 'Codes and links' }).click()
  await staff.getByRole('button', { name: 'Make a code and copy its link' }).click()
  const row = staff.getByRole('row').nth(1)
  await row.getByText(/^[A-HJKMNP-Z2-9]{8}$/).waitFor()
  const code = (await row.getByText(/^[A-HJKMNP-Z2-9]{8}$/).innerText()).trim()
  expect(await staff.getByRole('button', { name: /^Switch off/ }).count()).toBe(0)
  await row.getByRole('button', { name: `QR code of ${code}` }).click()
  await staff.getByRole('img', { name: new RegExp(`/r/${code}$`) }).waitFor()
  expect(await faultsInLooks(staff, TWO_LOOKS)).toEqual([])
  await staff.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

  const followed = await fetch(`${product.url}/r/${code}`, { redirect: 'manual' })
  expect(followed.status).toBe(302)
  expect(await signUp(code)).toMatchObject({ results: [{ outcome: 'referred' }] })
  await staff.goto(`${product.url}/partner/${partner}/referrals`)
  await staff.getByText('Orchard Fiber').waitFor()
}, 180_000)

test('an owner sees every referral with what was paid each month, makes a code of a chosen word, and switches it off (D8, D10)', async () => {
  const owner = await product.openTab(OWNER)
  await owner.goto(`${product.url}/partner/${partner}/overview`)
  await owner.getByRole('heading', { name: 'Month by month' }).waitFor()
  expect(await faultsInLooks(owner)).toEqual([])
  await owner.goto(`${product.url}/partner/${partner}/referrals`)
  await owner.getByRole('row', { name: /Acme Fiber/ }).waitFor()
  expect(await faultsInLooks(owner)).toEqual([])
  await owner.goto(`${product.url}/partner/${partner}/codes`)
  await owner.getByRole('button', { name: /^Make a code of your own choice/ }).click()
  const form = owner.getByRole('dialog')
  await form.getByLabel('What it reads').fill('no spaces')
  await form.getByRole('button', { name: 'Make the code' }).click()
  await form.getByText('Use 4 to 24 letters and digits, without spaces.').first().waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await form.getByLabel('What it reads').fill('harvest26')
  await form.getByRole('button', { name: 'Make the code' }).click()
  const row = owner.getByRole('row', { name: /HARVEST26/ })
  await row.waitFor()
  await row.getByRole('button', { name: /^Switch off/ }).click()
  await owner.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
  await row.getByText('Off', { exact: true }).waitFor()
  await owner.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await faultsInLooks(owner)).toEqual([])
}, 180_000)

test('a tenant admin reads who referred the organisation and all that this partner sees of it (D11)', async () => {
  const admin = await product.openTab('dana@acmefiber.example')
  await admin.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/referred`)
  await admin.getByRole('heading', { name: 'How you were referred', level: 1 }).waitFor()
  await admin.getByText('BRIGHT26').waitFor()
  await admin.getByRole('heading', { name: 'What the partner sees of you' }).waitFor()
  expect(await faultsInLooks(admin)).toEqual([])
}, 180_000)

test('the provider sees each referral and sign-up, and withdraws one that is not final with a reason (D5)', async () => {
  const admin = await product.openTab(ADMIN)
  await admin.goto(`${product.url}/platform/referrals`)
  const row = admin.getByRole('row', { name: /Orchard Fiber.*Brightside/ }).first()
  await row.getByRole('button', { name: /^Withdraw/ }).click()
  const question = admin.getByRole('dialog')
  await question.getByRole('textbox').fill('It had come by itself.')
  await question.getByRole('button', { name: 'Withdraw' }).click()
  await row.getByText('It had come by itself.').waitFor()
  expect(await faultsInLooks(admin)).toEqual([])
}, 180_000)
