import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { CDPSession, Frame, Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** The widths and colours in which a page is looked at. */
export const ALL_LOOKS = [
  [1280, 'light'],
  [1280, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const
export type Look = (typeof ALL_LOOKS)[number]

/** Wide and light, narrow and dark: half the time of all looks, and each width and each colour once. */
export const TWO_LOOKS: readonly Look[] = [ALL_LOOKS[0], ALL_LOOKS[3]]

/** The other half: wide and dark, narrow and light. */
export const OTHER_TWO_LOOKS: readonly Look[] = [ALL_LOOKS[1], ALL_LOOKS[2]]

/** One half for the first page of a file, the other for the next, and so on: each width and each colour for every page. */
export function takeTurns(): () => readonly Look[] {
  let turn = 0
  return () => {
    turn += 1
    return turn % 2 === 0 ? OTHER_TWO_LOOKS : TWO_LOOKS
  }
}

/** Where every page is kept as it was looked at, for whoever looks with their own eyes (U11); nowhere in an ordinary run. */
const KEPT = process.env['LIAISON_LOOKS']

async function keepLook(page: Page, [width, colorScheme]: Look): Promise<void> {
  if (KEPT === undefined) return
  const name = new URL(page.url()).pathname.slice(1).replaceAll('/', '.')
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(join(KEPT, `${name}@${width}-${colorScheme}.png`), await page.screenshot({ fullPage: true }))
}

/**
 * Until what comes into sight has come: half faded in, no text has its contrast. No longer than a second, since a page that
 * nobody looks at, or a movement that stands still, would never be done.
 */
const SETTLED = `Promise.race([
  new Promise((done) => setTimeout(done, 1000)),
  Promise.all(document.getAnimations()
    .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => undefined))),
]).then(() => true)`

/** Every violation of WCAG 2.2 A and AA on the page as it stands; what a second look does not find had only begun to fade. */
export async function violationsOf(page: Page | Frame): Promise<string[]> {
  const found = await violationsNow(page)
  return found.length === 0 ? found : violationsNow(page)
}

const sessions = new WeakMap<Page, Promise<CDPSession>>()

/**
 * The portal's own policy lets no foreign script in, so the checker is evaluated, not inserted; by the debugger itself, which
 * needs half of the time of an evaluation that hands over its half a megabyte as an argument.
 */
async function loadChecker(page: Page | Frame): Promise<void> {
  // A frame is of another site: the debugger of the page around it does not reach in.
  if (!('context' in page)) return page.evaluate(AXE)
  const known = sessions.get(page) ?? page.context().newCDPSession(page)
  sessions.set(page, known)
  const { exceptionDetails } = await (await known).send('Runtime.evaluate', { expression: AXE })
  if (exceptionDetails) throw new Error(`The checker did not load: ${exceptionDetails.text}`)
}

async function violationsNow(page: Page | Frame): Promise<string[]> {
  await page.evaluate(SETTLED)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await loadChecker(page)
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await axe.run({ runOnly: rules, resultTypes: ['violations'] })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  }, RULES)
}

const ATTEMPTS = `[
  () => document.body.insertAdjacentHTML('beforeend', '<b>text</b>'),
  () => { document.createElement('script').src = '/assets/other.js' },
  () => new Worker('/assets/other.js'),
].map((attempt) => {
  try { attempt(); return 'done' } catch (error) { return error.name }
})`

/** What becomes of text that a script of the page would make markup, a script or a worker of: the names of the errors. */
export const codeFromText = (page: Page) => page.evaluate<string[]>(ATTEMPTS)

/** What hides a part of its own contents at its side, and does not say so with an ellipsis; what is for the ear alone does so by design. */
const CUT_OFF = `[...document.querySelectorAll('main, main *')].filter((one) => {
  if (!(one instanceof HTMLElement) || one.clientWidth <= 1 || one.scrollWidth <= one.clientWidth + 1) return false
  const { overflowX, textOverflow, clipPath } = getComputedStyle(one)
  // A list whose rows are cards has nothing that is looked for at its side; a field shows the rest to whoever types.
  const isCards = innerWidth <= 640 && one.querySelector(':scope > .table.cards')
  if (one.matches('input')) return false
  return (isCards || overflowX === 'hidden' || overflowX === 'clip') && textOverflow !== 'ellipsis' && clipPath === 'none'
}).map((one) => one.tagName + '.' + one.className + ' hides ' + (one.scrollWidth - one.clientWidth) + ' px: ' + one.innerText.slice(0, 60))`

/** What is wrong with a page as it stands: violations, what is cut off, and what is wider than the screen. */
async function faultsOf(page: Page): Promise<string[]> {
  const violations = await violationsOf(page)
  const excess = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  const cutOff = await page.evaluate<string[]>(CUT_OFF)
  return [...violations, ...cutOff, ...(excess > 0 ? [`wider than the screen by ${excess} px`] : [])]
}

/** The faults of the open page in each look, each with its address; the page is left wide and light. */
export async function faultsInLooks(page: Page, looks: readonly Look[] = TWO_LOOKS): Promise<string[]> {
  const faults: string[] = []
  for (const [width, colorScheme] of KEPT === undefined ? looks : ALL_LOOKS) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    // Where the page was left must not decide what the bar on top happens to cover.
    await page.evaluate('scrollTo(0, 0)')
    const found = await faultsOf(page)
    await keepLook(page, [width, colorScheme])
    faults.push(...found.map((fault) => `${page.url()} at ${width} in ${colorScheme}: ${fault}`))
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
  return faults
}
