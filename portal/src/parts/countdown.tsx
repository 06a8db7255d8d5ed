import { useState } from 'react'

import { readClock, useNow } from '../platform/clock.ts'
import { t } from '../platform/words.ts'

const longMs = 90_000

function waitOf(leftMs: number): string {
  if (leftMs < longMs) return t('wait.seconds', { count: Math.ceil(leftMs / 1000) })
  return t('wait.minutes', { count: Math.ceil(leftMs / 60_000) })
}

/** How long until it is worth trying again, counted down. The seconds are shown and not read aloud one by one. */
export function Countdown({ seconds }: { seconds: number }) {
  const now = useNow(500)
  const [endMs] = useState(() => readClock().getTime() + seconds * 1000)
  const leftMs = endMs - now.getTime()
  return (
    <>
      <span role="timer" aria-live="off" hidden={leftMs <= 0}>
        {waitOf(Math.max(leftMs, 1))}
      </span>
      <span role="status">{leftMs <= 0 ? t('wait.over') : ''}</span>
    </>
  )
}
