import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inAdminTransaction } from '../../server/src/platform/admin.ts'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const teamsPath = () => `${product.url}/partner/${product.demo.partners['northwind-msp']}/teams`

/** The owner of a partner on the page of a team that was made just now. */
async function makeTeam(name: string): Promise<Page> {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(teamsPath())
  await page.getByLabel('Name of the team').fill(name)
  await page.getByRole('button', { name: 'Make a team' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  return page
}

test('a page beyond the end of its list shows the last one there is (U7)', async () => {
  const page = await makeTeam('Day shift')
  await page.goto(`${teamsPath()}?page=3`)
  await page.getByRole('link', { name: 'Day shift' }).waitFor()
  await expect.poll(() => new URL(page.url()).search, SOON).toBe('')
  await page.close()
}, 60_000)

test('one form of a page keeps what is entered in it while another of the page is saved (U10)', async () => {
  const page = await makeTeam('Night shift')
  const person = page.getByRole('checkbox', { name: /^Lee/ })
  await person.check()
  await page.getByLabel('Tenant or group').selectOption({ label: 'Acme Fiber' })
  await page.getByRole('button', { name: 'Assign the team' }).click()
  await page.getByRole('button', { name: /^Take away Acme Fiber/ }).waitFor()
  expect(await person.isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Save the people' }).click()
  await page.getByText('People of Night shift saved').first().waitFor()
  expect(await person.isChecked()).toBe(true)
  await page.close()
}, 60_000)

test('whoever saved second reads what the first one saved, and goes on from there (U7)', async () => {
  const page = await makeTeam('Late shift')
  const path = `${product.url}/api/v1/partner/teams/${page.url().split('/').at(-1) ?? ''}`
  const [person, other] = [/^Lee/, /^Ana/].map((name) => page.getByRole('checkbox', { name }))
  const memberId = (
    await (await page.request.get(`${product.url}/api/v1/partner/members`)).json()
  ).items.find(({ name }: { name: string }) => name.startsWith('Ana')).member_id
  await person?.check()
  const first = await page.request.put(`${path}/members`, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'if-match': '"v1"' },
    data: { member_ids: [memberId] },
  })
  expect(first.status()).toBe(200)
  const save = page.getByRole('button', { name: 'Save the people' })
  await save.click()
  await page.getByRole('alert').getByText('Somebody changed this in the meantime').waitFor()
  await page.getByRole('button', { name: 'Show the present state' }).click()
  await expect.poll(() => other?.isChecked(), SOON).toBe(true)
  expect(await person?.isChecked()).toBe(false)
  await person?.check()
  await save.click()
  await page.getByText('People of Late shift saved').first().waitFor()
  await page.close()
}, 60_000)

test('a small form keeps what is being entered while somebody else saves the same, and says that it was changed (U7, U10)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.clock.install()
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/profile`)
  const website = page.getByLabel('Website')
  await website.fill('https://first.northwind.example')
  const path = `${product.url}/api/v1/partner/profile`
  const tag = (await page.request.get(path)).headers()['etag'] ?? ''
  const other = await page.request.put(`${path}/contact`, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'if-match': tag },
    data: { contact_email: 'hello@northwind.example', website: 'https://second.northwind.example' },
  })
  expect(other.status()).toBe(200)
  // Whoever comes back to the page after a while reads anew what it shows.
  await page.clock.fastForward(60_000)
  const newer = page.waitForResponse((answer) => answer.url() === path)
  await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`)
  await (await newer).finished()
  const save = page.getByRole('button', { name: 'Save how we reach you' })
  await save.click()
  await page.getByRole('alert').getByText('Somebody changed this in the meantime').waitFor()
  expect(await website.inputValue()).toBe('https://first.northwind.example')
  await page.getByRole('button', { name: 'Show the present state' }).click()
  await expect.poll(() => website.inputValue(), SOON).toBe('https://second.northwind.example/')
  await website.fill('https://third.northwind.example')
  await save.click()
  await page.getByText('Profile saved').first().waitFor()
  await page.close()
}, 60_000)

