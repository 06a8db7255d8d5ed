import type { Browser, BrowserContext } from 'playwright-core'
import { launchChromium } from '../../server/testing/chromium.ts'

let launched: Promise<Browser> | undefined

/** The browser of this worker, for all of its files: it ends with the worker, and one that died is replaced. */
export async function browserOfWorker(): Promise<Browser> {
  const known = await launched?.catch(() => undefined)
  if (known?.isConnected()) return known
  launched = launchChromium('shell')
  return launched
}

/** Closes what a file opened in the browser of its worker, with everything that the pages still ask for. */
export async function closeAllContexts(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map(closeContext))
}

/** An answer that a test's route still waits for is of no interest by then; it would fail after the test, and the run with it. */
async function closeContext(context: BrowserContext): Promise<void> {
  await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })))
  await context.close()
}
