import { useNow } from '../../platform/clock.ts'
import { parseSearch } from '../../platform/filters.ts'
import { GoLink, useSearchText } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'

/** The last minute of a day that is over, as the address of the page takes it; nothing for a day that still lasts. */
function endOf(day: unknown, now: Date): string {
  const today = now.toISOString().slice(0, 10)
  const isOver = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day) && day < today
  return isOver ? `?at=${day}T23:59` : ''
}

/** From what was done to who could do it: at the end of the time that the list shows, else now. */
export function ThenLink({ to }: { to: string }) {
  const search = parseSearch(useSearchText())
  const now = useNow()
  return <GoLink to={to + endOf(search['to'], now)}>{t('then.open')}</GoLink>
}
