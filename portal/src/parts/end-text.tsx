import { formatUtc, formatUtcDay } from '../platform/utc.ts'

type EndTextProps = {
  iso: string | null | undefined
  /** In a column of a table: the day alone, with the time for the pointer. */
  isDay?: boolean
}

/** When an access begins or ends, by the one clock of both sides. */
export function EndText({ iso, isDay = false }: EndTextProps) {
  if (!iso) return <span className="muted">–</span>
  return (
    <time dateTime={iso} title={formatUtc(iso)} className={isDay ? 'nowrap' : undefined}>
      {isDay ? formatUtcDay(iso) : formatUtc(iso)}
    </time>
  )
}
