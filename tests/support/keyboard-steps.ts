import type { Locator } from 'playwright-core'
import { Steps } from './steps.ts'

/** Whoever needs more than this from the top of a page to what they want has no path by keyboard. */
const MOST_TABS = 250

/** Whether somebody who types now types here, stands at the way past the menu of a page that has this, or is elsewhere. */
const whereFocusIs = (target: Locator): Promise<'here' | 'at the way past the menu' | 'elsewhere'> =>
  target.evaluate((element) => {
    const focused = element.ownerDocument.activeElement
    if (element === focused) return 'here'
    const isPast = focused?.matches('a.skip') && element.closest('#main') !== null
    return isPast ? 'at the way past the menu' : 'elsewhere'
  })

/**
 * Walks the same jobs as `Steps` and counts the same steps, by keyboard alone: Tab leads to a thing, past the menu where the
 * page has a way, Enter opens it, and no pointer is used. Moving on is no step, as moving a pointer is none.
 */
export class KeyboardSteps extends Steps {
  /** Leads to something with Tab, as far as it goes. Throws when Tab never comes there. */
  async reach(target: Locator): Promise<void> {
    const first = target.first()
    await first.waitFor()
    for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
      const place = await whereFocusIs(first)
      if (place === 'here') return
      await this.page.keyboard.press(place === 'elsewhere' ? 'Tab' : 'Enter')
    }
    throw new Error(`Tab does not lead to ${String(target)}.`)
  }

  override async activate(target: Locator): Promise<void> {
    await this.reach(target)
    await this.page.keyboard.press('Enter')
  }

  /** A choice in a list, by the first letters of what is chosen. */
  override async choose(target: Locator, label: string): Promise<void> {
    this.count()
    await this.reach(target)
    await this.page.keyboard.type(label)
  }

  override async send(field: Locator, text: string): Promise<void> {
    this.count()
    await this.type(field, text)
    await this.page.keyboard.press('Enter')
  }

  /** Writes into a field of a form. */
  async type(field: Locator, text: string): Promise<void> {
    await this.reach(field)
    await this.page.keyboard.type(text)
  }

  /** Marks a box or one of several choices of a form. */
  async mark(target: Locator): Promise<void> {
    await this.reach(target)
    await this.page.keyboard.press('Space')
  }

  /** A key of the page, which is a command. */
  async command(key: string): Promise<void> {
    this.count()
    await this.page.getByRole('navigation').first().waitFor()
    await this.page.keyboard.press(key)
  }
}
