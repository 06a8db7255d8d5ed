import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, dialogOf, heading, JOB_MS, rows } from '../support/jobs.ts'
import { RunningProduct } from '../support/product.ts'

const SOON = { timeout: 15_000 }

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const focused = (page: Page) =>
  page.locator('body').evaluate((body) => body.ownerDocument.activeElement?.textContent ?? '')

/** Presses a key until the line with this name has the focus. */
async function walkTo(page: Page, key: 'j' | 'k', line: string): Promise<void> {
  for (let lines = 0; lines < 40; lines += 1) {
    await page.keyboard.press(key)
    if ((await focused(page)) === line) return
  }
  throw new Error(`${key} does not lead to ${line}.`)
}

test(
  'j and k walk the lines of the work list, and A opens the one that is chosen and asks whether to approve it; nothing is approved by the key (U1, U8)',
  async () => {
    const { page } = await begin(product, 'sam@provider.example', /\/platform/)
    const work = page.url()
    await page.getByRole('link', { name: 'Brightwave Networks' }).waitFor()
    await walkTo(page, 'j', 'Brightwave Networks')
    await page.keyboard.press('j')
    expect(await focused(page)).not.toBe('Brightwave Networks')
    await walkTo(page, 'k', 'Brightwave Networks')
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: /^Approve Brightwave Networks/ })
    await dialog.waitFor()
    expect(page.url()).toMatch(/\/applications\//)
    // The first focus is on the safe choice, and the letter does nothing more while it is asked.
    await expect.poll(() => focused(page), SOON).toBe('Not now')
    await page.keyboard.press('a')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    // On the page itself the key asks again; whoever comes back later is asked nothing.
    await page.keyboard.press('a')
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const application = page.url()
    await page.goto(work)
    await page.getByRole('link', { name: 'Brightwave Networks' }).click()
    await page.getByRole('button', { name: 'Approve…' }).waitFor()
    expect(page.url()).toBe(application)
    expect(await dialogOf(page).count()).toBe(0)
  },
  JOB_MS,
)

/** Keeps the letters that the page left to the field that has the focus; asked behind everybody who could take them. */
const WATCH_KEYS = `globalThis.left = []
addEventListener('keydown', (event) => { if (event.key.length === 1 && !event.defaultPrevented) left.push(event.key) })`

test(
  'letters are text in fields and can be switched off in the account, with [ and ], J and A (U8, WCAG 2.1.4)',
  async () => {
    const { page } = await begin(product, 'priya@provider.example', /\/platform/)
    const work = page.url()
    const earnings = `${product.url}/platform/earnings`
    await page.goto(earnings)
    await rows(page).nth(1).waitFor()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard' })
    await help.getByText(/^Approve the chosen line/).waitFor()
    await help.getByText(/^Previous and next, while/).waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    // A tick box takes no text, so the letter counts while it holds the focus.
    await page.getByRole('checkbox').nth(1).check()
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: 'Approve one earning?' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('combobox', { name: 'What', exact: true }).focus()
    await page.evaluate(WATCH_KEYS)
    await page.keyboard.press('a')
    // The letter is the field's. A whole browser chooses by it; the shell that npm brings goes to no option by its letter.
    expect(await page.evaluate('globalThis.left')).toEqual(['a'])
    await page.keyboard.press('End')
    await page.waitForURL(/kind=adjustment/)
    expect(await dialogOf(page).count()).toBe(0)
    await page.goto(earnings)
    await rows(page).nth(1).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/earning=/)
    await dialogOf(page).waitFor()
    const first = page.url()
    await page.keyboard.press(']')
    await page.waitForURL((url) => url.href !== first && url.search.includes('earning='))
    await page.keyboard.press('[')
    await page.waitForURL(first)

    await page.goto(`${product.url}/account`)
    await page.getByLabel('Single-letter keyboard shortcuts').uncheck()
    await page.getByRole('button', { name: 'Save', exact: true }).first().click()
    await page.waitForLoadState()
    expect(await page.getByLabel('Single-letter keyboard shortcuts').isChecked()).toBe(false)
    await page.goto(first)
    await dialogOf(page).waitFor()
    const seen: string[] = []
    page.on('framenavigated', (frame) => void seen.push(frame.url()))
    await page.keyboard.press(']')
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('earning='))
    expect(seen.filter((url) => url.includes('earning='))).toEqual([])
    await page.goto(work)
    await page.getByRole('link', { name: 'Brightwave Networks' }).waitFor()
    await page.getByRole('link', { name: 'Brightwave Networks' }).focus()
    for (const letter of ['j', 'n', 'a']) await page.keyboard.press(letter)
    expect(await focused(page)).toBe('Brightwave Networks')
    // The palette opens with Ctrl whatever is switched off, over the page that the letters left alone.
    await page.keyboard.press('Control+k')
    await dialogOf(page).getByRole('combobox').waitFor()
    expect(new URL(page.url()).pathname).toBe(new URL(work).pathname)
  },
  JOB_MS,
)

