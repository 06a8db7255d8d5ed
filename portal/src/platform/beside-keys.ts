import { useEffect } from 'react'

import { useFrame } from './frame.ts'
import { isField } from './keyboard.ts'

const STEPS: Readonly<Record<string, number>> = { '[': -1, ']': 1 }

/**
 * The keys [ and ] show the one before and after of a list while one of it is open beside the list. They are single
 * characters like any other: switched off in the account with them, and text in fields (WCAG 2.1.4).
 */
export function useBesideKeys(shownId: string, ids: readonly string[], onId: (id: string) => void): void {
  const lettersOn = useFrame().me.person.shortcuts
  useEffect(() => {
    if (shownId === '' || !lettersOn) return
    const onKey = (event: KeyboardEvent) => {
      const step = STEPS[event.key]
      if (step === undefined || isField(event.target)) return
      const at = ids.indexOf(shownId)
      const next = at === -1 ? undefined : ids[at + step]
      if (next !== undefined) onId(next)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [shownId, ids, onId, lettersOn])
}
