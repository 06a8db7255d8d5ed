import { useEffect, useRef, useState } from 'react'
import type { CSSProperties, RefObject } from 'react'

import { t } from '../platform/words.ts'

/** One entry of the menu of a row. */
export type MoreAct = { words: string; onAct: () => void }

type MenuProps = { acts: readonly MoreAct[]; place: CSSProperties; label: string; onClosed: () => void }

/** The height that a menu is given room for below its button; with less it opens above. */
const ROOM = 180

function placeBeside({ current: button }: RefObject<HTMLButtonElement | null>): CSSProperties {
  if (button === null) return {}
  const { top, bottom, right } = button.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const inset = { width: 'auto', right: clientWidth - right }
  return bottom + ROOM > clientHeight
    ? { ...inset, top: 'auto', bottom: clientHeight - top + 4 }
    : { ...inset, top: bottom + 4 }
}

/** The browser shows it above everything, closes it on Escape or a press elsewhere, and gives the focus back. */
function Menu({ acts, place, label, onClosed }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const shown = menu.current
    const hide = () => shown?.hidePopover()
    shown?.showPopover()
    shown?.querySelector('button')?.focus()
    // It stands where its button stood.
    window.addEventListener('scroll', hide, true)
    return () => window.removeEventListener('scroll', hide, true)
  }, [])
  return (
    <div
      ref={menu}
      popover="auto"
      className="menu"
      role="group"
      aria-label={label}
      style={place}
      onToggle={(event) => {
        if (event.newState === 'closed') onClosed()
      }}
    >
      <div className="stack tight">
        {acts.map(({ words, onAct }) => (
          <button
            key={words}
            type="button"
            className="row-tool"
            onClick={() => {
              menu.current?.hidePopover()
              onAct()
            }}
          >
            {words}
          </button>
        ))}
      </div>
    </div>
  )
}

/** What else can be done with a row, behind one button and drawn once it is opened. */
export function MoreActs({ thing, acts }: { thing: string; acts: readonly MoreAct[] }) {
  const button = useRef<HTMLButtonElement>(null)
  const [place, setPlace] = useState<CSSProperties | null>(null)
  if (acts.length === 0) return null
  const label = t('acts.more_of', { thing })
  return (
    <>
      <button
        ref={button}
        type="button"
        className="row-tool"
        aria-label={label}
        aria-expanded={place !== null}
        onClick={() => setPlace(placeBeside(button))}
      >
        {t('acts.more')}
      </button>
      {place !== null && <Menu acts={acts} place={place} label={label} onClosed={() => setPlace(null)} />}
    </>
  )
}