test(
  'the palette begins what the person may do, after the tenants and the pages, and offers nothing else (U1)',
  async () => {
    const offeredTo = async (email: string, home: RegExp, typed: string) => {
      const { page } = await begin(product, email, home)
      await page.getByRole('button', { name: /^Go to/ }).waitFor()
      await page.keyboard.press('Control+k')
      await dialogOf(page).getByRole('combobox').fill(typed)
      const options = dialogOf(page).getByRole('option')
      await expect.poll(() => options.count(), SOON).toBeGreaterThan(0)
      return { page, names: await options.allTextContents() }
    }
    const dana = await offeredTo('dana@acmefiber.example', /\/org\//, 'partner')
    expect(dana.names.at(-1)).toContain('Invite a partner')
    await dana.page.keyboard.press('ArrowUp')
    await dana.page.keyboard.press('Enter')
    await dana.page.waitForURL(/\/access\/invite$/)
    await heading(dana.page, 'Invite a partner').waitFor()
    const owner = await offeredTo('ana@northwind.example', /\/partner\//, 'client')
    expect(owner.names.join()).toContain('New API client')
    const staff = await offeredTo('lee@northwind.example', /\/partner\//, 'e')
    expect(staff.names.join()).not.toMatch(/New API client|Request access to a customer/)
    expect(staff.names.join()).toContain('Ask for more access')
  },
  JOB_MS,
)

test(
  'Enter behind a text that is still being looked for waits for what is found for it, and leads to no other tenant (U1, U4)',
  async () => {
    const { page } = await begin(product, 'lee@northwind.example', /\/queue$/)
    const home = page.url()
    const answer = Promise.withResolvers<undefined>()
    await page.route('**/partner/context/tenants?search=beta', async (route) => {
      await answer.promise
      await route.continue()
    })
    await page.getByRole('button', { name: /^Go to/ }).waitFor()
    await page.keyboard.press('Control+k')
    const options = dialogOf(page).getByRole('option')
    await options.filter({ hasText: 'Act in Acme Fiber' }).waitFor()
    const asked = page.waitForRequest('**/partner/context/tenants?search=beta')
    await dialogOf(page).getByRole('combobox').fill('beta')
    await page.keyboard.press('Enter')
    await asked
    await options.filter({ hasText: 'Act in Acme Fiber' }).waitFor({ state: 'detached' })
    expect(page.url()).toBe(home)
    answer.resolve(undefined)
    await page.getByRole('button', { name: 'Act in Beta Networks' }).waitFor()
    await page.unrouteAll({ behavior: 'wait' })
  },
  JOB_MS,
)

/** The addresses behind what the palette offers to do. */
async function begunFromPalette(page: Page): Promise<string[]> {
  const begun: string[] = []
  const start = page.url()
  for (;;) {
    await page.getByRole('button', { name: /^Go to/ }).waitFor()
    await page.keyboard.press('Control+k')
    const options = dialogOf(page).getByRole('option')
    await expect.poll(() => options.count(), SOON).toBeGreaterThan(0)
    const act = options.filter({ has: page.getByText('Do', { exact: true }) }).nth(begun.length)
    if ((await act.count()) === 0) break
    await act.click()
    await page.waitForURL((url) => url.href !== start)
    begun.push(new URL(page.url()).pathname)
    await page.goBack()
    await page.waitForURL(start)
  }
  await page.keyboard.press('Escape')
  await dialogOf(page).waitFor({ state: 'detached' })
  return begun
}

/** Those of these acts that the pages from which they begin offer: a form stands one step below its list. */
async function begunFromPages(page: Page, acts: readonly string[]): Promise<string[]> {
  const begun: string[] = []
  for (const act of acts) {
    await page.goto(new URL('.', new URL(act, page.url())).href.slice(0, -1))
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    if ((await page.locator(`a[data-new][href^="${act}"]`).count()) > 0) begun.push(act)
  }
  return begun
}

test(
  'a page offers to begin what the palette offers, and nothing of it to whom the palette does not (U1)',
  async () => {
    for (const [home, may, mayLess] of [
      [/\/org\//, 'dana@acmefiber.example', 'ravi@acmefiber.example'],
      [/\/partner\//, 'ana@northwind.example', 'lee@northwind.example'],
    ] as const) {
      const all = await begin(product, may, home)
      const acts = await begunFromPalette(all.page)
      expect(await begunFromPages(all.page, acts)).toEqual(acts)
      const few = await begin(product, mayLess, home)
      const offered = await begunFromPalette(few.page)
      expect(offered.length).toBeGreaterThan(0)
      expect(offered.length).toBeLessThan(acts.length)
      expect(await begunFromPages(few.page, acts)).toEqual(offered)
    }
  },
  JOB_MS,
)
