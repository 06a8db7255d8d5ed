import { wantApproval } from './approval.ts'
import type { KeyMeaning } from './keyboard.ts'

const ROW = '[data-rows] .thing'

const find = (selector: string) => document.querySelector<HTMLElement>(selector)
const findAll = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]

/** Moves the focus among the lines of a page that has lines and no table, such as the work list. Enter then opens as always. */
function moveInLines(step: 1 | -1): void {
  const lines = findAll(ROW)
  const at = lines.findIndex((line) => line === document.activeElement)
  const next = at === -1 && step === -1 ? -1 : at + step
  lines[next]?.focus()
}

/**
 * Asks whether to approve: the line that has the focus, opened first; else the row of the table that the keyboard stands on;
 * else what the page is about. Where several could be meant and none is chosen, nothing happens.
 */
function askToApprove(): void {
  const line = document.activeElement
  if (line instanceof HTMLAnchorElement && line.matches(ROW)) {
    wantApproval(line.href)
    line.click()
    return
  }
  const [first, ...others] = findAll('[data-approve]')
  const inRow = find('[data-at] [data-approve]')
  if (inRow !== null) inRow.click()
  else if (others.length === 0) first?.click()
}

/** What the page itself offers for a key: its filter, what it makes, its lines, and what it approves. */
const ACTS: Partial<Record<KeyMeaning['act'], () => void>> = {
  filter: () => find('[data-filter-focus]')?.focus(),
  new: () => find('[data-new]')?.click(),
  next: () => moveInLines(1),
  previous: () => moveInLines(-1),
  approve: askToApprove,
}

/** Does on the page that is shown what a key means there. */
export function actOnPage({ act }: KeyMeaning): void {
  ACTS[act]?.()
}
