/** What a key press means in the portal. `go` carries the letter typed after `g`. */
export type KeyMeaning =
  | { act: 'palette' | 'filter' | 'next' | 'previous' | 'open' | 'help' | 'new' | 'approve' }
  | { act: 'go'; letter: string }
  | { act: 'wait' }

export type KeyPress = {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  inField: boolean
  afterG: boolean
}

const single: Readonly<Record<string, 'filter' | 'next' | 'previous' | 'open' | 'help' | 'new' | 'approve'>> =
  {
    '/': 'filter',
    j: 'next',
    k: 'previous',
    Enter: 'open',
    '?': 'help',
    n: 'new',
    a: 'approve',
  }

/**
 * Reads one key press. Single letters never fire inside fields (WCAG 2.1.4); the palette opens anywhere.
 */
export function readKey(press: KeyPress): KeyMeaning | null {
  if ((press.ctrlKey || press.metaKey) && press.key.toLowerCase() === 'k') return { act: 'palette' }
  if (press.inField || press.ctrlKey || press.metaKey || press.altKey) return null
  if (press.afterG) return /^[a-z]$/.test(press.key) ? { act: 'go', letter: press.key } : null
  if (press.key === 'g') return { act: 'wait' }
  const act = single[press.key]
  return act === undefined ? null : { act }
}

/** Inputs that take no text: a letter pressed there means what it means beside them. */
const TEXTLESS =
  'input:is([type="checkbox"], [type="radio"], [type="button"], [type="submit"], [type="reset"])'

/** True where letters are text: inputs, choices, editable content. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('textarea, select, input')) &&
    !target.matches(TEXTLESS)
  )
}

const CONTROLS =
  'a, button, input, select, textarea, summary, [contenteditable], [role="button"], [role="option"]'

/**
 * True where Enter has a meaning of its own. Elsewhere it opens the row that the keyboard stands on: also while the heading
 * holds the focus, as it does on every page that was come to from another.
 */
export function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(CONTROLS) !== null
}