test('a question that one button asks again begins anew: the reason of the act before is not the reason of this one (U5)', async () => {
  const page = await product.openTab('vera@lumenmobile.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['lumen-mobile']}/users`)
  await page.getByRole('table').getByRole('link').first().click()
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Stop the user…' }).click()
  await dialog.getByLabel('Reason').fill('Left the company')
  await dialog.getByRole('button', { name: 'Stop the user' }).click()
  await page.getByRole('button', { name: 'Restore the user…' }).click()
  expect(await dialog.getByLabel('Reason').inputValue()).toBe('')
  await dialog.getByLabel('Reason').fill('Came back')
  await dialog.getByRole('button', { name: 'Restore the user' }).click()
  await page.getByRole('button', { name: 'Stop the user…' }).waitFor()
  await page.close()
}, 60_000)

test('a form to which something is added keeps what is chosen in it while somebody else saves the same list, and adds to what was saved (U7, U10)', async () => {
  const page = await makeTeam('Long shift')
  await page.clock.install()
  await page.reload()
  const path = `${product.url}/api/v1/partner/teams/${page.url().split('/').at(-1) ?? ''}`
  const target = page.getByLabel('Tenant or group')
  await target.selectOption({ label: 'Acme Fiber' })
  await page.getByLabel('Until (optional)').fill('2029-12-31')
  const links = await page.request.get(`${product.url}/api/v1/partner/assignments?limit=100`)
  const beta = (await links.json()).items.find(
    (link: { tenant_name: string }) => link.tenant_name === 'Beta Networks',
  )
  const other = await page.request.put(`${path}/grants`, {
    headers: { origin: product.url, 'sec-fetch-site': 'same-origin', 'if-match': '"v1"' },
    data: { grants: [{ link_id: beta.link_id, group_id: null, role: null, ends_at: null }] },
  })
  expect(other.status()).toBe(200)
  await page.clock.fastForward(60_000)
  await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`)
  await page.getByRole('button', { name: /^Take away Beta Networks/ }).waitFor()
  expect(await target.locator('option:checked').innerText()).toBe('Acme Fiber')
  expect(await page.getByLabel('Until (optional)').inputValue()).toBe('2029-12-31')
  await page.getByRole('button', { name: 'Assign the team' }).click()
  await page.getByRole('button', { name: /^Take away Acme Fiber/ }).waitFor()
  expect(await page.getByRole('button', { name: /^Take away/ }).count()).toBe(2)
  await expect.poll(() => target.inputValue(), SOON).toBe('')
  expect(await page.getByLabel('Until (optional)').inputValue()).toBe('')
}, 60_000)

test('the subscriber who was chosen stays seen, whatever is searched for after: no other name stands alone above the button (B18)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access/accounts`)
  const search = page.getByLabel('Find the subscriber by name').last()
  await search.fill('an')
  const first = page.getByRole('radio', { name: /,/ }).first()
  await first.check()
  const name = await first.locator('xpath=..').innerText()
  await search.fill('zzz')
  await page.getByText('No subscriber has this in its name.').waitFor()
  expect(await page.getByRole('radio', { name }).isChecked()).toBe(true)
}, 60_000)

test('what is to happen to chosen alerts happens to those that are seen: a filter takes the others out of the choice (B9)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/alerts?tab=sla`)
  await page.getByRole('button', { name: 'Choose all', exact: false }).click()
  const close = page.getByRole('button', { name: /^Close (it|all)/ })
  await close.waitFor()
  await page.getByLabel('Status', { exact: true }).selectOption('resolved')
  await expect.poll(() => close.count(), SOON).toBe(0)
}, 60_000)

test('the row on which the keyboard stands is the same after the list was put in another order (U8)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/tenants`)
  const nameOf = async (row: string) => (await page.locator(`${row} .thing`).first().innerText()).trim()
  await page.locator('tbody tr .thing').first().waitFor()
  const top = await nameOf('tbody tr')
  await page.keyboard.press('j')
  expect(await nameOf('tr[data-at]')).toBe(top)
  await page.locator('button.sort').first().click()
  await expect.poll(() => nameOf('tbody tr'), SOON).not.toBe(top)
  expect(await nameOf('tr[data-at]')).toBe(top)
}, 60_000)

test('the bar of an organisation shows nothing of another one in which the person was a moment ago (U4)', async () => {
  await inAdminTransaction(await product.connection(), async (run) => {
    // As an import would: the event of the audit trail is not what this is about.
    await run('set local session_replication_role = replica', [])
    await run(
      `insert into tenant_member (tenant_id, person_id, role) select t.id, p.id, 'TENANT_USER'
         from tenant t, person p where t.name = 'Beta Networks' and p.email = 'dana@acmefiber.example'`,
      [],
    )
  })
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}`)
  const count = page.locator('.bar-count')
  await count.waitFor()
  const answer = Promise.withResolvers<undefined>()
  await page.route('**/tenant/alerts/counts', async (route) => {
    await answer.promise
    await route.continue()
  })
  const asked = page.waitForRequest('**/tenant/alerts/counts')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Beta Networks')
  await page.getByRole('option').filter({ hasText: 'Beta Networks' }).first().click()
  await page.waitForURL((url) => url.pathname.includes(product.demo.tenants['beta-networks'] ?? '?'))
  await page.locator('.bar-words b').filter({ hasText: 'Beta Networks' }).first().waitFor()
  await asked
  expect(await count.count()).toBe(0)
  answer.resolve(undefined)
  await page.unrouteAll({ behavior: 'wait' })
}, 60_000)

test('marks of the matrix that a filter takes out of sight are still counted where they are saved, and said to be unseen (U4, B3)', async () => {
  const page = await product.openTab('ana@northwind.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/team`)
  const empty = page.getByRole('button', { name: /is not assigned to Acme Fiber$/ }).first()
  await empty.click()
  const bar = page.getByRole('region', { name: 'Save one change' })
  await bar.getByText('1 to assign', { exact: true }).waitFor()
  const find = page.getByLabel('Find a tenant')
  await find.fill('Beta')
  await bar.getByText('1 to assign · 1 of them not shown here').waitFor()
  await find.fill('Nobody is called so')
  await page.getByText('Nobody and nothing matches').waitFor()
  await bar.getByText('1 to assign · 1 of them not shown here').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await bar.getByRole('button', { name: 'Undo all' }).click()
  await bar.waitFor({ state: 'detached' })
}, 60_000)

test('an address that names no thing is no page, and one whose filters cannot be says which: nothing was to be saved (U5)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  const org = `${product.url}/org/${product.demo.tenants['acme-fiber']}`
  await page.goto(`${org}/access/policy`)
  const panel = page.getByRole('alert')
  await panel.getByRole('heading', { name: 'There is no such page' }).waitFor()
  expect(await panel.innerText()).toContain('The address may be old, or mistyped.')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.goto(`${org}/activity?from=2026-10-20&to=2026-10-01`)
  await panel.getByText('The first day lies after the last one.').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 60_000)
