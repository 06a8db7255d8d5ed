import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'

type StopPageProps = { title: string; isAlarm?: boolean; children: ReactNode }

/** Nothing but the reason and the way on. Stands in place of a page that must not be shown. */
export function StopPage({ title, isAlarm = false, children }: StopPageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = title
    heading.current?.focus()
  }, [title])
  return (
    <main className="stop" data-alarm={isAlarm} id="main">
      <div className="stack">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  )
}
