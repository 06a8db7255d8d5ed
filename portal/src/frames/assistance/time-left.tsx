import { useNow } from '../../platform/clock.ts'
import { formatCountdown, formatLeft } from '../../platform/format.ts'

const hourMs = 3_600_000

/** The time that is left: whole hours at first, then counted down each second. */
export function TimeLeft({ endsAt }: { endsAt: string }) {
  const now = useNow(1000)
  const leftMs = Date.parse(endsAt) - now.getTime()
  return (
    <span className="num strong" role="timer">
      {leftMs < hourMs ? formatCountdown(leftMs) : formatLeft(endsAt, now)}
    </span>
  )
}
