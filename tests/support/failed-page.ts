import type { Page } from 'playwright-core'
import { onTestFailed } from 'vitest'

const MOST_CHARACTERS = 900

/** What stands over the page and the page itself, without the menus around it, which say nothing of what went wrong. */
const SHOWN = `[...document.querySelectorAll('[role=dialog], [role=alert], [role=status], main')]
  .map((one) => one.innerText).filter((text) => text.trim() !== '').join('\\n--\\n') || document.body.innerText`

/**
 * When the running test fails, its report says where this page was and what it showed: a failure beside other work may not
 * come again, and the report is all that is kept of it. Outside of a test it does nothing.
 */
export function tellWhenFailed(page: Page): void {
  try {
    onTestFailed(async () => {
      if (page.isClosed()) return
      const shown = await page.evaluate<string>(SHOWN).catch(String)
      throw new Error(`${page.url()} showed:\n${shown.slice(0, MOST_CHARACTERS)}`)
    })
  } catch {
    // No test runs: a page of a hook is opened for all tests of a file.
  }
}
