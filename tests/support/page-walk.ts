import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { faultsInLooks, OTHER_TWO_LOOKS, TWO_LOOKS } from './look.ts'
import type { RunningProduct } from './product.ts'

const Frames = z.array(z.object({ path: z.string(), pages: z.record(z.string(), z.unknown()) }))
const DETAIL_MS = 15_000

/** The addresses in the menu of the frame that is open. */
export async function menuOf(page: Page): Promise<string[]> {
  await page.getByRole('navigation').first().waitFor()
  const links = await page.getByRole('navigation').getByRole('link').all()
  const addresses = await Promise.all(links.map((link) => link.getAttribute('href')))
  return [...new Set(addresses.filter((address) => address !== null))]
}

/** The forms of address of every page of one frame, as the portal's router has them; `$par` stands for an id. */
async function formsOf(frame: string): Promise<string[]> {
  // By its address, since these tests are checked without the markup of the portal.
  const { frames } = await import(new URL('../../portal/src/pages.ts', import.meta.url).href)
  const found = Frames.parse(frames).find(({ path }) => path === frame)
  if (!found) throw new Error(`The portal has no frame ${frame}.`)
  return Object.keys(found.pages)
    .filter((path) => path !== '/')
    .map((path) => `${frame}/${path}`)
}

const partsOf = (path: string) => path.split('/').filter((part) => part !== '')

/** The form that an address has: the one with the fewest ids of those that fit. */
function formOf(address: string, forms: readonly string[]): string | undefined {
  const parts = partsOf(new URL(address, 'http://localhost').pathname)
  const idsIn = (form: string) => partsOf(form).filter((part) => part.startsWith('$')).length
  return forms
    .filter((form) => {
      const wanted = partsOf(form)
      return (
        wanted.length === parts.length &&
        wanted.every((part, index) => part.startsWith('$') || part === parts[index])
      )
    })
    .toSorted((left, right) => idsIn(left) - idsIn(right))[0]
}

async function linksIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('nav a[href^="/"], main a[href^="/"]')].map((link) => link.getAttribute('href'))`,
  )
}

/** Until nothing of the page is awaited any more. */
async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.locator('.bones').count(), { timeout: DETAIL_MS }).toBe(0)
}

/** Has a partner's owner refused at a tenant whose link is suspended; returns the id under which the decision is explained. */
export async function explainedRefusal(product: RunningProduct, page: Page): Promise<string> {
  const refused = await page.request.get(
    `${product.url}/api/v1/partner/customers/${product.demo.tenants['fjord-fiber']}`,
  )
  return z.looseObject({ explain_id: z.string() }).parse(await refused.json()).explain_id
}

/** Every page of one frame of the portal, looked at once, whoever gets there first. */
export class PageWalk {
  readonly faults: string[] = []
  readonly #looked = new Set<string>()
  readonly #product: RunningProduct
  readonly #ids = new Map<string, string>()
  #forms: readonly string[] = []

  private constructor(product: RunningProduct) {
    this.#product = product
  }

  /** Begins a walk through a frame, by the path that its pages share. */
  static async begin(product: RunningProduct, frame: string): Promise<PageWalk> {
    const walk = new PageWalk(product)
    walk.#forms = await formsOf(frame)
    return walk
  }

  /** How many pages were looked at. */
  get looked(): number {
    return this.#looked.size
  }

  /** The forms of address of the pages that nobody looked at. */
  get missed(): string[] {
    return this.#forms.filter((form) => !this.#looked.has(form))
  }

  /**
   * Opens every page of the frame that nobody has looked at yet and that links lead to from where somebody is: the menu,
   * and the pages themselves. Those of `others` are opened in any case: somebody else may be led on from them. Says how
   * many were new.
   */
  async go(page: Page, others: readonly string[] = []): Promise<number> {
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`))
    page.on('response', (response) => {
      if (response.status() >= 400) this.faults.push(`${page.url()}: ${response.status()} ${response.url()}`)
    })
    const before = this.#looked.size
    this.#ids.clear()
    await this.#follow(page, [...(await menuOf(page)), ...(await linksIn(page))])
    for (const address of others) {
      await this.#follow(page, [address])
      await this.#open(page, address)
      await this.#follow(page, await linksIn(page))
    }
    return this.#looked.size - before
  }

  /**
   * Opens the pages, all or those below a form of address, that were not looked at since a button leads to them, about things
   * that this person looked at in `go`.
   */
  async goBehindButtons(page: Page, below = ''): Promise<void> {
    const forms = this.missed.filter((form) => form.startsWith(below))
    await this.#follow(
      page,
      forms.flatMap((form) => this.#fill(form) ?? []),
    )
  }

  /** Looks at the pages of these addresses, and at those to which their links lead. */
  async #follow(page: Page, addresses: readonly string[]): Promise<void> {
    const waiting = [...addresses]
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      const form = formOf(address, this.#forms)
      if (form === undefined || this.#looked.has(form)) continue
      this.#looked.add(form)
      this.#remember(address, form)
      await this.#open(page, address)
      await this.#look(page, address)
      waiting.push(...(await linksIn(page)))
    }
  }

  /** Keeps what stood for each `$id` of a form, so that pages below it can be asked for. */
  #remember(address: string, form: string): void {
    const parts = partsOf(new URL(address, this.#product.url).pathname)
    const wanted = partsOf(form)
    for (const [index, part] of wanted.entries())
      if (part.startsWith('$')) {
        const place = wanted.slice(0, index + 1).join('/')
        this.#ids.set(place, this.#ids.get(place) ?? parts[index] ?? '')
      }
  }

  /** An address of this form about things that were looked at; null where none was. */
  #fill(form: string): string | null {
    const wanted = partsOf(form)
    const parts = wanted.map((part, index) =>
      part.startsWith('$') ? this.#ids.get(wanted.slice(0, index + 1).join('/')) : part,
    )
    return parts.includes(undefined) ? null : `/${parts.join('/')}`
  }

  async #open(page: Page, address: string): Promise<void> {
    await page.goto(new URL(address, this.#product.url).href)
    await page.locator('main h1').first().waitFor()
    await settled(page)
  }

  async #look(page: Page, address: string): Promise<void> {
    // A region that waits for words is empty; one that speaks says that something failed.
    const spoken = await page.locator('main [role="alert"]').filter({ hasText: /\S/ }).allInnerTexts()
    if (spoken.length > 0) this.faults.push(`${address}: shows a failure: ${spoken.join(' ')}`)
    // In turn, so that parts which stand on most pages are looked at in each width and colour.
    const looks = this.#looked.size % 2 === 0 ? OTHER_TWO_LOOKS : TWO_LOOKS
    this.faults.push(...(await faultsInLooks(page, looks)))
  }
}
