import { useEffect, useMemo, useRef, useState } from 'react'

import { forgetApprovalElsewhere } from './approval.ts'
import type { NavGroup } from './nav.ts'
import { isField, readKey } from './keyboard.ts'
import { useFrame } from './frame.ts'
import { useGo, usePathname } from './navigate.tsx'
import { actOnPage } from './page-keys.ts'

const afterGMs = 1_500

export type Shortcuts = {
  shown: 'palette' | 'help' | null
  show: (what: 'palette' | 'help') => void
  hide: () => void
}

/** The acts that do something at once; what else the key would do in the browser must not follow. */
const TAKEN = new Set<string>(['palette', 'help', 'filter', 'go', 'new', 'approve'])

/** The keys that work on every page of a frame: palette, help, `g` with the letter of a page, and what the page offers. */
export function useShortcuts(nav: readonly NavGroup[]): Shortcuts {
  const [shown, setShown] = useState<Shortcuts['shown']>(null)
  const pressedG = useRef(Number.NEGATIVE_INFINITY)
  const go = useGo()
  const path = usePathname()
  const lettersOn = useFrame().me.person.shortcuts
  useEffect(() => forgetApprovalElsewhere(path), [path])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const afterG = event.timeStamp - pressedG.current < afterGMs
      const { key, ctrlKey, metaKey, altKey } = event
      const meaning = readKey({ key, ctrlKey, metaKey, altKey, afterG, inField: isField(event.target) })
      const isDialogOpen = document.querySelector('[role="dialog"]') !== null
      if (meaning === null || (meaning.act !== 'palette' && (isDialogOpen || !lettersOn))) return
      pressedG.current = meaning.act === 'wait' ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (meaning.act === 'palette' || meaning.act === 'help') setShown(meaning.act)
      actOnPage(meaning)
      if (meaning.act === 'go') goToLetter(nav, meaning.letter, go)
      if (TAKEN.has(meaning.act)) event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [nav, go, lettersOn])
  return useMemo(
    () => ({
      shown,
      show: setShown,
      hide() {
        setShown(null)
      },
    }),
    [shown],
  )
}

function goToLetter(nav: readonly NavGroup[], letter: string, go: (address: string) => void): void {
  const entry = nav.flatMap((group) => group.entries).find((candidate) => candidate.letter === letter)
  if (entry !== undefined) go(entry.to)
}
