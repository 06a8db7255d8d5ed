import type { Locator, Page } from 'playwright-core'

/**
 * Counts the steps of a job as the page of jobs does. One step is one press that leads on: a link, a button, an entry of
 * a menu or a row, a keyboard command, a choice in a list, or a text typed into a finder and sent. Not counted are
 * filling in and sending the form that a job ends in, and what the rules against accidents ask on the way: the gate
 * into a tenant, a dialog that repeats the effect, a reason, a typed name, a second factor.
 */
export class Steps {
  readonly page: Page
  #count = 0

  constructor(page: Page) {
    this.page = page
  }

  /** Steps since the last time it was asked. */
  take(): number {
    const count = this.#count
    this.#count = 0
    return count
  }

  /** Counts what the next lines do. */
  protected count(steps = 1): void {
    this.#count += steps
  }

  /** A press that is no step: what a form or a rule against accidents asks. */
  async activate(target: Locator): Promise<void> {
    await target.first().click()
  }

  /** A step outside of the pages, such as a command that is run. */
  async outside<Result>(step: () => Promise<Result>): Promise<Result> {
    this.count()
    return step()
  }

  async press(target: Locator): Promise<void> {
    this.count()
    await this.activate(target)
  }

  async pressLink(name: string | RegExp): Promise<void> {
    await this.press(this.page.getByRole('link', { name }))
  }

  async pressButton(name: string | RegExp): Promise<void> {
    await this.press(this.page.getByRole('button', { name }))
  }

  /** An entry of the frame's menu. */
  async pressMenu(name: string): Promise<void> {
    await this.press(this.page.getByRole('navigation').first().getByRole('link', { name, exact: true }))
  }

  async choose(target: Locator, label: string): Promise<void> {
    this.count()
    await target.selectOption({ label })
  }

  async send(field: Locator, text: string): Promise<void> {
    this.count()
    await field.fill(text)
    await field.press('Enter')
  }

  /** Opens the palette, and goes to what is found for the text. */
  async goTo(text: string, found: RegExp): Promise<void> {
    this.count(2)
    // The keys work once the frame stands.
    await this.page.getByRole('navigation').first().waitFor()
    await this.page.keyboard.press('Control+k')
    await this.page.getByRole('dialog').getByRole('combobox').fill(text)
    await this.page.getByRole('option', { name: found, selected: true }).waitFor()
    await this.page.keyboard.press('Enter')
  }
}
