import { GoLink } from '../../platform/navigate.tsx'
import { formatCount } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type RestOfProps = {
  shown: number
  total: number
  /** The list with all of them; none where no page lists them. */
  to?: string
}

/** Says how many there are in all where only the first of them are shown, and leads to the rest. */
export function RestOf({ shown, total, to }: RestOfProps) {
  if (total <= shown) return null
  if (to === undefined)
    return <p className="muted">{t('work.more', { count: formatCount(total - shown) })}</p>
  return (
    <p>
      <GoLink to={to}>{t('work.all', { count: formatCount(total) })}</GoLink>
    </p>
  )
}
