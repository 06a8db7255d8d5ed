import './payouts-words.ts'
import type { PayoutObstacle, TaxDocument } from '@liaison/client'

import { formatDateTime, formatMoney } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import type { useWrite } from '../../platform/query.ts'

/** One obstacle as a sentence. */
function obstacleText({ code, until, minimum }: PayoutObstacle): string {
  if (code === 'account_cooling_off' && until !== null)
    return t('obstacle.account_cooling_off', { until: formatDateTime(until) })
  if (code === 'below_minimum' && minimum !== null)
    return t('obstacle.below_minimum', { minimum: formatMoney(minimum) })
  return tValue('obstacle', code)
}

/** What stands against a payout, one sentence a line. */
export function ObstacleList({ obstacles }: { obstacles: readonly PayoutObstacle[] }) {
  return (
    <ul className="plain">
      {obstacles.map((obstacle) => (
        <li key={obstacle.code}>{obstacleText(obstacle)}</li>
      ))}
    </ul>
  )
}

/** What a tax document is, and the name of its file. */
export function TaxKind({ document }: { document: TaxDocument }) {
  return (
    <>
      {tValue('payouts.tax_kind', document.kind)}
      <br />
      <span className="small muted">{document.file_name}</span>
    </>
  )
}

/** Hands bytes to the browser as a file. */
export function saveBytes(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

type FileButtonProps = {
  label: string
  text: string
  write: Pick<ReturnType<typeof useWrite>, 'isPending'>
  onTake: () => void
}

/** A small button in a row that fetches a file. */
export function FileButton({ label, text, write, onTake }: FileButtonProps) {
  return (
    <button type="button" className="row-tool" aria-label={label} disabled={write.isPending} onClick={onTake}>
      {text}
    </button>
  )
}
